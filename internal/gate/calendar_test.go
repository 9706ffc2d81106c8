package gate_test

import (
	"testing"
	"time"
	_ "time/tzdata"

	"pgregory.net/rapid"

	"github.com/ripostehq/riposte/internal/gate"
)

// night is from six in the evening to nine in the morning, and at weekends.
func night(t interface{ Fatal(...any) }, zone string) gate.Calendar {
	at, err := time.LoadLocation(zone)
	if err != nil {
		t.Fatal(err)
	}
	return gate.Calendar{Zone: at, Hours: gate.Hours{From: 18 * time.Hour, To: 9 * time.Hour}, Days: []time.Weekday{time.Saturday, time.Sunday}}
}

func at(t interface{ Fatal(...any) }, s string) time.Time {
	u, err := time.Parse(time.RFC3339, s)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func TestTheNextMomentThatIsNotQuiet(t *testing.T) {
	berlin := night(t, "Europe/Berlin")
	frozen := berlin
	frozen.Freezes = []gate.Freeze{{"2026-12-20", "2027-01-04"}, {"2027-01-05", "2027-01-06"}}
	lunch := gate.Calendar{Hours: gate.Hours{From: 12 * time.Hour, To: 13 * time.Hour}}
	for _, x := range []struct {
		name     string
		calendar gate.Calendar
		from, to string
	}{
		{"nothing is quiet", gate.Calendar{}, "2026-11-29T03:00:00Z", "2026-11-29T03:00:00Z"},
		{"a working hour", berlin, "2026-12-01T10:30:00Z", "2026-12-01T10:30:00Z"},
		{"the evening", berlin, "2026-12-01T17:00:00Z", "2026-12-02T08:00:00Z"},
		{"the early morning", berlin, "2026-12-01T03:00:00Z", "2026-12-01T08:00:00Z"},
		{"Friday evening", berlin, "2026-12-04T17:30:00Z", "2026-12-07T08:00:00Z"},
		{"Sunday noon", berlin, "2026-12-06T11:00:00Z", "2026-12-07T08:00:00Z"},
		{"two freezes, one behind the other", frozen, "2026-12-21T10:00:00Z", "2027-01-07T08:00:00Z"},
		{"the weekend on which clocks go forward", berlin, "2027-03-26T18:00:00Z", "2027-03-29T07:00:00Z"},
		{"the weekend on which they go back", berlin, "2026-10-23T18:00:00Z", "2026-10-26T08:00:00Z"},
		{"noon, by day", lunch, "2026-12-01T12:00:00Z", "2026-12-01T13:00:00Z"},
	} {
		t.Run(x.name, func(t *testing.T) {
			if got, ok := x.calendar.Next(at(t, x.from)); !ok || !got.Equal(at(t, x.to)) {
				t.Errorf("%s, %t", got.UTC().Format(time.RFC3339), ok)
			}
		})
	}
	berlin.Days = []time.Weekday{0, 1, 2, 3, 4, 5, 6}
	frozen.Freezes = []gate.Freeze{{"2026-01-01", "9999-12-31"}}
	for name, c := range map[string]gate.Calendar{"whole weeks": berlin, "a freeze without end": frozen} {
		if got, ok := c.Next(at(t, "2026-12-01T10:00:00Z")); ok {
			t.Errorf("%s: %s", name, got)
		}
		if got, ok := c.Working(at(t, "2026-12-01T10:00:00Z"), time.Hour); ok {
			t.Errorf("%s: worked until %s", name, got)
		}
	}
}

func TestWorkingHours(t *testing.T) {
	berlin := night(t, "Europe/Berlin")
	for _, x := range []struct {
		name, from string
		hours      int
		to         string
	}{
		{"in one day", "2026-12-01T09:00:00Z", 4, "2026-12-01T13:00:00Z"},
		{"over night", "2026-12-01T15:00:00Z", 4, "2026-12-02T10:00:00Z"},
		{"from the evening", "2026-12-01T22:00:00Z", 4, "2026-12-02T12:00:00Z"},
		{"over a weekend", "2026-12-04T16:00:00Z", 4, "2026-12-07T11:00:00Z"},
		{"a whole day", "2026-12-01T08:00:00Z", 9, "2026-12-01T17:00:00Z"},
	} {
		if got, ok := berlin.Working(at(t, x.from), time.Duration(x.hours)*time.Hour); !ok || !got.Equal(at(t, x.to)) {
			t.Errorf("%s: %s, %t", x.name, got.UTC().Format(time.RFC3339), ok)
		}
	}
}

// Whatever is quiet, in whatever zone: the next moment is not quiet, none before it was missed, and working time is counted to the minute.
func TestAnyCalendar(t *testing.T) {
	zones := []string{"UTC", "Europe/Berlin", "America/New_York", "America/Sao_Paulo", "Australia/Lord_Howe", "Africa/Cairo", "Asia/Kathmandu"}
	rapid.Check(t, func(t *rapid.T) {
		zone, err := time.LoadLocation(rapid.SampledFrom(zones).Draw(t, "zone"))
		if err != nil {
			t.Fatal(err)
		}
		minutes := func(name string) time.Duration {
			return time.Duration(rapid.IntRange(0, 1439).Draw(t, name)) * time.Minute
		}
		c := gate.Calendar{Zone: zone, Hours: gate.Hours{From: minutes("from"), To: minutes("to")}}
		for d := range 7 {
			if rapid.IntRange(0, 3).Draw(t, "off") == 0 && d != 3 {
				c.Days = append(c.Days, time.Weekday(d))
			}
		}
		from := time.Unix(int64(rapid.IntRange(1_760_000_000, 1_830_000_000).Draw(t, "at"))/60*60, 0)
		next, ok := c.Next(from)
		if !ok || c.Quiet(next) || next.Before(from) {
			t.Fatalf("from %s to %s, %t", from.In(zone), next.In(zone), ok)
		}
		for at := from; at.Before(next); at = at.Add(time.Minute) {
			if !c.Quiet(at) {
				t.Fatalf("%s is not quiet, and before %s", at.In(zone), next.In(zone))
			}
		}
		want := time.Duration(rapid.IntRange(1, 600).Draw(t, "minutes")) * time.Minute
		end, ok := c.Working(from, want)
		worked := time.Duration(0)
		for at := from; ok && at.Before(end); at = at.Add(time.Minute) {
			if !c.Quiet(at) {
				worked += time.Minute
			}
		}
		if ok && worked != want {
			t.Fatalf("%s of %s from %s to %s", worked, want, from.In(zone), end.In(zone))
		}
	})
}
