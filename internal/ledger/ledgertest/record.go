package ledgertest

import (
	"errors"
	"strings"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ripostehq/riposte/internal/ledger"
)

func brakes(s *stage) {
	b := ledger.Brake{Scope: "account:111122223333", By: "alice", At: s.now, Reason: "a drill"}
	s.must(s.Halt(s.Context(), b))
	s.must(s.Halt(s.Context(), ledger.Brake{Scope: "all", By: "alice", At: s.now}))
	b.Reason = "no drill"
	s.must(s.Halt(s.Context(), b))
	on, err := s.Brakes(s.Context())
	s.must(err)
	if d := cmp.Diff([]ledger.Brake{b, {Scope: "all", By: "alice", At: s.now}}, on); d != "" {
		s.Error(d)
	}
	for _, want := range []bool{true, false} {
		if got, err := s.Release(s.Context(), s.now, "all", "bob"); err != nil || got != want {
			s.Errorf("released: %t, %v; want %t", got, err, want)
		}
	}
	noted := []string{"configuration: riposte.yaml, version 2", "configuration: launch.unapproved-image: act, was: ask"}
	s.must(s.Note(s.Context(), s.now, noted))
	chain, err := s.History(s.Context(), ledger.BrakesChain)
	s.must(err)
	if len(chain) != 5 || !strings.Contains(chain[3].Notes[0], "bob") || cmp.Diff(noted, chain[4].Notes) != "" {
		s.Errorf("%d entries about brakes: %+v", len(chain), chain)
	}
	s.mustVerify()
}

func find(s *stage) {
	one, two := s.open("i-1"), s.open("i-2")
	for _, prefix := range []string{one, one[:len(one)-1], strings.ToUpper(one), strings.TrimPrefix(one, "c_")} {
		if prefix == one[:len(one)-1] && strings.HasPrefix(two, prefix) {
			continue
		}
		if c, err := s.Find(s.Context(), prefix); err != nil || c.ID != one {
			s.Errorf("find %q: %v, %v", prefix, c, err)
		}
	}
	for prefix, want := range map[string]error{"c_": ledger.ErrNotFound, "": ledger.ErrNotFound, "c_zz": ledger.ErrNotFound, one[:8]: ledger.ErrAmbiguous} {
		if _, err := s.Find(s.Context(), prefix); !errors.Is(err, want) {
			s.Errorf("find %q: %v, want %v", prefix, err, want)
		}
	}
	if _, err := s.Load(s.Context(), one[:8]); !errors.Is(err, ledger.ErrNotFound) {
		s.Errorf("load takes whole ids only: %v", err)
	}
}

func list(s *stage) {
	one, two := s.open("i-1"), s.open("i-2")
	far := Lead("e-3", "i-3")
	far.Resource.Account, far.Playbook = "444455556666", "launch.unapproved-template"
	three := s.admit(far)[0].Case
	s.must(s.commit(s.load(two), ledger.Dismissed, never, ledger.Write{}))
	for _, x := range []struct {
		name   string
		filter ledger.Filter
		want   []string
	}{
		{"all", ledger.Filter{}, []string{one, two, three}},
		{"open", ledger.Filter{Open: true}, []string{one, three}},
		{"dismissed", ledger.Filter{State: ledger.Dismissed}, []string{two}},
		{"of a playbook", ledger.Filter{Playbook: far.Playbook}, []string{three}},
		{"of a root", ledger.Filter{Root: ledger.RootKey(far.Playbook, far.Resource), Open: true}, []string{three}},
		{"of a root that is free", ledger.Filter{Root: ledger.RootKey(far.Playbook, Lead("e-2", "i-2").Resource), Open: true}, nil},
		{"the first", ledger.Filter{Limit: 1}, []string{one}},
		{"those behind it", ledger.Filter{After: one}, []string{two, three}},
		{"the next that is open", ledger.Filter{After: one, Open: true, Limit: 1}, []string{three}},
		{"that is acting", ledger.Filter{State: ledger.Acting}, nil},
		{"that is suspected", ledger.Filter{State: ledger.Suspected, After: one}, []string{three}},
		{"of an account", ledger.Filter{Account: "111122223333", Open: true}, []string{one}},
	} {
		found, err := s.Cases(s.Context(), x.filter)
		s.must(err)
		var got []string
		for _, c := range found {
			got = append(got, c.ID)
		}
		if d := cmp.Diff(x.want, got); d != "" {
			s.Errorf("%s: %s", x.name, d)
		}
	}
}

