package engine

import (
	"strings"
	"sync"
	"time"

	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/playbook"
)

// What opens many cases stands behind what opens few, of the same severity: noise is cheap to make, and the attack that it
// is to hide comes from another credential, or is another playbook's. Each case that a source opens (a credential, as one
// playbook sees it) puts its next one back by so much; what its credential and its account open otherwise counts where
// sources are alike, and together for less than one case of the source itself. No case is put back for ever: whatever the
// backlog, it is overtaken by nothing that comes an hour later.
const (
	behindSource     = 5 * time.Minute
	behindCredential = 2 * time.Second
	behindAlike      = 15 * time.Second
	behindAccount    = 200 * time.Millisecond

	mostBySource     = time.Hour
	mostByCredential = time.Minute
	mostByAccount    = 20 * time.Second
)

// flows is how many of them are remembered.
const flows = 30_000

// fair says where new cases stand in the order of claims. It knows what this process has admitted: that of others is as much
// less noisy here.
type fair struct {
	mu     sync.Mutex
	behind map[flow]time.Time // where the next case of a flow stands; a time that has passed is no more than now
}

// flow is what cases are counted together by: the account alone, with the credential, or with both and the playbook.
type flow struct{ account, credential, playbook string }

// share is how far one case puts the next of its flow back, and how far all of them can.
type share struct {
	flow
	each, most time.Duration
}

func shares(l playbook.StoredSuspect) [3]share {
	account, who := l.Resource.Account, credential(l)
	if l.Origin.Noticed() { // all of them are one source: one call can launch a thousand instances
		return [3]share{{flow{account, "notices", l.Playbook}, behindCredential, mostByCredential}, {flow{account, "", ""}, behindAccount, mostByAccount}}
	}
	own, all := share{flow{account, who, l.Playbook}, behindSource, mostBySource}, share{flow{account, "", ""}, behindAccount, mostByAccount}
	if l.Origin.Actor.ByAWS() {
		// Its record names no credential: a caller may make any number of groups that launch. What is found of the same thing, as
		// the same image, is counted together.
		return [3]share{own, {flow{account, "of " + strings.Join(l.Found, " "), l.Playbook}, behindAlike, mostBySource}, all}
	}
	return [3]share{own, {flow{account, who, ""}, behindCredential, mostByCredential}, all}
}

// credential is what is behind a suspect: the user, or the role and not its session, whose name its caller chooses. What AWS
// does by itself is counted by what it concerns.
func credential(l playbook.StoredSuspect) string {
	a := l.Origin.Actor
	if a.ByAWS() {
		return l.Resource.String()
	}
	if a.IssuerID != "" {
		return a.IssuerID
	}
	id, _, _ := strings.Cut(a.PrincipalID, ":")
	for _, name := range []string{id, a.Principal(), a.AccessKey} {
		if name != "" {
			return name
		}
	}
	return l.Resource.String()
}

// ranks are the places of suspects that are about to be admitted, as if each opened a case.
func (f *fair) ranks(now time.Time, suspects []playbook.StoredSuspect) []time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.forget(now)
	var out []time.Time
	for _, l := range suspects {
		rank := now
		for _, s := range shares(l) {
			back := min(max(f.behind[s.flow].Sub(now), 0), s.most)
			rank = rank.Add(back)
			f.behind[s.flow] = now.Add(back + s.each)
		}
		out = append(out, rank)
	}
	return out
}

// admitted takes back what suspects were counted for that opened no case; all of them, where none was admitted.
func (f *fair) admitted(suspects []playbook.StoredSuspect, ads []ledger.Admission) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for i, l := range suspects {
		if i < len(ads) && ads[i].How == "opened" {
			continue
		}
		for _, s := range shares(l) {
			if at, ok := f.behind[s.flow]; ok {
				f.behind[s.flow] = at.Add(-s.each)
			}
		}
	}
}

// forget makes room. A source that makes so many flows that there is none is forgotten with the rest, and begins again.
func (f *fair) forget(now time.Time) {
	if f.behind == nil {
		f.behind = map[flow]time.Time{}
	}
	if len(f.behind) < flows {
		return
	}
	for k, at := range f.behind {
		if !at.After(now) {
			delete(f.behind, k)
		}
	}
	if len(f.behind) >= flows {
		clear(f.behind)
	}
}
