package launch

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/playbook"
	"github.com/ripostehq/riposte/playbooks/request"
)

const madePublic = "public" // as an observation

// observeImage returns what a record shows of an image's being made public, or private again: the image itself does not tell
// since when.
func observeImage(e event.Event, _ ImageParams) []playbook.Observation {
	in := request.Of(e)
	id := in.At("imageId").Scalar()
	if call.OfEvent(e) != call.EC2ModifyImageAttribute || e.Failed() || id == "" {
		return nil
	}
	for _, change := range []string{"add", "remove"} {
		for _, p := range in.At("launchPermission", change).Items() {
			if p.At("group").Scalar() == "all" {
				return []playbook.Observation{{
					Resource: e.Place().In(event.Image, id), Of: madePublic, On: change == "add", At: e.Time.UTC(),
					Call: e.Name, By: e.Actor.ARN, Event: playbook.OriginOf(e).EventID,
				}}
			}
		}
	}
	return nil
}

// judge returns what the policy says of an image that was read. What is doubtful because the owner may have changed it is so
// where a record shows the change: after the launch that is judged, or so shortly before that the one may have been for the
// other's sake.
func (r reader) judge(ctx context.Context, i types.Image) (verdict, error) {
	id := aws.ToString(i.ImageId)
	o, err := r.owner(ctx, i)
	if err != nil {
		return verdict{}, fmt.Errorf("image %q: whether its owner %s belongs to the organisation: %w", id, aws.ToString(i.OwnerId), err)
	}
	v := r.rules.judge(i, o, r.at)
	if v.recent == "" {
		return v, nil
	}
	v.doubt = ""
	if r.in.History.Recall == nil {
		return v, nil
	}
	home := event.Place{Partition: r.place.Partition, Account: aws.ToString(i.OwnerId), Region: r.place.Region}
	made, err := r.in.History.Recall(ctx, home.In(event.Image, id), v.recent, r.in.Now.Add(time.Second))
	if err != nil {
		return verdict{}, fmt.Errorf("recall image %q: %w", id, err)
	}
	if made != nil && made.On && r.at.Sub(made.At) <= fresh {
		v.doubt = fmt.Sprintf("its owner is allowed, and %s made it %s at %s: it may have been fit when it was launched",
			made.By, v.recent, made.At.Format(time.RFC3339))
	}
	return v, nil
}

// The owners that need no account's id.
const (
	ownerSelf         = "self"         // the account that launches
	ownerOrganization = "organization" // any account of the organisation
)

// owner is what the policy makes of an image's owner.
type owner struct {
	allowed bool
	vouched bool // named by id or alias: its images may be public
}

// owner compares an image's owner with those that may always be launched from and those that are named: naming one takes
// nothing from the others. A stranger is never allowed unnamed, since what a stranger shares with an account needs the
// stranger's will alone. The organisation is asked last: what is allowed already needs no answer.
func (r reader) owner(ctx context.Context, i types.Image) (owner, error) {
	id := aws.ToString(i.OwnerId)
	owners := r.rules.AllowOwners
	if !slices.Contains(r.rules.Deny, Unlisted) {
		owners = append([]string{ownerSelf, ownerOrganization}, owners...)
	}
	if slices.ContainsFunc(owners, func(o string) bool {
		// An account's id, or an alias of AWS's, which no owner can give itself.
		return o != "" && o != ownerSelf && o != ownerOrganization && (o == id || o == aws.ToString(i.ImageOwnerAlias))
	}) {
		return owner{allowed: true, vouched: true}, nil
	}
	if slices.Contains(owners, ownerSelf) && id == r.place.Account {
		return owner{allowed: true}, nil
	}
	if !slices.Contains(owners, ownerOrganization) || id == "" {
		return owner{}, nil
	}
	member, err := r.in.Organization.Has(ctx, id)
	return owner{allowed: member || id == r.place.Account}, err
}
