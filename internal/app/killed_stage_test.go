package app

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/smithy-go/middleware"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/notify"
	"github.com/ripostehq/riposte/internal/notify/slack/slacktest"
	"github.com/ripostehq/riposte/playbook"
)

// mortal is the life of one process. Once it is over nothing that the process still does has an effect.
type mortal struct {
	*killed
	dead bool
}

var errKilled = errors.New("the process was killed")

// point is a moment at which it may die.
func (m *mortal) point() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.dead = m.dead || m.one > 0 && m.dice.IntN(m.one) == 0
	if m.dead {
		return errKilled
	}
	return nil
}

// does something that it may die before, and after.
func (m *mortal) does(what func() error) error {
	if err := m.point(); err != nil {
		return err
	}
	if err := what(); err != nil {
		return err
	}
	return m.point()
}

// aws is the world's, whose changes a process may die of.
func (m *mortal) aws(p event.Place) aws.Config {
	c := m.w.Config(p, aws.Credentials{AccessKeyID: "AKIARIPOSTE000000001", SecretAccessKey: "own"})
	dies := middleware.InitializeMiddlewareFunc("dies", func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (out middleware.InitializeOutput, md middleware.Metadata, err error) {
		for _, reads := range []string{"Describe", "Get", "List", "Lookup"} {
			if strings.HasPrefix(awsmiddleware.GetOperationName(ctx), reads) {
				return next.HandleInitialize(ctx, in)
			}
		}
		err = m.does(func() (err error) { out, md, err = next.HandleInitialize(ctx, in); return err })
		return out, md, err
	})
	c.APIOptions = append(slices.Clone(c.APIOptions), func(s *middleware.Stack) error { return s.Initialize.Add(dies, middleware.After) })
	return c
}

// mortalStore is a ledger that a process may die before writing to, and after.
type mortalStore struct {
	ledger.Store
	*mortal
}

func (s mortalStore) Admit(ctx context.Context, now time.Time, suspects []playbook.StoredSuspect, first ledger.FirstClaim, ranks ...time.Time) (out []ledger.Admission, err error) {
	err = s.does(func() (err error) { out, err = s.Store.Admit(ctx, now, suspects, first, ranks...); return err })
	return out, err
}

func (s mortalStore) Send(ctx context.Context, now time.Time, caseID string, m ledger.Message) (fresh bool, err error) {
	err = s.does(func() (err error) { fresh, err = s.Store.Send(ctx, now, caseID, m); return err })
	return fresh, err
}

func (s mortalStore) Claim(ctx context.Context, now time.Time, holder string, lease time.Duration) (out *ledger.Claim, err error) {
	err = s.does(func() (err error) { out, err = s.Store.Claim(ctx, now, holder, lease); return err })
	return out, err
}

func (s mortalStore) Commit(ctx context.Context, c *ledger.Case, w ledger.Write) error {
	return s.does(func() error { return s.Store.Commit(ctx, c, w) })
}

func (s mortalStore) Yield(ctx context.Context, c *ledger.Case) error {
	return s.does(func() error { return s.Store.Yield(ctx, c) })
}

func (s mortalStore) Relate(ctx context.Context, now time.Time, caseID string, actors []string) (incident string, err error) {
	err = s.does(func() (err error) { incident, err = s.Store.Relate(ctx, now, caseID, actors); return err })
	return incident, err
}

func (s mortalStore) Post(ctx context.Context, now time.Time, lines ...ledger.Line) error {
	for _, of := range ledger.ByLetter(lines) { // one transaction for each letter
		if err := s.does(func() error { return s.Store.Post(ctx, now, of...) }); err != nil {
			return err
		}
	}
	return nil
}

func (s mortalStore) PostAndTake(ctx context.Context, now time.Time, by ledger.FirstClaim, lines ...ledger.Line) (taken []*ledger.Letter, err error) {
	for _, of := range ledger.ByLetter(lines) { // one transaction for each letter
		err := s.does(func() error {
			some, err := s.Store.PostAndTake(ctx, now, by, of...)
			taken = append(taken, some...)
			return err
		})
		if err != nil {
			return taken, err
		}
	}
	return taken, nil
}

func (s mortalStore) SaveAndSend(ctx context.Context, now time.Time, l *ledger.Letter, caseID string, m ledger.Message) error {
	return s.does(func() error { return s.Store.SaveAndSend(ctx, now, l, caseID, m) })
}

func (s mortalStore) TakeLetter(ctx context.Context, now time.Time, holder string, lease time.Duration) (out *ledger.Letter, err error) {
	err = s.does(func() (err error) { out, err = s.Store.TakeLetter(ctx, now, holder, lease); return err })
	return out, err
}

func (s mortalStore) SaveLetter(ctx context.Context, l *ledger.Letter) error {
	return s.does(func() error { return s.Store.SaveLetter(ctx, l) })
}

