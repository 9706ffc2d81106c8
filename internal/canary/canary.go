// Package canary is a harmless call that shows that events arrive: made on purpose in an account and region, marked, refused
// by AWS, recorded by CloudTrail, delivered like an attack, and written into the ledger like any suspect, then dismissed.
package canary

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/smithy-go"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/playbook"
)

// ID is what canaries' cases are filed under. It is no playbook of the catalogue: it answers nothing.
const ID = "riposte.canary"

// marker begins the id of an instance that there is not.
const marker = "i-0c0ffee"

// Call is what is called, as an IAM action. The launch playbooks look at this call, so it is delivered wherever they run.
const Call = call.EC2ModifyInstanceAttribute

// Modify is the one operation that a canary needs: an EC2 client's ModifyInstanceAttribute.
type Modify func(context.Context, *ec2.ModifyInstanceAttributeInput, ...func(*ec2.Options)) (*ec2.ModifyInstanceAttributeOutput, error)

// Send makes the call, and gives the request id by which its record is known. It is a dry run about an instance that does
// not exist, in the direction that protects: AWS refuses it whatever the caller's rights are, and CloudTrail records
// refusals too. nonce are five random bytes, which make the id of the instance.
func Send(ctx context.Context, modify Modify, nonce [5]byte) (requestID string, err error) {
	_, err = modify(ctx, &ec2.ModifyInstanceAttributeInput{
		DryRun: aws.Bool(true), InstanceId: aws.String(marker + hex.EncodeToString(nonce[:])),
		DisableApiTermination: &types.AttributeBooleanValue{Value: aws.Bool(true)},
	})
	var answer *awshttp.ResponseError
	var refused smithy.APIError
	switch {
	case err == nil:
		return "", errors.New("a dry run was carried out: this is not AWS")
	case !errors.As(err, &answer) || !errors.As(err, &refused) || answer.ServiceRequestID() == "":
		return "", fmt.Errorf("send a canary: %w", err)
	}
	return answer.ServiceRequestID(), nil
}

// Arrival is the lead that a canary left in the ledger; false where it has not arrived.
func Arrival(cases []*ledger.Case, requestID string) (playbook.Origin, bool) {
	for _, c := range cases {
		for _, l := range c.Suspects {
			if c.Playbook == ID && l.Origin.RequestID == requestID {
				return l.Origin, true
			}
		}
	}
	return playbook.Origin{}, false
}

// Sender makes the calls that count as canaries: the sessions of this name of a role in the account that is called. Both can be chosen by
// a caller that may make roles, or assume this one, and a canary proves nothing: this only bounds who can have the ledger written
// with calls that take no right at all. Without a role riposte enters no account but its own, by credentials that the
// doctor need not share with the daemon: there any marked call counts.
type Sender struct {
	Role    string // by name, with its path where it has one; "" for none
	Session string
	Awaited bool // a schedule sends some: that they arrived is remembered, each in a row of its own
}

func (s Sender) sent(e event.Event) bool {
	if s.Role == "" {
		return true
	}
	a := e.Actor
	return a.Account == e.Account && a.Session == s.Session && a.IssuerName() == "role/"+strings.TrimPrefix(s.Role, "/")
}

// Playbook makes suspects of canaries, which its check dismisses: that they arrived is all there is to say. They join one
// case an account and region, so that a sender of many makes few.
func Playbook(s Sender) playbook.Playbook {
	return playbook.Playbook{
		Definition: playbook.Definition{
			ID: ID, Title: "A canary arrived", Severity: playbook.Low,
			On: []playbook.Trigger{playbook.Call(call.EC2ModifyInstanceAttribute).AlsoFailed()},
		},
		Observes: func(e event.Event) []playbook.Observation {
			if !s.Awaited {
				return nil
			}
			return arrivals(s, e)
		},
		Suspects: func(e event.Event) ([]playbook.StoredSuspect, error) { return leads(s, e), nil },
		Check: func(context.Context, playbook.In, string, playbook.StoredSuspect) ([]playbook.Proposal, error) {
			return nil, nil
		},
		Preview: func(playbook.StoredSuspect) (action.Plan, error) { return action.Plan{}, nil },
	}
}

func leads(s Sender, e event.Event) []playbook.StoredSuspect {
	var request struct {
		InstanceID string `json:"instanceId"`
	}
	if !e.Failed() || json.Unmarshal(e.Request, &request) != nil || !strings.HasPrefix(request.InstanceID, marker) || !s.sent(e) {
		return nil
	}
	return []playbook.StoredSuspect{{
		Playbook: ID, Severity: playbook.Low, Resource: e.Place().In(event.Instance, marker+"0000000000"),
		Title: "a canary arrived: " + e.RequestID, Facts: []byte("{}"), Origin: playbook.OriginOf(e),
	}}
}
