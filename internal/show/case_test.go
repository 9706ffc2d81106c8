package show

import (
	"encoding/json"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/playbook"
)

func codec() action.Codec { return action.NewCodec(action.Kinds()...) }

var (
	here     = event.Place{Partition: "aws", Account: "111122223333", Region: "eu-west-1"}
	group    = here.In(event.Group, "web")
	instance = here.In(event.Instance, "i-0123456789abcdef0")
	noon     = time.Date(2026, 3, 1, 12, 0, 0, 0, time.FixedZone("", 3600))
)

// given returns a case with a plan that suspends a group and terminates an instance, with its steps as told.
func given(t *testing.T, suspend, terminate ledger.Step) *ledger.Case {
	t.Helper()
	plan, err := codec().Seal(action.Plan{Steps: []action.Step{action.Try(action.Suspend{Group: group}), action.Try(action.Terminate{Instance: instance})}})
	if err != nil {
		t.Fatal(err)
	}
	return &ledger.Case{
		ID: "c_1", Playbook: "launch.unapproved-image", Severity: playbook.High, Title: "seen", Root: group, State: ledger.Acting,
		Reason:    "mode: says act",
		Origin:    playbook.Origin{Actor: event.Actor{Kind: event.RoleActor, ARN: "arn:aws:sts::111122223333:assumed-role/r/ann", Session: "ann", Issuer: "arn:aws:iam::111122223333:role/r"}},
		Revisions: []ledger.Revision{{Number: 1, Plan: plan, Superseded: 2, Steps: []ledger.Step{{}, {}}}, {Number: 2, Plan: plan, Steps: []ledger.Step{suspend, terminate}}},
		Times:     ledger.Times{Occurred: noon},
	}
}

