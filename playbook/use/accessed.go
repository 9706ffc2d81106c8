package use

import (
	"slices"
	"strings"
	"time"

	"github.com/ripostehq/riposte/iam/rewrite"
)

// Accessed is IAM's report of what a principal accessed last, made at the level of actions. It reaches back 400 days, less in regions that
// are younger, comes up to four hours late, and counts attempts that were denied.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_last-accessed.html
type Accessed struct {
	Made     time.Time // when the report was made
	Services map[string]Service
}

// Service is one service of a report, by its prefix: the report has those alone that the principal's policies allow something of.
type Service struct {
	Last    time.Time            // of any action; zero: none within the report's time
	Actions map[string]time.Time // those that IAM tracks, by name; zero: none
}

// reaches is how far a report reaches back.
const reaches = 400 * 24 * time.Hour

// last is when the action was accessed.
func (a *Accessed) last(action string) (time.Time, bool) {
	if a == nil {
		return time.Time{}, false
	}
	at := a.Services[serviceOf(action)].action(action)
	return at, !at.IsZero()
}

// action is when one was last accessed, by its name in whatever case; the same name with a date counts before one without.
func (s Service) action(action string) (last time.Time) {
	for name, at := range s.Actions {
		if named(action, name) && at.After(last) {
			last = at
		}
	}
	return last
}

func named(action, name string) bool {
	_, own, _ := strings.Cut(action, ":")
	return strings.EqualFold(own, name)
}

// tracked reports whether the report speaks of the action.
func (s Service) tracked(action string) bool {
	for name := range s.Actions {
		if named(action, name) {
			return true
		}
	}
	return false
}

// unused says of an action without a date what that means. An action of which the report does not speak is not tracked, or was not: of a
// service that was not touched at all that makes no difference.
func (a *Accessed) unused(action string, now time.Time) Verdict {
	if a == nil {
		return unknown("IAM was not asked what the principal accessed last")
	}
	service := serviceOf(action)
	s, listed := a.Services[service]
	switch {
	case !listed:
		return unknown("IAM's report has nothing of " + service)
	case a.untouched(service, now), s.tracked(action):
		return Verdict{Use: rewrite.Unused, At: a.Made.Add(-reaches), Source: ByAccessed}
	}
	return unknown("IAM does not track " + action)
}

// untouched reports whether nothing of a service was accessed within the window.
func (a *Accessed) untouched(service string, now time.Time) bool {
	if a == nil {
		return false
	}
	s, listed := a.Services[service]
	return listed && (s.Last.IsZero() || now.Sub(s.Last) > Window)
}

// Names are all actions that the report speaks of, each as service:Action: a catalogue may be older than some of them.
func (a *Accessed) Names() (out []string) {
	if a == nil {
		return nil
	}
	for service, s := range a.Services {
		for name := range s.Actions {
			out = append(out, service+":"+name)
		}
	}
	slices.Sort(out)
	return out
}

// Touched are the services of which anything was accessed within the window.
func (a *Accessed) Touched(now time.Time) (out []string) {
	if a == nil {
		return nil
	}
	for service := range a.Services {
		if !a.untouched(service, now) {
			out = append(out, service)
		}
	}
	slices.Sort(out)
	return out
}
