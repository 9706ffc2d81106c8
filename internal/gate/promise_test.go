package gate_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/internal/gate"
	"github.com/ripostehq/riposte/internal/ledger"
)

// Of a question that was to be told at noon, and of which people know what known says.
func TestWhatAnAcceptedLetterChanges(t *testing.T) {
	of := ledger.Ask{Plan: "a plan"}.Digest()
	first := ledger.Told{Of: of, At: noon, Until: noon.Add(48 * time.Hour), Silence: ledger.Acts, Remind: noon.Add(36 * time.Hour)}
	with := func(f func(*ledger.Told)) *ledger.Told {
		told := first
		f(&told)
		return &told
	}
	reminded := func(after time.Duration) func(*ledger.Told) {
		return func(k *ledger.Told) { k.Reminded, k.Remind = noon.Add(after), time.Time{} }
	}
	for _, x := range []struct {
		name         string
		known        *ledger.Told
		told, posted *ledger.Told // posted: of a reminder of this
		want         *ledger.Told // nil: nothing
	}{
		{"the first", nil, &first, nil, &first},
		{"the same in another letter", &first, with(func(k *ledger.Told) { k.At = noon.Add(time.Minute) }), nil, nil},
		{"a shorter promise of another letter", &first, with(func(k *ledger.Told) { k.Until = noon.Add(time.Hour) }), nil, nil},
		{"another question", &ledger.Told{Of: "another"}, &first, nil, &first},
		{"that it holds", nil, with(func(k *ledger.Told) { k.Silence = ledger.Holds }), nil, nil},
		{"that it was over before it began", nil, with(func(k *ledger.Told) { k.Until = noon }), nil, nil},
		{"by a clock that is a day behind", nil, with(func(k *ledger.Told) {
			k.At, k.Until, k.Remind = k.At.Add(-24*time.Hour), k.Until.Add(-24*time.Hour), k.Remind.Add(-24*time.Hour)
		}), nil, &first},
		{"the reminder", &first, with(reminded(37 * time.Hour)), nil, with(reminded(37 * time.Hour))},
		{"a reminder that comes late", &first, with(reminded(47 * time.Hour)), nil, with(func(k *ledger.Told) {
			reminded(47 * time.Hour)(k)
			k.Until = noon.Add(51 * time.Hour)
		})},
		{"a reminder that promises less", &first, with(func(k *ledger.Told) {
			reminded(37 * time.Hour)(k)
			k.Until, k.Silence, k.At = noon.Add(41*time.Hour), ledger.Expires, noon.Add(time.Hour)
		}), nil, with(reminded(37 * time.Hour))},
		{"the reminder once more", with(reminded(37 * time.Hour)), with(reminded(38 * time.Hour)), nil, nil},
		{"a reminder before its time", &first, with(reminded(time.Hour)), nil, nil},
		{"a reminder that is due, by a clock that is behind", &first, with(reminded(time.Hour)), &first, with(reminded(36 * time.Hour))},
	} {
		t.Run(x.name, func(t *testing.T) {
			posted := ledger.Posting{Of: of, At: noon}
			if x.posted != nil {
				posted.Remind, posted.At = x.posted.Remind, x.posted.Remind
			}
			got, news := gate.Answer{After: time.Hour, Silence: ledger.Expires}.Accepts(x.known, *x.told, posted) // whatever is said by now
			if news != (x.want != nil) || news && got != *x.want {
				t.Errorf("%+v, %t", got, news)
			}
		})
	}
}

