package event

import (
	"bytes"
	"strings"
)

// The labels of what is no CloudTrail record: a fixed list, so that they are fit for figures. What an event holds is never
// one of them.
const (
	Aggregated     = "aggregated"              // CloudTrail's sums of calls
	Digest         = "digest"                  // CloudTrail's signatures of its files
	BucketNotice   = "s3-notification"         // what S3 tells of objects, itself or by EventBridge
	TrailNotice    = "cloudtrail-notification" // what CloudTrail tells by SNS of its log files
	Trial          = "test"                    // what S3 and CloudTrail send to see whether a way is open
	Subscription   = "sns"                     // what SNS says for itself: that a subscription is to be confirmed or has ended
	Notification   = "notification"            // what another service or program sent by SNS
	BridgeEvent    = "eventbridge"             // an event that holds no record
	Replayed       = "replayed"                // an event that EventBridge replays from an archive: its caller chose what, and when
	ServiceRecord  = "service"                 // another service's notification in CloudTrail's form (aws:kinesis)
	CloudWatchLogs = "cloudwatch-logs"         // may hold records, which only a replay takes out
	OCSF           = "ocsf"                    // Security Lake's schema
	ConfigHistory  = "config"
	Findings       = "findings"
	NoRecords      = "empty" // a log file without records
	AnythingElse   = "other"
)

// Labels lists the labels of what is no record.
func Labels() []string {
	return []string{
		Aggregated, Digest, BucketNotice, TrailNotice, Trial, Subscription, Notification, BridgeEvent, Replayed, ServiceRecord, CloudWatchLogs, OCSF, ConfigHistory, Findings,
		NoRecords, AnythingElse,
	}
}

// foreign names the things that are apt to lie beside CloudTrail logs, or to come with them.
func (o object) foreign() Content {
	if raw, ok := o.keys["Records"]; ok && isNull(raw) {
		return Content{Other: "log file without records", Label: NoRecords}
	}
	if _, ok := o.keys["TopicArn"]; ok {
		return o.fromSNS()
	}
	for _, known := range []struct {
		keys        []string
		name, label string
	}{
		{[]string{"digestS3Object"}, "CloudTrail digest", Digest},
		{[]string{"configurationItems"}, "AWS Config history", ConfigHistory},
		{[]string{"logEvents"}, "CloudWatch Logs", CloudWatchLogs},
		{[]string{"awslogs"}, "CloudWatch Logs", CloudWatchLogs},
		{[]string{"s3Bucket", "s3ObjectKey"}, "notification of CloudTrail", TrailNotice},
		{[]string{"Event", "Bucket", "Service"}, "test event of S3", Trial},
		{[]string{"class_uid", "metadata"}, "OCSF (Security Lake)", OCSF},
		{[]string{"metadata", "api", "actor"}, "OCSF (Security Lake)", OCSF},
		{[]string{"Findings"}, "findings", Findings},
		{[]string{"ResultSet"}, "rows of Athena without whole records", AnythingElse},
		{[]string{"QueryResultRows"}, "rows of CloudTrail Lake without whole records", AnythingElse},
		{[]string{"results", "statistics"}, "answer of Logs Insights without @message", AnythingElse},
		{[]string{"EventId", "EventName"}, "events of LookupEvents without CloudTrailEvent", AnythingElse},
		{[]string{"EventName", "UserIdentityType"}, "rows of Microsoft Sentinel, single fields of records", AnythingElse},
	} {
		if o.has(known.keys) {
			return Content{Other: known.name, Label: known.label}
		}
	}
	return Content{Other: unnamed, Label: AnythingElse}
}

// unnamed is the name of what has none in the table.
const unnamed = "JSON that is no CloudTrail record"

func (o object) has(keys []string) bool {
	for _, key := range keys {
		if _, ok := o.keys[key]; !ok {
			return false
		}
	}
	return true
}

// fromSNS tells what SNS says for itself from what others send by it. CloudTrail tries a topic with a message in words
// whenever a trail is changed.
func (o object) fromSNS() Content {
	switch kind := o.text("Type"); {
	case kind == "SubscriptionConfirmation" || kind == "UnsubscribeConfirmation":
		return Content{Other: "SNS " + kind, Label: Subscription}
	case strings.TrimSpace(o.text("Message")) == validation:
		return Content{Other: "CloudTrail's test of an SNS topic", Label: Trial}
	}
	return Content{Other: "SNS message", Label: Notification}
}

// validation is what CloudTrail sends to see whether a topic takes its messages.
const validation = "CloudTrail validation message."

// aggregated: CloudTrail's own sums of calls have no name, and lie among the records.
// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-aggregation-record-contents.html
func (o object) aggregated() bool {
	_, named := o.keys["eventName"]
	return !named && (o.text("eventCategory") == "Aggregated" || o.text("eventType") == "AwsAggregatedEvent")
}

// borrowed names another service's notification, which has CloudTrail's keys.
func (o object) borrowed() (Content, bool) {
	if !bytes.HasPrefix(o.keys["eventSource"], []byte(`"aws:`)) {
		return Content{}, false
	}
	service := strings.TrimPrefix(o.text("eventSource"), "aws:")
	label := ServiceRecord
	if service == "s3" {
		label = BucketNotice
	}
	return Content{Other: "notification of " + service, Label: label}, true
}
