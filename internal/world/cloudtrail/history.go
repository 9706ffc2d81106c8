// Package cloudtrail is CloudTrail in the world: the event history of a region.
package cloudtrail

import (
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail/types"

	"github.com/ripostehq/riposte/internal/world/core"
)

// Service is CloudTrail.
func Service() *core.Service {
	return &core.Service{
		Name: "cloudtrail", SDK: "CloudTrail", Reference: "https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_", Words: core.JSONWords(),
		Resources: []core.Resource{{Shelf: core.Trail(), Operations: []core.Operation{
			core.Define(core.Spec[cloudtrail.LookupEventsInput, cloudtrail.LookupEventsOutput]{
				Basis: "of management events; two calls a second are not counted", Knows: "LookupAttributes StartTime EndTime MaxResults NextToken", Answer: lookupEvents,
			}),
		}}},
	}
}

// mostEvents are those of a page.
const mostEvents = 50

func lookupEvents(c *core.Call, in *cloudtrail.LookupEventsInput) (*cloudtrail.LookupEventsOutput, *core.Refusal) {
	if len(in.LookupAttributes) > 1 {
		return nil, core.Refuse("InvalidLookupAttributesException", "You can only use one lookup attribute.").With(&types.InvalidLookupAttributesException{})
	}
	if in.StartTime != nil && in.EndTime != nil && in.EndTime.Before(*in.StartTime) {
		return nil, core.Refuse("InvalidTimeRangeException", "The end time is before the start time.").With(&types.InvalidTimeRangeException{})
	}
	all := slices.DeleteFunc(c.History(), func(r *core.Recorded) bool {
		return in.StartTime != nil && r.At.Before(*in.StartTime) || in.EndTime != nil && r.At.After(*in.EndTime) ||
			len(in.LookupAttributes) == 1 && !has(r, in.LookupAttributes[0])
	})
	size := int32(mostEvents)
	if in.MaxResults != nil {
		size = min(*in.MaxResults, size)
	}
	page, next, refused := core.Paged(all, in.NextToken, &size)
	if refused != nil {
		return nil, core.Refuse("InvalidNextTokenException", "The token is not valid.").With(&types.InvalidNextTokenException{})
	}
	out := &cloudtrail.LookupEventsOutput{NextToken: next}
	for _, r := range page {
		out.Events = append(out.Events, types.Event{
			EventId: &r.ID, EventName: &r.Name, EventSource: &r.Source, EventTime: aws.Time(r.At), ReadOnly: aws.String(strconv.FormatBool(r.ReadOnly)),
			Username: core.Optional(r.User), AccessKeyId: core.Optional(r.Key), CloudTrailEvent: aws.String(string(r.Text)),
		})
	}
	return out, nil
}

// has reports whether a record has what is looked for.
func has(r *core.Recorded, a types.LookupAttribute) bool {
	value := aws.ToString(a.AttributeValue)
	switch a.AttributeKey {
	case types.LookupAttributeKeyUsername:
		return r.User == value
	case types.LookupAttributeKeyAccessKeyId:
		return r.Key == value
	case types.LookupAttributeKeyEventName:
		return r.Name == value
	case types.LookupAttributeKeyEventId:
		return r.ID == value
	case types.LookupAttributeKeyEventSource:
		return r.Source == value
	case types.LookupAttributeKeyReadOnly:
		return strconv.FormatBool(r.ReadOnly) == strings.ToLower(value)
	case types.LookupAttributeKeyResourceName:
		return slices.Contains(r.Resources, value)
	}
	return false
}
