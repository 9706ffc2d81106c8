package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/ripostehq/riposte/internal/app"
	"github.com/ripostehq/riposte/internal/backtest"
	"github.com/ripostehq/riposte/internal/config"
	"github.com/ripostehq/riposte/internal/origin"
	"github.com/ripostehq/riposte/internal/spelling"
)

// modeFlags are what promoting and demoting have in common.
type modeFlags struct {
	ledgerFlag
	Playbook    string  `arg:"" help:"The playbook's id."`
	OU          *string `name:"ou" xor:"scope" placeholder:"OU" help:"In this organisational unit and those below it."`
	Account     *string `xor:"scope" placeholder:"ID" help:"In this account."`
	Environment *string `xor:"scope" placeholder:"NAME" help:"In accounts of this environment."`
	Write       bool    `help:"Change the configuration where it lies and note it in the ledger. Without, the change is printed only."`
	Reason      string  `placeholder:"TEXT" help:"Why; the record keeps it."`
}

type promoteVerb struct {
	modeFlags
	To       string      `required:"" enum:"ask,act" placeholder:"MODE" help:"ask or act."`
	Expires  config.Span `placeholder:"7d" help:"Go back by itself after so long. Default: it stays."`
	Backtest string      `placeholder:"FILE" help:"What riposte backtest --format json printed: evidence, too."`
}

type demoteVerb struct {
	modeFlags
	To string `enum:"observe,ask" default:"observe" placeholder:"MODE" help:"observe or ask. Default observe."`
}

// moved is what both print.
type moved struct {
	app.Promotion
	File     string           `json:"file"`
	Line     int              `json:"line"`
	Lines    []string         `json:"lines"` // as they would be, or are
	Written  bool             `json:"written"`
	Evidence *app.Evidence    `json:"evidence,omitempty"`
	Ledger   string           `json:"ledger,omitempty"`
	Backtest *backtest.Report `json:"-"`
	Found    []backtest.Row   `json:"backtest,omitempty"`
	Warnings []string         `json:"warnings,omitempty"`
	Doubtful []string         `json:"doubtful,omitempty"` // accounts and units that may be inside, and go further still
}

// Run promotes.
func (v promoteVerb) Run(ctx context.Context, sh *shell) error {
	if v.Expires < 0 {
		return wrongUsage("--expires can't be negative")
	}
	m, err := v.read(ctx, sh)
	if err != nil {
		return err
	}
	p := m.promotion(config.Mode(v.To))
	p.From, m.why = m.config.Least(m.playbook, m.standing, sh.now())
	said, has := m.config.Said(p.Playbook, p.Key())
	if has && !said.Until.IsZero() {
		p.From, m.why = m.config.Least(m.playbook, m.standing, said.Until.Time) // renewed, or made to last
	}
	if !p.From.Less(p.To) {
		return fmt.Errorf("%s is at %s there already: %s", p.Playbook, p.From, m.why)
	}
	if v.Expires > 0 {
		p.Until = sh.now().UTC().Add(time.Duration(v.Expires)).Truncate(time.Second)
		if has {
			p.Then = m.then(said, p)
		}
	}
	out := moved{Promotion: p}
	if err := v.evidence(ctx, sh, m, &out); err != nil {
		return err
	}
	return v.move(ctx, sh, m, out, func(p app.Promotion) (*app.Promoted, error) {
		return app.Promote(m.config, m.text, p, sh.now(), sh.catalogue)
	})
}

// Run demotes.
func (v demoteVerb) Run(ctx context.Context, sh *shell) error {
	m, err := v.read(ctx, sh)
	if err != nil {
		return err
	}
	return v.move(ctx, sh, m, moved{Promotion: m.promotion(config.Mode(v.To))}, func(p app.Promotion) (*app.Promoted, error) {
		return app.Demote(m.config, m.text, p, m.standing, sh.now(), sh.catalogue)
	})
}

// mover is a configuration as it was read, and where in it a playbook is to be moved.
type mover struct {
	config   *config.Config
	text     []byte
	reader   *origin.Reader
	standing config.Standing
	playbook string
	scope    string
	why      string
}

// scope is the place that the flags name, and what is known of it; everywhere without one. A name that is none, or empty, is not everywhere.
func (f modeFlags) scope(c *config.Config) (string, config.Standing, error) {
	switch {
	case f.Account != nil && !twelveDigits.MatchString(*f.Account):
		return "", config.Standing{}, wrongUsage("--account wants the twelve digits of an account, found %q", *f.Account)
	case f.OU != nil && !config.Unit(*f.OU):
		return "", config.Standing{}, wrongUsage("--ou wants the id of a unit or a root, ou-ab12-cdef3456, found %q", *f.OU)
	case f.Environment != nil && !slices.Contains(c.Environments(), *f.Environment):
		return "", config.Standing{}, wrongUsage("--environment: no account of organization.accounts is of %q%s", *f.Environment, spelling.Hint(*f.Environment, c.Environments()))
	case f.Account != nil:
		a, _ := c.Account(*f.Account)
		at := config.Standing{Account: *f.Account, Environment: a.Environment}
		if a.OU != "" {
			at.OUs = []string{a.OU}
		}
		return *f.Account, at, nil
	case f.OU != nil:
		return *f.OU, config.Standing{OUs: []string{*f.OU}}, nil
	case f.Environment != nil:
		return *f.Environment, config.Standing{Environment: *f.Environment}, nil
	}
	return "", config.Standing{}, nil
}

