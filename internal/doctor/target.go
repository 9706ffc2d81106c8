package doctor

import (
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws/arn"

	"github.com/ripostehq/riposte/event"
)

// queueAt is what a queue's URL says of it: https://sqs.REGION.amazonaws.com/ACCOUNT/NAME.
func queueAt(url string) (account, name string) {
	parts := strings.Split(strings.TrimSuffix(url, "/"), "/")
	if len(parts) < 2 {
		return "", ""
	}
	return parts[len(parts)-2], parts[len(parts)-1]
}

// hubs are the accounts in which riposte receives: where it runs, and where its queues are.
func (p Parts) hubs() (out []string) {
	if p.Home.Account != "" {
		out = append(out, p.Home.Account)
	}
	for _, s := range p.Config.Sources {
		if s.SQS == nil {
			continue
		}
		if account, _ := queueAt(s.SQS.QueueURL); !slices.Contains(out, account) {
			out = append(out, account)
		}
	}
	return out
}

// ours reports whether a rule's target is known to lead to riposte: a queue that the configuration reads, or by the name
// that the modules give it, in an account of the hub, the bus, the function, and the queue of a function, which the
// configuration does not name. An API destination is made in the account of its rule.
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-api-destinations.html
func (p Parts) ours(at event.Place, target string) bool {
	t, err := arn.Parse(target)
	if err != nil {
		return false
	}
	hub := slices.Contains(p.hubs(), t.AccountID)
	switch kind, _, _ := strings.Cut(t.Resource, "/"); {
	case t.Service == "sqs":
		return p.polls(t) || hub && len(p.Config.Sources) == 0 && named(t.Resource)
	case t.Service == "events" && kind == "event-bus":
		return hub && named(strings.TrimPrefix(t.Resource, "event-bus/"))
	case t.Service == "events" && kind == "api-destination":
		return t.AccountID == at.Account && named(strings.TrimPrefix(t.Resource, "api-destination/"))
	case t.Service == "lambda":
		return hub && named(strings.TrimPrefix(t.Resource, "function:"))
	}
	return false
}

func (p Parts) polls(queue arn.ARN) bool {
	for _, s := range p.Config.Sources {
		if s.SQS == nil {
			continue
		}
		if account, name := queueAt(s.SQS.QueueURL); account == queue.AccountID && name == queue.Resource && s.SQS.Region == queue.Region {
			return true
		}
	}
	return false
}

// named reports whether a name is one that the guardrail keeps for riposte.
func named(name string) bool { return name == "riposte" || strings.HasPrefix(name, "riposte-") }
