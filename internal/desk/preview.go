package desk

import (
	"context"
	"fmt"
	"slices"

	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/notify"
)

// Draft is a letter that would be written.
type Draft struct {
	ledger.Line // the first of its lines
	Cases       []string
	Content     notify.Content
}

// Drafts are the letters that would be written if these cases were told of now, for the first time. Untold are those of which nobody could
// be told. Nothing is posted, and nothing is sent.
func (d *Desk) Drafts(ctx context.Context, cases []*ledger.Case) (drafts []Draft, untold []string, err error) {
	d = New(d.Options)
	d.drafting = true
	at := map[ledger.LetterKey]int{}
	for _, c := range cases {
		again := *c
		again.Report.Sent = 0
		lines, told, err := d.Lines(ctx, &again)
		if err != nil {
			return nil, nil, err
		}
		if !told {
			untold = append(untold, c.ID)
		}
		for _, line := range lines {
			i, known := at[line.LetterKey]
			if !known {
				i = len(drafts)
				at[line.LetterKey], drafts = i, append(drafts, Draft{Line: line})
			}
			drafts[i].Cases = append(drafts[i].Cases, c.ID)
			drafts[i].Urgent = drafts[i].Urgent || line.Urgent
		}
	}
	for i := range drafts {
		l := &ledger.Letter{LetterKey: drafts[i].LetterKey, Cases: drafts[i].Cases, Urgent: drafts[i].Urgent}
		views, err := d.read(ctx, l, d.Now())
		if err != nil {
			return nil, nil, err
		}
		drafts[i].Content = d.write(l, views, d.detail(ctx, l)).content
	}
	return drafts, untold, nil
}

// Lacks says what is missing of a directory so that everybody who should be told can be.
func (p Directory) Lacks() (out []string) {
	if len(p.Channels) == 0 {
		return []string{"no channel is configured, and nobody is written to: report.slack, report.mail, report.pagerduty or report.webhooks name one"}
	}
	if len(p.Approvers) == 0 {
		out = append(out, "approval.approvers names no group: of what contains only owners.fallback is told")
	}
	if p.Fallback == "" {
		out = append(out, "owners.fallback names no group: of what nobody owns nobody may be told")
	}
	groups := append(slices.Clone(p.Approvers), p.Fallback)
	for i, name := range groups {
		if name != "" && len(p.places(name)) == 0 && slices.Index(groups, name) == i {
			out = append(out, fmt.Sprintf("the group %s has no place where it could be told: give it slack, mail or members in people.groups", name))
		}
	}
	return out
}
