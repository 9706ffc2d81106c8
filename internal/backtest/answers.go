package backtest

import (
	"cmp"
	"crypto/sha256"
	"slices"
)

// Answer is one action that a playbook would have taken, and on how much: each target once.
type Answer struct {
	Playbook string `json:"playbook"`
	Action   string `json:"action"`
	Does     string `json:"does"`
	Class    string `json:"class"`
	Final    string `json:"final,omitempty"` // why there is no way back
	Targets  int    `json:"targets"`
	Accounts int    `json:"accounts"`
	Act      int    `json:"act,omitempty"` // of the targets, as the modes are
	Ask      int    `json:"ask,omitempty"`
	Observe  int    `json:"observe,omitempty"`
	More     bool   `json:"more,omitempty"` // there are further targets, which were too many to tell apart
}

// mostTargets bounds what is told apart, and with it the memory: some 50 MB.
const mostTargets = 1 << 20

// answers count what would have been done as suspects come, so that none is left out. Targets and accounts are kept as hashes.
type answers struct {
	all  map[answerKey]*counting
	told int // targets, of all
}

type answerKey struct{ playbook, action string }

type counting struct {
	Answer
	targets, accounts map[[8]byte]bool
}

func hashed(text string) [8]byte {
	sum := sha256.Sum256([]byte(text))
	return [8]byte(sum[:8])
}

// take counts the steps of one suspect.
func (a *answers) take(playbook string, steps []step) {
	for _, st := range steps {
		if st.do == "" {
			continue
		}
		k := answerKey{playbook, st.kind.Name}
		if a.all == nil {
			a.all = map[answerKey]*counting{}
		}
		if a.all[k] == nil {
			a.all[k] = &counting{
				Answer{Playbook: playbook, Action: st.kind.Name, Does: st.kind.Does, Class: string(st.kind.Class), Final: st.kind.Final}, map[[8]byte]bool{}, map[[8]byte]bool{},
			}
		}
		a.count(a.all[k], st)
	}
}

func (a *answers) count(c *counting, st step) {
	on := hashed(st.on)
	if c.targets[on] {
		return
	}
	if a.told >= mostTargets {
		c.More = true
		return
	}
	a.told++
	c.targets[on], c.accounts[hashed(st.in)] = true, true
	c.Targets, c.Accounts = len(c.targets), len(c.accounts)
	switch st.do {
	case "act":
		c.Act++
	case "ask":
		c.Ask++
	default:
		c.Observe++
	}
}

// list is what they came to.
func (a *answers) list() []Answer {
	out := []Answer{}
	for _, c := range a.all {
		out = append(out, c.Answer)
	}
	slices.SortFunc(out, func(a, b Answer) int {
		return cmp.Or(cmp.Compare(a.Playbook, b.Playbook), cmp.Compare(b.Targets, a.Targets), cmp.Compare(a.Action, b.Action))
	})
	return out
}

// confirmed are the answers about what the present confirms, of the suspects that were looked at.
func (b *backtest) confirmed() []Answer {
	var a answers
	for _, s := range b.kept {
		if s.verdict == confirmed {
			a.take(s.Playbook, b.steps(s))
		}
	}
	return a.list()
}
