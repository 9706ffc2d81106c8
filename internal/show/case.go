// Package show is a case, and a moment in its life, as scripts and people see it.
package show

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/playbook"
)

// Case is what is printed of a case. The JSON names are stable: scripts rely on them. What is unknown is absent.
type Case struct {
	Case            string            `json:"case"`
	Incident        string            `json:"incident,omitempty"` // id of its first case; absent where no caller is known
	Playbook        string            `json:"playbook"`
	Severity        playbook.Severity `json:"severity"`
	Title           string            `json:"title"`
	Event           *Event            `json:"event,omitempty"` // that brought it, the first where there are several
	Account         string            `json:"account,omitempty"`
	AccountName     string            `json:"account_name,omitempty"` // as organization.accounts has it
	Environment     string            `json:"environment,omitempty"`  // likewise
	Region          string            `json:"region,omitempty"`
	Resource        string            `json:"resource"`                   // ARN, else account/region/type/id
	Owner           *Owner            `json:"owner,omitempty"`            // whose the resource is, where the configuration says anything of owners
	Actor           string            `json:"actor,omitempty"`            // ARN; of a role session, the session's
	Person          string            `json:"person,omitempty"`           // the human behind it, where the issuer is configured
	DecideAt        time.Time         `json:"decide_at,omitzero"`         // the next end of a window that a suspect waits for
	Upstream        []Caller          `json:"upstream,omitempty"`         // who made the actor's credentials, the nearest first
	UpstreamUnknown bool              `json:"upstream_unknown,omitempty"` // a caller assumed the role, and no record showed which
	SourceIdentity  string            `json:"source_identity,omitempty"`  // of the actor's session, as the first in the chain that set it chose
	Verdict         string            `json:"verdict,omitempty"`
	Reason          string            `json:"reason,omitempty"` // RULE: text
	State           ledger.State      `json:"state"`
	Plan            []string          `json:"plan"` // kinds of action, first rungs, in order
	Actions         []Action          `json:"actions"`
	Times           Times             `json:"times"`
	Clocks          *Clocks           `json:"clocks,omitempty"` // where a service's notice told of it first
	Undo            Undo              `json:"undo"`
	Quiet           string            `json:"quiet,omitempty"`      // since it was taken back: about what, and until when
	Proposal        *Proposal         `json:"proposal,omitempty"`   // of the code that makes what the case is about
	Exceptions      []Exception       `json:"exceptions,omitempty"` // given from the case without taking anything back; until says whether they still count
	Exception       *Exception        `json:"exception,omitempty"`  // of these the one that ends last
	Ladders         []Ladder          `json:"ladders,omitempty"`    // where one case is shown
	Asked           *Asked            `json:"asked,omitempty"`      // where silence means something: of several steps, of that whose time is up first
	Approvals       []Approval        `json:"approvals,omitempty"`  // who said yes so far; of what takes two persons the first alone does nothing
	Shown           string            `json:"shown,omitempty"`      // what asks, by the name that approve --as takes
	Found           []string          `json:"found,omitempty"`      // where one case is shown: what it is of, as image ami-0abc
	Seen            string            `json:"seen,omitempty"`       // that and what asks, by the name that except --as takes
	Siblings        []Sibling         `json:"siblings,omitempty"`   // where one case is shown: the others of its incident, oldest first
	Recent          *Recent           `json:"recent,omitempty"`     // the actor's other calls, where they were looked up
	History         []Entry           `json:"history,omitempty"`    // where one case is shown: what became of it, from the record
}

// Proposal is what was proposed to a repository, and what its people made of that: open, merged, closed; "" where nothing was, and Why says why.
type Proposal struct {
	Repository string `json:"repository,omitempty"`
	URL        string `json:"url,omitempty"`
	State      string `json:"state,omitempty"`
	Why        string `json:"why,omitempty"`
}

func proposalOf(p *ledger.Proposal) *Proposal {
	if p == nil {
		return nil
	}
	return &Proposal{Plain(p.Repository), Plain(p.URL), string(p.State), Plain(p.Why)}
}

// Caller is who made credentials: that assumed the role, or made the key.
type Caller struct {
	Actor string    `json:"actor"`
	Call  string    `json:"call"`
	At    time.Time `json:"at"`
}

// Asked is what people were told of a question.
type Asked struct {
	Of      string         `json:"of,omitempty"` // the person who is asked whether it was they, by address; absent: approvers
	Told    time.Time      `json:"told"`
	Until   time.Time      `json:"until"`
	Silence ledger.Silence `json:"silence"`        // what no answer means: remind, act, expire
	Means   string         `json:"means"`          // in words
	Plan    string         `json:"plan,omitempty"` // of a case: all that asks now, by the name that approve --as takes
}

// Approval is one person's yes.
type Approval struct {
	By     string     `json:"by"`
	At     time.Time  `json:"at"`
	Proven bool       `json:"proven"`        // false at the command line
	Via    ledger.Via `json:"via,omitempty"` // absent: the command line
}

