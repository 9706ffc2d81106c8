package backtest

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/ripostehq/riposte/internal/app"
	"github.com/ripostehq/riposte/internal/config"
)

// Quieter is a setting that would leave suspects alone, and what it would cost: findings that nobody would be told of any more.
type Quieter struct {
	Playbook string `json:"playbook"`
	Setting  string `json:"setting"` // as the configuration has it
	Of       int    `json:"of"`      // suspects of the playbook that would have been answered, or that the present confirms
	Leaves   int    `json:"leaves"`  // of them
	Checked  bool   `json:"checked"` // the present was asked, with this setting
}

const (
	// eachSetting is how many values are tried for a setting of a playbook.
	eachSetting = 5
	// mostSupposed is how many suspects a parameter is tried on.
	mostSupposed = 500
)

// values are what suspects bring that a parameter could name, by the parameter.
var values = map[string]func(*suspect) []string{
	"allow_owners": func(s *suspect) []string {
		if s.owner == "" || strings.Contains(s.owner, " ") {
			return nil
		}
		return []string{s.owner}
	},
	"allow_ids":    (*suspect).images,
	"allow_roles":  issuer,
	"controllers":  issuer,
	"allow_groups": func(s *suspect) []string { return []string{s.Resource.ID} },
}

func issuer(s *suspect) []string {
	if id := s.Origin.Actor.UniqueID(); id != "" {
		return []string{id}
	}
	return nil
}

// quieter tries what would have left suspects alone: trust in who caused the most, judged as a replay does, and, where the present can be
// asked, values of parameters, for which each playbook is asked anew.
func (b *backtest) quieter(ctx context.Context) (out []Quieter) {
	by := map[string][]*suspect{}
	for _, s := range b.kept {
		if s.book != nil && !s.alone && (s.verdict == confirmed || b.Present == nil) {
			by[s.Playbook] = append(by[s.Playbook], s)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(by)) {
		if ctx.Err() != nil {
			return out
		}
		out = append(out, b.trusting(ctx, id, by[id])...)
		if b.Present != nil {
			out = append(out, b.supposing(ctx, id, by[id])...)
		}
	}
	return out
}

// trusting tries the roles that caused the most, but for those that people sign in for and those of instances: trust is for automation, and who holds a trusted
// principal does what it may unseen.
func (b *backtest) trusting(ctx context.Context, playbook string, all []*suspect) (out []Quieter) {
	arns := map[string]string{}
	for _, s := range all {
		if a := s.Origin.Actor; a.Assumed() && !strings.HasPrefix(a.Session, "i-") && a.UniqueID() != "" && a.Principal() != "" && b.Config.People.Person(a) == "" {
			arns[a.UniqueID()] = a.Principal()
		}
	}
	for _, id := range most(all, issuer) {
		if arns[id] == "" {
			continue
		}
		trust := config.Trust{Issuer: arns[id], ID: id, Playbooks: []string{playbook}}
		sparing := app.Sparing(b.Config.Trusting(trust))
		q := Quieter{Playbook: playbook, Setting: fmt.Sprintf("trusted: [{issuer: %q, id: %s, playbooks: [%s]}]", trust.Issuer, id, playbook), Of: len(all)}
		for _, s := range all {
			if !spares(ctx, sparing, s) {
				q.Leaves++
			}
		}
		if q.Leaves < q.Of {
			out = append(out, q)
		}
	}
	return ranked(out)
}

// supposing tries values of the playbook's parameters on what the present confirms.
func (b *backtest) supposing(ctx context.Context, playbook string, all []*suspect) (out []Quieter) {
	all = all[:min(len(all), mostSupposed)]
	for _, name := range slices.Sorted(maps.Keys(values)) {
		set, ok := b.Config.List(playbook, name)
		if !ok {
			continue
		}
		var tried []Quieter
		for _, value := range most(all, values[name]) {
			if slices.Contains(set, value) {
				continue
			}
			list := append(slices.Clone(set), value)
			book, err := b.Config.Supposing(*all[0].book, name, list)
			if err != nil {
				continue // no value that the parameter takes
			}
			q := Quieter{Playbook: playbook, Setting: fmt.Sprintf("%s: [%s]", name, strings.Join(list, ", ")), Of: len(all), Checked: true}
			for _, s := range all {
				if found, err := b.Present.Check(ctx, book, s.StoredSuspect); err != nil || len(found) > 0 {
					q.Leaves++ // what is not known is not left alone
				}
			}
			if q.Leaves < q.Of {
				tried = append(tried, q)
			}
		}
		out = append(out, ranked(tried)...)
	}
	return out
}

// most are the values that most suspects bring.
func most(all []*suspect, of func(*suspect) []string) []string {
	n := map[string]int{}
	for _, s := range all {
		for _, v := range of(s) {
			n[v]++
		}
	}
	sorted := slices.SortedFunc(maps.Keys(n), func(a, b string) int { return cmp.Or(cmp.Compare(n[b], n[a]), cmp.Compare(a, b)) })
	return sorted[:min(len(sorted), eachSetting)]
}

func ranked(all []Quieter) []Quieter {
	slices.SortStableFunc(all, func(a, b Quieter) int { return cmp.Compare(a.Leaves, b.Leaves) })
	return all
}
