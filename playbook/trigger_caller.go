package playbook

import (
	"slices"
	"strings"

	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
)

// Callers are a trigger by who called, whatever was called. It routes by what a record looks like; who really called is for
// Check to prove.
type Callers struct {
	Instances bool     // sessions of EC2 instances, by their shape
	Named     []string // ids of access keys (AKIA...), ids of users (AIDA...) and roles (AROA...), ARNs of users and roles
	Reads     bool     // calls that CloudTrail marks as read-only, too
	Failed    bool     // calls that AWS refused, too
	PerSource bool     // one call of a caller from a source says as much as the next: see OncePerSource
	People    *Persons // people's changes; nil: it goes by no person
}

// Caller fires on changes that succeeded, made by the named ones: by their keys, their ids, or their ARNs. A name without an id
// is none of these. What AWS's services call on a caller's behalf never counts.
func Caller(named ...string) Callers { return Callers{Named: named} }

// CallerInstance fires on changes that succeeded, made by a session that looks like an EC2 instance's. Whoever may assume a role
// can give the session such a name: the shape only says where to look (event.Actor.InstanceShaped).
func CallerInstance() Callers { return Callers{Instances: true} }

// AlsoReads fires on reads, too. They are many, and reach only rules that ask for them.
func (c Callers) AlsoReads() Callers { c.Reads = true; return c }

// AlsoFailed fires on calls that AWS refused, too.
func (c Callers) AlsoFailed() Callers { c.Failed = true; return c }

// OncePerSource says that what is found of a call hangs on its caller and on where it came from alone. Whoever watches callers sees
// millions of calls: what a look dismissed is not looked at again for a while, and a replay tells of the first. The facts must have
// what was found (Finder).
func (c Callers) OncePerSource() Callers { c.PerSource = true; return c }

func (c Callers) routed() []call.ID { return nil }

func (c Callers) fires(e event.Event) bool {
	switch {
	case e.Kind != event.Call, e.Failed() && !c.Failed, e.ReadOnly && !c.Reads, e.Actor.ByAWS(), e.Actor.InvokedBy != "":
		return false
	case c.People != nil && Reading([]byte(e.Name)):
		return false
	}
	return c.Concerns(e.Actor)
}

// Concerns reports whether an actor is one of the callers, by what the record says. A trigger by people is a trigger of its own: it has no names.
func (c Callers) Concerns(a event.Actor) bool {
	if c.Instances && a.InstanceShaped() || c.People != nil && c.People.Has(a) {
		return true
	}
	return slices.ContainsFunc([]string{a.AccessKey, a.UniqueID(), a.Principal()}, func(known string) bool {
		return known != "" && slices.Contains(c.Named, known)
	})
}

// Says are the callers in a person's words.
func (c Callers) Says() string {
	by := strings.Join(c.Named, ", ")
	if c.Instances {
		by = strings.TrimPrefix(by+", an instance's session", ", ")
	}
	if c.People != nil {
		by = strings.TrimPrefix(by+", a person (people.issuers, root)", ", ")
	}
	calls := "changes"
	if c.Reads {
		calls = "any call"
	}
	if c.Failed {
		calls += ", refused ones too,"
	}
	return calls + " by " + by
}

// Watches reports whether parameters name triggers, which a bound Playbook has beside the others.
func (d Definition) Watches() bool { return d.watches }

// OncePerSource reports whether a playbook wants one call of a caller from a source, and no call for another reason.
func (d Definition) OncePerSource() bool {
	return len(d.On) > 0 && !slices.ContainsFunc(d.On, func(t Trigger) bool { c, ok := t.(Callers); return !ok || !c.PerSource })
}

// Callers returns the triggers of a playbook that go by the caller.
func (d Definition) Callers() (all []Callers) {
	for _, t := range d.On {
		if c, ok := t.(Callers); ok {
			all = append(all, c)
		}
	}
	return all
}
