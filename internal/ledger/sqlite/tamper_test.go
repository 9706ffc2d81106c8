package sqlite_test

import (
	"database/sql"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/ledger/ledgertest"
	"github.com/ripostehq/riposte/internal/ledger/sqlite"
	"github.com/ripostehq/riposte/playbook"
)

// evidence is a ledger that an attacker will want to change, and a way to do it.
type evidence struct {
	*testing.T
	*sqlite.Store
	raw      *sql.DB
	one, two string // cases
	kept     ledger.Checkpoint
}

// collect writes, in this order:
//
//	1 one opened  2 two opened  3 one joined  4 one acts  5 brake on  6 checkpoint  7 one contained  8 two dismissed
func collect(t *testing.T) *evidence {
	path := filepath.Join(t.TempDir(), "riposte.db")
	e := &evidence{T: t, Store: open(t, path)}
	now := ledgertest.Start()
	a, err := e.Admit(t.Context(), now, []playbook.StoredSuspect{ledgertest.Lead("e-1", "i-1"), ledgertest.Lead("e-2", "i-2"), ledgertest.Lead("e-3", "i-1")}, ledger.FirstClaim{})
	e.must(err)
	e.one, e.two = a[0].Case, a[1].Case
	e.commit(e.one, ledger.Acting, ledger.Write{
		Taken: []string{ledger.Key(ledgertest.Lead("e-3", "i-1"))}, Requests: []string{"r-1"},
		Effects:    []*ledger.Effect{{Key: "suspend web", Owners: []string{e.one}}},
		Reserve:    []ledger.Reservation{{Bucket: "destroy", Incident: "mallory", At: now}},
		Exceptions: []ledger.Exception{{Playbook: "launch.unapproved-image", Root: "i-9", Until: now.Add(time.Hour), By: "alice"}},
	})
	e.must(e.Halt(t.Context(), ledger.Brake{Scope: "all", By: "alice", At: now}))
	e.kept, err = e.Checkpoint(t.Context(), now)
	e.must(err)
	e.commit(e.one, ledger.Contained, ledger.Write{})
	e.commit(e.two, ledger.Dismissed, ledger.Write{})
	e.raw, err = sql.Open("sqlite", "file:"+path+"?_pragma=busy_timeout(5000)")
	e.must(err)
	t.Cleanup(func() { e.raw.Close() })
	if v := e.verify(); len(v.Broken) > 0 || v.Entries != 8 {
		t.Fatalf("before it was touched: %+v", v)
	}
	return e
}

func (e *evidence) must(err error) {
	e.Helper()
	if err != nil {
		e.Fatal(err)
	}
}

func (e *evidence) commit(id string, state ledger.State, w ledger.Write) {
	e.Helper()
	c, err := e.Load(e.Context(), id)
	e.must(err)
	w.At = ledgertest.Start().Add(time.Second)
	if c.State = state; state.Open() {
		c.Due = w.At
	} else {
		c.Due = time.Time{}
	}
	e.must(e.Commit(e.Context(), c, w))
}

func (e *evidence) verify() ledger.Verification {
	e.Helper()
	v, err := e.Verify(e.Context(), e.kept)
	e.must(err)
	return v
}

func (e *evidence) exec(query string, args ...any) {
	e.Helper()
	_, err := e.raw.Exec(query, args...)
	e.must(err)
}

// broken is what Verify says, with the case ids told by name.
func (e *evidence) broken() []ledger.Break {
	e.Helper()
	broken := e.verify().Broken
	for i, b := range broken {
		broken[i].Chain = strings.NewReplacer(e.one, "one", e.two, "two").Replace(b.Chain)
		broken[i].Why = ""
	}
	return broken
}

