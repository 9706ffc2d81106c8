package ledger_test

import (
	"testing"
	"time"

	"github.com/ripostehq/riposte/internal/ledger"
)

// FuzzAudit feeds what an attacker may leave in the file: it is broken or whole, and never a crash.
func FuzzAudit(f *testing.F) {
	l := ledger.Link{Chain: "c_1", Seq: 1, At: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC), State: ledger.Suspected,
		Wrote: []ledger.Wrote{{What: ledger.WroteEffect, Key: "k", Sum: "s"}}, Seals: &ledger.Checkpoint{}}
	e, err := l.Entry()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(int64(1), "c_1", e.Hash, e.Bytes)
	f.Add(int64(-7), "", "", []byte(`{"checkpoint":{"seq":9}}`))
	f.Fuzz(func(t *testing.T, seq int64, chain, hash string, bytes []byte) {
		kept := []ledger.Checkpoint{{Seq: seq}}
		for _, a := range []*ledger.Audit{ledger.NewAudit(kept), ledger.NewAuditOfChains(kept)} {
			a.Entry(ledger.Entry{Chain: chain, Seq: seq, Hash: hash, Bytes: bytes})
			if v := a.Verification(); len(v.Broken) == 0 && chain != ledger.BrakesChain && chain != ledger.CheckpointChain && chain != ledger.ExceptionsChain {
				t.Errorf("a case that is gone was not missed: %+v", v)
			}
		}
	})
}

func TestAnEntryIsItsBytes(t *testing.T) {
	at := time.Date(2026, 3, 2, 10, 0, 0, 0, time.FixedZone("CET", 3600))
	e, err := ledger.Link{Chain: "c_1", Seq: 1, At: at, State: ledger.Suspected, Notes: []string{"opened"}}.Entry()
	if err != nil {
		t.Fatal(err)
	}
	want := `{"chain":"c_1","seq":1,"prev":"","at":"2026-03-02T09:00:00Z","state":"suspected","notes":["opened"]}`
	if string(e.Bytes) != want || e.Hash != ledger.Sum([]byte(want)) {
		t.Errorf("%s, %s", e.Bytes, e.Hash)
	}
	l, err := ledger.ReadLink(e.Bytes)
	if err != nil || l.Chain != "c_1" || !l.At.Equal(at) {
		t.Errorf("read back as %+v, %v", l, err)
	}
}
