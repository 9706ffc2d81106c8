package securityhub

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/securityhub/types"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/notify"
)

// Limits of the format, in characters.
// https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_AwsSecurityFinding.html
const (
	maxID          = 512
	maxTitle       = 256
	maxDescription = 1024
	maxResources   = 32
	maxField       = 2048
	maxAdvice      = 512
)

// finding describes a case in the AWS Security Finding Format. Severity and types stand among the provider's own fields,
// from where Security Hub copies them until a person has set others; workflow and notes are people's and are left alone.
// Errors and facts, which may hold anything, never come in.
func (r *Reporter) finding(c *ledger.Case, at event.Place) (types.AwsSecurityFinding, error) {
	steps, err := r.steps(c)
	if err != nil {
		return types.AwsSecurityFinding{}, err
	}
	things := gather(c, steps)
	first, last := observed(c)
	compliance, record := status(c.State)
	return types.AwsSecurityFinding{
		SchemaVersion: aws.String("2018-10-08"),
		Id:            some("riposte/" + c.ID),
		ProductArn:    aws.String(fmt.Sprintf("arn:%s:securityhub:%s:%s:product/%s/default", at.Partition, at.Region, at.Account, at.Account)),
		ProductName:   aws.String("riposte"),
		GeneratorId:   some(c.Playbook),
		AwsAccountId:  aws.String(at.Account),

		CreatedAt:       stamp(created(c)),
		UpdatedAt:       stamp(r.updated(c)),
		FirstObservedAt: stamp(first),
		LastObservedAt:  stamp(last),

		Title:         aws.String(notify.Cut(title(c), maxTitle)),
		Description:   aws.String(notify.Cut(story(c, steps, len(things)), maxDescription)),
		Remediation:   &types.Remediation{Recommendation: &types.Recommendation{Text: aws.String(notify.Cut(r.advice(c, steps), maxAdvice))}},
		Resources:     resources(things),
		ProductFields: fields(c),

		Compliance:  &types.Compliance{Status: compliance},
		RecordState: record,
		FindingProviderFields: &types.FindingProviderFields{
			Severity: &types.FindingProviderSeverity{Label: severity(c), Original: some(string(c.Severity))},
			Types:    taxonomy(c.Playbook),
		},
	}, nil
}

func title(c *ledger.Case) string { return cmp.Or(notify.Plain(c.Title), c.Playbook) }

// upstream is who made the actor's credentials, "" where that is not known.
func upstream(c *ledger.Case) string {
	if len(c.Upstream) == 0 {
		return ""
	}
	return c.Upstream[0].Actor.ARN
}

// recent are the actor's other calls, the latest first, as many as fit; "" where none were looked up.
func recent(c *ledger.Case) string {
	if c.Recent == nil {
		return ""
	}
	var calls []string
	for _, one := range c.Recent.Calls {
		calls = append(calls, one.String())
	}
	return strings.Join(calls, "; ")
}

// fields are for filters and for rules of EventBridge, which compare and do not read.
func fields(c *ledger.Case) map[string]string {
	out := map[string]string{}
	for name, value := range map[string]string{
		"riposte/case":      c.ID,
		"riposte/incident":  c.Incident,
		"riposte/state":     string(c.State),
		"riposte/reason":    c.Reason,
		"riposte/event":     c.Origin.EventID,
		"riposte/call":      c.Origin.Name,
		"riposte/actor":     c.Origin.Actor.ARN,
		"riposte/source-ip": c.Origin.SourceIP,
		"riposte/upstream":  upstream(c),
		"riposte/recent":    recent(c),
		"riposte/moved-to":  c.SupersededBy,
	} {
		if value = notify.Cut(notify.Plain(value), maxField); value != "" {
			out[name] = value
		}
	}
	return out
}
