package hardening

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/inventory"
	"github.com/ripostehq/riposte/playbook"
	"github.com/ripostehq/riposte/playbooks/managed"
)

//go:embed testdata/tls.txtar
var tlsStories string

// TLSParams are the parameters of hardening.tls.
type TLSParams struct {
	Policy   string   `yaml:"policy" help:"the security policy that takes the place of one that speaks TLS 1.0 or 1.1; of forward-secrecy and post-quantum ones their own next does"`
	Days     int      `yaml:"days" help:"days of failed handshakes that tell what is usual: 7 to 60"`
	CodeTags []string `yaml:"code_tags" help:"keys of tags by which your code (Terraform, Pulumi) marks what it manages: it is told of, and not changed"`
}

// Validate refuses a policy that is as old as those which it replaces.
func (p TLSParams) Validate() error {
	if _, old := oldPolicies()[p.Policy]; old || !strings.HasPrefix(p.Policy, "ELBSecurityPolicy-") {
		return playbook.Wrong{Path: []any{"policy"}, Text: fmt.Sprintf("%q: want a security policy of Elastic Load Balancing that speaks neither TLS 1.0 nor 1.1", p.Policy)}
	}
	if p.Days < 7 || p.Days > 60 {
		return playbook.Wrong{Path: []any{"days"}, Text: fmt.Sprintf("%d: want 7 to 60", p.Days)}
	}
	return nil
}

// oldPolicies are the policies that speak TLS 1.0 or 1.1, each with what takes its place: "" the parameter's, "-" what a person has to choose.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/describe-ssl-policies.html
func oldPolicies() map[string]string {
	return map[string]string{
		"ELBSecurityPolicy-2015-05": "", "ELBSecurityPolicy-2016-08": "", "ELBSecurityPolicy-TLS-1-0-2015-04": "", "ELBSecurityPolicy-TLS-1-1-2017-01": "",
		"ELBSecurityPolicy-TLS13-1-0-2021-06": "", "ELBSecurityPolicy-TLS13-1-1-2021-06": "",
		"ELBSecurityPolicy-FS-2018-06": "ELBSecurityPolicy-FS-1-2-2019-08", "ELBSecurityPolicy-FS-1-1-2019-08": "ELBSecurityPolicy-FS-1-2-2019-08",
		"ELBSecurityPolicy-TLS13-1-0-PQ-2025-09":   "ELBSecurityPolicy-TLS13-1-2-Ext2-PQ-2025-09",
		"ELBSecurityPolicy-TLS13-1-0-FIPS-2023-04": "-", "ELBSecurityPolicy-TLS13-1-1-FIPS-2023-04": "-",
	}
}

// TLS finds listeners of load balancers that speak TLS 1.0 or 1.1, and asks to have them speak 1.2 and later alone.
func TLS() playbook.Definition {
	return playbook.Define(playbook.Spec[TLSParams, tls]{
		ID:       "hardening.tls",
		Title:    "A load balancer speaks TLS 1.0 or 1.1",
		Why:      whyTLS,
		Severity: playbook.Low,
		Lists:    []playbook.Listing[TLSParams, tls]{playbook.List(inventory.Listeners(), listTLS)},
		Ripe:     func(playbook.Streak, tls, time.Time, TLSParams) bool { return true },
		Reads:    []call.ID{call.ELBDescribeListeners, call.ELBDescribeTags},
		Changes:  playbook.Always[TLSParams](action.ListenerPolicy{}.About().Kind),
		Prevents: []playbook.Prevention{{
			Kind: playbook.ServiceControlPolicy,
			How:  "Deny listeners with policies that speak TLS 1.0 or 1.1. What is made without a policy gets ELBSecurityPolicy-2016-08, so that one has to be named.",
			Document: `{"Version":"2012-10-17","Statement":[{"Sid":"OnlyNewTLS","Effect":"Deny","Action":["elasticloadbalancing:CreateListener","elasticloadbalancing:ModifyListener"],` +
				`"Resource":"*","Condition":{"ForAnyValue:StringLike":{"elasticloadbalancing:SecurityPolicy":["ELBSecurityPolicy-20*","ELBSecurityPolicy-FS-2018-06","ELBSecurityPolicy-FS-1-1-*",` +
				`"ELBSecurityPolicy-TLS-1-0-*","ELBSecurityPolicy-TLS-1-1-*","ELBSecurityPolicy-TLS13-1-0-*","ELBSecurityPolicy-TLS13-1-1-*"]}}}]}`,
		}},
		Stories:  tlsStories,
		Defaults: TLSParams{Policy: "ELBSecurityPolicy-TLS13-1-2-Ext2-2021-06", Days: 14},
		Suspect:  func(event.Event, TLSParams) []playbook.Suspect[tls] { return nil },
		Check:    checkTLS,
		Plan: func(s playbook.Suspect[tls], _ TLSParams) (plan action.Plan) {
			if f := s.Facts; f.Managed == "" && f.Next != "-" {
				plan.Steps = append(plan.Steps, action.Try(action.ListenerPolicy{Listener: s.Resource, Was: f.Policy, Policy: f.Next, Since: f.Opened, Most: f.Most}).Asking(tlsAsks))
			}
			return plan
		},
	})
}

