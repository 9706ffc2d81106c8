// Package estate collects an organisation for package reach: principals, trust, guardrails and what runs with roles, from accounts and
// regions; and keeps it as a snapshot. What it can't read it names, and goes on.
package estate

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/iam/reach"
	"github.com/ripostehq/riposte/iam/roster"
	"github.com/ripostehq/riposte/inventory"
)

// Account is one to be read.
type Account struct {
	ID      string
	Regions []string
	Whole   bool // these are all regions that are enabled in it
}

// Options are what is collected, and with what.
type Options struct {
	Accounts  []Account
	Partition string
	Reads     access.Reads                          // of the audit role
	Controls  func(context.Context) ([]byte, error) // the organisation and its control policies, as package roster reads them, also beside an error; nil where there is none
	Now       func() time.Time
	Read      func(done, all int) // told after each account; may be nil
}

// Reads are the calls that collecting makes in accounts.
func Reads() (out []call.ID) {
	for _, a := range append(kinds(), kind{answers: inventory.Authorization()}) {
		out = append(out, a.answers.Reads...)
	}
	return out
}

// kind is something that runs with a role, region by region.
type kind struct {
	of      reach.Kind
	answers inventory.Answers
}

func kinds() []kind {
	return []kind{{reach.Function, inventory.RunningFunctions()}, {reach.Instance, inventory.RunningInstances()}}
}

// atOnce is how many accounts are read at a time.
const atOnce = 8

// Collect reads the accounts. An error says that none could be read, or that the context ended.
func Collect(ctx context.Context, o Options) (Snapshot, error) {
	began, into := o.Now(), roster.New()
	o.controls(ctx, into)
	all := o.accounts(ctx)
	if err := ctx.Err(); err != nil {
		return Snapshot{}, err
	}
	failed := []error{errors.New("no account could be read")}
	for i, a := range all { // in their order, so that the same organisation comes out the same
		a.add(into, o.Accounts[i].ID)
		if a.err != nil {
			failed = append(failed, fmt.Errorf("account %s: %w", o.Accounts[i].ID, a.err))
		}
	}
	if len(failed) > len(all) {
		return Snapshot{}, errors.Join(failed...)
	}
	return seal(began, into.Organisation())
}

func (o *Options) controls(ctx context.Context, into *roster.Gathering) {
	if o.Controls == nil {
		return
	}
	text, err := o.Controls(ctx)
	if len(text) > 0 {
		into.Read("the organisation", text)
	}
	if err != nil {
		into.Failed("the organisation's control policies", err.Error())
	}
}

// answered is what came of an account.
type answered struct {
	answers []answer
	whole   []reach.Kind
	err     error // its principals could not be read
}

type answer struct {
	name string
	page []byte
	err  error
}

func (a answered) add(into *roster.Gathering, id string) {
	for _, x := range a.answers {
		if x.err != nil {
			into.Failed(x.name, x.err.Error())
		} else {
			into.Answer(x.name, x.page)
		}
	}
	for _, k := range a.whole {
		into.Whole(id, k)
	}
}

func (o *Options) accounts(ctx context.Context) []answered {
	out, room := make([]answered, len(o.Accounts)), make(chan struct{}, atOnce)
	var mu sync.Mutex
	var group sync.WaitGroup
	done := 0
	for i, a := range o.Accounts {
		room <- struct{}{}
		group.Go(func() {
			defer func() { <-room }()
			out[i] = o.account(ctx, a)
			mu.Lock()
			defer mu.Unlock()
			if done++; o.Read != nil {
				o.Read(done, len(o.Accounts))
			}
		})
	}
	group.Wait()
	return out
}

// account reads one. Where its principals can't be read, what runs there tells nothing.
func (o *Options) account(ctx context.Context, a Account) (out answered) {
	at := event.Place{Partition: o.Partition, Account: a.ID}
	if out.err = o.pages(ctx, &out, inventory.Authorization(), at); out.err != nil {
		return out
	}
	for _, k := range kinds() {
		whole := a.Whole
		for _, region := range a.Regions {
			at.Region = region
			whole = o.pages(ctx, &out, k.answers, at) == nil && whole
		}
		if whole {
			out.whole = append(out.whole, k.of)
		}
	}
	return out
}

// pages reads all of one listing; where it ends early, that is a gap too.
func (o *Options) pages(ctx context.Context, out *answered, of inventory.Answers, at event.Place) error {
	name := strings.TrimSpace("account " + at.Account + " " + at.Region)
	for page, err := range of.Pages(ctx, o.Reads, at) {
		out.answers = append(out.answers, answer{name, page, err})
		if err != nil {
			return err
		}
	}
	return nil
}

// ControlsJSON is what an organisation's control policies are handed over as.
func ControlsJSON(controls any, err error) ([]byte, error) {
	text, wrong := json.Marshal(controls)
	return text, errors.Join(err, wrong)
}

// Accounts are those of a snapshot, by id.
func (s Snapshot) Accounts() (out []string) {
	for _, a := range s.Organisation.Accounts {
		out = append(out, a.ID)
	}
	slices.Sort(out)
	return out
}
