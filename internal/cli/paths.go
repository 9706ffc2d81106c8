package cli

import (
	"context"
	"slices"
	"time"

	"github.com/ripostehq/riposte/iam/reach"
	"github.com/ripostehq/riposte/internal/paths"
)

type pathsVerb struct {
	configFlag
	FromFiles []string `xor:"of" placeholder:"PATH" help:"File or folder with what aws iam get-account-authorization-details prints. Repeatable. Default: the accounts of the configuration are read, or that of the credentials."`
	Snapshot  string   `xor:"of" placeholder:"FILE" help:"What --save wrote, in place of AWS."`
	Save      string   `placeholder:"FILE" help:"Keep what was read from AWS in a file."`
	From      string   `default:"everybody" placeholder:"ARN|everybody|compute|outside" help:"Where ways begin: a principal, everybody, what runs with a role, who is not of the organisation."`
	To        string   `default:"admin" placeholder:"ARN|admin" help:"Where they lead: a principal, or administrator."`
	Hops      int      `default:"10" help:"How many hops at most, 1 to 10."`
	Sure      bool     `help:"Leave out what hangs on something that no file tells."`
	Account   string   `placeholder:"ID" help:"Begin in this account alone."`
	Cut       bool     `help:"Say what to take away, at the least, so that no way is left."`
	Why       bool     `help:"Tell each hop: the calls to make, the statements that allow them, what they hang on."`
	FailOn    string   `enum:",sure,possible" default:"" placeholder:"CERTAINTY" help:"Exit with 3 where there is a way at least this certain: possible, sure."`
}

// Run prints which principals come to administrator, and how.
func (v pathsVerb) Run(ctx context.Context, sh *shell) error {
	if v.Hops < 1 || v.Hops > reach.MaxHops {
		return wrongUsage("--hops is 1 to %d", reach.MaxHops)
	}
	if v.Save != "" && (v.Snapshot != "" || len(v.FromFiles) > 0) {
		return wrongUsage("--save keeps what is read from AWS: without --from-files and --snapshot")
	}
	began := sh.now()
	o, err := v.organisation(ctx, sh)
	if err != nil {
		return err
	}
	g, err := reach.Build(o)
	if err != nil {
		return err
	}
	r, err := paths.Ask(g, paths.Query{From: v.From, To: v.To, Hops: v.Hops, Sure: v.Sure, Account: v.Account, Cut: v.Cut})
	if err != nil {
		return err
	}
	r.Summary.Gaps = append([]reach.Gap{}, o.Gaps...)
	r.Summary.Seconds = sh.now().Sub(began).Round(time.Millisecond).Seconds()
	v.print(sh, r)
	switch {
	case v.FailOn != "" && r.Summary.ReachSure+r.Summary.ReachPossible > 0 && (v.FailOn == "possible" || r.Summary.ReachSure > 0):
		return silent(exitFound)
	case len(r.Summary.Unreadable) > 0 || slices.ContainsFunc(o.Gaps, func(g reach.Gap) bool { return g.Failed }):
		return silent(exitFailed)
	}
	return nil
}

func (v pathsVerb) print(sh *shell, r paths.Report) {
	switch {
	case sh.json():
		for _, w := range r.Ways {
			sh.object(w)
		}
		for _, x := range r.Cut {
			sh.object(map[string]paths.Removal{"remove": x})
		}
		sh.object(map[string]paths.Summary{"summary": r.Summary})
		return
	case sh.format == dotFormat:
		sh.text(paths.DOT(r))
	case sh.format == svgFormat:
		sh.text(paths.SVG(r))
	case v.Why:
		for _, w := range r.Ways {
			sh.text(paths.Why(w))
		}
		sh.text(paths.Cut(r))
	default:
		sh.text(paths.Text(r))
		sh.text(paths.Cut(r))
	}
	v.summary(sh, r.Summary)
}

// summary says what was looked at, and what was not: beside the results, since a picture goes into a file.
func (v pathsVerb) summary(sh *shell, s paths.Summary) {
	for _, list := range [][]reach.Gap{s.Gaps, s.Unreadable} {
		for _, gap := range list {
			sh.remark("not read: %s: %s", gap.What, gap.Why)
		}
	}
	if s.Disagreements > 0 {
		sh.remark("%d ways are left out, since the evaluator refuses a call of theirs: please report this", s.Disagreements)
	}
	sh.remark("%d principals of %d accounts, %d administrators; %d ways are sure, %d more possible", s.Principals, s.Accounts, s.Administrators, s.ReachSure, s.ReachPossible)
}