const tlsAsks = "a client that speaks TLS 1.0 or 1.1 alone is cut off, and no metric tells whether there is one: the access log of an application balancer does (ssl_protocol), and so does " +
	"that of a network balancer (tls_protocol_version)"

const whyTLS = `TLS 1.0 and 1.1 were retired in 2021 (RFC 8996), and a listener that is made without naming a security policy speaks both. What is found is each listener of an
application or network load balancer whose policy has either. What takes its place (policy) has all ciphers of the usual old ones but speaks 1.2 and 1.3 alone, so that nothing but
a client of before 2014 or so is cut off; a policy with forward secrecy or for post-quantum keys gets its own next, and none gets weaker by it. Whether there is such a client no
metric tells: a person is asked, always, and the balancer's access log says it. Undo sets the former policy back. 1, 24 and 72 hours after the change it is looked at how many
handshakes fail: where more do on a day than ten times what was usual before, people are paged, and nothing is taken back unasked, since strangers who scan make handshakes fail, too.
What CloudFormation, Kubernetes, Beanstalk or your code (code_tags) owns is told and left, as a change by API would not last; so are FIPS policies, of which a person chooses the next. Not looked
at: classic balancers, distributions, domains of API Gateway, and buckets that take requests without TLS. Known false positive: a
balancer that old devices call (terminals, set-top boxes); tag it riposte:keep, which counts for its listeners, or name a policy that they speak (policy).`

// tls are the facts of a listener.
type tls struct {
	Policy, Next string // Next: what takes its place, "-" where a person has to choose
	Port         int32
	Managed      string    `json:",omitempty"`
	Most         float64   `json:",omitempty"` // failed handshakes on a day: more were not usual
	Opened       time.Time `json:",omitzero"`
}

// listTLS wants listeners with an old policy. One without TLS has none.
func listTLS(at event.Resource, l inventory.Listener, p TLSParams) *playbook.Listed[tls] {
	f := tls{Policy: aws.ToString(l.SslPolicy), Port: aws.ToInt32(l.Port)}
	next, old := oldPolicies()[f.Policy]
	if !old || at.ID == "" {
		return nil
	}
	if f.Next = next; next == "" {
		f.Next = p.Policy
	}
	if f.Managed = managed.By(l.Tags, nil, p.CodeTags); f.Managed == "" {
		f.Managed = managed.Kubernetes(l.Tags)
	}
	return &playbook.Listed[tls]{Suspect: f.of(at)}
}

func (f tls) of(at event.Resource) playbook.Suspect[tls] {
	title := fmt.Sprintf("listener %s, port %d, speaks old TLS by %s", at.ID, f.Port, managed.Short(f.Policy))
	switch {
	case f.Managed != "":
		title += "; " + f.Managed + " manages it: name a newer policy there"
	case f.Next == "-":
		title += "; choose one of the FIPS policies for TLS 1.2 and later"
	}
	return playbook.Suspect[tls]{Resource: at, Title: title, Facts: f}
}

// checkTLS looks at the listener as the listing did, and at how many handshakes usually fail.
func checkTLS(ctx context.Context, in playbook.In, s playbook.Suspect[tls], p TLSParams) ([]playbook.Suspect[tls], error) {
	l, err := action.LookListener(ctx, in.AWS, s.Resource)
	if err != nil || l == nil {
		return nil, err
	}
	_, id := action.HandshakesOf(s.Resource)
	tags, err := action.BalancerTags(ctx, in.AWS, s.Resource.Place().In(event.LoadBalancer, id))
	if err != nil || tags == nil {
		return nil, err
	}
	listed := listTLS(s.Resource, inventory.Listener{Listener: *l, Tags: tags}, p)
	if listed == nil {
		return nil, nil
	}
	f := listed.Suspect.Facts
	f.Opened = in.Origin.Received.UTC()
	if f.Most, err = mostFailed(ctx, in, s.Resource, p.Days); err != nil {
		return nil, err
	}
	found := f.of(s.Resource)
	found.Tags = tags
	return []playbook.Suspect[tls]{found}, nil
}

// mostFailed is how many handshakes on a day are no surprise: ten times the power of ten above the most that failed on one, a hundred at least. A
// figure that differs daily would ask anew daily. CloudWatch counts none where none failed; where it can't say, a hundred are.
func mostFailed(ctx context.Context, in playbook.In, listener event.Resource, days int) (float64, error) {
	const least = 100
	if in.Metrics == nil {
		return least, nil
	}
	namespace, balancer := action.HandshakesOf(listener)
	series, err := in.Metrics.Daily(ctx, playbook.MetricQuery{
		At: listener.Place(), Namespace: namespace, Name: action.FailedHandshakes, Dimensions: map[string]string{"LoadBalancer": balancer},
		Statistic: "Sum", From: in.Now.AddDate(0, 0, -days), To: in.Now,
	})
	switch {
	case errors.Is(err, playbook.ErrNoEvidence):
		return least, nil
	case err != nil:
		return 0, fmt.Errorf("how many handshakes fail at listener %q: %w", listener.ID, err)
	}
	return max(least, 10*math.Pow(10, math.Ceil(math.Log10(max(series.Highest(), 1))))), nil
}
