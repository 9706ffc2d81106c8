package desk

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/gate"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/notify"
	"github.com/ripostehq/riposte/playbook"
)

// monday is when the stories begin: noon in winter.
var monday = time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)

var errDead = errors.New("the process is dead")

// life ends at a random moment, if it is to: whatever it was about to do is not done, or was, and nobody knows.
type life struct {
	dice *rand.Rand // nil: it does not end
	one  int        // in so many calls
	dead bool
}

// dies is asked before and after whatever leaves a trace.
func (l *life) dies() bool {
	if l.dice != nil && !l.dead && l.dice.IntN(l.one) == 0 {
		l.dead = true
	}
	return l.dead
}

// world is cases and letters in memory, the channels, and an engine that does little more than to take what people were told.
type world struct {
	*testing.T
	righted  map[string]bool // resources that sweeps find no more
	now      time.Time
	cases    map[string]*ledger.Case
	letters  map[ledger.LetterKey]*ledger.LetterRow
	order    []ledger.LetterKey
	inbox    map[string]map[string][]ledger.Told // by case and key
	ever     map[string]bool
	full     map[string]bool // cases that take no more
	notes    []string
	made     int
	excepted []ledger.Exception
	brakes   []ledger.Brake
	unlinked bool // letters have no link
	mu       sync.Mutex
}

// mortal is the store as one process sees it.
type mortal struct {
	*world
	*life
}

func (m mortal) do(write func() error) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.dies() {
		return errDead
	}
	err := write()
	if m.dies() {
		return errDead
	}
	return err
}

func (m mortal) Post(ctx context.Context, now time.Time, lines ...ledger.Line) error {
	_, err := m.PostAndTake(ctx, now, ledger.FirstClaim{}, lines...)
	return err
}

func (m mortal) PostAndTake(_ context.Context, now time.Time, by ledger.FirstClaim, lines ...ledger.Line) (taken []*ledger.Letter, err error) {
	for _, of := range ledger.ByLetter(lines) { // one transaction for each letter
		err := m.do(func() error {
			m.post(now, of...)
			if r := m.letters[of[0].LetterKey]; by.Holder != "" && r.Take(now, by.Holder, "", by.Lease) {
				taken = append(taken, r.Present())
			}
			return nil
		})
		if err != nil {
			return taken, err
		}
	}
	return taken, nil
}

func (w *world) post(now time.Time, lines ...ledger.Line) {
	k := lines[0].LetterKey
	if w.letters[k] == nil {
		w.made++
		w.letters[k] = ledger.NewLetter(k, fmt.Sprintf("%06d", w.made), fmt.Sprintf("nonce-%d", w.made), now)
		w.order = append(w.order, k)
	}
	w.letters[k].Post(now, lines...)
}

func (m mortal) TakeLetter(_ context.Context, now time.Time, holder string, lease time.Duration) (out *ledger.Letter, err error) {
	err = m.do(func() error {
		var best *ledger.LetterRow
		for _, k := range m.order {
			r := m.letters[k]
			at := r.Wake()
			if at.IsZero() || at.After(now) {
				continue
			}
			if best == nil || r.Present().Urgent && !best.Present().Urgent ||
				r.Present().Urgent == best.Present().Urgent && at.Before(best.Wake()) {
				best = r
			}
		}
		if best != nil && best.Take(now, holder, "", lease) {
			out = best.Present()
		}
		return nil
	})
	return out, err
}

func (m mortal) Exceptions(_ context.Context, at time.Time) (out []ledger.Exception, err error) {
	for _, x := range m.excepted {
		if x.Until.After(at) {
			out = append(out, x)
		}
	}
	return out, nil
}

func (m mortal) Brakes(context.Context) ([]ledger.Brake, error) { return m.brakes, nil }

func (m mortal) SaveLetter(_ context.Context, l *ledger.Letter) error {
	return m.do(func() error { return m.save(l) })
}

