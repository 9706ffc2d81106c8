package playbook

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail/types"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/event"
)

// Maker is what the event history has of the making of a resource.
type Maker struct {
	Actor  event.Actor // whose call made it; the zero actor: not found
	Call   string      // CreateVolume
	At     time.Time
	Unseen string // why there may be a call that was not found, "" where the history has none
	UsedUp bool   // a later look may find it: the look-ups of the account and region are used up for now
}

// Maker looks up who made a resource, by its name, in the history of a region (of what is global, the partition's region for that). The newest call
// counts that made one of the name: what was before it is gone. Which names an event lists among its resources is not documented: the record
// itself has to name what was made. https://docs.aws.amazon.com/awscloudtrail/latest/userguide/view-cloudtrail-events.html
func (l *Lookups) Maker(ctx context.Context, r access.Reads, now time.Time, at event.Place, of event.Resource) (Maker, error) {
	if !slices.ContainsFunc(Creations(), func(c Creation) bool { return c.Kind == of.Type }) {
		return Maker{Unseen: "which calls make one is not known of " + event.Noun(of.Type)}, nil
	}
	name := of.ID
	if event.Global(of.Type) {
		name = lastName(name)
	}
	in := &cloudtrail.LookupEventsInput{
		LookupAttributes: []types.LookupAttribute{{AttributeKey: types.LookupAttributeKeyResourceName, AttributeValue: &name}},
		StartTime:        aws.Time(now.Add(-historyReaches)), EndTime: &now, MaxResults: aws.Int32(mostOfOnePage),
	}
	pages := cmp.Or(l.OfLook, pagesOfCheck)
	for range pages {
		if !l.take(at, now) {
			return Maker{Unseen: usedUp, UsedUp: true}, nil
		}
		page, err := r.CloudTrail(at).LookupEvents(ctx, in)
		if err != nil {
			return Maker{}, fmt.Errorf("look up who made %s: %w", of, err)
		}
		for _, one := range page.Events {
			if e, err := event.Decode([]byte(aws.ToString(one.CloudTrailEvent))); err == nil && Created(e, of) {
				return Maker{Actor: e.Actor, Call: e.Name, At: e.Time}, nil
			}
		}
		if in.NextToken = page.NextToken; in.NextToken == nil {
			return Maker{}, nil
		}
	}
	return Maker{Unseen: fmt.Sprintf("a look reads %d pages of the event history, and there are more calls that name it", pages)}, nil
}
