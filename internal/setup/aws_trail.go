package setup

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail/types"

	"github.com/ripostehq/riposte/event"
)

// history is how many pages of 50 calls are read of a region of an account: AWS answers two a second, and what launches most is seen
// in the latest.
const history = 4

// States of a trail.
const (
	Logging = "logging"
	Stopped = "stopped"
)

// Trails are those that the caller's account sees in its region, the organisation's among them.
func (a *AWS) Trails(ctx context.Context) ([]Trail, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	c := cloudtrail.NewFromConfig(a.config(event.Place{Partition: a.caller.Partition, Region: a.caller.Region}))
	describe, status, selectors := c.DescribeTrails, c.GetTrailStatus, c.GetEventSelectors
	out, err := describe(ctx, &cloudtrail.DescribeTrailsInput{})
	if err != nil {
		return nil, err
	}
	var all []Trail
	var unread error
	for _, t := range out.TrailList {
		one := Trail{
			Name: aws.ToString(t.Name), Region: aws.ToString(t.HomeRegion), Bucket: aws.ToString(t.S3BucketName),
			Organization: aws.ToBool(t.IsOrganizationTrail), Everywhere: aws.ToBool(t.IsMultiRegionTrail),
		}
		home := func(o *cloudtrail.Options) {
			if one.Region != "" {
				o.Region = one.Region
			}
		}
		s, err := status(ctx, &cloudtrail.GetTrailStatusInput{Name: t.TrailARN}, home)
		if err == nil {
			one.State = map[bool]string{true: Logging, false: Stopped}[aws.ToBool(s.IsLogging)]
		}
		sel, selErr := selectors(ctx, &cloudtrail.GetEventSelectorsInput{TrailName: t.TrailARN}, home)
		if selErr == nil {
			one.Management = management(sel)
		}
		unread = errors.Join(unread, err, selErr)
		all = append(all, one)
	}
	return all, unread
}

// management says which management events a trail records.
// https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_GetEventSelectors.html
func management(s *cloudtrail.GetEventSelectorsOutput) string {
	if len(s.EventSelectors)+len(s.AdvancedEventSelectors) == 0 {
		return "all" // what a trail records unless somebody says otherwise
	}
	for _, e := range s.EventSelectors {
		if aws.ToBool(e.IncludeManagementEvents) {
			return map[types.ReadWriteType]string{types.ReadWriteTypeAll: "all", types.ReadWriteTypeReadOnly: "reads", types.ReadWriteTypeWriteOnly: "writes"}[e.ReadWriteType]
		}
	}
	for _, e := range s.AdvancedEventSelectors {
		which := "all"
		isManagement := false
		for _, f := range e.FieldSelectors {
			switch aws.ToString(f.Field) {
			case "eventCategory":
				isManagement = slices.Contains(f.Equals, "Management")
			case "readOnly":
				which = map[bool]string{true: "reads", false: "writes"}[slices.Contains(f.Equals, "true")]
			}
		}
		if isManagement {
			return which
		}
	}
	return "none"
}

// Launches are the calls of RunInstances that succeeded, the latest first.
func (a *AWS) Launches(ctx context.Context, at event.Place, since time.Time) (all []Launch, more bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	lookup := cloudtrail.NewFromConfig(a.config(at)).LookupEvents
	in := &cloudtrail.LookupEventsInput{
		StartTime: &since, MaxResults: aws.Int32(50),
		LookupAttributes: []types.LookupAttribute{{AttributeKey: types.LookupAttributeKeyEventName, AttributeValue: aws.String("RunInstances")}},
	}
	for range history {
		out, err := lookup(ctx, in)
		if err != nil {
			return nil, false, err
		}
		for _, e := range out.Events {
			if one, ok := launch(aws.ToString(e.CloudTrailEvent)); ok {
				all = append(all, one)
			}
		}
		if in.NextToken = out.NextToken; aws.ToString(in.NextToken) == "" {
			return all, false, nil
		}
	}
	return all, true, nil
}

// record is what of a record of RunInstances tells who launched how much.
type record struct {
	ErrorCode    string `json:"errorCode"`
	UserIdentity struct {
		Type           string `json:"type"`
		ARN            string `json:"arn"`
		PrincipalID    string `json:"principalId"`
		InvokedBy      string `json:"invokedBy"`
		SessionContext struct {
			SessionIssuer struct {
				ARN         string `json:"arn"`
				PrincipalID string `json:"principalId"`
			} `json:"sessionIssuer"`
		} `json:"sessionContext"`
	} `json:"userIdentity"`
	ResponseElements struct {
		InstancesSet struct {
			Items []json.RawMessage `json:"items"`
		} `json:"instancesSet"`
	} `json:"responseElements"`
}

// launch reads one record; false for a call that launched nothing, or can't be read.
func launch(text string) (Launch, bool) {
	var r record
	if err := json.Unmarshal([]byte(text), &r); err != nil || r.ErrorCode != "" || len(r.ResponseElements.InstancesSet.Items) == 0 {
		return Launch{}, false
	}
	l := Launch{Issuer: r.UserIdentity.ARN, ID: r.UserIdentity.PrincipalID, Instances: len(r.ResponseElements.InstancesSet.Items)}
	if i := r.UserIdentity.SessionContext.SessionIssuer; i.ARN != "" {
		l.Issuer, l.ID = i.ARN, i.PrincipalID
	}
	if l.Issuer == "" {
		l.Issuer = fmt.Sprintf("%s %s", r.UserIdentity.Type, r.UserIdentity.InvokedBy)
	}
	return l, true
}
