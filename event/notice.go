package event

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
	"strings"
)

// NoticeType names an event that one of AWS's services sends by EventBridge of its own accord, as "SOURCE: DETAIL-TYPE". No
// trail recorded it, and it names no principal: it only says what happened to which resource.
type NoticeType string

// InstanceState tells each state that an instance comes to; pending comes at a launch and at a start.
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/monitoring-instance-state-changes.html
const InstanceState NoticeType = "aws.ec2: EC2 Instance State-change Notification"

// LaunchLifecycle tells of an instance that a group's launch hook holds before it enters service.
// https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-event-reference.html
const LaunchLifecycle NoticeType = "aws.autoscaling: EC2 Instance-launch Lifecycle Action"

// NoticeTypes lists those that riposte reads; another one is no record and no notice.
func NoticeTypes() []NoticeType { return []NoticeType{InstanceState, LaunchLifecycle} }

// Source returns the service that sends it, which customers can't put on an event: aws.ec2.
func (n NoticeType) Source() string {
	source, _, _ := strings.Cut(string(n), ": ")
	return source
}

// DetailType returns what the service calls it.
func (n NoticeType) DetailType() string {
	_, detail, _ := strings.Cut(string(n), ": ")
	return detail
}

// notice reports whether an envelope holds one that riposte reads.
func (o object) notice() bool {
	detail := o.raw("detail")
	return len(detail) > 0 && detail[0] == '{' && slices.Contains(NoticeTypes(), NoticeType(o.text("source")+": "+o.text("detail-type")))
}

// Unheeded returns the content for a source in which notices do not belong: one is foreign there.
func (c Content) Unheeded() Content {
	if c.Notice == nil {
		return c
	}
	return Content{Other: "EventBridge: a service's notice", Label: BridgeEvent}
}

// DecodeNotice reads an EventBridge event that a service sent of its own accord: Kind is Notice, Source and Name are the
// envelope's source and detail-type, Request is its detail, and there is no actor. It is as strict as Decode: a key that stands
// twice is an error, and so is an event without id, time, account or region. No error quotes a value.
func DecodeNotice(message []byte) (Event, error) {
	if !json.Valid(message) {
		return Event{}, errors.New("no valid JSON")
	}
	var fault error
	o := split(bytes.TrimSpace(bytes.Clone(message)), "the event", &fault)
	e := Event{
		Kind: Notice, ID: o.need("id"), Source: o.need("source"), Name: o.need("detail-type"),
		Account: o.need("account"), Region: o.need("region"), Time: o.stamp("time"), Request: o.raw("detail"),
		Actor: Actor{Kind: UnknownActor, MFA: MFAUnknown},
	}
	e.Partition = partitionOfRegion(e.Region)
	for _, about := range o.list("resources") {
		if parts := strings.SplitN(unquote(about), ":", 6); len(parts) == 6 && (parts[4] != e.Account || parts[3] != e.Region) {
			o.fail("is about a resource of another account or region than its own")
		}
	}
	split(e.Request, "detail", &fault)
	if fault == nil && !o.notice() {
		o.fail("is none that a service sends of its own accord: riposte reads %q", NoticeTypes())
	}
	if fault != nil {
		return Event{}, fault
	}
	return e, nil
}
