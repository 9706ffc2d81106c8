package doctor

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"

	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/cloud"
	"github.com/ripostehq/riposte/internal/pattern"
)

// rules asks whether every call that riposte must hear of is delivered by a rule that is enabled, and where to. What
// an operator wrote by hand counts as well as what the modules made.
func (p Parts) rules(ctx context.Context, at event.Place, wanted []pattern.Rule) []Finding {
	ctx, cancel := p.limited(ctx)
	defer cancel()
	there, err := inForce(ctx, eventbridge.NewFromConfig(p.AWS.Visit(at, cloud.Audit)))
	f := Finding{Check: "rules", State: OK, Says: "every call that a playbook looks at is delivered"}.at(at)
	d := p.delivery(at, wanted, there)
	switch {
	case err == nil && len(d.missing) > 0:
		err = fmt.Errorf("no enabled rule on the default bus delivers %s", strings.Join(d.missing, ", "))
	case err == nil && len(d.unread) > 0:
		err = fmt.Errorf("reads are left out of %s: their rules lack the state %s", strings.Join(d.unread, ", "), pattern.AllCalls)
	}
	switch {
	case err != nil:
	case len(d.astray) > 0:
		f.State = Warning
		f.Says = fmt.Sprintf("nothing known to be riposte's hub gets %s; their rules deliver to %s", strings.Join(d.astray, ", "), strings.Join(d.targets, ", "))
		f.Mend = fmt.Sprintf("point the rules at riposte's queue, or at its bus (riposte-*) in account %s; where they go to it by way of something else, send a canary",
			strings.Join(p.hubs(), " or "))
	case len(d.targets) > 0:
		f.Says += ", to " + strings.Join(d.targets, ", ")
	}
	return one(f, err, fmt.Sprintf("deploy the spoke in account %s, region %s (deploy/terraform/modules/spoke, or the stack set); the patterns: riposte permissions --patterns", at.Account, at.Region))
}

// rule is one of the default bus that delivers.
type rule struct {
	pattern pattern.Pattern
	reads   bool     // it is given reading calls, too
	targets []string // ARNs, at least one
}

// inForce are the rules of the default bus that are enabled, have a target, and can be read. A pattern that is written in
// another way than by lists of names, or that asks for more than riposte's do, is not understood, and covers nothing: a
// doctor must not say that all is well because it can't read.
func inForce(ctx context.Context, client *eventbridge.Client) (out []rule, err error) {
	in := &eventbridge.ListRulesInput{}
	for {
		page, err := client.ListRules(ctx, in)
		if err != nil {
			return nil, err
		}
		for _, r := range page.Rules {
			var known rule
			d := json.NewDecoder(strings.NewReader(aws.ToString(r.EventPattern)))
			d.DisallowUnknownFields()
			if r.State == types.RuleStateDisabled || d.Decode(&known.pattern) != nil {
				continue
			}
			targets, err := client.ListTargetsByRule(ctx, &eventbridge.ListTargetsByRuleInput{Rule: r.Name})
			if err != nil {
				return nil, err
			}
			known.reads = r.State == pattern.AllCalls
			for _, t := range targets.Targets {
				known.targets = append(known.targets, aws.ToString(t.Arn))
			}
			if len(known.targets) > 0 {
				out = append(out, known)
			}
		}
		if page.NextToken == nil {
			return out, nil
		}
		in.NextToken = page.NextToken
	}
}

// covers reports whether a rule lets an event through that another pattern asks for: a call, a notice, which has no name in its
// detail, or whatever a caller calls. What a pattern does not name it does not ask for, and an operator is the same where it is
// written in the same way: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns.html
func (r rule) covers(wanted pattern.Pattern, asked call.Event) bool {
	source, name := wanted.Detail.EventSource, wanted.Detail.EventName
	if name != nil {
		source, name = []pattern.Value{pattern.Value(asked.Source)}, []pattern.Value{pattern.Value(asked.Name)}
	}
	if have := r.pattern.Detail.UserIdentity; have != nil && !reflect.DeepEqual(have, wanted.Detail.UserIdentity) {
		return false
	}
	for _, part := range []struct{ have, want []pattern.Value }{
		{r.pattern.Source, wanted.Source},
		{r.pattern.DetailType, wanted.DetailType},
		{r.pattern.Detail.EventSource, source},
		{r.pattern.Detail.EventName, name},
		{r.pattern.Detail.State, wanted.Detail.State},
	} {
		if part.have != nil && part.want == nil {
			return false
		}
		for _, w := range part.want {
			if part.have != nil && !slices.Contains(part.have, w) {
				return false
			}
		}
	}
	return true
}

// delivery is what becomes of the calls that riposte must hear of, as people write them.
type delivery struct {
	missing []string // delivered by no rule
	unread  []string // delivered by rules whose state leaves reading calls out
	astray  []string // delivered, and to nothing that is known to be riposte's
	targets []string // of all rules that deliver them; where some go astray, of theirs
}

// wanted are the rules that a region must have: those of global services where these are at home, and no others there where
// nothing else is defended.
func (p Parts) wanted(at event.Place, defended bool) []pattern.Rule {
	home := at.Region == cloud.Global(at).Region
	return slices.DeleteFunc(slices.Clone(p.Rules), func(r pattern.Rule) bool { return r.Global && !home || !r.Global && !defended })
}

// targetsOf are where the rules deliver what another asks for; unread says that some would, were they given reads.
func targetsOf(there []rule, want pattern.Rule, asked call.Event) (targets []string, unread bool) {
	for _, r := range there {
		switch covers := r.covers(want.Pattern, asked); {
		case covers && want.State == pattern.AllCalls && !r.reads:
			unread = true
		case covers:
			targets = append(targets, r.targets...)
		}
	}
	return targets, unread
}

func (p Parts) delivery(at event.Place, wanted []pattern.Rule, there []rule) (d delivery) {
	var home, elsewhere []string
	for _, want := range wanted {
		asks := want.Asks()
		if want.By() != "" {
			asks = []call.Event{{Name: want.By()}}
		}
		for _, asked := range asks {
			targets, unread := targetsOf(there, want, asked)
			service, _, _ := strings.Cut(strings.TrimPrefix(asked.Source, "aws."), ".")
			switch call := strings.TrimPrefix(service+":"+asked.Name, ":"); {
			case len(targets) == 0 && unread:
				d.unread = append(d.unread, call)
			case len(targets) == 0:
				d.missing = append(d.missing, call)
			case slices.ContainsFunc(targets, func(arn string) bool { return p.ours(at, arn) }):
				home = append(home, targets...)
			default:
				d.astray, elsewhere = append(d.astray, call), append(elsewhere, targets...)
			}
		}
	}
	d.targets = home
	if len(d.astray) > 0 {
		d.targets = elsewhere
	}
	for _, list := range []*[]string{&d.missing, &d.unread, &d.astray, &d.targets} {
		slices.Sort(*list)
		*list = slices.Compact(*list)
	}
	return d
}
