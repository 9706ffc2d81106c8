package ledger_test

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

	"github.com/ripostehq/riposte/internal/ledger"
)

// TestASetsDigestKnowsNoOrder: what came in and went out again left nothing, and each row that stays counts, as often as it does.
func TestASetsDigestKnowsNoOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rows := rapid.SliceOfN(rapid.SliceOfN(rapid.Byte(), 0, 40), 1, 12).Draw(t, "rows")
		stay := rapid.IntRange(0, len(rows)).Draw(t, "stay")
		var once, twice ledger.Multiset
		for _, r := range rows[:stay] {
			add(t, &once, r)
		}
		for _, i := range rand.Perm(len(rows)) {
			add(t, &twice, rows[i])
		}
		for _, r := range rows[stay:] {
			if err := twice.Remove(r); err != nil {
				t.Fatal(err)
			}
		}
		if !bytes.Equal(once.Bytes(), twice.Bytes()) {
			t.Error("the order counts")
		}
		if stay == 0 && once.Bytes() != nil {
			t.Error("nothing is not nothing")
		}
		read, err := ledger.ReadMultiset(once.Bytes())
		if err != nil || *read != once {
			t.Errorf("read again as another: %v", err)
		}
		add(t, &twice, rows[0])
		if bytes.Equal(once.Bytes(), twice.Bytes()) {
			t.Error("a row more makes no difference")
		}
	})
	if _, err := ledger.ReadMultiset([]byte("short")); err == nil {
		t.Error("what is no digest was read")
	}
}

func add(t *rapid.T, m *ledger.Multiset, row []byte) {
	if err := m.Add(row); err != nil {
		t.Fatal(err)
	}
}
