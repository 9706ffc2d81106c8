package playbook

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail/types"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/event"
)

// Origins is what the event history has of the making of a session's key.
type Origins struct {
	Seen    *Observation // as the record would have been remembered where it is delivered; nil: not found
	Account string       // where Seen is nil, the caller's, whose own copy of the record names the caller
	Unseen  string       // why it is not known, where the history could not be asked
}

// Minted looks up who made a session's key, by one page of the event history. The record of a call that opens a session lists the key that
// it gave out among its resources, as AWS::IAM::AccessKey; so recorded answers of LookupEvents show, of AssumeRole in the same and across
// accounts. It is in the history of the region whose STS was asked. No documentation of AWS's says which resources an event lists.
// https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html
func (l *Lookups) Minted(ctx context.Context, r access.Reads, now time.Time, at event.Place, key string, before time.Time) (Origins, error) {
	if !l.take(at, now) {
		return Origins{Unseen: usedUp}, nil
	}
	page, err := r.CloudTrail(at).LookupEvents(ctx, &cloudtrail.LookupEventsInput{
		LookupAttributes: []types.LookupAttribute{{AttributeKey: types.LookupAttributeKeyResourceName, AttributeValue: &key}},
		StartTime:        aws.Time(before.Add(-mintedFor)), EndTime: &before, MaxResults: aws.Int32(mostOfOnePage),
	})
	if err != nil {
		return Origins{}, fmt.Errorf("look up who made key %s: %w", key, err)
	}
	for _, one := range page.Events {
		e, err := event.Decode([]byte(aws.ToString(one.CloudTrailEvent)))
		if err != nil || e.Minted() != key {
			continue
		}
		if o, named := Minted(e); named {
			return Origins{Seen: &o}, nil
		}
		if e.Actor.Account != at.Account {
			return Origins{Account: e.Actor.Account}, nil
		}
	}
	return Origins{}, nil
}
