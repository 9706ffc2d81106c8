package desk

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/internal/gate"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/playbook"
)

// view is what letters say of a case: little, however much the case has gathered.
type view struct {
	id, playbook, title, account string
	severity                     playbook.Severity
	state                        ledger.State
	paged                        string
	matter                       string // incident/ID or case/ID
	changes                      bool   // it has a plan that changes something
	contains                     bool   // a step of it contains, or what comes of it is not known
	tells                        bool   // it was looked at, and there is nothing to change: the finding is the news
	unread                       bool   // its plan is a newer riposte's
	asks                         []question
	shown, seen                  string
	found                        []string
	excepts                      []ledger.Exception
	standing                     map[ledger.Verb]gate.Standing // who may answer; of no verb where a plan can't be read
	silent                       bool                          // it was done, or let be, since nobody answered
	unheard                      []string                      // owners by a tag who have no word in it: what they are told starts no clock
	told                         time.Time                     // when people were first told of a question of it
	righted                      bool                          // what a sweep found is not so any more
	enforced                     time.Time                     // when riposte begins to act on what it found, where it only watches until then
}

// question is one step that waits for a person.
type question struct {
	ask      ledger.Ask
	deed     gate.Deed
	does     string
	final    string       // what of it has no way back, and why; "" where it has one
	whom     string       // the person who is asked whether it was they
	known    *ledger.Told // what people know
	told     *ledger.Told // that, or (news) what they are told with the next letter
	news     bool         // they are to be told: at first, or again
	reminder bool         // again
	posted   time.Time    // since when it is to be told
}

// see makes a view of a case at a moment.
func (d *Desk) see(c *ledger.Case, now time.Time) view {
	v := view{
		id: c.ID, playbook: c.Playbook, title: cmp.Or(c.Title, c.Playbook), account: c.Root.Account, severity: c.Severity, state: c.State,
		paged: c.Paged, matter: "case/" + c.ID, shown: c.Shown(0), seen: c.Seen(), found: c.Found(), excepts: c.Excepts(now), unheard: d.Policy.Unheard(c),
	}
	if c.Incident != "" {
		v.matter = "incident/" + c.Incident
	}
	v.silent = c.State == ledger.Expired
	open := d.opener()
	asks, promises := c.Asks(0), d.promises(c, open, now)
	for _, r := range c.Revisions {
		if r.Superseded != 0 {
			continue
		}
		plan, err := open(r.Plan)
		if err != nil || len(plan.Steps) > len(r.Steps) {
			v.unread = true
			continue
		}
		for i, step := range plan.Steps {
			d.seeStep(&v, c, r.Steps[i], step, asks, promises, r.Number, i)
		}
	}
	v.standing = d.standing(c, open, len(v.asks) > 0)
	v.tells = len(c.Revisions) > 0 && !v.changes && !v.unread
	v.contains = v.contains || !v.changes
	v.enforced = d.enforcedFrom(v, now)
	return v
}

// opener opens each plan once.
func (d *Desk) opener() func(action.Sealed) (action.Plan, error) {
	plans := map[string]action.Plan{}
	return func(s action.Sealed) (action.Plan, error) {
		if p, is := plans[s.Digest]; is {
			return p, nil
		}
		p, err := d.Codec.Open(s)
		if err == nil {
			plans[s.Digest] = p
		}
		return p, err
	}
}

// promises are what people are to be told of a case; none where a plan is a newer riposte's, which tells them itself.
func (d *Desk) promises(c *ledger.Case, open func(action.Sealed) (action.Plan, error), now time.Time) []ledger.ToldOf {
	all, err := d.Policy.Promises(c, open, now)
	if err != nil {
		return nil
	}
	return all
}

