package identity

import (
	"slices"
	"strings"
	"testing"
	"time"

	policy "github.com/ripostehq/riposte/iam"
	"github.com/ripostehq/riposte/iam/rewrite"
	"github.com/ripostehq/riposte/playbook/use"
)

func aRole(t *testing.T, document string) rights {
	t.Helper()
	p, err := policy.Parse([]byte(document))
	if err != nil {
		t.Fatal(err)
	}
	return rights{documents: map[string]string{"own": document}, policies: policy.Policies{Identity: []policy.Policy{p}}}
}

func allowing(actions string) string {
	return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":[` + actions + `],"Resource":"*"}]}`
}

// everySecond is half of the actions of services, so that no wildcard is left.
func everySecond(services ...string) (out []string) {
	for i, a := range rewrite.AWS().Actions() {
		if i%2 == 0 && slices.ContainsFunc(services, func(s string) bool { return strings.HasPrefix(a, s) }) {
			out = append(out, a)
		}
	}
	return out
}

// watched is a report in which the given actions are used, others are tracked and never were, and a service may have been touched otherwise.
func watched(now time.Time, used, idle []string, touched ...string) use.Evidence {
	a := &use.Accessed{Made: now, Services: map[string]use.Service{}}
	note := func(action string, at time.Time) {
		service, name, _ := strings.Cut(action, ":")
		s := a.Services[service]
		if s.Actions == nil {
			s.Actions = map[string]time.Time{}
		}
		if name != "" {
			s.Actions[name] = at
		}
		if at.After(s.Last) {
			s.Last = at
		}
		a.Services[service] = s
	}
	for _, action := range used {
		note(action, now.Add(-time.Hour))
	}
	for _, action := range idle {
		note(action, time.Time{})
	}
	for _, service := range touched {
		note(service, now.Add(-time.Hour))
	}
	return use.Evidence{Principal: "AROAEXAMPLE000000000", Account: "111122223333", Made: now.Add(-3 * use.Window), Now: now, Accessed: a}
}

// A wildcard that becomes a list keeps what is used, and is left whole where the role uses what nothing here knows, or a list is too long.
func TestAWildcardKeepsWhatNoCatalogueHas(t *testing.T) {
	now := time.Date(2030, 1, 7, 9, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		name, actions string
		used, idle    []string
		touched       []string
		keeps         string // an action that the replacement allows
		told          string // why there is none
	}{
		{name: "an action that is newer than the catalogue", actions: `"sqs:*"`, used: []string{"sqs:SendTomorrow"}, idle: []string{"sqs:PurgeQueue"}, keeps: "sqs:SendTomorrow"},
		{name: "a service that is newer than the catalogue", actions: `"*"`, used: []string{"sqs:SendMessage"}, idle: []string{"sqs:PurgeQueue"}, touched: []string{"tomorrow"}, told: "tomorrow"},
		{name: "the same, where no wildcard may be for it", actions: `"sqs:SendMessage","sqs:PurgeQueue"`, used: []string{"sqs:SendMessage"}, idle: []string{"sqs:PurgeQueue"}, touched: []string{"tomorrow"}, keeps: "sqs:SendMessage"},
		{name: "a list of all of AWS", actions: `"*"`, used: []string{"sqs:SendMessage"}, idle: everySecond("ec2:", "iam:", "rds:"), touched: []string{"ec2", "iam", "rds"}, told: "characters"},
		{name: "a short list", actions: `"ec2:*","sqs:*"`, used: []string{"ec2:RunInstances"}, idle: []string{"sqs:PurgeQueue", "ec2:StopInstances"}, keeps: "ec2:StartInstances"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var f unusedRights
			r := aRole(t, allowing(c.actions))
			left, err := f.strip(r, watched(now, c.used, c.idle, c.touched...))
			if err != nil {
				t.Fatal(err)
			}
			if c.told != "" {
				if len(f.Policies) > 0 || len(left) > 0 || len(f.Told) != 1 || !strings.Contains(f.Told[0], c.told) {
					t.Errorf("told %q, %d policies", f.Told, len(f.Policies))
				}
				return
			}
			if len(f.Policies) != 1 {
				t.Fatalf("%d policies, told %q", len(f.Policies), f.Told)
			}
			p, err := policy.Parse([]byte(f.Policies[0].New))
			if err != nil {
				t.Fatal(err)
			}
			if allow, _ := p.Clauses(c.keeps); len(allow) == 0 {
				t.Errorf("%s is lost: %s", c.keeps, f.Policies[0].New)
			}
			if allow, _ := p.Clauses("sqs:PurgeQueue"); len(allow) > 0 {
				t.Errorf("what is unused is kept: %s", f.Policies[0].New)
			}
		})
	}
}

// Of a role that may do everything and uses little the finding stays small: names of thousands of actions are counted, not kept.
func TestAFindingOfThousandsOfActionsIsSmall(t *testing.T) {
	now := time.Date(2030, 1, 7, 9, 0, 0, 0, time.UTC)
	e := watched(now, []string{"sqs:SendMessage"}, nil)
	for _, service := range []string{"ec2", "s3", "rds", "ecs", "glue", "sagemaker", "iot", "chime", "connect"} {
		e.Accessed.Services[service] = use.Service{}
	}
	var f unusedRights
	left, err := f.strip(aRole(t, allowing(`"sqs:SendMessage","ec2:*","s3:*","rds:*","ecs:*","glue:*","sagemaker:*","iot:*","chime:*","connect:*"`)), e)
	if err != nil {
		t.Fatal(err)
	}
	if len(left) < 2000 || len(f.Policies) != 1 || f.Policies[0].Left != len(left) {
		t.Fatalf("%d actions, %+v", len(left), f)
	}
	if n := len(strings.Join(f.Found(), "")) + len(f.title("app", left)); n > 2000 {
		t.Errorf("%d characters", n)
	}
}