func TestTampering(t *testing.T) {
	sealed := ledger.Break{Chain: ledger.CheckpointChain, Seq: 6}
	kept := ledger.Break{Chain: ledger.Whole, Seq: 5}
	last := ledger.Break{Chain: ledger.Whole, Seq: 8}
	one := func(seq int64) ledger.Break { return ledger.Break{Chain: "one", Seq: seq} }
	two := func(seq int64) ledger.Break { return ledger.Break{Chain: "two", Seq: seq} }
	for _, x := range []struct {
		name string
		do   func(*evidence)
		want []ledger.Break
	}{
		{"an entry is changed", func(e *evidence) {
			e.exec(`UPDATE entries SET bytes = CAST(replace(CAST(bytes AS TEXT), 'joined', 'parted') AS BLOB) WHERE seq = 3`)
		},
			[]ledger.Break{one(3), kept, sealed}},
		{"an entry that is not sealed yet is changed", func(e *evidence) { e.exec(`UPDATE entries SET bytes = CAST(bytes || ' ' AS BLOB) WHERE seq = 7`) },
			[]ledger.Break{one(7)}},
		{"an entry is no JSON", func(e *evidence) { e.exec(`UPDATE entries SET bytes = x'00' WHERE seq = 7`) }, []ledger.Break{one(7)}},
		{"an entry is deleted", func(e *evidence) { e.exec(`DELETE FROM entries WHERE seq = 3`) },
			[]ledger.Break{{Chain: ledger.Whole, Seq: 3}, one(4), sealed}},
		{"two entries change places", func(e *evidence) {
			e.exec(`UPDATE entries SET seq = 100 WHERE seq = 3`)
			e.exec(`UPDATE entries SET seq = 3 WHERE seq = 4`)
			e.exec(`UPDATE entries SET seq = 4 WHERE seq = 100`)
		}, []ledger.Break{one(3), kept, sealed}},
		{"an entry is put into another chain", func(e *evidence) { e.exec(`UPDATE entries SET chain = ? WHERE seq = 8`, e.one) },
			[]ledger.Break{two(2), one(8)}},
		{"the last entry is cut off", func(e *evidence) { e.exec(`DELETE FROM entries WHERE seq = 8`) }, []ledger.Break{two(2)}},
		{"the tail is cut off and the cases with it", func(e *evidence) {
			e.exec(`DELETE FROM entries WHERE seq >= 5`)
			e.exec(`DELETE FROM brakes`)
			e.exec(`UPDATE cases SET head = (SELECT hash FROM entries WHERE chain = id ORDER BY seq DESC LIMIT 1)`)
		}, []ledger.Break{two(2), one(4), {Chain: ledger.Whole, Seq: 5}}},
		{"a payload is changed", func(e *evidence) {
			e.exec(`UPDATE cases SET payload = CAST(replace(CAST(payload AS TEXT), 'mallory', 'alice') AS BLOB) WHERE id = ?`, e.one)
		},
			[]ledger.Break{one(7)}},
		{"a payload is pruned", func(e *evidence) { e.exec(`UPDATE cases SET payload = NULL WHERE id = ?`, e.two) }, nil},
		{"a case is deleted", func(e *evidence) { e.exec(`DELETE FROM inbox`); e.exec(`DELETE FROM cases WHERE id = ?`, e.one) },
			[]ledger.Break{one(1), two(2)}},
		{"a case is put to sleep", func(e *evidence) { e.exec(`UPDATE cases SET due = NULL, wake = NULL WHERE id = ?`, e.one) },
			[]ledger.Break{one(7)}},
		{"a case is hidden from claims", func(e *evidence) { e.exec(`UPDATE cases SET urgency = 7 WHERE id = ?`, e.one) },
			[]ledger.Break{one(7)}},
		{"a case poses as a newer riposte's", func(e *evidence) { e.exec(`UPDATE cases SET schema = 99 WHERE id = ?`, e.one) },
			[]ledger.Break{one(7)}},
		{"a case is said to be verified", func(e *evidence) { e.exec(`UPDATE cases SET state = 'verified' WHERE id = ?`, e.one) },
			[]ledger.Break{one(7)}},
		{"a case is moved to another account", func(e *evidence) { e.exec(`UPDATE cases SET account = '444455556666' WHERE id = ?`, e.one) },
			[]ledger.Break{one(7)}},
		{"a message is changed", func(e *evidence) { e.exec(`UPDATE inbox SET body = x'7b7d' WHERE body IS NOT NULL`) }, []ledger.Break{one(3)}},
		{"a message is to be taken again", func(e *evidence) { e.exec(`UPDATE inbox SET taken = 0 WHERE n = 3`) }, []ledger.Break{one(4)}},
		{"an effect is changed", func(e *evidence) { e.exec(`UPDATE effects SET body = x'7b7d'`) }, []ledger.Break{one(4)}},
		{"an effect is deleted", func(e *evidence) { e.exec(`DELETE FROM effects`) }, []ledger.Break{one(4)}},
		{"an effect is made up", func(e *evidence) { e.exec(`INSERT INTO effects VALUES ('k', x'7b7d', 1)`) }, []ledger.Break{last}},
		{"a request id is forgotten", func(e *evidence) { e.exec(`DELETE FROM requests`) }, []ledger.Break{one(4)}},
		{"a request id is claimed as riposte's", func(e *evidence) { e.exec(`INSERT INTO requests VALUES ('r-2')`) }, []ledger.Break{last}},
		{"an incident is not counted", func(e *evidence) { e.exec(`DELETE FROM places`) }, []ledger.Break{one(4)}},
		{"an exception lasts longer", func(e *evidence) { e.exec(`UPDATE exceptions SET until = until + 1`) }, []ledger.Break{one(4), last}},
		{"an exception covers another root", func(e *evidence) { e.exec(`UPDATE exceptions SET root = 'i-1'`) }, []ledger.Break{one(4), last}},
		{"a brake is taken off", func(e *evidence) { e.exec(`DELETE FROM brakes`) }, []ledger.Break{{Chain: ledger.BrakesChain, Seq: 5}}},
		{"the chain is forged, its hashes valid", func(e *evidence) { e.forge(3, false) }, []ledger.Break{kept, sealed}},
		{"the chain is forged, the checkpoints too", func(e *evidence) { e.forge(3, true) }, []ledger.Break{kept}},
	} {
		t.Run(x.name, func(t *testing.T) {
			e := collect(t)
			x.do(e)
			if d := cmp.Diff(x.want, e.broken()); d != "" {
				t.Errorf("%s\n%+v", d, e.verify().Broken)
			}
		})
	}
}

