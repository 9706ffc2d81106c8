package show

import (
	"cmp"
	"time"

	"github.com/ripostehq/riposte/internal/ledger"
)

// Recent are the actor's calls around a case, in one account and region, as CloudTrail's event history had them once the case was answered.
type Recent struct {
	Case    string        `json:"case,omitempty"` // where they stand in another case of the incident: an incident is looked up once an hour
	Asked   time.Time     `json:"asked"`
	Since   time.Time     `json:"since"`
	Account string        `json:"account"`
	Region  string        `json:"region"`
	Calls   []RecentCalls `json:"calls"`            // the latest first
	More    int           `json:"more,omitempty"`   // calls that are in none of them
	Unseen  string        `json:"unseen,omitempty"` // why there may be others
}

// RecentCalls are calls of one name that ended alike and came from one address.
type RecentCalls struct {
	Call  string    `json:"call"`
	Times int       `json:"times"`
	First time.Time `json:"first"`
	Last  time.Time `json:"last"`
	From  string    `json:"from,omitempty"`
	Error string    `json:"error,omitempty"`
	Says  string    `json:"-"` // all of it, in a line
}

// RecentOf returns what a case, or else another of its incident, has of its actor's calls; nil where they were not looked up.
func RecentOf(c *ledger.Case, others []*ledger.Case) *Recent {
	of := c
	for i := 0; i < len(others) && of.Recent == nil; i++ {
		if others[i].Origin.Actor.Credential() == c.Origin.Actor.Credential() {
			of = others[i]
		}
	}
	r := of.Recent
	if r == nil {
		return nil
	}
	out := &Recent{Asked: r.Asked.UTC(), Since: r.Since.UTC(), Account: r.Account, Region: r.Region, Calls: []RecentCalls{}, More: r.More, Unseen: r.Unseen}
	if of != c {
		out.Case = of.ID
	}
	for _, one := range r.Calls {
		out.Calls = append(out.Calls, RecentCalls{
			Call: one.Call, Times: cmp.Or(one.Times, 1), First: one.First.UTC(), Last: one.Last.UTC(), From: one.From, Error: one.Error, Says: one.String(),
		})
	}
	return out
}
