package playbook_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/playbook"
)

// TestATriggerFiresOnWhatSucceededAndWasCalledByAPrincipal: an author who says no more than the call gets neither attempts nor
// what AWS does by itself.
func TestATriggerFiresOnWhatSucceededAndWasCalledByAPrincipal(t *testing.T) {
	made := func(change func(*event.Event)) event.Event {
		e := event.Event{Source: "ec2.amazonaws.com", Name: "RunInstances", Actor: event.Actor{Kind: event.UserActor}}
		change(&e)
		return e
	}
	plain := playbook.Call(call.EC2RunInstances)
	for _, c := range []struct {
		story string
		on    playbook.Trigger
		event event.Event
		want  int
	}{
		{"it succeeded", plain, made(func(*event.Event) {}), 1},
		{"it was refused", plain, made(func(e *event.Event) { e.Error.Code = "AccessDenied" }), 0},
		{"attempts count", plain.AlsoFailed(), made(func(e *event.Event) { e.Error.Code = "AccessDenied" }), 1},
		{"a service did it by itself", plain, made(func(e *event.Event) { e.Actor.Kind = event.ServiceActor }), 0},
		{"services count", plain.AlsoByAWS(), made(func(e *event.Event) { e.Actor.Kind = event.ServiceActor }), 1},
		{"another call", plain, made(func(e *event.Event) { e.Name = "StopInstances" }), 0},
		{"the same name elsewhere", plain, made(func(e *event.Event) { e.Source = "lightsail.amazonaws.com" }), 0},
		{"it is only observed", playbook.Observed(call.EC2RunInstances), made(func(*event.Event) {}), 0},
		{"CloudTrail spells it otherwise", playbook.Call(call.LambdaAddPermission),
			made(func(e *event.Event) { e.Source, e.Name = "lambda.amazonaws.com", "AddPermission20150331v2" }), 1},
	} {
		spec := suspect(struct{}{})
		spec.On = []playbook.Trigger{c.on}
		p, err := playbook.Define(spec).Default()
		if err != nil {
			t.Fatal(err)
		}
		if leads, err := p.Suspects(c.event); err != nil || len(leads) != c.want {
			t.Errorf("%s: %d leads, want %d, %v", c.story, len(leads), c.want, err)
		}
	}
}

func TestASuspectMayBeWorseThanItsPlaybookAndNeverMilder(t *testing.T) {
	for _, c := range []struct{ playbook, suspect, want playbook.Severity }{
		{playbook.Medium, "", playbook.Medium}, {playbook.Medium, playbook.Critical, playbook.Critical}, {playbook.High, playbook.Low, playbook.High},
	} {
		spec := suspect(struct{}{})
		found := spec.Suspect
		spec.Severity, spec.Suspect = c.playbook, func(e event.Event, p struct{}) []playbook.Suspect[struct{}] {
			all := found(e, p)
			all[0].Severity = c.suspect
			return all
		}
		p, err := playbook.Define(spec).Default()
		if err != nil {
			t.Fatal(err)
		}
		leads, err := p.Suspects(event.Event{Source: "ec2.amazonaws.com", Name: "RunInstances"})
		if err != nil || leads[0].Severity != c.want {
			t.Errorf("%s of a %s playbook is %s, want %s, %v", c.suspect, c.playbook, leads[0].Severity, c.want, err)
		}
	}
}

type answer string

func (answer) Enum() []string { return []string{"stop", "end"} }

type choice struct {
	Answer answer
	Deny   bool
	Other  string
}

// TestWhatAPlaybookChangesGoesByItsParameters: the definition, of which rules and rights are deployed, has all that any parameters
// use; the one that is configured has its own.
func TestWhatAPlaybookChangesGoesByItsParameters(t *testing.T) {
	kinds := func(p choice) (all []action.Kind) {
		if p.Answer == "end" {
			all = append(all, action.Terminate{}.About().Kind)
		}
		if p.Answer == "end" && p.Deny {
			all = append(all, action.DenySession{}.About().Kind)
		}
		return append(all, action.Stop{}.About().Kind)
	}
	d := playbook.Define(playbook.Spec[choice, struct{}]{Changes: kinds, Defaults: choice{Answer: "stop"}})
	names := func(all []action.Kind) (out []string) {
		for _, k := range all {
			out = append(out, k.Name)
		}
		slices.Sort(out)
		return out
	}
	if got := names(d.Changes); !slices.Equal(got, []string{"ec2.stop", "ec2.terminate", "iam.deny-session"}) {
		t.Errorf("of any parameters: %v", got)
	}
	p, err := d.Default()
	if err != nil {
		t.Fatal(err)
	}
	if got := names(p.Changes); !slices.Equal(got, []string{"ec2.stop"}) {
		t.Errorf("of the defaults: %v", got)
	}
}

// TestAPlaybookWithoutStoriesIsRefused: it would be untested, and no page could show an example.
func TestAPlaybookWithoutStoriesIsRefused(t *testing.T) {
	for stories, want := range map[string]string{
		"":                                "has no stories that fire it",
		"-- quiet/one.json --\n{}\n":      "has no stories that fire it",
		"-- fires/one.json --\nno JSON\n": "its stories: fires/one.json",
		"-- fires/one.json --\n{}\n":      "",
	} {
		spec := suspect(struct{}{})
		spec.ID, spec.Title, spec.Why, spec.Severity = "test.one", "title", "why", playbook.Low
		spec.On, spec.Reads = []playbook.Trigger{playbook.Call(call.EC2RunInstances)}, []call.ID{call.EC2DescribeInstances}
		spec.Changes, spec.Prevents = playbook.Always[struct{}](action.Stop{}.About().Kind), []playbook.Prevention{{Kind: playbook.AccountSetting}}
		spec.Stories = stories
		err := playbook.Validate([]playbook.Definition{playbook.Define(spec)}, action.Kinds())
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", stories, err, want)
		}
	}
}
