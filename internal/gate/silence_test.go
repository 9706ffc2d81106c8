package gate_test

import (
	"testing"
	"time"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/internal/gate"
	"github.com/ripostehq/riposte/internal/ledger"
)

// Of a question that asks since yesterday, whose time was up an hour ago, and of which people were reminded in time.
func TestWhatSilenceMeans(t *testing.T) {
	question := ledger.Ask{Plan: "a plan", Step: 1, Why: "mode: the test says ask"}
	for _, x := range []struct {
		name  string
		with  func(*gate.Facts, *ledger.Told)
		want  gate.Decision
		rule  string
		staff bool
	}{
		{"it was said to act", nil, gate.Act, "silence", false},
		{"to expire", func(_ *gate.Facts, k *ledger.Told) { k.Silence = ledger.Expires }, gate.Lapse, "silence", false},
		{"to remind", func(_ *gate.Facts, k *ledger.Told) { k.Silence = ledger.Reminds }, gate.Ask, "mode", false},
		{"nobody was told", func(f *gate.Facts, _ *ledger.Told) { f.Told = nil }, gate.Ask, "mode", false},
		{"they were told another plan", func(f *gate.Facts, _ *ledger.Told) { f.Asking.Plan = "another plan" }, gate.Ask, "mode", false},
		{"another rung", func(f *gate.Facts, _ *ledger.Told) { f.Asking.Rung = 1 }, gate.Ask, "mode", false},
		{"for another reason", func(f *gate.Facts, _ *ledger.Told) {
			f.Ask = "is it yours?"
			f.Told.Of = ledger.Ask{Plan: "a plan", Step: 1, Why: "approval: is it yours?"}.Digest()
		}, gate.Ask, "mode", false},
		{"the plan asks, too", func(f *gate.Facts, _ *ledger.Told) { f.Ask = "is it yours?" }, gate.Act, "silence", false},
		{"the call is old, and only a person can tell", func(f *gate.Facts, _ *ledger.Told) { f.Received, f.Occurred = noon, noon.Add(-2*time.Hour) }, gate.Ask, "mode", false},
		{"time is not up", func(f *gate.Facts, k *ledger.Told) { k.Until = f.Now.Add(time.Second) }, gate.Ask, "mode", false},
		{"they were not reminded", func(_ *gate.Facts, k *ledger.Told) { k.Reminded = time.Time{} }, gate.Ask, "mode", false},
		{"to expire, and they were not reminded", func(_ *gate.Facts, k *ledger.Told) { k.Silence, k.Reminded = ledger.Expires, time.Time{} }, gate.Ask, "mode", false},
		{"to expire, and reminded too late", func(_ *gate.Facts, k *ledger.Told) { k.Silence, k.Reminded = ledger.Expires, k.Until.Add(-time.Hour) }, gate.Ask, "mode", false},
		{"too late", func(_ *gate.Facts, k *ledger.Told) { k.Reminded = k.Until.Add(-time.Hour) }, gate.Ask, "mode", false},
		{"it contains", func(f *gate.Facts, _ *ledger.Told) { f.Class = action.Contain }, gate.Ask, "mode", false},
		{"it contains, and was to expire", func(f *gate.Facts, k *ledger.Told) { f.Class, k.Silence = action.Contain, ledger.Expires }, gate.Ask, "mode", false},
		{"it takes two persons", func(f *gate.Facts, _ *ledger.Told) { f.Class = action.Destroy }, gate.Ask, "mode", true},
		{"a limit is reached", func(f *gate.Facts, _ *ledger.Told) {
			f.Limits = []gate.Count{{Bucket: "organisation", Incidents: 10, Max: 10}}
		}, gate.Hold, "limit", false},
		{"a brake is on", func(f *gate.Facts, _ *ledger.Told) { f.Brakes = []ledger.Brake{{Scope: "all"}} }, gate.Hold, "brake", false},
	} {
		t.Run(x.name, func(t *testing.T) {
			p := policy(gate.Ask)
			if x.staff {
				p = staffed()
			}
			told := &ledger.Told{Of: question.Digest(), At: noon.Add(-25 * time.Hour), Until: noon.Add(-time.Hour), Silence: ledger.Acts, Reminded: noon.Add(-6 * time.Hour)}
			f := gate.Facts{Now: noon, Playbook: "launch.unapproved-image", Class: action.Mend, Target: shop.In("instance", "i-1"), Region: shop.Region,
				Actor: mallory, Asking: ledger.Ask{Plan: "a plan", Step: 1}, Told: told}
			if x.with != nil {
				x.with(&f, told)
			}
			if v := gate.Judge(p, f); v.Do != x.want || v.Rule != x.rule {
				t.Errorf("%s by %s: %s", v.Do, v.Rule, v.Text)
			}
		})
	}
}