// read reads the configuration once: what is written is an edit of exactly that.
func (f modeFlags) read(ctx context.Context, sh *shell) (*mover, error) {
	d, err := sh.find(f.Playbook)
	if err != nil {
		return nil, err
	}
	if d.Tells {
		return nil, fmt.Errorf("%s tells, and changes nothing: it has no mode", d.ID)
	}
	reader := f.reader()
	c, text, err := f.loadText(ctx, sh, reader)
	if err != nil {
		return nil, err
	}
	if c.File == "" {
		return nil, wrongUsage("there is no configuration: name one with --config")
	}
	m := &mover{config: c, text: text, reader: reader, playbook: d.ID}
	m.scope, m.standing, err = f.scope(c)
	return m, err
}

func (m *mover) promotion(to config.Mode) app.Promotion {
	return app.Promotion{Playbook: m.playbook, Scope: m.scope, To: to}
}

// then is what a key says from a promotion's end on: what it says for good, or what counted once its own end was over. That is written out:
// what is said less specifically may go further, and was held down by the end that is replaced.
func (m *mover) then(said config.Term, p app.Promotion) config.Mode {
	if said.Until.IsZero() {
		return said.Mode
	}
	over := said.Until.Time
	if p.Until.After(over) {
		over = p.Until
	}
	then, _ := m.config.Least(m.playbook, m.standing, over)
	return then
}

// move judges the change, prints it, and with --write makes it.
func (f modeFlags) move(ctx context.Context, sh *shell, m *mover, out moved, change func(app.Promotion) (*app.Promoted, error)) error {
	out.File = m.config.File
	done, err := change(out.Promotion)
	if err != nil {
		return err
	}
	out.Promotion, out.Warnings, out.Doubtful = done.Promotion, done.Warnings, done.Doubtful
	out.Line, out.Lines = difference(string(m.text), string(done.Text))
	if f.Write {
		if err := f.write(ctx, sh, m, done); err != nil {
			return err
		}
		out.Written = true
	}
	sh.moved(out)
	if len(out.Doubtful) > 0 {
		return errors.Join(sh.unprinted, fmt.Errorf("it goes further still in %s, and whether they are inside %s the configuration does not say: demote them too, each by itself",
			strings.Join(out.Doubtful, ", "), out.Scope))
	}
	return sh.unprinted
}

// write notes the change in the ledger, then makes it. One that goes further must be on record; one that goes less far is made in any case.
func (f modeFlags) write(ctx context.Context, sh *shell, m *mover, p *app.Promoted) error {
	further := p.From.Less(p.To)
	note := p.String() + ", by " + sh.user
	if f.Reason != "" {
		note += ": " + f.Reason
	}
	noted := func(ctx context.Context, note string) error {
		r, err := f.open(ctx, sh)
		if err != nil {
			return err
		}
		return errors.Join(r.Note(ctx, sh.now(), []string{note}), r.Close())
	}
	replace := func(before func() error, failed func(error)) error {
		return replaceFile(ctx, m.config.File, m.text, p.Text, before, failed)
	}
	if origin.Remote(m.config.File) {
		replace = func(before func() error, failed func(error)) error {
			return m.reader.Replace(ctx, m.config.File, m.text, p.Text, before, failed)
		}
	}
	return replace(func() error {
		err := noted(ctx, note)
		if err != nil && further {
			return fmt.Errorf("nothing is changed, since it can't be put on record: %w", err)
		}
		if err != nil {
			sh.remark("not on record: %s", err)
		}
		return nil
	}, func(failed error) {
		came := ": not done: it could not be written"
		if errors.Is(failed, origin.ErrUnsure) {
			came = ": perhaps not done: no answer came, and what lies there could not be read"
		}
		if err := noted(context.WithoutCancel(ctx), note+came); err != nil { // who stops it here has stopped the write
			sh.remark("that it failed is not on record: %s", err)
		}
	})
}

// evidence is what is known of the stage before.
func (v promoteVerb) evidence(ctx context.Context, sh *shell, m *mover, out *moved) error {
	if v.Backtest != "" {
		text, err := os.ReadFile(v.Backtest)
		if err != nil {
			return fmt.Errorf("read the backtest: %w", err)
		}
		out.Backtest = new(backtest.Report)
		if err := json.Unmarshal(text, out.Backtest); err != nil || out.Backtest.Tables == nil {
			return fmt.Errorf("%s is not what riposte backtest --format json prints", v.Backtest)
		}
		out.Found = found(out.Backtest, v.Playbook)
	}
	r, err := v.open(ctx, sh)
	if err != nil {
		sh.remark("no evidence of a ledger: %s", err)
		return nil
	}
	defer r.Close()
	e, err := app.EvidenceOf(ctx, r, v.Playbook, m.in())
	if err != nil {
		return err
	}
	out.Evidence, out.Ledger = &e, r.file
	return nil
}

// in reports whether an account is in the scope, as far as the configuration says. Which units discovered accounts are in it does not:
// of a unit that no listed account is in, all count.
func (m *mover) in() func(account string) bool {
	c := m.config
	all := slices.ContainsFunc(c.Organization.Accounts, func(a config.Account) bool { return a.OU != "" && slices.Contains(m.standing.OUs, a.OU) })
	return func(account string) bool {
		a, _ := c.Account(account)
		switch {
		case m.standing.Account != "":
			return account == m.standing.Account
		case m.standing.Environment != "":
			return a.Environment == m.standing.Environment
		case len(m.standing.OUs) > 0 && all:
			return slices.Contains(m.standing.OUs, a.OU)
		}
		return true
	}
}

func found(r *backtest.Report, id string) (rows []backtest.Row) {
	for _, t := range r.Tables {
		for _, row := range t.Rows {
			if t.By == "playbook" && row.Name == id {
				rows = append(rows, row)
			}
		}
	}
	return rows
}
