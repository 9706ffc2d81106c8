package demo_test

import (
	"io"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/demo"
	"github.com/ripostehq/riposte/internal/ledger/sqlite"
	"github.com/ripostehq/riposte/playbook"
	"github.com/ripostehq/riposte/playbooks"
)

func drilled(t *testing.T, d demo.Drill, target demo.Target) (*demo.Stage, []demo.Telling) {
	t.Helper()
	store, err := sqlite.Open(t.Context(), sqlite.Memory)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	stage, err := demo.Open(demo.Options{Catalogue: playbooks.All(), Kinds: action.Kinds(), Store: store, Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	if err != nil {
		t.Fatal(err)
	}
	told, err := stage.Drill(t.Context(), d, target)
	if err != nil {
		t.Fatal(err)
	}
	return stage, told
}

// A drill tells of real things what the demo's attack would have told of its own: the same playbook looks at them, the records say what they
// are, and nothing of the demo is left.
func TestADrillTellsOfRealThings(t *testing.T) {
	now := time.Date(2026, 3, 2, 10, 15, 4, 0, time.UTC)
	at := event.Place{Partition: "aws", Account: "123456789012", Region: "eu-central-1"}
	const tester, testers = "arn:aws:iam::123456789012:user/staff/tester", "arn:aws:iam::123456789012:role/staff/testers"
	for _, c := range []struct {
		attack, playbook string
		told             int
		resource         string
		caller           string
	}{
		{"deputy", "launch.unapproved-image", 2, "123456789012/eu-central-1/group/checkout-asg", "arn:aws:sts::123456789012:assumed-role/AWSServiceRoleForAutoScaling/AutoScaling"},
		{"template", "launch.unapproved-template", 2, "arn:aws:ec2:eu-central-1:123456789012:launch-template/lt-0123456789abcdef0", tester},
		{"demolition", "launch.termination-unprotected", 1, tester, tester},
		{"approval", "launch.termination-unprotected", 1, "arn:aws:sts::123456789012:assumed-role/testers/drill", "arn:aws:sts::123456789012:assumed-role/testers/drill"},
		{"foreign-group", "scaling.foreign-group", 3, "arn:aws:sts::123456789012:assumed-role/testers/i-0123456789abcdef0", "arn:aws:sts::123456789012:assumed-role/testers/i-0123456789abcdef0"},
		{"theft", "identity.instance-credentials-elsewhere", 2, "arn:aws:sts::123456789012:assumed-role/testers/i-0123456789abcdef0", "arn:aws:sts::123456789012:assumed-role/testers/i-0123456789abcdef0"},
		{"lock", "identity.credential-lock", 1, "arn:aws:ec2:eu-central-1:123456789012:instance/i-0123456789abcdef0", tester},
		{"by-hand", "launch.by-hand", 1, "arn:aws:sts::123456789012:assumed-role/testers/drill", "arn:aws:sts::123456789012:assumed-role/testers/drill"},
		{"decoy", "identity.decoy-used", 2, tester, tester},
	} {
		t.Run(c.attack, func(t *testing.T) {
			i := slices.IndexFunc(demo.Drills(), func(d demo.Drill) bool { return d.Attack == c.attack })
			d := demo.Drills()[i]
			target := demo.Target{
				Place: at, Instance: "i-0123456789abcdef0", Image: "ami-0123456789abcdef0", Group: "checkout-asg", Others: "i-0123456789abcdef1",
				Template: "checkout", TemplateID: "lt-0123456789abcdef0", Version: "7", Now: now, Caller: demo.Caller{ARN: tester, ID: "AIDAEXAMPLETESTER0001", Key: "AKIADECOYSTUDIO00001"},
			}
			if d.By != demo.User {
				target.Caller = demo.Caller{ARN: testers, ID: "AROAEXAMPLETESTERS001", Session: "drill", Key: "ASIAEXAMPLETESTER001"}
			}
			if d.By == demo.Itself {
				target.Caller.Session = target.Instance
			}
			stage, told := drilled(t, d, target)
			if len(told) != c.told {
				t.Errorf("told of %d events", len(told))
			}
			i = slices.IndexFunc(stage.App.Config.Playbooks, func(p playbook.Playbook) bool { return p.ID == c.playbook })
			for _, one := range told {
				envelope, err := one.Envelope(at)
				if err != nil {
					t.Fatal(err)
				}
				for _, left := range []string{
					"111122223333", "222233334444", "333344445555", "444455556666", "555566667777", "666677778888", "eu-west-1", "2030-", "i-0aaa", "i-0bbb", "i-0ccc", "i-0ddd",
					"i-0c0c", "i-0b0b", "lt-0a11", "ami-0feed", "igor", "nadia", "deployer", "alice", "search", "gull", "backup-reader", "role/ops", "role/app", "crane", `"sam`,
				} {
					if strings.Contains(string(envelope), left) {
						t.Errorf("%s is left of the demo: %s", left, envelope)
					}
				}
				e := decoded(t, envelope)
				suspects, err := stage.App.Config.Playbooks[i].Suspects(e)
				if err != nil || len(suspects) == 0 {
					t.Errorf("suspects of %s: %+v, %v", one.Detail, suspects, err)
					continue
				}
				if e.Kind != event.Call {
					continue
				}
				if suspects[0].Resource.String() != c.resource || e.Actor.ARN != c.caller || !strings.Contains(e.UserAgent, "riposte attack "+c.attack+" (a drill)") || !e.Time.Equal(now) {
					t.Errorf("%s by %s, with %s at %s", suspects[0].Resource, e.Actor.ARN, e.UserAgent, e.Time)
				}
			}
		})
	}
}

func decoded(t *testing.T, envelope []byte) event.Event {
	t.Helper()
	contents, err := event.Unwrap(envelope)
	if err != nil || len(contents) != 1 {
		t.Fatal(contents, err)
	}
	e, err := event.DecodeNotice(contents[0].Notice)
	if contents[0].Record != nil {
		e, err = event.Decode(contents[0].Record)
	}
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// The table has every attack of the demo, once: with what it is about, or with the reason why it is none.
func TestEachAttackIsADrillOrSaysWhyNot(t *testing.T) {
	drills := demo.Drills()
	for _, a := range demo.Named(playbooks.All()) {
		n := 0
		for _, d := range drills {
			if d.Attack == a.Name {
				n++
			}
			if (d.About == "") != (d.Instead != "") {
				t.Errorf("%s: about %q, instead %q", d.Attack, d.About, d.Instead)
			}
		}
		if n != 1 {
			t.Errorf("%s is in the table %d times", a.Name, n)
		}
	}
	if all := demo.Named(playbooks.All()); len(drills) != len(all) {
		t.Errorf("%d rows of %d attacks", len(drills), len(all))
	}
}
