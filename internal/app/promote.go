package app

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ripostehq/riposte/internal/config"
	"github.com/ripostehq/riposte/playbook"
)

// Promotion is a change of how far a playbook goes, everywhere or in one place. Demotions are promotions to less.
type Promotion struct {
	Playbook string      `json:"playbook"`
	Scope    string      `json:"scope,omitempty"` // an account, a unit or an environment; "" everywhere
	Also     []string    `json:"also,omitempty"`  // narrower keys inside, and accounts, of which the same is said: a demotion leaves none that goes further
	From     config.Mode `json:"from"`            // of the class of actions that goes least far there; of a demotion, of what goes furthest
	To       config.Mode `json:"to"`
	Until    time.Time   `json:"until,omitzero"` // zero: for good
	Then     config.Mode `json:"then,omitempty"` // from then on; "": as if it had not been said
}

// String says it in one line.
func (p Promotion) String() string {
	where := ""
	if p.Scope != "" {
		where = " in " + p.Scope
	}
	also := ""
	if len(p.Also) > 0 {
		also = "; the same of " + strings.Join(p.Also, ", ")
	}
	return fmt.Sprintf("%s%s: %s, was: %s%s", p.Playbook, where, p.says(), p.From, also)
}

func (p Promotion) says() string {
	if p.Until.IsZero() {
		return string(p.To)
	}
	then := cmp.Or(string(p.Then), "as before")
	return fmt.Sprintf("%s until %s, then %s", p.To, p.Until.UTC().Format(time.RFC3339), then)
}

// Key is the key of the playbook under which the configuration says so.
func (p Promotion) Key() string {
	if p.Scope == "" {
		return "mode"
	}
	return p.Scope
}

// Value is what it says there.
func (p Promotion) Value() string {
	if p.Until.IsZero() {
		return string(p.To)
	}
	then := ""
	if p.Then != "" {
		then = ", then: " + string(p.Then)
	}
	return fmt.Sprintf("{mode: %s, until: %s%s}", p.To, p.Until.UTC().Format(time.RFC3339), then)
}

// Promoted is a promotion as the configuration would say it.
type Promoted struct {
	Promotion
	Text     []byte   // of the file
	Warnings []string // that the file did not have before
	Changes  []config.Change
	Doubtful []string // accounts and units that go further still, and may be inside: of that the file says nothing
}

// Promote writes a promotion into a configuration's text and judges what comes out as validate does. Refused is what gives no right to what the
// playbook would do, or answers what nobody has decided to have answered, or would make a class of actions go less far; and a change of
// anything else.
func Promote(old *config.Config, text []byte, p Promotion, now time.Time, catalogue []playbook.Definition) (*Promoted, error) {
	edited, err := withMode(text, p.Playbook, p.Key(), p.Value())
	if err != nil {
		return nil, err
	}
	c, out, err := judged(old, text, edited, p, catalogue)
	if err != nil {
		return nil, err
	}
	if len(out.Changes) == 0 {
		return nil, errors.New("the configuration says so already")
	}
	if less := c.Tamer(old, p.Playbook, now); len(less) > 0 {
		return nil, fmt.Errorf("%s would go less far than it does about %s: say it of the classes of actions in the file", p.Playbook, strings.Join(less, ", "))
	}
	return out, unfit(c, p)
}

func withMode(text []byte, playbookID, key, value string) ([]byte, error) {
	edited, err := config.WithMode(text, playbookID, key, value)
	if err != nil {
		return nil, fmt.Errorf("%w: under playbooks.%s, %s: %s", err, playbookID, key, value)
	}
	return edited, nil
}

// judged is an edited text as a configuration, with what it changes: of this playbook alone.
func judged(old *config.Config, text, edited []byte, p Promotion, catalogue []playbook.Definition) (*config.Config, *Promoted, error) {
	c, err := config.Parse(old.File, edited, catalogue)
	if err != nil {
		return nil, nil, fmt.Errorf("%s would not be valid: %w", old.File, err)
	}
	out := &Promoted{Promotion: p, Text: edited, Changes: c.Since(old)}
	for _, change := range out.Changes {
		if !strings.HasPrefix(change.Says, p.Playbook+": ") {
			return nil, nil, fmt.Errorf("the edit would change more than that (%s): %w", change.Says, config.ErrByHand)
		}
	}
	if bytes.Equal(edited, text) {
		return nil, nil, errors.New("the configuration says so already")
	}
	before := map[string]bool{}
	for _, w := range old.Warnings {
		before[w.Text] = true
	}
	for _, w := range c.Warnings {
		if !before[w.Text] {
			out.Warnings = append(out.Warnings, w.Text)
		}
	}
	return c, out, nil
}

// unfit refuses a mode that the rights, or the parameters, do not bear.
func unfit(now *config.Config, p Promotion) error {
	if p.To == config.Observe {
		return nil
	}
	i := slices.IndexFunc(now.Playbooks, func(b playbook.Playbook) bool { return b.ID == p.Playbook })
	if i < 0 {
		return fmt.Errorf("there is no playbook %q", p.Playbook)
	}
	lacks, refused := 0, ""
	for _, l := range now.Lacking() {
		if l.Playbook == p.Playbook {
			lacks += len(l.Kinds)
			refused += fmt.Sprintf("no %s role is named, so that %s; ", l.Tier, l)
		}
	}
	if n := len(now.Playbooks[i].Changes); n > 0 && lacks == n {
		return fmt.Errorf("%snothing is left of what it would do: name the roles under organization.roles first", refused)
	}
	if p.To == config.Act && len(now.Playbooks[i].Unwise) > 0 {
		return fmt.Errorf("%s acts, and %s", p.Playbook, now.Playbooks[i].Unwise[0].Text)
	}
	return nil
}
