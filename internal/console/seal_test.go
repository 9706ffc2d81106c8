package console_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/ripostehq/riposte/internal/ledger"
)

// The page of a case says which checkpoint seals its whole history, and that none does while the last of it is newer.
func TestACaseSaysWhatSealsIt(t *testing.T) {
	s := set(t, asking)
	c := s.attack()
	s.login()
	sealed, err := s.store.Checkpoint(t.Context(), s.w.Now())
	s.must(err)
	want := fmt.Sprintf("Checkpoint %d of <time datetime=\"%s\"", sealed.Seq, sealed.At.Format(time.RFC3339))
	if page := s.page("/cases/" + c.ID); !strings.Contains(page, want) || !strings.Contains(page, sealed.Root) {
		t.Errorf("want %s %s:\n%s", want, sealed.Root, page)
	}
	_, err = s.store.Send(t.Context(), s.w.Now(), c.ID, ledger.Message{Key: "note", Note: "somebody could not be told", Due: s.w.Now()})
	s.must(err)
	s.passes(time.Minute)
	s.work()
	if page := s.page("/cases/" + c.ID); !strings.Contains(page, "No checkpoint seals the last of this yet") || strings.Contains(page, sealed.Root) {
		t.Errorf("the case went on:\n%s", page)
	}
}
