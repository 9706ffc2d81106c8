// Package cloud hands out access to accounts and regions: one session per account, region, purpose, case and what is to be
// changed, and around every call the guard, the pace and the trace.
package cloud

import (
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/pricing"
	"github.com/aws/aws-sdk-go-v2/service/securityhub"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/cloud/calls"
)

// Purpose is what a session is for; each has a role of its own, so that rights can be granted one by one.
type Purpose string

const (
	Audit   Purpose = "audit"
	Report  Purpose = "report"
	Own     Purpose = "own" // with the process's own credentials
	Tag     Purpose = Purpose(action.TierTag)
	Contain Purpose = Purpose(action.TierContain)
	Mend    Purpose = Purpose(action.TierMend)
	Author  Purpose = Purpose(action.TierAuthor)
	Destroy Purpose = Purpose(action.TierDestroy)
)

// changes reports whether a purpose is to change anything.
func (p Purpose) changes() bool {
	return p == Tag || p == Contain || p == Mend || p == Author || p == Destroy
}

// Options are what a Cloud stands on.
type Options struct {
	Base       func(event.Place) aws.Config // signs as riposte itself; a Retryer that it brings is kept
	Roles      map[Purpose]string           // role names, with path; a purpose without one is refused; none at all: Base's own rights
	ExternalID string
	Guard      Guard
	Now        func() time.Time
}

// Cloud opens clients lazily and keeps them. It is safe for concurrent use.
type Cloud struct {
	opts     Options
	pace     pace
	breaker  circuitBreaker
	ownRoles ownRoles
	mu       sync.Mutex
	lasting  clientCache                       // sessions that read and report: as many as there are accounts and regions
	passing  clientCache                       // sessions of cases
	http     map[aws.HTTPClient]aws.HTTPClient // by the base's
	listed   map[string]entry                  // accounts that sweeps have entered: their clients are kept nowhere
}

// New makes a Cloud.
func New(o Options) *Cloud {
	return &Cloud{
		opts: o, breaker: circuitBreaker{now: o.Now, open: map[endpoint]openCircuit{}}, ownRoles: ownRoles{opened: map[string][]string{}, refused: map[string]refusal{}},
		http: map[aws.HTTPClient]aws.HTTPClient{},
	}
}

// Reads opens the audit role.
func (c *Cloud) Reads() access.Reads { return calls.Reads{Opener: c.clients(reading(event.Place{}))} }

// Writes opens the role of an action's tier in the name of one case, for what the action concerns and, as far as that stays
// short, what those concern that are done with it. Where there are no roles, the process's own rights are what they are.
func (c *Cloud) Writes(a action.Action, with []action.Action, caseID string) access.Writes {
	return calls.Writes{Opener: c.clients(changing(a, with, caseID))}
}

// changing is the session, but for its place, in which an action is done.
func changing(a action.Action, with []action.Action, caseID string) session {
	s := session{purpose: Purpose(a.About().Kind.Tier), name: "riposte-" + caseID, class: a.About().Kind.Class}
	var err error
	if s.policy, err = narrow(a, with); err != nil {
		s.unfit = err.Error()
	}
	return s
}

// ImportFindings opens the report role.
func (c *Cloud) ImportFindings(p event.Place) ImportFindings {
	s := session{place: p, purpose: Report, name: "riposte"}
	return client(c, s, "securityhub", func(cfg aws.Config) ImportFindings { return securityhub.NewFromConfig(cfg).BatchImportFindings })
}

// Products asks AWS's price list with the process's own credentials: it says the same to every caller. It has endpoints in few regions, of
// which the caller names one.
func (c *Cloud) Products() Products {
	s := session{place: OrganizationsIn("aws"), purpose: Own}
	return client(c, s, "pricing", func(cfg aws.Config) Products { return pricing.NewFromConfig(cfg).GetProducts })
}

// Products is how AWS's price list is asked.
type Products = calls.Call[pricing.GetProductsInput, pricing.GetProductsOutput, pricing.Options]

// ImportFindings is how Security Hub is told.
type ImportFindings = calls.Call[securityhub.BatchImportFindingsInput, securityhub.BatchImportFindingsOutput, securityhub.Options]

// clients opens clients in sessions like this one, each at its own place.
func (c *Cloud) clients(s session) calls.Opener {
	return func(p event.Place, service string, isGlobal bool, open func(aws.Config) any) any {
		s := s
		if s.place = p; isGlobal {
			s.place = Global(p)
		}
		return client(c, s, service, open)
	}
}

// reading is the session in which a place is read.
func reading(p event.Place) session { return session{place: p, purpose: Audit, name: "riposte"} }
