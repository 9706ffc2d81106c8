package sqlite_test

import (
	"database/sql"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/ledger/ledgertest"
)

// TestOldLettersGo: with each line that is posted two letters go of which nothing has been owed for long. What is owed stays.
func TestOldLettersGo(t *testing.T) {
	path := filepath.Join(t.TempDir(), "riposte.db")
	s, now := open(t, path), ledgertest.Start()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	line := func(matter string) ledger.Line {
		return ledger.Line{LetterKey: ledger.LetterKey{To: "sam@example.com", Channel: "mail", Matter: matter}, Case: "c_1"}
	}
	must(s.Post(t.Context(), now, line("case/c_1"), line("case/c_2"), line("case/c_3")))
	var ids []string
	for _, sent := range []int{1, 1, 0} {
		l, err := s.TakeLetter(t.Context(), now, "a", time.Minute)
		must(err)
		l.Sent = sent
		must(s.SaveLetter(t.Context(), l))
		ids = append(ids, l.ID)
	}
	must(s.Post(t.Context(), now.Add(ledger.LetterKept), line("case/c_4")))
	if _, err := s.Letter(t.Context(), ids[0]); err != nil {
		t.Errorf("on its last day: %v", err)
	}
	must(s.Post(t.Context(), now.Add(ledger.LetterKept+time.Second), line("case/c_4")))
	for n, id := range ids {
		_, err := s.Letter(t.Context(), id)
		if gone := errors.Is(err, ledger.ErrNotFound); gone != (n < 2) {
			t.Errorf("letter %d: %v", n, err)
		}
	}
	db, err := sql.Open("sqlite", path)
	must(err)
	defer db.Close()
	var named int
	must(db.QueryRow(`SELECT count(*) FROM letter_cases`).Scan(&named))
	if named != 2 {
		t.Errorf("%d rows say which letters name the case, of 2 letters", named)
	}
}

// TestALetterThatCantBeReadKeepsNoOtherWaiting: it is told, and passed over for an hour.
func TestALetterThatCantBeReadKeepsNoOtherWaiting(t *testing.T) {
	path := filepath.Join(t.TempDir(), "riposte.db")
	s, now := open(t, path), ledgertest.Start()
	for n, matter := range []string{"case/c_1", "case/c_2"} {
		k := ledger.LetterKey{To: "sam@example.com", Channel: "mail", Matter: matter}
		if err := s.Post(t.Context(), now.Add(time.Duration(n)*time.Second), ledger.Line{LetterKey: k}); err != nil {
			t.Fatal(err)
		}
	}
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(`UPDATE letters SET body = x'7b' WHERE matter = 'case/c_1'`); err != nil {
		t.Fatal(err)
	}
	now = now.Add(time.Minute)
	if l, err := s.TakeLetter(t.Context(), now, "a", time.Minute); err == nil {
		t.Errorf("taken: %+v", l)
	}
	if l, err := s.TakeLetter(t.Context(), now, "a", time.Minute); err != nil || l == nil || l.Matter != "case/c_2" {
		t.Errorf("the other: %+v, %v", l, err)
	}
}