// A freeze that was announced after people were told: it is not done before that is over.
func TestSilenceWaitsWherePeopleRest(t *testing.T) {
	question := ledger.Ask{Plan: "a plan", Why: "mode: the test says ask"}
	p := policy(gate.Ask)
	day := noon.Format(time.DateOnly)
	for _, freeze := range []gate.Freeze{{First: day, Last: day}, {First: "2001-01-01", Last: "2001-01-02"}} {
		p.Approval.Calendar.Freezes = []gate.Freeze{freeze}
		v := gate.Judge(p, gate.Facts{Now: noon, Playbook: "launch.unapproved-image", Class: action.Mend, Target: shop.In("instance", "i-1"), Region: shop.Region, Actor: mallory,
			Asking: ledger.Ask{Plan: "a plan"},
			Told:   &ledger.Told{Of: question.Digest(), At: noon.Add(-25 * time.Hour), Until: noon.Add(-time.Hour), Silence: ledger.Acts, Reminded: noon.Add(-6 * time.Hour)}})
		if frozen := freeze.First == day; (v.Do == gate.Ask) != frozen {
			t.Errorf("freeze from %s: %s by %s", freeze.First, v.Do, v.Reason())
		}
	}
}

func TestWhatPeopleAreTold(t *testing.T) {
	for _, silence := range []ledger.Silence{ledger.Acts, ledger.Expires} {
		t.Run(string(silence), func(t *testing.T) { tellsAgain(t, silence) })
	}
}

func tellsAgain(t *testing.T, silence ledger.Silence) {
	question := ledger.Ask{Plan: "a plan"}
	act := gate.Answer{After: 48 * time.Hour, Silence: silence}
	first, news := act.Tell(noon, question, nil)
	if !news || !first.Until.Equal(noon.Add(48*time.Hour)) || !first.Remind.Equal(noon.Add(36*time.Hour)) {
		t.Fatalf("at first: %+v, %t", first, news)
	}
	if _, news := act.Tell(noon.Add(35*time.Hour), question, &first); news {
		t.Error("they are told again before it is time")
	}
	for _, x := range []struct{ late, until time.Duration }{{36 * time.Hour, 48 * time.Hour}, {47 * time.Hour, 51 * time.Hour}, {90 * time.Hour, 94 * time.Hour}} {
		again, news := gate.Answer{Silence: ledger.Holds}.Tell(noon.Add(x.late), question, &first) // whatever is said by now
		if !news || !again.Until.Equal(noon.Add(x.until)) || !again.Remind.IsZero() || !again.Reminded.Equal(noon.Add(x.late)) {
			t.Errorf("reminded after %s: %+v, %t", x.late, again, news)
		}
	}
	question.Rung = 1
	if anew, news := act.Tell(noon.Add(40*time.Hour), question, &first); !news || !anew.At.Equal(noon.Add(40*time.Hour)) {
		t.Errorf("another question: %+v, %t", anew, news)
	}
	if _, news := (gate.Answer{}).Tell(noon, question, nil); news {
		t.Error("where silence holds there is nothing to tell")
	}
}
