package event

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// Content is one thing found in a message: a CloudTrail record for Decode, a service's notice for DecodeNotice, or, by name, what
// is neither.
type Content struct {
	Record json.RawMessage // nil where Notice or Other is set
	Notice json.RawMessage // an EventBridge event for DecodeNotice
	Other  string          // "CloudTrail digest", "EventBridge: EC2 Instance State-change Notification"
	Label  string          // of Other: one of Labels
	Bridge *Bridge         // what EventBridge wrote around the record; nil where it is not wrapped in its event
}

// Unwrap takes apart whatever brought the records: a bare record, {"Records":[...]}, an EventBridge event, what
// LookupEvents answers, any of these as a JSON array or JSON Lines, or in an SNS notification. Contents that look like a
// record and lack something are left to Decode, which says what. An error comes with what was found before it.
//
// The signature of a notification is not looked at: which sender may deliver is decided by the queue's policy, or by the
// secret that a sender has to know.
func Unwrap(message []byte) ([]Content, error) { return unwrapAll(nil, message, true) }

// unwrapAll adds what a message holds to what was found; notifications within notifications are none of ours.
func unwrapAll(found []Content, message []byte, notified bool) ([]Content, error) {
	d := json.NewDecoder(bytes.NewReader(message))
	for {
		var value json.RawMessage
		err := d.Decode(&value)
		if err == io.EOF {
			return found, nil
		}
		if err != nil {
			return found, fmt.Errorf("no valid JSON at byte %d", d.InputOffset())
		}
		all := []json.RawMessage{value}
		if value[0] == '[' {
			all = elements(value)
		}
		for _, element := range all {
			if value[0] == '[' && element[0] != '{' {
				found = append(found, Content{Record: element})
			} else if found, err = open(found, element, notified); err != nil {
				return found, err
			}
		}
	}
}

// open takes the records out of an object; within these there is no other list of records.
func open(found []Content, value json.RawMessage, notified bool) ([]Content, error) {
	if value[0] != '{' {
		return found, errors.New("a value that is no JSON object")
	}
	var fault error
	o := split(value, "the object", &fault)
	if fault != nil {
		return found, fault
	}
	for _, list := range []struct {
		key  string
		open func(json.RawMessage) Content
	}{{"Records", Identify}, {"Events", lookedUp}} {
		if raw := o.keys[list.key]; len(raw) > 0 && raw[0] == '[' {
			for _, element := range elements(raw) {
				found = append(found, list.open(element))
			}
			return found, nil
		}
	}
	if message, ok := o.notification(); ok && notified {
		return unwrapAll(found, message, false)
	}
	return append(found, Identify(value)), nil
}

// notification returns the message of an SNS notification that carries JSON.
// https://docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html
func (o object) notification() ([]byte, bool) {
	raw := o.raw("Message")
	if raw == nil || raw[0] != '"' || o.text("Type") != "Notification" || o.raw("TopicArn") == nil || o.marked() {
		return nil, false
	}
	message := bytes.TrimSpace([]byte(unquote(raw)))
	return message, len(message) > 0 && (message[0] == '{' || message[0] == '[')
}

// elements of a list that is known to be valid JSON.
func elements(list json.RawMessage) (out []json.RawMessage) {
	for i := blank(list, 1); list[i] != ']'; {
		end := skipValue(list, i)
		out = append(out, list[i:end:end])
		if i = blank(list, end); list[i] == ',' {
			i = blank(list, i+1)
		}
	}
	return out
}

// lookedUp opens one event as LookupEvents answers it: the record is JSON within a string.
func lookedUp(value json.RawMessage) Content {
	var fault error
	if inner := []byte(split(value, "", &fault).text("CloudTrailEvent")); fault == nil && json.Valid(inner) {
		return Identify(bytes.TrimSpace(inner))
	}
	return Identify(value)
}

// marks are the keys of a CloudTrail record: with any of them it is meant to be one.
var marks = []string{"eventSource", "eventName", "eventTime", "eventVersion", "eventID", "userIdentity", "insightDetails"}

// Identify tells a record, also one that EventBridge wrapped, from what other services write. A record with a key twice is
// still one, for Decode to refuse.
func Identify(value json.RawMessage) Content {
	var fault error
	o := split(value, "", &fault)
	if fault != nil || value[0] != '{' {
		return Content{Record: value}
	}
	detail := o.raw("detail")
	borrowed, ok := o.borrowed()
	switch {
	case ok:
		return borrowed
	case o.aggregated():
		return Content{Other: "CloudTrail aggregated event", Label: Aggregated}
	case o.marked():
		return Content{Record: value}
	case o.raw("replay-name") != nil:
		return Content{Other: "EventBridge: a replay of an archive", Label: Replayed}
	case detail != nil && detail[0] == '{' && split(detail, "", &fault).marked():
		return Content{Record: detail, Bridge: &Bridge{Source: o.text("source"), Account: o.text("account")}}
	case o.notice():
		return Content{Notice: value}
	case o.raw("detail-type") != nil && o.text("source") == "aws.s3":
		return Content{Other: "EventBridge: " + o.text("detail-type"), Label: BucketNotice}
	case o.raw("detail-type") != nil:
		return Content{Other: "EventBridge: " + o.text("detail-type"), Label: BridgeEvent}
	}
	return o.foreign()
}

func (o object) marked() bool {
	for _, key := range marks {
		if _, ok := o.keys[key]; ok {
			return true
		}
	}
	return *o.fault != nil
}
