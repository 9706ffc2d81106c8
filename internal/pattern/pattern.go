// Package pattern writes the EventBridge rules that a deployment needs, from what playbooks and actions say of themselves:
// what riposte would not look at is neither delivered nor paid for.
package pattern

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/playbook"
)

// Limit is the number of characters of a rule's pattern.
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html
const Limit = 2048

// Rule is one rule on the default bus of an account and region.
type Rule struct {
	Name    string  `json:"-"`       // the service, and a number where one rule can't hold all its calls
	Pattern Pattern `json:"pattern"` // what EventBridge takes, as JSON
	Global  bool    `json:"global"`  // delivered in the home region of the partition only: us-east-1, cn-north-1, us-gov-west-1
	State   string  `json:"state"`   // ENABLED, or the state in which a rule is given reading calls, too
}

// Pattern is what a rule lets through.
type Pattern struct {
	Source     []Value `json:"source"`
	DetailType []Value `json:"detail-type"`
	Detail     Detail  `json:"detail"`
}

// Detail is the part of a pattern that concerns the CloudTrail record, or the notice.
type Detail struct {
	EventSource  []Value   `json:"eventSource,omitempty"`
	EventName    []Value   `json:"eventName,omitempty"`
	State        []Value   `json:"state,omitempty"` // of a service's notice
	ReadOnly     []bool    `json:"readOnly,omitempty"`
	UserIdentity *Identity `json:"userIdentity,omitempty"`
}

// The states of a rule. Reading calls reach only rules that ask for them, and only those of the default bus.
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail.html
const (
	Writes   = "ENABLED"
	AllCalls = "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"
)

// For lists the rules that deliver every call that the playbooks' triggers name and every call that could undo what they
// do, the notices that they name and the callers that they watch, and nothing else. It fails where a single call has a name that no rule can hold.
func For(playbooks []playbook.Definition) ([]Rule, error) {
	var out []Rule
	wanted := calls(playbooks)
	for _, source := range slices.Sorted(maps.Keys(wanted)) {
		names := slices.Compact(slices.Sorted(slices.Values(wanted[source])))
		for _, reading := range []bool{false, true} {
			some := slices.DeleteFunc(slices.Clone(names), func(n string) bool { return call.Recorded(source, n).Read() != reading })
			rules, err := split(source, some)
			if err != nil {
				return nil, err
			}
			out = append(out, rules...)
		}
	}
	by, err := callers(playbooks)
	return numbered(slices.Concat(out, notices(playbooks), by)), err
}

// notices returns the rules for what services tell of their own accord.
func notices(playbooks []playbook.Definition) (out []Rule) {
	for _, d := range playbooks {
		for _, n := range d.Notices() {
			p := Pattern{Source: values(n.Type.Source()), DetailType: values(n.Type.DetailType()), Detail: Detail{State: values(n.States...)}}
			if !slices.ContainsFunc(out, func(r Rule) bool { return reflect.DeepEqual(r.Pattern, p) }) {
				out = append(out, Rule{Name: strings.TrimPrefix(n.Type.Source(), "aws.") + "-notices", Pattern: p, State: Writes})
			}
		}
	}
	return out
}

// Asks returns what the rule lets through, by source and name of a record, or by source and detail-type of a notice;
// nothing of a rule that goes by the caller (By).
func (r Rule) Asks() (all []call.Event) {
	sources, names := r.Pattern.Detail.EventSource, r.Pattern.Detail.EventName
	if r.By() != "" {
		return nil
	}
	if sources == nil {
		sources, names = r.Pattern.Source, r.Pattern.DetailType
	}
	for _, source := range sources {
		for _, name := range names {
			all = append(all, call.Event{Source: string(source), Name: string(name)})
		}
	}
	return all
}

// calls returns names by event source: of the triggers, and of what could undo an effect, which is how riposte hears of it
// before its next look.
func calls(playbooks []playbook.Definition) map[string][]string {
	wanted := map[string][]string{}
	for _, d := range playbooks {
		ids := d.Calls()
		for _, k := range d.Changes {
			ids = append(ids, k.UndoneBy...)
		}
		for _, id := range ids {
			for _, e := range id.Events() {
				wanted[e.Source] = append(wanted[e.Source], e.Name)
			}
		}
	}
	return wanted
}

// split spreads the calls of one service over as many rules as it takes.
func split(source string, names []string) (out []Rule, err error) {
	for len(names) > 0 {
		n := len(names)
		r := rule(source, names)
		for r.size() > Limit && n > 1 {
			n--
			r = rule(source, names[:n])
		}
		if r.size() > Limit {
			return nil, fmt.Errorf("event pattern for %s of %s: %d characters, and a rule holds %d", names[0], source, r.size(), Limit)
		}
		out, names = append(out, r), names[n:]
	}
	return out, nil
}

func rule(source string, names []string) Rule {
	service, _, _ := strings.Cut(source, ".")
	r := Rule{Name: service, Global: call.Recorded(source, names[0]).Global(), State: Writes, Pattern: Pattern{
		// Only AWS may send events with a source that begins with "aws.", so this is what keeps a forged record out:
		// https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEventsRequestEntry.html
		Source:     values("aws." + service),
		DetailType: values("AWS API Call via CloudTrail"),
		Detail:     Detail{EventSource: values(source), EventName: values(names...)},
	}}
	if service == "signin" { // https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail.html
		r.Pattern.DetailType = values("AWS Console Sign In via CloudTrail")
	}
	if call.Recorded(source, names[0]).Read() {
		r.State = AllCalls
	}
	return r
}

// numbered gives every rule a name of its own, which stays as long as what stands before it in the service does.
func numbered(rules []Rule) []Rule {
	seen := map[string]int{}
	for i, r := range rules {
		seen[r.Name]++
		if n := seen[r.Name]; n > 1 {
			rules[i].Name = fmt.Sprintf("%s-%d", r.Name, n)
		}
	}
	return rules
}

func (r Rule) size() int {
	b, err := json.Marshal(r.Pattern)
	if err != nil { // strings and lists of strings can be marshalled
		return Limit + 1
	}
	return len(b)
}
