package launch

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/playbook"
	"github.com/ripostehq/riposte/playbooks/request"
)

const madePublic = "public" // as an observation

// observeImage is what a record shows of an image's being made public, or private again: the image itself does not tell
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

// changed says that an image was changed after the launch that is judged, or so shortly before that the one may have been for
// the other's sake; "" where no record shows it.
func (j judges) changed(ctx context.Context, i types.Image, what string) (string, error) {
	if j.in.History.Recall == nil {
		return "", nil
	}
	home := event.Place{Partition: j.place.Partition, Account: aws.ToString(i.OwnerId), Region: j.place.Region}
	o, err := j.in.History.Recall(ctx, home.In(event.Image, aws.ToString(i.ImageId)), what, j.in.Now.Add(time.Second))
	switch {
	case err != nil:
		return "", fmt.Errorf("recall image %q: %w", aws.ToString(i.ImageId), err)
	case o == nil || !o.On || j.at.Sub(o.At) > fresh:
		return "", nil
	}
	return fmt.Sprintf("its owner is allowed, and %s made it %s at %s: it may have been fit when it was launched", o.By, what, o.At.Format(time.RFC3339)), nil
}
