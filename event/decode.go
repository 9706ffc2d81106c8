package event

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
)

// Decode reads one CloudTrail record, an Insights record included. It is strict about what routes and judges: keys count
// exactly as they are written, one that stands twice in the record or in its userIdentity is an error, and so is a
// record without eventSource, eventName or eventTime. What it does not know it leaves alone. The event keeps nothing of
// record, and no error quotes a value of it: values may be secrets.
func Decode(record []byte) (Event, error) {
	if !json.Valid(record) {
		return Event{}, errors.New("no valid JSON")
	}
	var fault error
	record = bytes.TrimSpace(bytes.Clone(record))
	if record[0] != '{' {
		return Event{}, errors.New("the record is no JSON object")
	}
	o := split(record, "the record", &fault)
	e := o.event()
	if fault != nil {
		return Event{}, fault
	}
	return e, nil
}

func (o object) event() Event {
	kind, call := o.kind(), o
	if kind == Insight { // which has the call in its details
		call = o.object("insightDetails")
	}
	tls := o.object("tlsDetails")
	e := Event{
		Kind: kind, Source: call.need("eventSource"), Name: call.need("eventName"),
		ID: o.text("eventID"), SharedID: o.text("sharedEventID"), RequestID: o.text("requestID"),
		Time: o.time(), Region: o.text("awsRegion"), ReadOnly: o.text("readOnly") == "true",
		Error:    Failure{Code: o.text("errorCode"), Message: o.text("errorMessage")},
		SourceIP: o.text("sourceIPAddress"), UserAgent: o.text("userAgent"), Endpoint: o.text("vpcEndpointId"),
		FromConsole: o.text("sessionCredentialFromConsole") == "true" || clicks(o.object("userIdentity").text("invokedBy")),
		TLS:         TLS{tls.text("tlsVersion"), tls.text("cipherSuite"), tls.text("clientProvidedHostHeader")},
		Request:     o.raw("requestParameters"), Response: o.raw("responseElements"),
		Additional: o.raw("additionalEventData"), Resources: o.resources(), Actor: o.object("userIdentity").actor(),
	}
	e.Account = cmp.Or(o.text("recipientAccountId"), e.Actor.Account) // records before version 1.02 name no recipient
	e.Partition = cmp.Or(partitionOfRegion(e.Region), e.Actor.Partition)
	e.Actor.Partition = cmp.Or(e.Actor.Partition, e.Partition)
	o.refine(&e)
	return e
}

// kind reads eventType, which records have since version 1.02, and eventCategory, since 1.07; older records are calls.
func (o object) kind() Kind {
	switch {
	case o.text("eventCategory") == "Insight" || o.text("eventType") == "AwsCloudTrailInsight":
		return Insight
	case o.text("eventType") == "AwsServiceEvent":
		return Service
	}
	return Call
}

// time returns the event's. Logstash, through which many recorded data sets went, moves it to @timestamp.
func (o object) time() time.Time {
	key := "eventTime"
	if _, ok := o.keys[key]; !ok && o.raw("@timestamp") != nil {
		key = "@timestamp"
	}
	return o.stamp(key)
}

// stamp returns the time below a key that no record may lack.
func (o object) stamp(key string) time.Time {
	t, err := time.Parse(time.RFC3339, o.need(key))
	if err != nil {
		o.fail("has no RFC 3339 time in %s", key)
	}
	return t.UTC()
}

func (o object) resources() []Resource {
	var out []Resource
	for i, raw := range o.list("resources") {
		r := split(raw, fmt.Sprintf("resources[%d]", i), o.fault)
		arn := cmp.Or(r.text("ARN"), r.text("arn"), r.text("ARNPrefix"))
		partition, region, account := arnPlace(arn)
		out = append(out, Resource{
			Partition: partition, Account: cmp.Or(r.text("accountId"), account), Region: region, Type: r.text("type"), ID: arn,
		})
	}
	return out
}

// refine corrects the actor by what stands outside userIdentity: a sign-in tells of its MFA in additionalEventData, and
// what a service did by itself may come without a type.
func (o object) refine(e *Event) {
	if e.Kind == Service && e.Actor.Kind == UnknownActor {
		e.Actor.Kind = ServiceActor
	}
	if e.Source == "signin.amazonaws.com" && e.Actor.MFA == MFANo && o.raw("additionalEventData") != nil {
		if strings.EqualFold(o.object("additionalEventData").text("MFAUsed"), "yes") {
			e.Actor.MFA = MFAYes
		}
	}
}
