package decoy

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsiam "github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
)

// Found is a decoy as it is now.
type Found struct {
	Decoy
	Now  event.Resource `json:"now"`            // the user, which may have been renamed
	Keys []Key          `json:"keys"`           // all that the user has
	Gone string         `json:"gone,omitempty"` // why there is no such user
	Odd  string         `json:"odd,omitempty"`  // why it is not to be touched
}

// Key is an access key of a decoy.
type Key struct {
	ID     string `json:"id"`
	Active bool   `json:"active"`
	Used   string `json:"used,omitempty"` // when and for which service it was used last, "" for never
}

// Look reads a decoy as it is, by its id. A user that has the name, and another id or no tag of riposte's, is not it.
func (g Garden) Look(ctx context.Context, d Decoy) (f Found, err error) {
	f.Decoy = d
	found, err := action.FindUser(ctx, g.Reads, d.User, d.UserID, d.Key)
	if err != nil || found.Gone != "" {
		f.Gone = found.Gone
		return f, err
	}
	f.Now, f.UserID = found.User, found.ID
	reads, user := g.Reads.IAM(f.Now.Place()), aws.String(name(f.Now))
	out, err := reads.GetUser(ctx, &awsiam.GetUserInput{UserName: user})
	if err != nil {
		return f, fmt.Errorf("read user %q: %w", *user, err)
	}
	switch own := tagged(out.User) == d.Case; {
	case d.UserID == "" && (!own || aws.ToTime(out.User.CreateDate).Before(d.At.Add(-lease))): // a caller that may tag users could make any user the decoy
		return Found{Decoy: d, Gone: fmt.Sprintf("no user that was made since is %s with the tag %s: %s; what the planting made, if anything, was renamed or has lost it",
			d.User, Tag, d.Case)}, nil
	case aws.ToString(out.User.UserId) != f.UserID || !own:
		f.Odd = fmt.Sprintf("user %s has not the tag %s: %s, by which riposte knows what it planted", f.Now, Tag, d.Case)
	}
	pages := awsiam.NewListAccessKeysPaginator(reads, &awsiam.ListAccessKeysInput{UserName: user})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return f, fmt.Errorf("read the keys of user %q: %w", *user, err)
		}
		for _, k := range page.AccessKeyMetadata {
			key := Key{ID: aws.ToString(k.AccessKeyId), Active: k.Status == types.StatusTypeActive}
			if key.Used, err = used(ctx, reads, key.ID); err != nil {
				return f, err
			}
			if d.Key != "" && key.ID != d.Key || d.Key == "" && len(f.Keys) > 0 {
				f.Odd = fmt.Sprintf("user %s has the key %s, which riposte did not make", f.Now, key.ID)
			}
			f.Keys = append(f.Keys, key)
		}
	}
	return f, nil
}

func tagged(u *types.User) string {
	for _, t := range u.Tags {
		if aws.ToString(t.Key) == Tag {
			return aws.ToString(t.Value)
		}
	}
	return ""
}

// used says when a key was used last. IAM takes hours to know, and riposte's own cases are sooner.
func used(ctx context.Context, r access.IAMReads, key string) (string, error) {
	out, err := r.GetAccessKeyLastUsed(ctx, &awsiam.GetAccessKeyLastUsedInput{AccessKeyId: aws.String(key)})
	if err != nil {
		return "", fmt.Errorf("read when key %q was used last: %w", key, err)
	}
	if out.AccessKeyLastUsed == nil || out.AccessKeyLastUsed.LastUsedDate == nil {
		return "", nil
	}
	return fmt.Sprintf("%s for %s", out.AccessKeyLastUsed.LastUsedDate.UTC().Format("2006-01-02T15:04:05Z"), aws.ToString(out.AccessKeyLastUsed.ServiceName)), nil
}

// Remove takes a decoy away, key and user. One that is not surely riposte's is left alone, which is an error.
func (g Garden) Remove(ctx context.Context, f Found) error {
	if f.Odd != "" {
		return fmt.Errorf("%s: it is left alone", f.Odd)
	}
	d := f.Decoy
	d.By, d.At = g.By, g.Now()
	if f.Gone == "" {
		d.User = f.Now
	}
	r, err := g.begin(ctx, d, d.title()+" is to be taken away")
	if err != nil {
		return err
	}
	d.Removed = true
	what := d.title() + " was taken away"
	if f.Gone != "" {
		return r.end(ctx, d, what+" before: "+f.Gone, nil)
	}
	for _, k := range f.Keys {
		out, failed := r.iam.DeleteAccessKey(ctx, &awsiam.DeleteAccessKeyInput{UserName: aws.String(name(d.User)), AccessKeyId: aws.String(k.ID)})
		if failed != nil && !action.Missing(failed) {
			err = fmt.Errorf("delete key %q: %w", k.ID, failed)
			break
		}
		if failed == nil {
			r.made(out.ResultMetadata)
		}
	}
	if err == nil {
		err = r.uproot(ctx, d.User)
	}
	if err != nil {
		d.Removed, what = false, d.title()+" was not taken away"
	}
	return errors.Join(err, r.end(ctx, d, what, err))
}

// uproot deletes a user that has no key, and its deny. Where IAM keeps the user, since it was given more, it is denied everything again.
func (r *record) uproot(ctx context.Context, user event.Resource) error {
	c, called := r.iam, aws.String(name(user))
	freed, err := c.DeleteUserPolicy(ctx, &awsiam.DeleteUserPolicyInput{UserName: called, PolicyName: aws.String(policyName)})
	if err != nil && !action.Missing(err) {
		return fmt.Errorf("delete the policy of user %q: %w", *called, err)
	}
	if err == nil {
		r.made(freed.ResultMetadata)
	}
	gone, err := c.DeleteUser(ctx, &awsiam.DeleteUserInput{UserName: called})
	if err == nil {
		r.made(gone.ResultMetadata)
		return nil
	}
	again, failed := c.PutUserPolicy(ctx, &awsiam.PutUserPolicyInput{UserName: called, PolicyName: aws.String(policyName), PolicyDocument: aws.String(denyAll)})
	if failed == nil {
		r.made(again.ResultMetadata)
	}
	if access.Answered(err, "DeleteConflict") {
		err = fmt.Errorf("%w: it has more than riposte gave it; where a case contains it, riposte undo that case first", err)
	}
	return errors.Join(fmt.Errorf("delete user %q: %w", *called, err), failed)
}