func (w *world) save(l *ledger.Letter) error {
	if err := w.letters[l.LetterKey].Save(l); err != nil {
		return err
	}
	l.Version++
	return nil
}

func (m mortal) SaveAndSend(_ context.Context, _ time.Time, l *ledger.Letter, id string, msg ledger.Message) error {
	return m.do(func() error {
		switch {
		case m.full[id]:
			return ledger.ErrFull
		case m.cases[id] == nil:
			return ledger.ErrNotFound
		}
		if err := m.save(l); err != nil {
			return err
		}
		m.send(id, msg)
		return nil
	})
}

func (m mortal) NextLetter(context.Context) (first time.Time, err error) {
	err = m.do(func() error { first = m.next(); return nil })
	return first, err
}

func (w *world) next() (first time.Time) {
	for _, r := range w.letters {
		if at := r.Wake(); !at.IsZero() && (first.IsZero() || at.Before(first)) {
			first = at
		}
	}
	return first
}

func (m mortal) Letter(_ context.Context, id string) (*ledger.Letter, error) {
	for _, r := range m.letters {
		if r.ID == id {
			return r.Present(), nil
		}
	}
	return nil, ledger.NoLetter(id)
}

func (m mortal) Letters(_ context.Context, f ledger.LetterFilter) (out []*ledger.Letter, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, k := range slices.Backward(m.order) {
		if l := m.letters[k].Present(); f.Fits(l) && len(out) < f.Most() {
			out = append(out, l)
		}
	}
	return out, nil
}

func (m mortal) Load(_ context.Context, id string) (*ledger.Case, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.cases[id] == nil {
		return nil, ledger.ErrNotFound
	}
	return m.cases[id], nil
}

func (m mortal) Send(_ context.Context, _ time.Time, id string, msg ledger.Message) (fresh bool, err error) {
	if m.full[id] {
		return false, ledger.ErrFull
	}
	err = m.do(func() error {
		if m.cases[id] == nil {
			return ledger.ErrNotFound
		}
		fresh = m.send(id, msg)
		return nil
	})
	return fresh, err
}

func (w *world) send(id string, msg ledger.Message) (fresh bool) {
	if w.ever[id+msg.Key] {
		return false
	}
	w.ever[id+msg.Key] = true
	if w.inbox[id] == nil {
		w.inbox[id] = map[string][]ledger.Told{}
	}
	w.inbox[id][msg.Key] = msg.Told
	if msg.Note != "" {
		w.notes = append(w.notes, msg.Note)
	}
	return true
}

// take is the engine: what people were told stands with the step from now on. It returns what was taken.
func (w *world) take() {
	for id, in := range w.inbox {
		c := w.cases[id]
		for _, key := range slices.Sorted(maps.Keys(in)) {
			for _, t := range in[key] {
				for _, a := range c.Asks(0) {
					r := &c.Revisions[a.Revision-1]
					if s := &r.Steps[a.Step]; a.Digest() == t.Of && (s.Told == nil || s.Told.Of != t.Of || !t.Reminded.IsZero()) {
						c.Tell(s, t)
					}
				}
			}
		}
		delete(w.inbox, id)
	}
}

// channel is Slack, mail or a pager. It forgets no message; one that knows nonces tells which it has.
type channel struct {
	w        *world
	life     func() *life
	nonces   bool
	posts    map[string]int // by nonce: messages that people have
	edits    int
	replies  int
	last     map[string]notify.Letter // by nonce
	shown    map[string]bool          // questions that people were shown
	fails    func(notify.Letter) error
	inFlight chan struct{}
}