func TestJSONIsStable(t *testing.T) {
	c, err := Of(given(t, ledger.Step{State: ledger.Done, Verdict: "act"}, ledger.Step{State: ledger.StepFailed, Verdict: "act", Error: "refused"}), codec(),
		event.People{Issuers: []string{"arn:aws:iam::*:role/r"}})
	if err != nil {
		t.Fatal(err)
	}
	got, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"case":"c_1","playbook":"launch.unapproved-image","severity":"high","title":"seen","account":"111122223333","region":"eu-west-1",` +
		`"resource":"111122223333/eu-west-1/group/web","actor":"arn:aws:sts::111122223333:assumed-role/r/ann","person":"ann",` +
		`"verdict":"act","reason":"mode: says act","state":"acting","plan":["autoscaling.suspend","ec2.terminate"],` +
		`"actions":[{"kind":"autoscaling.suspend","target":"111122223333/eu-west-1/group/web","outcome":"done"},` +
		`{"kind":"ec2.terminate","target":"arn:aws:ec2:eu-west-1:111122223333:instance/i-0123456789abcdef0","outcome":"failed","error":"refused"}],` +
		`"times":{"occurred":"2026-03-01T11:00:00Z"},"undo":{"possible":true}}`
	if d := cmp.Diff(want, string(got)); d != "" {
		t.Error(d)
	}
}

func TestVerdictIsTheStrictestThatWaits(t *testing.T) {
	for _, c := range []struct {
		name      string
		one, two  ledger.Step
		want      string
		undo      bool
		undoneWhy string
	}{
		{"asks while another was done", ledger.Step{State: ledger.Done, Verdict: "act"}, ledger.Step{Verdict: "ask"}, "ask", true, ""},
		{"held is stricter", ledger.Step{Verdict: "hold"}, ledger.Step{Verdict: "ask"}, "hold", false, "nothing was changed"},
		{"all done", ledger.Step{State: ledger.Done, Verdict: "act"}, ledger.Step{State: ledger.Already, Verdict: "act"}, "act", true, ""},
		{"only what is final was done", ledger.Step{State: ledger.Already, Verdict: "act"}, ledger.Step{State: ledger.Done, Verdict: "act"}, "act", false, "ec2.terminate: a terminated instance is gone for good"},
		{"not judged yet", ledger.Step{}, ledger.Step{}, "", false, "nothing was changed"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := Of(given(t, c.one, c.two), codec(), event.People{})
			if err != nil {
				t.Fatal(err)
			}
			if got.Verdict != c.want || got.Undo != (Undo{Possible: c.undo, Why: c.undoneWhy}) {
				t.Errorf("got %q, %+v", got.Verdict, got.Undo)
			}
		})
	}
}

// What has no way back is not said to be taken back: before an undo, after it, and in letters, which have the same facts.
func TestAnUndoSaysWhatStays(t *testing.T) {
	const final = "ec2.terminate (a terminated instance is gone for good)"
	for _, x := range []struct {
		story    string
		state    ledger.State
		one, two ledger.Step
		want     string
	}{
		{"before", ledger.Verified, ledger.Step{State: ledger.Done}, ledger.Step{State: ledger.Done}, "possible, but not of: " + final + ": riposte undo c_1"},
		{"after", ledger.Undone, ledger.Step{State: ledger.StepUndone}, ledger.Step{State: ledger.Stays}, "taken back, but for: " + final},
		{"what could not be", ledger.Undone, ledger.Step{State: ledger.Stays, Note: "it has changed since"}, ledger.Step{}, "taken back, but for: autoscaling.suspend (it has changed since)"},
		{"all of it", ledger.Undone, ledger.Step{State: ledger.StepUndone}, ledger.Step{State: ledger.Already}, "it was taken back"},
	} {
		c := given(t, x.one, x.two)
		c.ID, c.State = "c_1", x.state
		got, err := Of(c, codec(), event.People{})
		if err != nil {
			t.Fatal(err)
		}
		if facts := got.Facts(); !slices.Contains(facts, Fact{"undo", x.want}) {
			t.Errorf("%s: %v", x.story, facts)
		}
	}
}

func TestOutcomesAreOfSevenWords(t *testing.T) {
	for state, want := range map[ledger.StepState]string{
		ledger.Pending: "pending", ledger.Intent: "pending", ledger.Done: "done", ledger.Already: "already", ledger.Skipped: "skipped",
		ledger.StepFailed: "failed", ledger.StepUndone: "undone", ledger.Stays: "done", ledger.StepReverting: "done", ledger.Dropped: "skipped",
	} {
		if got := outcome(ledger.Step{State: state}); got != want {
			t.Errorf("%q: got %s, want %s", state, got, want)
		}
	}
	for verdict, want := range map[string]string{"observe": "would", "except": "would", "ask": "pending", "hold": "pending", "act": "pending", "": "pending"} {
		if got := outcome(ledger.Step{Verdict: verdict}); got != want {
			t.Errorf("pending, %q: got %s, want %s", verdict, got, want)
		}
	}
}

func TestAPlanThatANewerRiposteMade(t *testing.T) {
	c := given(t, ledger.Step{}, ledger.Step{})
	if _, err := Of(c, action.NewCodec(), event.People{}); !errors.Is(err, action.ErrNewer) {
		t.Errorf("got %v", err)
	}
}

// A session's ladder ends at the whole role; without the author tier that is all that is left of it, and a person sees so.
func TestLaddersSayWhomARungHitsAndWhatIsLeft(t *testing.T) {
	role := here.In(event.Role, "ops")
	step := action.Try(action.DenySession{Role: role, UserID: "AROAEXAMPLE:nadia", Case: "c_1", Scope: action.Everything}).
		ElseAsk(action.AttachRoleDeny{Role: role}, "it stops everybody who uses the role").Asking("whether the caller had MFA is not recorded")
	plan, err := codec().Seal(action.Plan{Steps: []action.Step{step}})
	if err != nil {
		t.Fatal(err)
	}
	c := &ledger.Case{ID: "c_1", Revisions: []ledger.Revision{{
		Number: 1, Plan: plan, Steps: []ledger.Step{{Verdict: "ask", Reason: "approval: whether the caller had MFA is not recorded"}},
	}}}
	got, err := Ladders(c, codec(), event.People{}, func(t action.Tier) bool { return t != action.TierAuthor })
	if err != nil {
		t.Fatal(err)
	}
	want := []Ladder{{Revision: 1, Step: 1, Asks: "approval: whether the caller had MFA is not recorded", Rungs: []Rung{
		{Kind: "iam.deny-session", Target: role.String(), Hits: "session nadia of role ops: everything is denied",
			Ask: "whether the caller had MFA is not recorded", Tier: action.TierAuthor, Stands: true},
		{Kind: "iam.attach-role-deny", Target: role.String(), Hits: "every session of role ops: everything is denied",
			Ask: "whether the caller had MFA is not recorded; it stops everybody who uses the role", Tier: action.TierContain, Granted: true},
	}}}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

// Where a service's notice was first, people see by how much, or that the caller is not known yet.
func TestAnotherClockShows(t *testing.T) {
	notice := playbook.Origin{Source: event.InstanceState.Source(), Received: noon}
	record := playbook.Origin{Source: "ec2.amazonaws.com", Received: noon.Add(4 * time.Second)}
	for _, c := range []struct {
		story    string
		origin   playbook.Origin
		suspects []playbook.Origin
		want     *Clocks
	}{
		{"a record alone", record, []playbook.Origin{record}, nil},
		{"a notice alone", notice, []playbook.Origin{notice}, &Clocks{Notice: noon.UTC()}},
		{"a notice and then its record", record, []playbook.Origin{notice}, &Clocks{Notice: noon.UTC(), Record: noon.Add(4 * time.Second).UTC()}},
		{"a record and then a notice", playbook.Origin{Source: "ec2.amazonaws.com", Received: noon.Add(-time.Second)}, []playbook.Origin{notice}, nil},
	} {
		of := given(t, ledger.Step{}, ledger.Step{})
		of.Origin = c.origin
		for _, o := range c.suspects {
			of.Suspects = append(of.Suspects, ledger.Suspect{StoredSuspect: playbook.StoredSuspect{Origin: o}})
		}
		got, err := Of(of, codec(), event.People{})
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(c.want, got.Clocks); d != "" {
			t.Errorf("%s:\n%s", c.story, d)
		}
	}
}

// A person's own tool changes things without a plan: its cases say what takes it back.
func TestADecoysCaseSaysHowItIsTakenAway(t *testing.T) {
	for facts, want := range map[string]string{
		`{"user_id":"AIDA1","access_key_id":"AKIA1"}`: "riposte decoy remove AIDA1",
		`{"begun":true}`:                     "riposte decoy remove c_1",
		`{}`:                                 "no user was made",
		`{"user_id":"AIDA1","removed":true}`: "a user that was deleted can't be had back: riposte decoy plant makes another",
	} {
		c, err := Of(&ledger.Case{
			ID: "c_1", Playbook: "riposte.decoy", State: ledger.Observed, Root: here.In(event.User, "x"),
			Suspects: []ledger.Suspect{{StoredSuspect: playbook.StoredSuspect{Facts: []byte(facts)}}},
		}, codec(), event.People{})
		if err != nil || c.Undo != (Undo{Why: want}) {
			t.Errorf("%s: %+v, want %q, %v", facts, c.Undo, want, err)
		}
	}
}

// Who reads that a case asks reads until when, and what no answer means: what people were told, of the question that stands.
func TestAQuestionSaysWhatSilenceMeans(t *testing.T) {
	c := given(t, ledger.Step{Verdict: "ask", Reason: "mode: says ask"}, ledger.Step{Verdict: "ask", Reason: "mode: says ask"})
	c.State = ledger.Asked
	asks := c.Asks(0)
	c.Tell(&c.Revisions[1].Steps[0], ledger.Told{Of: asks[0].Digest(), At: noon, Until: noon.Add(48 * time.Hour), Silence: ledger.Reminds})
	c.Tell(&c.Revisions[1].Steps[1], ledger.Told{Of: asks[1].Digest(), At: noon, Until: noon.Add(24 * time.Hour), Silence: ledger.Acts})
	one, err := Of(c, codec(), event.People{})
	if err != nil {
		t.Fatal(err)
	}
	want := &Asked{Told: noon.UTC(), Until: noon.Add(24 * time.Hour).UTC(), Silence: ledger.Acts, Means: "without an answer by 2026-03-02T11:00:00Z it is done", Plan: c.Shown(0)}
	if d := cmp.Diff(want, one.Asked); d != "" {
		t.Error(d)
	}
	if a := one.Actions[0].Asked; a == nil || a.Means != "without an answer by 2026-03-03T11:00:00Z people are told again" {
		t.Errorf("of the first step: %+v", a)
	}
	c.Revisions[1].Steps[1].Rung = 1 // it has climbed: of what it asks now nobody was told
	if one, err = Of(c, codec(), event.People{}); err != nil || one.Asked == nil || one.Asked.Silence != ledger.Reminds {
		t.Errorf("%+v, %v", one.Asked, err)
	}
}

func TestWhatIsLetBeShows(t *testing.T) {
	c := given(t, ledger.Step{Verdict: "except"}, ledger.Step{Verdict: "except"})
	x := ledger.Exception{Playbook: c.Playbook, Root: c.Root.String(), Until: noon.Add(time.Hour), By: "ann", Reason: "case c_1 was let be", Case: "c_1", Found: []string{"image ami-1"}}
	c.Grant(x)
	one, err := Of(c, codec(), event.People{})
	if err != nil {
		t.Fatal(err)
	}
	want := []Exception{{
		Exception: x.ID(), Playbook: c.Playbook, Resource: c.Root.String(), Of: []string{"image ami-1"}, Until: noon.Add(time.Hour).UTC(),
		By: "ann", Reason: "case c_1 was let be", Case: "c_1",
	}}
	if d := cmp.Diff(want, one.Exceptions); d != "" {
		t.Error(d)
	}
	x.Until, x.Found = noon.Add(2*time.Hour), []string{"image ami-2"}
	c.Grant(x)
	if one, err = Of(c, codec(), event.People{}); err != nil || one.Exception == nil || !one.Exception.Until.Equal(x.Until) {
		t.Errorf("the one that ends last: %+v, %v", one.Exception, err)
	}
}

// Of what takes two persons the first shows.
func TestWhoHasApprovedShows(t *testing.T) {
	c := given(t, ledger.Step{Verdict: "ask"}, ledger.Step{Verdict: "ask"})
	o := ledger.Order{Verb: ledger.Approve, By: "sam", At: noon}
	c.Consent(&c.Revisions[1], ledger.Answer{Step: 0}, o)
	c.Consent(&c.Revisions[1], ledger.Answer{Step: 1}, o)
	c.Revisions[0].Approved = &ledger.Order{Verb: ledger.Approve, By: "ann", At: noon} // of a plan that another took the place of
	one, err := Of(c, codec(), event.People{})
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]Approval{{By: "sam", At: noon.UTC()}}, one.Approvals); d != "" {
		t.Error(d)
	}
}