// forge rewrites the notes of one entry and gives every later one a hash that fits, as a patient attacker would.
func (e *evidence) forge(seq int64, checkpoints bool) {
	e.Helper()
	heads, root := map[string]string{}, ""
	for n := int64(1); n <= 8; n++ {
		var b []byte
		e.must(e.raw.QueryRow(`SELECT bytes FROM entries WHERE seq = ?`, n).Scan(&b))
		l, err := ledger.ReadLink(b)
		e.must(err)
		l.Prev = heads[l.Chain]
		if n == seq {
			l.Notes = []string{"nothing to see here"}
		}
		if l.Seals != nil && checkpoints {
			l.Seals.Root = root
		}
		x, err := l.Entry()
		e.must(err)
		heads[l.Chain], root = x.Hash, ledger.Fold(root, x.Bytes)
		e.exec(`UPDATE entries SET bytes = ?, hash = ? WHERE seq = ?`, x.Bytes, x.Hash, n)
		e.exec(`UPDATE cases SET head = ? WHERE id = ?`, x.Hash, l.Chain)
	}
}

func TestBreaksAreExplained(t *testing.T) {
	e := collect(t)
	e.exec(`UPDATE entries SET bytes = CAST(bytes || ' ' AS BLOB) WHERE seq = 7`)
	b := e.verify().Broken
	if len(b) != 1 || b[0].Chain != e.one || b[0].Seq != 7 || !strings.Contains(b[0].Why, "was changed") {
		t.Errorf("%+v", b)
	}
}