func (c *channel) Send(ctx context.Context, l notify.Letter) (string, error) {
	if c.inFlight != nil {
		c.inFlight <- struct{}{}
		<-ctx.Done()
		return "", ctx.Err()
	}
	c.w.mu.Lock()
	defer c.w.mu.Unlock()
	if c.life != nil && c.life().dies() {
		return "", errDead
	}
	if c.fails != nil {
		if err := c.fails(l); err != nil {
			return "", err
		}
	}
	switch {
	case l.Ref != "":
		c.edits++
		if l.Notice {
			c.replies++
		}
	case l.Tried && c.nonces && c.posts[l.Nonce] > 0: // found, and brought up to date
	default:
		c.posts[l.Nonce]++
	}
	c.last[l.Nonce] = l
	for _, it := range l.Content.Cases {
		if it.Ask != nil {
			c.shown[it.Case+it.Ask.Shown] = true
		}
	}
	if c.life != nil && c.life().dies() {
		return "", errDead // people have it, and the answer is lost
	}
	return "ref " + l.Nonce, nil
}

func (c *channel) messages() (n int) {
	for _, times := range c.posts {
		n += times
	}
	return n
}

func newWorld(t *testing.T) *world {
	return &world{
		T: t, now: monday, cases: map[string]*ledger.Case{}, letters: map[ledger.LetterKey]*ledger.LetterRow{},
		inbox: map[string]map[string][]ledger.Told{}, ever: map[string]bool{},
	}
}

func (w *world) channel() *channel {
	return &channel{w: w, nonces: true, posts: map[string]int{}, last: map[string]notify.Letter{}, shown: map[string]bool{}}
}

// company is a directory with three groups, Slack, mail and a pager.
func company() Directory {
	return Directory{
		Domains: []string{"example.com"},
		Groups: map[string]Group{
			"security": {Slack: "#security", Mail: "security@example.com", Page: true, Members: []string{"ann@example.com"}},
			"platform": {Mail: "platform@example.com", Members: []string{"olga@example.com"}},
		},
		Approvers: []string{"security"}, Fallback: "security", Chain: []string{"security", "platform", PagerDuty}, Channels: []string{Slack, Mail, PagerDuty},
	}
}

// policy names the approvers, and that silence does what mends, after two days.
func policy() gate.Policy {
	return gate.Policy{Approval: gate.Approval{
		Approvers: []string{"ann@example.com"}, Production: func(account string) bool { return account == "999999999999" }, Persons: 2, Tells: gate.ByLetter,
		Owner: func(c *ledger.Case) ([]string, bool) {
			if who, ok := strings.CutPrefix(c.Origin.Actor.Session, "owner "); ok {
				return []string{who}, false
			}
			return nil, false
		},
		Quiet: gate.Quiet{Contain: 24 * time.Hour, Owner: 31 * 24 * time.Hour, Production: 366 * 24 * time.Hour},
		Answer: func(_ string, d gate.Deed) gate.Answer {
			if d.Class == action.Contain {
				return gate.Answer{After: 15 * time.Minute, Silence: ledger.Reminds}
			}
			return gate.Answer{After: 48 * time.Hour, Silence: ledger.Acts}
		},
	}}
}

// desk is one process over the world.
func (w *world) desk(l *life, p Directory, channels map[string]notify.Channel) *Desk {
	link := "https://riposte.example.com"
	if w.unlinked {
		link = ""
	}
	return New(Options{
		Store: mortal{w, l}, Channels: channels, People: p, Policy: policy(), Codec: codec(), Link: link, Holder: fmt.Sprint(rand.Int64()),
		Owner: func(_ context.Context, c *ledger.Case) (Owner, error) {
			if who, ok := strings.CutPrefix(c.Origin.Actor.Session, "owner "); ok {
				return Owner{Address: who, How: "by the tag owner"}, nil
			}
			return Owner{}, nil
		},
		Now: func() time.Time { return w.now }, Random: func() float64 { return 0.5 }, Poll: time.Second, Log: slog.New(slog.DiscardHandler),
	})
}

func codec() action.Codec { return action.NewCodec(action.Kinds()...) }

var shop = event.Place{Partition: "aws", Account: "111122223333", Region: "eu-west-1"}

