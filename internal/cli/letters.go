package cli

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/ripostehq/riposte/internal/app"
	"github.com/ripostehq/riposte/internal/desk"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/notify"
	"github.com/ripostehq/riposte/internal/show"
)

type lettersVerb struct {
	ledgerFlag
	Preview bool   `help:"Who would get which letter about the cases that are open now, as if none were written yet. Nothing is sent or stored."`
	Failed  bool   `help:"Only letters that were refused, or whose last attempt failed."`
	Owed    bool   `help:"Only letters that are still to be sent."`
	Case    string `placeholder:"ID" help:"Only letters about this case, or the beginning of its id."`
	Limit   int    `default:"50" placeholder:"N" help:"Only the newest so many."`
}

// Run lists who was told what.
func (v lettersVerb) Run(ctx context.Context, sh *shell) error {
	switch {
	case v.Limit <= 0:
		return wrongUsage("--limit has to be 1 at least")
	case v.Preview && (v.Failed || v.Owed):
		return wrongUsage("--preview shows letters that are not written yet: they are neither owed nor failed")
	}
	r, err := v.open(ctx, sh)
	if err != nil {
		return err
	}
	defer r.Close()
	f := ledger.LetterFilter{Failed: v.Failed, Owed: v.Owed, Limit: v.Limit}
	if v.Case != "" {
		c, err := r.one(ctx, v.Case)
		if err != nil {
			return err
		}
		f.Case = c.ID
	}
	if v.Preview {
		return v.preview(ctx, sh, r, f.Case)
	}
	all, err := r.Letters(ctx, f)
	if err != nil {
		return fmt.Errorf("read the letters: %w", err)
	}
	t := table{{"LETTER", "STATE", "WHEN", "TO", "CHANNEL", "ABOUT", "CASES", "ERROR"}}
	for _, l := range all {
		one := show.LetterOf(l)
		if sh.json() {
			sh.object(one)
			continue
		}
		t = append(t, []string{one.Letter, one.State, when(one), show.Plain(one.To), one.Channel, one.Matter, fmt.Sprint(len(one.Cases) + one.More), show.Plain(one.Error)})
	}
	if len(all) == 0 && !sh.json() {
		sh.line("no letters")
	}
	sh.table(t)
	return nil
}

// when is the time that counts of a letter: when it went, or will.
func when(l show.Letter) string {
	for _, at := range []time.Time{l.Due, l.Sent, l.Opened} {
		if !at.IsZero() {
			return at.Format(time.DateTime)
		}
	}
	return ""
}

// draft is what is printed of a letter that would be written. The JSON names are stable: scripts rely on them.
type draft struct {
	To      string        `json:"to"`
	Channel string        `json:"channel"`
	Matter  string        `json:"matter"`
	Due     time.Time     `json:"due"`
	Urgent  bool          `json:"urgent"`
	Cases   []string      `json:"cases"`
	Title   string        `json:"title"`
	State   string        `json:"state"`
	Says    []string      `json:"says,omitempty"`
	Shows   []draftedCase `json:"shows"`          // the first 20
	More    int           `json:"more,omitempty"` // beyond those
}

// draftedCase is one case of a draft.
type draftedCase struct {
	Case  string   `json:"case"`
	Title string   `json:"title"`
	Does  []string `json:"does,omitempty"` // what a yes would do
	Final []string `json:"final,omitempty"`
	Means string   `json:"means,omitempty"` // what no answer means; absent: it asks on
	Until string   `json:"until,omitempty"`
}

// preview says who would be told, and what is missing for that.
func (v lettersVerb) preview(ctx context.Context, sh *shell, r record, caseID string) error {
	for _, lack := range app.Directory(r.config).Lacks() {
		sh.remark("%s", lack)
	}
	var cases []*ledger.Case
	for c, err := range sh.told(ledger.All(ctx, r, ledger.Filter{Open: true})) {
		if err != nil {
			return fmt.Errorf("read the cases: %w", err)
		}
		if (caseID == "" || c.ID == caseID) && notify.Worth(c) {
			cases = append(cases, c)
		}
	}
	now := r.now(sh)
	d := app.Letters(r.config, r.codec, r, func() time.Time { return now }, slog.New(slog.DiscardHandler))
	drafts, untold, err := d.Drafts(ctx, cases)
	if err != nil {
		return fmt.Errorf("write the letters: %w", err)
	}
	t := table{{"TO", "CHANNEL", "ABOUT", "DUE", "URGENT", "CASES", "TITLE", "STANDS"}}
	for _, one := range drafts {
		shown := drafted(one)
		if sh.json() {
			sh.object(shown)
			continue
		}
		urgent := map[bool]string{true: "yes", false: ""}[shown.Urgent]
		t = append(t, []string{
			show.Plain(shown.To), shown.Channel, shown.Matter, shown.Due.Format(time.DateTime), urgent, fmt.Sprint(len(shown.Cases)),
			show.Plain(notify.Cut(shown.Title, 80)), shown.State,
		})
	}
	if len(drafts) == 0 && !sh.json() {
		sh.line("no letters")
	}
	sh.table(t)
	if len(untold) > 0 {
		sh.remark("nobody would be told of %d open cases: %s", len(untold), strings.Join(untold[:min(len(untold), 5)], ", "))
	}
	return nil
}

func drafted(one desk.Draft) draft {
	out := draft{
		To: one.To, Channel: one.Channel, Matter: one.Matter, Due: one.Due.UTC(), Urgent: one.Urgent, Cases: one.Cases, Title: one.Content.Title,
		State: one.Content.State, Says: one.Content.Says, More: one.Content.More, Shows: []draftedCase{},
	}
	for _, it := range one.Content.Cases {
		c := draftedCase{Case: it.Case, Title: it.Title}
		if a := it.Ask; a != nil {
			c.Does, c.Final, c.Means = a.Steps, a.Final, a.Silence
			if !a.Until.IsZero() {
				c.Until = a.Until.UTC().Format(time.RFC3339)
			}
		}
		out.Shows = append(out.Shows, c)
	}
	return out
}
