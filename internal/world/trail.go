package world

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/ripostehq/riposte/event"
)

// Delivery is one record on its way to whoever listens to the organisation's events. It is delivered at least once:
// again after the world was opened anew, until it is acknowledged.
type Delivery struct {
	ID   string
	At   time.Time
	Body json.RawMessage // EventBridge's envelope around the CloudTrail record
}

// Deliveries are those that are due and not acknowledged, in the order in which they became due.
func (w *World) Deliveries() []Delivery {
	w.mu.Lock()
	defer w.mu.Unlock()
	var due []Delivery
	for _, d := range w.state.Pending {
		if !d.At.After(w.state.Now) {
			due = append(due, d)
		}
	}
	return due
}

// Ack ends a delivery. Acknowledging twice is no error.
func (w *World) Ack(id string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.state.Pending = slices.DeleteFunc(w.state.Pending, func(d Delivery) bool { return d.ID == id })
	return w.save()
}

// fields is a part of a record: its keys are CloudTrail's.
type fields = map[string]any

// record writes a call, refused or not, into the trail of the account that was called.
func (c *call) record(out any, refused *refusal) {
	r := c.header()
	r["requestParameters"] = c.request(c, c.input)
	r["responseElements"] = nil
	if refused != nil {
		r["errorCode"], r["errorMessage"] = refused.recorded(c.service), refused.message
		if c.unshown(refused) {
			r["requestParameters"] = nil
		}
	} else {
		r["responseElements"] = c.limited(c.response(c, out))
		if c.resources != nil {
			r["resources"] = c.resources(c, c.input)
		}
	}
	c.deliver(c.place, c.service, r)
}

// unshown tells that a refused call's parameters are left out: so they are in every recorded denial by these services.
func (c *call) unshown(r *refusal) bool {
	switch c.service {
	case "iam", "sts":
		return r.code == "AccessDenied"
	case "ssm":
		return r.code == "AccessDeniedException"
	}
	return false
}

func (c *call) header() fields {
	host := c.service + "." + c.place.Region + ".amazonaws.com"
	if c.service == "iam" {
		host = "iam.amazonaws.com"
	}
	r := fields{
		"eventVersion": "1.11", "userIdentity": c.identity(), "eventTime": stamp(c.Now),
		"eventSource": c.service + ".amazonaws.com", "eventName": c.name, "awsRegion": c.place.Region,
		"sourceIPAddress": c.from.SourceIP, "userAgent": c.from.UserAgent, "requestID": c.requestID, "eventID": c.uuid(),
		"readOnly": !c.write || c.readOnly, "eventType": "AwsApiCall", "managementEvent": true, "recipientAccountId": c.place.Account,
		"eventCategory": "Management",
	}
	if c.by.service == "" {
		r["tlsDetails"] = fields{"tlsVersion": "TLSv1.3", "cipherSuite": "TLS_AES_128_GCM_SHA256", "clientProvidedHostHeader": host}
	}
	return r
}

// mostResponse is the size in bytes from which CloudTrail leaves responseElements out.
const mostResponse = 100 << 10

// limited leaves out a response that is too large for CloudTrail, as it does: {"omitted":true,...}.
func (c *call) limited(response any) any {
	b, err := json.Marshal(response)
	if err != nil || len(b) <= mostResponse {
		return response
	}
	return fields{"omitted": true, "originalSize": len(b), "reason": "responseElements too large"}
}

// deliver wraps a record as EventBridge does and sets it on its way.
func (s *state) deliver(p event.Place, service string, record fields) {
	id := s.uuid()
	s.Pending = append(s.Pending, Delivery{ID: id, At: s.Now.Add(s.Delivery), Body: enveloped(p, service, id, s.Now, record)})
}

// enveloped is a record in EventBridge's envelope.
func enveloped(p event.Place, service, id string, at time.Time, record fields) json.RawMessage {
	body, err := json.Marshal(fields{
		"version": "0", "id": id, "detail-type": "AWS API Call via CloudTrail", "source": "aws." + service,
		"account": p.Account, "time": stamp(at), "region": p.Region, "resources": []string{}, "detail": record,
	})
	if err != nil { // a record is made of maps, strings, numbers and lists
		body = fmt.Appendf(nil, "%q", err.Error())
	}
	return body
}

// stamp is CloudTrail's time: UTC, whole seconds.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05Z") }