func history(s *stage) {
	id := s.open("i-1")
	s.open("i-2")
	s.admit(Lead("e-2", "i-1"))
	s.after(time.Second)
	s.must(s.commit(s.load(id), ledger.Acting, 0, ledger.Write{Notes: []string{"suspends the group web"}}))
	chain, err := s.History(s.Context(), id)
	s.must(err)
	var told []string
	for i, e := range chain {
		told = append(told, string(e.State)+": "+strings.Join(e.Notes, ", "))
		if e.Hash != ledger.Sum(e.Bytes) || i > 0 && (!strings.Contains(string(e.Bytes), chain[i-1].Hash) || e.Seq <= chain[i-1].Seq) {
			s.Errorf("entry %d is not linked to the one before it", e.Seq)
		}
	}
	title := Lead("e", "i-1").Title
	want := []string{"suspected: opened: " + title, "suspected: joined: " + title, "acting: suspends the group web"}
	if d := cmp.Diff(want, told); d != "" {
		s.Error(d)
	}
	if !chain[2].At.Equal(s.now) {
		s.Errorf("the last entry is of %s", chain[2].At)
	}
}

// sealedBy wants a chain to be sealed by a checkpoint, or by none.
func (s *stage) sealedBy(id string, want *ledger.Checkpoint) {
	s.Helper()
	got, err := s.SealOf(s.Context(), id)
	s.must(err)
	if d := cmp.Diff(want, got); d != "" {
		s.Errorf("what seals %s: %s", id, d)
	}
}

func checkpoints(s *stage) {
	empty, err := s.Checkpoint(s.Context(), s.now)
	s.must(err)
	id := s.open("i-1")
	s.must(s.Halt(s.Context(), ledger.Brake{Scope: "all", By: "alice", At: s.now}))
	first, err := s.Checkpoint(s.Context(), s.now)
	s.must(err)
	again, err := s.Checkpoint(s.Context(), s.now.Add(time.Hour))
	s.must(err)
	if d := cmp.Diff(first, again); d != "" || first.Seq == 0 || first.Chains != 2 {
		s.Errorf("the first checkpoint is %+v; with nothing new: %s", first, d)
	}
	s.sealedBy(id, &first)
	s.sealedBy("c_none", nil)
	s.must(s.commit(s.load(id), ledger.Acting, 0, ledger.Write{}))
	s.sealedBy(id, nil) // it grew
	second, err := s.Checkpoint(s.Context(), s.now)
	s.must(err)
	s.sealedBy(id, &second)
	v := s.mustVerify(second, empty, first)
	if v.Checkpoints != 2 || v.Last != second || v.Chains != 3 || v.Entries != 5 {
		s.Errorf("verified: %+v", v)
	}
	forged := first
	forged.Root = ledger.Sum([]byte("another ledger"))
	if v, err := s.Verify(s.Context(), forged); err != nil || len(v.Broken) != 1 || v.Broken[0].Seq != first.Seq {
		s.Errorf("another ledger's checkpoint: %+v, %v", v, err)
	}
	forged = second
	forged.Seq = 1000
	if v, err := s.Verify(s.Context(), forged); err != nil || len(v.Broken) != 1 {
		s.Errorf("a checkpoint of what was cut off: %+v, %v", v, err)
	}
}

func released(s *stage) {
	held, asked := s.open("i-1"), s.open("i-2")
	s.must(s.Halt(s.Context(), ledger.Brake{Scope: "all", By: "alice", At: s.now}))
	s.must(s.commit(s.mustClaim("a", held).Case, ledger.Held, time.Minute, ledger.Write{EndsLease: true}))
	s.must(s.commit(s.mustClaim("a", asked).Case, ledger.Asked, time.Minute, ledger.Write{EndsLease: true}))
	s.after(time.Second)
	s.claimsNothing("a")
	if was, err := s.Release(s.Context(), s.now, "account:111122223333", "alice"); err != nil || was {
		s.Fatalf("a brake that was not on: %t, %v", was, err)
	}
	s.claimsNothing("a")
	if was, err := s.Release(s.Context(), s.now, "all", "alice"); err != nil || !was {
		s.Fatalf("released: %t, %v", was, err)
	}
	s.mustVerify()
	s.mustClaim("a", held)
	s.claimsNothing("a")
}
