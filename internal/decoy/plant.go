package decoy

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/smithy-go/middleware"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/event"
)

// Secret is the half of a key that is shown once. It prints as nothing, wherever it may come to be printed by accident.
type Secret string

// String hides it.
func (Secret) String() string { return "(not shown)" }

// MarshalText hides it.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// GoString hides it.
func (Secret) GoString() string { return "(not shown)" }

const denyAll = `{"Version":"2012-10-17","Statement":[{"Sid":"MayNothing","Effect":"Deny","Action":"*","Resource":"*"}]}`

// Plant makes a user of a name that is free, denies it everything, and only then gives it a key. What was made is taken away again where
// the rest fails.
func (g Garden) Plant(ctx context.Context, place event.Place, called string) (Decoy, Secret, error) {
	d := At(place, called)
	d.By, d.At, d.Begun = g.By, g.Now(), true
	if err := g.Free(ctx, d.User); err != nil {
		return d, "", err
	}
	r, err := g.begin(ctx, d, fmt.Sprintf("decoy %s is to be planted", d.User))
	if err != nil {
		return d, "", err
	}
	d.Case = r.c.ID
	secret, err := r.plant(ctx, &d)
	what := fmt.Sprintf("decoy %s was planted: user %s with key %s", d.User, d.UserID, d.Key)
	if err != nil {
		what = fmt.Sprintf("decoy %s was not planted", d.User)
	}
	return d, secret, errors.Join(err, r.end(ctx, d, what, err))
}

func (r *record) plant(ctx context.Context, d *Decoy) (Secret, error) {
	c, user := r.iam, aws.String(name(d.User))
	made, err := c.CreateUser(ctx, &iam.CreateUserInput{UserName: user, Tags: []types.Tag{{Key: aws.String(Tag), Value: aws.String(d.Case)}}})
	if err != nil {
		d.Begun = !access.Unreadable(err) // any other answer may be that to a second try, after a first one that was made and not answered
		return "", fmt.Errorf("make user %q: %w", *user, err)
	}
	r.made(made.ResultMetadata)
	d.UserID = aws.ToString(made.User.UserId)
	if err := r.note(ctx, *d, fmt.Sprintf("user %s was made", d.UserID)); err != nil {
		return "", r.withdraw(ctx, d, err)
	}
	denied, err := c.PutUserPolicy(ctx, &iam.PutUserPolicyInput{UserName: user, PolicyName: aws.String(policyName), PolicyDocument: aws.String(denyAll)})
	if err != nil {
		return "", r.withdraw(ctx, d, fmt.Errorf("deny user %q everything: %w", *user, err))
	}
	r.made(denied.ResultMetadata)
	key, err := c.CreateAccessKey(ctx, &iam.CreateAccessKeyInput{UserName: user})
	if err != nil {
		return "", r.withdraw(ctx, d, fmt.Errorf("give user %q a key: %w", *user, err))
	}
	r.made(key.ResultMetadata)
	d.Key, d.Begun = aws.ToString(key.AccessKey.AccessKeyId), false
	return Secret(aws.ToString(key.AccessKey.SecretAccessKey)), nil
}

// withdraw takes away the user that was just made, and says where it stays.
func (r *record) withdraw(ctx context.Context, d *Decoy, why error) error {
	d.Begun = false
	if err := r.uproot(context.WithoutCancel(ctx), d.User); err != nil {
		return fmt.Errorf("%w; and the user stays, %s: riposte decoy remove %s", why, err, d.UserID)
	}
	d.UserID = ""
	return why
}

// made keeps the request id of a change, by which its record is known as riposte's own.
func (r *record) made(m middleware.Metadata) {
	if id, ok := awsmiddleware.GetRequestIDMetadata(m); ok {
		r.requests = append(r.requests, id)
	}
}