func (d *Desk) seeStep(v *view, c *ledger.Case, at ledger.Step, step action.Step, asks []ledger.Ask, promises []ledger.ToldOf, revision, i int) {
	if len(step.Ladder) == 0 {
		return
	}
	v.changes = true
	does := step.Ladder[min(max(at.Rung, 0), len(step.Ladder)-1)].Do
	about := does.About()
	v.contains = v.contains || about.Kind.Class == action.Contain
	if at.Told != nil && (v.told.IsZero() || at.Told.At.Before(v.told)) {
		v.told = at.Told.At
	}
	v.silent = v.silent || at.State != ledger.Pending && strings.HasPrefix(at.Reason, "silence: ")
	n := slices.IndexFunc(asks, func(a ledger.Ask) bool { return a.Revision == revision && a.Step == i })
	if n < 0 {
		return
	}
	q := question{ask: asks[n], deed: gate.DeedOf(does), does: about.Kind.Does + ": " + about.Target.String()}
	if about.Kind.Final != "" {
		q.final = q.does + ": " + about.Kind.Final
	}
	if about.Hits != "" {
		q.does += " (" + about.Hits + ")"
	}
	if who := c.Whom(d.Policy.Approval.People, asks[n], step); len(d.People.ways(who)) > 0 {
		q.whom = who // else security is asked
	}
	q.known = c.Told(asks[n])
	q.told = q.known
	for _, p := range promises {
		if p.Question.Revision != revision || p.Question.Step != i || !d.posted(at, p.Told.Of) {
			continue
		}
		q.reminder, q.news, q.told = q.known != nil, true, &p.Told
		if at.Posted != nil {
			q.posted = at.Posted.At
		}
	}
	v.asks = append(v.asks, q)
}

// posted reports whether the engine has noted that a question is to be told: it takes no word of any other. A letter that is written for
// another case's sake in between shows the question, and its own line, which follows, has it told.
func (d *Desk) posted(at ledger.Step, of string) bool {
	return d.drafting || at.Posted != nil && at.Posted.Of == of && at.Posted.Owes(at.Told)
}

// open reports whether the case waits for something, or for somebody.
func (v view) open() bool { return v.state.Open() }

// containing reports whether people are asked to let something be contained.
func (v view) containing() bool {
	return slices.ContainsFunc(v.asks, func(q question) bool { return q.deed.Class == action.Contain })
}

// grave reports whether the case is one for a page, by itself.
func (v view) grave() bool { return ledger.Precedence(v.severity) <= ledger.Precedence(playbook.High) }

// pressing reports whether what mends or destroys can't wait for a daily letter: of the owner's time for an answer some would be gone.
func (v view) pressing() bool { return v.grave() && v.changes && v.state != ledger.Observed }

// news reports whether people don't know of a question, as far as the case says, or are to be told again. Of what contains, the chain tells
// again. What waits for ever, whatever they know, counts as well.
func (v view) news() bool {
	return slices.ContainsFunc(v.asks, func(q question) bool {
		return (q.news || q.told == nil) && (!q.reminder || q.deed.Class != action.Contain)
	})
}

// telling reports whether the next letter tells a question, at first or again, so that its time counts.
func (v view) telling() bool {
	return slices.ContainsFunc(v.asks, func(q question) bool { return q.news && (!q.reminder || q.deed.Class != action.Contain) })
}

// binding reports whether a question is to be told whose silence means that something is done, or let be.
func (v view) binding() bool {
	return slices.ContainsFunc(v.asks, func(q question) bool {
		return q.news && (q.told.Silence == ledger.Acts || q.told.Silence == ledger.Expires)
	})
}

// worth reports whether the case, as it stands, is worth a person's notice.
func (v view) worth() bool {
	return v.news() || v.wrong() || v.state == ledger.Verified || v.state == ledger.Expired
}

// wrong reports whether a person has to look at what became of it.
func (v view) wrong() bool {
	return v.paged != "" || v.state == ledger.Failed || v.state == ledger.Undone
}

// copied is the case as those see it who are told beside the owner: the question is the owner's, and its time counts from when the
// owner is told.
func (v view) copied(to string) view {
	v.asks = slices.Clone(v.asks)
	for i := range v.asks {
		q := &v.asks[i]
		if q.whom != "" && q.whom == to {
			continue // which is put to nobody else
		}
		q.told, q.news, q.reminder = q.known, false, false
	}
	return v
}

// gone reports whether nothing is left of the case to tell of, to who was told nothing of it yet.
func (v view) gone() bool {
	return slices.Contains([]ledger.State{ledger.Dismissed, ledger.Superseded, ledger.Excepted}, v.state) && v.paged == ""
}

// count says how many of something: "1 case", "3 cases".
func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
