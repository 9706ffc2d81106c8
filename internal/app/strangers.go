package app

import "github.com/ripostehq/riposte/event"

// advice is what to do about what a service was sent by mistake, by its label.
func advice(label string) string {
	switch label {
	case event.BucketNotice, event.TrailNotice:
		return "the source s3 reads the log files that such notifications name: give it their queue"
	case event.Trial:
		return "nothing is to be done: the way is open"
	case event.Subscription:
		return "riposte confirms no subscription: do it with aws sns confirm-subscription, or subscribe the queue from its own account"
	case event.CloudWatchLogs:
		return "send events by EventBridge, or let the source s3 read the trail's bucket; riposte replay reads exported logs"
	case event.OCSF:
		return "Security Lake's schema leaves out what playbooks read: send CloudTrail's events by EventBridge"
	case event.Aggregated, event.Digest:
		return "nothing is to be done: CloudTrail writes them beside its records"
	case event.Replayed:
		return "nothing is done about events of the past; riposte replay shows what would have been: look in CloudTrail for events:StartReplay"
	case event.ServiceRecord, event.Notification, event.BridgeEvent:
		return "narrow the rule or the topic to CloudTrail's events: detail-type AWS API Call via CloudTrail"
	}
	return "look for its sender: riposte takes CloudTrail records, and EventBridge events that hold one"
}
