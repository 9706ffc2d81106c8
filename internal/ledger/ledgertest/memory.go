package ledgertest

import (
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/playbook"
)

// recalled: records come late, twice and out of order, and tell how it was at their own moment.
func recalled(s *stage) {
	place := event.Place{Partition: "aws", Account: "111122223333", Region: "eu-west-1"}
	one, two := place.In(event.Instance, "i-1"), place.In(event.Instance, "i-2")
	see := func(r event.Resource, of string, on bool, minute int, id string) playbook.Observation {
		return playbook.Observation{Resource: r, Of: of, On: on, Value: id, At: Start().Add(time.Duration(minute) * time.Minute), Call: "Switch", By: "arn", Event: id}
	}
	launched, off, on := see(one, "termination", true, 0, "e-1"), see(one, "termination", false, 10, "e-2"), see(one, "termination", true, 10, "e-3")
	other, stop := see(two, "termination", false, 5, "e-4"), see(one, "stop", false, 5, "e-5")
	s.must(s.Remember(s.Context(), []playbook.Observation{off, stop, on}))
	s.must(s.Remember(s.Context(), []playbook.Observation{launched, other, off}))
	for _, c := range []struct {
		story  string
		r      event.Resource
		of     string
		before int
		want   *playbook.Observation
	}{
		{"before anything", one, "termination", -1, nil},
		{"in the launch's own second: it was on", one, "termination", 0, &launched},
		{"between", one, "termination", 9, &launched},
		{"in the second in which it was switched off and on: on counts", one, "termination", 10, &on},
		{"after it: on again", one, "termination", 11, &on},
		{"another instance", two, "termination", 11, &other},
		{"in the second in which it was switched off: that may be the call itself", two, "termination", 5, nil},
		{"another attribute", one, "stop", 11, &stop},
		{"one that was never seen", two, "stop", 11, nil},
	} {
		got, err := s.Recall(s.Context(), c.r, c.of, Start().Add(time.Duration(c.before)*time.Minute))
		s.must(err)
		if d := cmp.Diff(c.want, got); d != "" {
			s.Errorf("%s: %s", c.story, d)
		}
	}
	s.mustVerify()
}