// Action is one step, at the rung where it stands.
type Action struct {
	Kind    string `json:"kind"`
	Target  string `json:"target"`
	Outcome string `json:"outcome"` // pending, would (observed or excepted), done, already, failed, skipped, undone
	Error   string `json:"error,omitempty"`
	// Requests are AWS's ids of the calls that made the change, as CloudTrail has them.
	Requests []string `json:"requests,omitempty"`
	Final    string   `json:"final,omitempty"` // why what was done can't be taken back, where that is so
	// NotBefore is when a pending step that waits for its time is due; it is judged, and its resource looked at, again then.
	NotBefore time.Time `json:"not_before,omitzero"`
	Asked     *Asked    `json:"asked,omitempty"` // where it waits for a person, and silence means something
}

// Times are the stages of a case; those not reached are absent.
type Times struct {
	Occurred    time.Time `json:"occurred,omitzero"`
	Received    time.Time `json:"received,omitzero"`
	Decided     time.Time `json:"decided,omitzero"`
	FirstChange time.Time `json:"first_change,omitzero"`
	Contained   time.Time `json:"contained,omitzero"`
	Verified    time.Time `json:"verified,omitzero"`
}

// Clocks are the receipts of a service's notice and of the record that names the caller, which is absent while it has not come.
type Clocks struct {
	Notice time.Time `json:"notice"`
	Record time.Time `json:"record,omitzero"`
}

// Undo says whether something can be taken back, or why not.
type Undo struct {
	Possible bool   `json:"possible"`
	Why      string `json:"why,omitempty"`
	But      string `json:"but,omitempty"` // what stays all the same: ec2.terminate (a terminated instance is gone for good)
}

// Of makes a case presentable. Its plans are opened with the codec: one that a newer riposte made is an error.
func Of(c *ledger.Case, codec action.Codec, people event.People) (Case, error) {
	out := Case{
		Case: c.ID, Incident: c.Incident, Playbook: c.Playbook, Severity: c.Severity, Title: c.Title, Account: c.Root.Account, Region: c.Root.Region,
		Resource: c.Root.String(), Actor: c.Origin.Actor.ARN, Person: people.Person(c.Origin.Actor), Reason: c.Reason, State: c.State,
		Event: eventOf(c.Origin), Plan: []string{}, Actions: []Action{}, Times: times(c.Times),
	}
	steps, err := live(c, codec, people)
	if err != nil {
		return Case{}, fmt.Errorf("case %q: %w", c.ID, err)
	}
	for _, s := range steps {
		out.Plan = append(out.Plan, s.plan.Ladder[0].Do.About().Kind.Name)
		out.Actions = append(out.Actions, s.action())
	}
	out.Verdict, out.DecideAt = verdict(steps), decideAt(c)
	out.Clocks = clocks(c)
	a := c.Origin.Actor
	out.UpstreamUnknown = len(c.Upstream) == 0 && a.Assumed() && out.Person == ""
	out.SourceIdentity = c.Origin.Actor.SourceIdentity
	for _, m := range c.Upstream {
		out.Upstream = append(out.Upstream, Caller{Actor: cmp.Or(m.Actor.ARN, m.Actor.InvokedBy), Call: m.Call, At: m.At.UTC()})
	}
	out.Undo = undo(c, steps)
	out.Quiet, out.Recent, out.Proposal = quiet(c.Quiet), RecentOf(c, nil), proposalOf(c.Proposed)
	for _, a := range out.Actions {
		if a.Asked != nil && (out.Asked == nil || a.Asked.Until.Before(out.Asked.Until)) {
			first := *a.Asked
			first.Plan, out.Asked = c.Shown(0), &first
		}
	}
	for _, x := range c.Granted {
		one := ExceptionOf(x)
		out.Exceptions = append(out.Exceptions, one)
		if out.Exception == nil || one.Until.After(out.Exception.Until) {
			out.Exception = &one
		}
	}
	for _, o := range c.Approvals() {
		out.Approvals = append(out.Approvals, Approval{By: o.By, At: o.At.UTC(), Proven: o.Proven, Via: o.Via})
	}
	return out, nil
}

// quiet returns the exception that came with the taking back.
func quiet(x *ledger.Exception) string {
	if x == nil {
		return ""
	}
	return fmt.Sprintf("about %s, until %s; anything else is answered", strings.Join(x.Found, ", "), x.Until.UTC().Format(time.RFC3339))
}

// decideAt is the first end of a window that an unchecked suspect waits for.
func decideAt(c *ledger.Case) (at time.Time) {
	for _, l := range c.Suspects {
		if l.Checked == "" && !l.DecideAt.IsZero() && (at.IsZero() || l.DecideAt.Before(at)) {
			at = l.DecideAt.UTC()
		}
	}
	return at
}

// clocks returns nil where no notice came before the record.
func clocks(c *ledger.Case) *Clocks {
	i := slices.IndexFunc(c.Suspects, func(l ledger.Suspect) bool { return l.Origin.Noticed() })
	switch {
	case i < 0:
		return nil
	case c.Origin.Noticed():
		return &Clocks{Notice: c.Suspects[i].Origin.Received.UTC()}
	case c.Origin.Received.Before(c.Suspects[i].Origin.Received):
		return nil
	}
	return &Clocks{Notice: c.Suspects[i].Origin.Received.UTC(), Record: c.Origin.Received.UTC()}
}

func times(t ledger.Times) Times {
	return Times{
		Occurred: t.Occurred.UTC(), Received: t.Received.UTC(), Decided: t.Decided.UTC(),
		FirstChange: t.FirstChange.UTC(), Contained: t.Contained.UTC(), Verified: t.Verified.UTC(),
	}
}