// mortalChannel is Slack, which a process may die before asking, and before it has the answer. What Slack has accepted people know of.
type mortalChannel struct {
	notify.Channel
	*mortal
}

func (c mortalChannel) Send(ctx context.Context, l notify.Letter) (ref string, err error) {
	err = c.does(func() (err error) {
		ref, err = c.Channel.Send(ctx, l)
		if err == nil {
			c.tells(l)
		}
		return err
	})
	return ref, err
}

// tells notes what people were shown.
func (k *killed) tells(l notify.Letter) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, it := range l.Content.Cases {
		if it.Ask != nil {
			k.accepted[it.Case+it.Ask.Shown] = append(k.accepted[it.Case+it.Ask.Shown], k.w.Now())
		}
	}
}

// look notes what asks, and fails where silence has let something go of which people were not told two days before, and told again four hours before.
func (k *killed) look() {
	k.Helper()
	all, err := k.store.Cases(k.Context(), ledger.Filter{})
	if err != nil {
		k.Fatal(err)
	}
	for _, c := range all {
		if shown := c.Shown(0); len(c.Asks(0)) > 0 && !slices.Contains(k.waited[c.ID], shown) {
			k.waited[c.ID] = append(k.waited[c.ID], shown)
		}
		for i, r := range c.Revisions {
			for j, s := range r.Steps {
				name := fmt.Sprintf("%s/%d/%d", c.ID, i, j)
				if s.Verdict != "act" || k.silent[name] {
					continue
				}
				k.silent[name] = true
				if !strings.HasPrefix(s.Reason, "silence: ") {
					k.Errorf("case %s is acted upon, and nobody has said so: %s", c.ID, s.Reason)
				}
				k.knew(c, name)
			}
		}
	}
}

// knew fails where people did not know of what is done now.
func (k *killed) knew(c *ledger.Case, name string) {
	k.Helper()
	k.mu.Lock()
	defer k.mu.Unlock()
	now, first, again := k.w.Now(), false, false
	for _, shown := range k.waited[c.ID] {
		for _, at := range k.accepted[c.ID+shown] {
			first = first || now.Sub(at) >= 48*time.Hour
			again = again || now.Sub(at) >= ledger.Notice && now.Sub(at) < 24*time.Hour
		}
	}
	if !first || !again {
		k.Errorf("step %s (%s of %s) is done by silence: told two days before %v, told again %v", name, c.Playbook, c.Root, first, again)
	}
}

// askedAndTold fails where an attack has no case, a case asked nothing, or people were never told what it asked.
func (k *killed) askedAndTold() {
	k.Helper()
	all, err := k.store.Cases(k.Context(), ledger.Filter{})
	if err != nil {
		k.Fatal(err)
	}
	of := map[string]int{}
	for _, c := range all {
		of[c.Playbook]++
		told := false
		for _, shown := range k.waited[c.ID] {
			told = told || len(k.accepted[c.ID+shown]) > 0
		}
		if len(k.waited[c.ID]) == 0 || !told {
			k.Errorf("case %s of %s, %s: it showed %v, and people were told %v", c.ID, c.Root, c.State, k.waited[c.ID], told)
		}
		if c.Playbook == "test.grown" && c.State != ledger.Verified {
			k.Errorf("case %s of %s is %s: nobody answered for three days", c.ID, c.Root, c.State)
		}
		if len(c.Asks(0)) > 0 && len(k.accepted[c.ID+c.Shown(0)]) == 0 {
			k.Errorf("case %s of %s asks something now that nobody was told", c.ID, c.Root)
		}
	}
	if of["launch.unapproved-image"] != attacked || of["test.grown"] != attacked {
		k.Errorf("cases: %v, want %d of each", of, attacked)
	}
}

// at is the second at which Slack took a message.
func at(m slacktest.Message) int64 {
	second, _, _ := strings.Cut(m.TS, ".")
	n, _ := strconv.ParseInt(second, 10, 64)
	return n
}

// nothingTwice fails where a message or a reply stands in Slack twice.
func (k *killed) nothingTwice() {
	k.Helper()
	seen := map[string]bool{}
	last := map[string]slacktest.Message{} // of a thread
	for _, m := range k.slack.Messages() {
		before := last[m.Thread]
		switch {
		case m.Nonce == "":
			k.Errorf("a message without a nonce: %s", m.Text)
		case m.Thread == "" && seen[m.Channel+m.Nonce]:
			k.Errorf("a message is there twice: %s", m.Text)
		case m.Thread != "" && before.Nonce == m.Nonce && at(m)-at(before) < 3600: // people are asked again after hours, in the same words
			k.Errorf("a reply is there twice: %s", m.Text)
		}
		seen[m.Channel+m.Nonce] = true
		last[m.Thread] = m
	}
}