// add opens a case with a plan, whose steps stand as told.
func (w *world) add(id string, state ledger.State, does action.Action, at ledger.Step) *ledger.Case {
	w.Helper()
	sealed, err := codec().Seal(action.Plan{Steps: []action.Step{action.Try(does)}})
	if err != nil {
		w.Fatal(err)
	}
	c := &ledger.Case{
		ID: id, Playbook: "launch.unapproved-image", Severity: playbook.High, Title: "image of nobody in " + id, Root: does.About().Target, State: state,
		Origin:    playbook.Origin{Actor: event.Actor{ARN: "arn:aws:sts::111122223333:assumed-role/r/eve"}},
		Revisions: []ledger.Revision{{Number: 1, Plan: sealed, Found: []string{"image ami-" + id}, Steps: []ledger.Step{at}}},
	}
	if does.About().Kind.Class != action.Contain {
		c.Severity = playbook.Medium
	}
	w.cases[id] = c
	return c
}

func stops(id string) action.Action  { return action.Stop{Instance: shop.In(event.Instance, "i-"+id)} }
func starts(id string) action.Action { return action.Start{Instance: shop.In(event.Instance, "i-"+id)} }
func ends(id string) action.Action {
	return action.Terminate{Instance: shop.In(event.Instance, "i-"+id)}
}

var asksMode = ledger.Step{Verdict: "ask", Reason: "mode: this account asks"}

func (w *world) report(d *Desk, c *ledger.Case) {
	w.Helper()
	w.posts(c)
	if err := d.Report(w.Context(), c); err != nil {
		w.Fatal(err)
	}
	c.Report.Wanted++
	c.Report.Sent = c.Report.Wanted
}

// posts notes what people are to be told, as the engine does before it reports.
func (w *world) posts(c *ledger.Case) {
	all, err := policy().Promises(c, codec().Open, w.now)
	if err != nil {
		return
	}
	for _, p := range all {
		s := &c.Revisions[p.Question.Revision-1].Steps[p.Question.Step]
		next := &ledger.Posting{Of: p.Told.Of, At: w.now}
		if s.Told != nil && s.Told.Of == p.Told.Of {
			next.Remind = s.Told.Remind
		}
		if s.Posted == nil || s.Posted.Of != next.Of || !s.Posted.Remind.Equal(next.Remind) {
			s.Posted = next
		}
	}
}

// settle sends all that is due now.
func (w *world) settle(d *Desk) {
	w.Helper()
	for range 100_000 {
		worked, _, err := d.Step(w.Context())
		if err != nil {
			w.Fatal(err)
		}
		if !worked {
			w.take()
			return
		}
	}
	w.Fatal("letters never come to an end")
}

// until lets time pass, and sends what comes due.
func (w *world) until(d *Desk, end time.Time) {
	w.Helper()
	for range 100_000 {
		next := w.next()
		if next.IsZero() || next.After(end) {
			w.now = end
			return
		}
		if next.After(w.now) {
			w.now = next
		}
		w.settle(d)
	}
	w.Fatal("letters never come to an end")
}

func endsIn(account string) action.Action {
	at := shop
	at.Account = account
	return action.Terminate{Instance: at.In(event.Instance, "i-1")}
}

func (m mortal) Cases(_ context.Context, f ledger.Filter) (out []*ledger.Case, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, id := range slices.Sorted(maps.Keys(m.cases)) {
		c := m.cases[id]
		if id <= f.After || f.Open && !c.State.Open() || f.State != "" && c.State != f.State || f.Playbook != "" && c.Playbook != f.Playbook {
			continue
		}
		if out = append(out, c); len(out) == f.Limit {
			break
		}
	}
	return out, nil
}

func (m mortal) Streak(_ context.Context, playbookID string, of event.Resource) (*ledger.Streak, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.righted[of.String()] {
		return nil, nil
	}
	return &ledger.Streak{Playbook: playbookID, Resource: of}, nil
}
