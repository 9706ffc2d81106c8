package gate_test

import (
	"strings"
	"testing"
	"time"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/gate"
	"github.com/ripostehq/riposte/internal/ledger"
)

// What a sweep found is changed where it was listed lately, and never while its playbook surges; an attack's answer knows neither.
func TestSweepsAreHeldWhereNothingIsKnown(t *testing.T) {
	now := time.Date(2030, 1, 7, 9, 0, 0, 0, time.UTC)
	act := gate.Policy{Mode: func(string, string, action.Class) (gate.Decision, string) { return gate.Act, "test" }}
	surging := []ledger.Brake{{Scope: gate.SurgeOf("waste.x"), By: "riposte", Reason: "many"}}
	for name, x := range map[string]struct {
		class    action.Class
		sweep    string
		listed   time.Time
		brakes   []ledger.Brake
		approved bool
		do       gate.Decision
		rule     string
	}{
		"listed yesterday":                         {action.Destroy, "d", now.Add(-24 * time.Hour), nil, false, gate.Act, "mode"},
		"listed 48 hours ago":                      {action.Destroy, "d", now.Add(-48 * time.Hour), nil, false, gate.Act, "mode"},
		"listed longer ago":                        {action.Destroy, "d", now.Add(-48*time.Hour - time.Second), nil, false, gate.Hold, "coverage"},
		"longer ago, and approved":                 {action.Mend, "d", now.Add(-49 * time.Hour), nil, true, gate.Hold, "coverage"},
		"listed by a clock that is a little ahead": {action.Destroy, "d", now.Add(4 * time.Minute), nil, false, gate.Act, "mode"},
		"listed in a week":                         {action.Destroy, "d", now.Add(7 * 24 * time.Hour), nil, true, gate.Hold, "coverage"},
		"never listed":                             {action.Mend, "d", time.Time{}, nil, false, gate.Hold, "coverage"},
		"a tag needs no listing":                   {action.Mark, "d", time.Time{}, nil, false, gate.Act, "mode"},
		"nor does containment":                     {action.Contain, "d", time.Time{}, nil, false, gate.Act, "mode"},
		"an attack is in no listing":               {action.Destroy, "", time.Time{}, nil, false, gate.Act, "mode"},
		"a surge":                                  {action.Mend, "d", now, surging, true, gate.Hold, "surge"},
		"a surge holds no tag":                     {action.Mark, "d", now, surging, false, gate.Act, "mode"},
		"a surge holds no attack":                  {action.Destroy, "", now, surging, false, gate.Act, "mode"},
		"a surge of another playbook":              {action.Mend, "d", now, []ledger.Brake{{Scope: gate.SurgeOf("waste.y")}}, false, gate.Act, "mode"},
		"a brake goes before a surge":              {action.Mend, "d", now, append([]ledger.Brake{{Scope: "all", By: "sam"}}, surging...), false, gate.Hold, "brake"},
		"its sweep goes on":                        {action.Mend, "d", now, nil, false, gate.Hold, "surge"},
		"its sweep goes on, and approved":          {action.Destroy, "d", now, nil, true, gate.Hold, "surge"},
		"a tag is put while its sweep goes on":     {action.Mark, "d", now, nil, false, gate.Act, "mode"},
		"an attack while a sweep goes on":          {action.Destroy, "", now, nil, false, gate.Act, "mode"},
		"the age of a streak is no age":            {action.Mark, "d", now, nil, false, gate.Act, "mode"},
	} {
		f := gate.Facts{
			Now: now, Playbook: "waste.x", Class: x.class, Sweep: x.sweep, Listed: x.listed, Brakes: x.brakes, Approved: x.approved,
			Judged: !strings.Contains(name, "goes on"),
			Target: event.Place{Partition: "aws", Account: "111122223333", Region: "eu-west-1"}.In(event.Instance, "i-0"),
		}
		if x.sweep != "" {
			f.Occurred, f.Received = now.Add(-45*24*time.Hour), now
		}
		if v := gate.Judge(act, f); v.Do != x.do || v.Rule != x.rule {
			t.Errorf("%s: %s, %s; want %s, %s", name, v.Do, v.Reason(), x.do, x.rule)
		}
	}
}

func TestFullLimitsOfSweepsHoldWhateverTheClass(t *testing.T) {
	act := gate.Policy{Mode: func(string, string, action.Class) (gate.Decision, string) { return gate.Act, "test" }}
	full := []gate.Count{{Bucket: "sweep:organisation", Incidents: 100, Max: 100, Within: "a day"}}
	for _, class := range []action.Class{action.Contain, action.Mend, action.Destroy} {
		now := time.Date(2030, 1, 7, 9, 0, 0, 0, time.UTC)
		f := gate.Facts{Now: now, Class: class, Sweep: "d", Listed: now, Judged: true, Limits: full}
		if v := gate.Judge(act, f); v.Do != gate.Hold || v.Page != "" || v.Reason() != "limit: sweep:organisation has had 100 changes within a day, 100 are allowed" {
			t.Errorf("%s: %s, %s, paged %q", class, v.Do, v.Reason(), v.Page)
		}
		f.Approved = true
		if v := gate.Judge(act, f); v.Do != gate.Act {
			t.Errorf("%s, approved: %s, %s", class, v.Do, v.Reason())
		}
	}
}
