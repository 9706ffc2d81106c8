package core

import (
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/ripostehq/riposte/event"
)

// Delivery is one record on its way to the organisation's event bus. It is delivered at least once: again after the
// world was opened anew, until it is acknowledged.
type Delivery struct {
	ID   string
	At   time.Time
	Body json.RawMessage // EventBridge's envelope around the CloudTrail record
}

// Fields is a part of a record: its keys are CloudTrail's.
type Fields = map[string]any

// Given sets a key unless its value is empty.
func Given(into Fields, key, value string) {
	if value != "" {
		into[key] = value
	}
}

// Hidden stands in records where user data stood.
const Hidden = "<sensitiveDataRemoved>"

// Optional is nil for what is not there.
func Optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// Record writes a call, refused or not, into the trail of the account that was called. Of reads, those by the credentials of
// instances are delivered, too: what riposte's rules by caller ask for.
func (c *Call) Record(out any, refused *Refusal) {
	r := c.header()
	r["requestParameters"] = c.request(c)
	r["responseElements"] = nil
	if refused != nil {
		r["errorCode"], r["errorMessage"] = refused.Code, refused.Message
		if recorded := c.Service.Words.Recorded; recorded != nil {
			r["errorCode"] = recorded(refused)
		}
		if c.Service.HidesDenied && refused.Code == c.Service.Words.Denied.Code {
			r["requestParameters"] = nil
		}
	} else {
		response := c.response(c, out)
		if b, err := json.Marshal(response); err == nil && len(b) > mostResponse {
			response = Fields{"omitted": true, "originalSize": len(b), "reason": "responseElements too large"}
		}
		r["responseElements"] = response
		if all := c.resources(c); all != nil {
			r["resources"] = all
		}
	}
	text := c.keep(r, c.Now)
	if !c.Write && !c.By.onInstance() {
		return
	}
	id := c.UUID()
	c.Pending = append(c.Pending, Delivery{ID: id, At: c.Now.Add(c.Delivery), Body: c.Enveloped(c.Service.Name, id, c.Now, text)})
}

// Notify sends what a service tells of its own accord about a resource, whichever caller caused it.
func (at At) Notify(of event.NoticeType, arn string, detail Fields) {
	if at.Notices == 0 {
		return
	}
	id := at.UUID()
	at.Pending = append(at.Pending, Delivery{ID: id, At: at.Now.Add(at.Notices), Body: at.envelope(Fields{
		"id": id, "detail-type": of.DetailType(), "source": of.Source(), "time": Stamp(at.Now), "resources": []string{arn}, "detail": detail,
	})})
}

func (c *Call) header() Fields {
	host := c.Service.Name + "." + c.Place.Region + ".amazonaws.com"
	if c.Service.Global {
		host = c.Service.Name + ".amazonaws.com"
	}
	r := Fields{
		"eventVersion": "1.11", "userIdentity": c.identity(), "eventTime": Stamp(c.Now),
		"eventSource": c.Service.Name + ".amazonaws.com", "eventName": c.Name, "awsRegion": c.Place.Region,
		"sourceIPAddress": c.From.SourceIP, "userAgent": c.From.UserAgent, "requestID": c.RequestID, "eventID": c.eventID(),
		"readOnly": !c.Write || c.ReadOnly, "eventType": "AwsApiCall", "managementEvent": true, "recipientAccountId": c.Place.Account,
		"eventCategory": "Management",
	}
	Given(r, "vpcEndpointId", c.From.Endpoint)
	if c.By.Service == "" {
		r["tlsDetails"] = Fields{"tlsVersion": "TLSv1.3", "cipherSuite": "TLS_AES_128_GCM_SHA256", "clientProvidedHostHeader": host}
	}
	return r
}

// identity is the record's userIdentity.
func (c *Call) identity() Fields {
	p := c.By
	id := Fields{"principalId": p.ID, "arn": p.ARN, "accountId": p.Account}
	Given(id, "accessKeyId", p.Key)
	Given(id, "invokedBy", p.Service)
	if p.User != "" {
		id["type"], id["userName"] = "IAMUser", p.User
	}
	if p.Session == nil {
		return id
	}
	context := Fields{"attributes": Fields{
		"creationDate": Stamp(p.Session.Created), "mfaAuthenticated": strconv.FormatBool(p.Session.MFA),
	}}
	if p.Role != nil {
		id["type"] = "AssumedRole"
		context["sessionIssuer"] = Fields{
			"type": "Role", "principalId": p.Role.ID, "arn": p.Role.ARN, "accountId": p.Account, "userName": p.Role.Name,
		}
	}
	Given(context, "sourceIdentity", p.Session.SourceIdentity)
	if p.onInstance() {
		context["ec2RoleDelivery"] = "2.0"
		id["inScopeOf"] = Fields{"issuerType": "AWS::EC2::Instance", "credentialsIssuedTo": p.Session.Instance.ARN}
	}
	id["sessionContext"] = context
	return id
}

// mostResponse is the size in bytes from which CloudTrail leaves responseElements out.
const mostResponse = 100 << 10

// Enveloped is a record of the place in EventBridge's envelope.
func (at At) Enveloped(service, id string, when time.Time, record any) json.RawMessage {
	return at.envelope(Fields{
		"id": id, "detail-type": "AWS API Call via CloudTrail", "source": "aws." + service, "time": Stamp(when), "resources": []string{}, "detail": record,
	})
}

// envelope is an event of the place as EventBridge delivers it.
func (at At) envelope(sent Fields) json.RawMessage {
	sent["version"], sent["account"], sent["region"] = "0", at.Place.Account, at.Place.Region
	body, err := json.Marshal(sent)
	if err != nil { // a record is made of maps, strings, numbers and lists
		body = fmt.Appendf(nil, "%q", err.Error())
	}
	return body
}

// Stamp is CloudTrail's time: UTC, whole seconds.
func Stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05Z") }