// Whatever letters are accepted, in whatever order and by whatever clocks: what people were promised first is never shortened, and silence acts only
// half a working day after a reminder.
func TestAPromiseIsNeverShortened(t *testing.T) {
	of := ledger.Ask{Plan: "a plan"}.Digest()
	rapid.Check(t, func(t *rapid.T) {
		hours := func(name string, most int) time.Duration {
			return time.Duration(rapid.IntRange(0, most).Draw(t, name)) * time.Hour
		}
		var known *ledger.Told
		for range rapid.IntRange(1, 6).Draw(t, "letters") {
			a := gate.Answer{After: hours("after", 100), Silence: rapid.SampledFrom([]ledger.Silence{ledger.Acts, ledger.Expires, ledger.Reminds}).Draw(t, "silence")}
			if rapid.Bool().Draw(t, "rests") {
				a.Calendar = night(t, "Europe/Berlin")
			}
			told := ledger.Told{Of: of, At: noon.Add(hours("at", 200)), Silence: a.Silence}
			told.Until, told.Remind = told.At.Add(hours("until", 200)), told.At.Add(hours("remind", 200))
			if rapid.Bool().Draw(t, "reminder") {
				told.Reminded, told.Remind = noon.Add(hours("reminded", 300)), time.Time{}
			}
			next, news := a.Accepts(known, told, ledger.Posting{Of: of, At: noon.Add(hours("posted", 100))})
			if !news {
				continue
			}
			if known != nil && (next.Until.Before(known.Until) || next.Silence != known.Silence || !next.At.Equal(known.At)) {
				t.Fatalf("%+v became %+v", *known, next)
			}
			if known != nil && next.Silence != ledger.Reminds && next.Until.Sub(next.Reminded) < ledger.Notice {
				t.Fatalf("reminded too late: %+v", next)
			}
			known = &next
		}
	})
}

// What is told of a question within quiet hours: the end and the reminder are moved to where people are at work, and half a day lies between.
func TestWhatIsToldWherePeopleRest(t *testing.T) {
	a := gate.Answer{After: 48 * time.Hour, Silence: ledger.Acts, Calendar: night(t, "Europe/Berlin")}
	question := ledger.Ask{Plan: "a plan"}
	for _, x := range []struct{ name, told, remind, until string }{
		{"on Monday", "2026-11-30T10:00:00Z", "2026-12-02T08:00:00Z", "2026-12-02T12:00:00Z"},
		{"on Thursday", "2026-12-03T10:00:00Z", "2026-12-07T08:00:00Z", "2026-12-07T12:00:00Z"},
		{"on Sunday night", "2026-11-29T23:00:00Z", "2026-12-02T08:00:00Z", "2026-12-02T12:00:00Z"},
	} {
		got, news := a.Tell(at(t, x.told), question, nil)
		if !news || got.Until.Location() != time.UTC || !got.Remind.Equal(at(t, x.remind)) || !got.Until.Equal(at(t, x.until)) {
			t.Errorf("%s: %+v, %t", x.name, got, news)
		}
	}
	first, _ := a.Tell(at(t, "2026-11-30T10:00:00Z"), question, nil)
	if _, news := a.Tell(at(t, "2026-12-02T20:00:00Z"), question, &first); news {
		t.Error("reminded at night")
	}
	late, news := a.Tell(at(t, "2026-12-04T16:00:00Z"), question, &first) // an hour before the weekend
	if !news || !late.Until.Equal(at(t, "2026-12-07T11:00:00Z")) {
		t.Errorf("reminded late: %+v, %t", late, news)
	}
	a.Calendar.Freezes = []gate.Freeze{{First: "2026-01-01", Last: "2036-01-01"}}
	if got, news := a.Tell(noon, question, nil); news {
		t.Errorf("within a freeze of ten years: %+v", got)
	}
	if p := (gate.Policy{Approval: gate.Approval{
		Calendar: a.Calendar, Answer: func(string, gate.Deed) gate.Answer {
			return gate.Answer{After: 15 * time.Minute, Silence: ledger.Reminds}
		},
	}}); !p.ToldBy(gate.Deed{Class: action.Contain}, noon).Equal(noon.Add(time.Hour)) {
		t.Error("what contains waits for nobody's rest")
	} else if told, news := p.AnswerTo("launch.unapproved-image", gate.Deed{Class: action.Contain}).Tell(noon, question, nil); !news || !told.Until.Equal(noon.Add(15*time.Minute)) {
		t.Errorf("what contains: %+v, %t", told, news)
	}
}
