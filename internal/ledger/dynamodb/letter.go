package dynamodb

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/ripostehq/riposte/internal/ledger"
)

const (
	letterPrefix = "letter#"
	listPrefix   = "letters#"       // of all letters, by shards
	matterPrefix = "letters-about#" // of those of a matter
	namedPrefix  = "letters-of#"    // of those that name a case

	letterSK = "letter"

	// Where takes look: partitions of the index of due times that claims of cases never see.
	urgentLetters = letterPrefix + "0"
	otherLetters  = letterPrefix + "1"

	// linesAtOnce is how many lines one transaction takes: each may need an item for its case.
	linesAtOnce = 90
)

func letterKey(name string) key         { return key{letterPrefix + sum(name), letterSK} }
func listKey(id string) key             { return key{listPrefix + shard(id), id} }
func matterKey(matter, id string) key   { return key{matterPrefix + sum(matter), id} }
func letterOfKey(caseID, id string) key { return key{namedPrefix + caseID, id} }

// letterBook keeps this process's own posts to one letter apart, and knows when it last looked for leases of a wrong clock.
type letterBook struct {
	locks  caseLocks // by the letter
	turn   sync.Mutex
	looked time.Time // on the clock of this machine
}

// kept is a letter as the table has it.
type kept struct {
	key
	*ledger.LetterRow
	rev    int64     // goes up with every write: what was read is written over that only
	listed time.Time // when its rows in the lists were written, which have a time to live of their own
}

// letterAt reads a letter; nil where there is none.
func (s *Store) letterAt(ctx context.Context, k key) (*kept, error) {
	i, err := s.get(ctx, k)
	if err != nil || i == nil {
		return nil, err
	}
	return keptOf(i)
}

func keptOf(i item) (*kept, error) {
	l := &kept{key: keyOf(i), LetterRow: &ledger.LetterRow{}, rev: numberOf(i["rev"]), listed: timeOf(i["listed"])}
	if err := json.Unmarshal(bytesOf(i["body"]), l.LetterRow); err != nil {
		return nil, fmt.Errorf("read the letter of %q: %w", textOf(i["letter"]), err)
	}
	return l, nil
}

// letter writes a letter over what was read of it.
func (t *tx) letter(l *kept) error {
	body, err := json.Marshal(l.LetterRow)
	if err != nil {
		return err
	}
	unchanged := absent(errAgain)
	if l.rev > 0 {
		unchanged = over("rev", l.rev, errAgain)
	}
	i := item{"letter": text(l.Name()), "body": blob(body), "rev": number(l.rev + 1), "listed": at(l.listed)}
	if wake := l.Wake(); !wake.IsZero() {
		i[wakeIn], i[wakeAt] = text(otherLetters), wakes(wake, l.Lease.Equal(wake))
		if l.Present().Urgent {
			i[wakeIn] = text(urgentLetters)
		}
	}
	if ends := l.Ends(); !ends.IsZero() {
		i[endsAt] = number(ends.Unix())
	}
	t.put(l.key, i, unchanged)
	return nil
}

// wakes is when a letter can be taken, and whether that is when a lease ends.
func wakes(wake time.Time, leased bool) types.AttributeValue {
	if leased {
		return &types.AttributeValueMemberN{Value: trim(fmt.Sprintf("%d.2", nanos(wake)))}
	}
	return at(wake)
}

// Post adds lines to letters; see ledger.Letters.
func (s *Store) Post(ctx context.Context, now time.Time, lines ...ledger.Line) error {
	_, err := s.PostAndTake(ctx, now, ledger.FirstClaim{}, lines...)
	return err
}

// PostAndTake adds lines to letters, and takes those that are due; see ledger.Letters.
func (s *Store) PostAndTake(ctx context.Context, now time.Time, by ledger.FirstClaim, lines ...ledger.Line) (taken []*ledger.Letter, err error) {
	for _, of := range ledger.ByLetter(lines) {
		for len(of) > linesAtOnce { // the last transaction takes the letter, with all of them
			if _, err := s.post(ctx, now, ledger.FirstClaim{}, of[:linesAtOnce]); err != nil {
				return taken, s.explain(fmt.Errorf("post to the letter %s: %w", of[0].Name(), err))
			}
			of = of[linesAtOnce:]
		}
		l, err := s.post(ctx, now, by, of)
		if err != nil {
			return taken, s.explain(fmt.Errorf("post to the letter %s: %w", of[0].Name(), err))
		}
		if l != nil {
			taken = append(taken, l)
		}
	}
	return taken, nil
}

// post adds lines to one letter, and takes it where that is wanted and it is due. The mark is this take's alone; see takeLetter.
func (s *Store) post(ctx context.Context, now time.Time, by ledger.FirstClaim, lines []ledger.Line) (taken *ledger.Letter, err error) {
	k := letterKey(lines[0].Name())
	defer s.letters.locks.lock(k.pk)()
	mark, tries := rand.Text(), 0
	err = retryConflict(ctx, func(ctx context.Context) error {
		l, err := s.letterAt(ctx, k)
		if err != nil {
			return err
		}
		t := &tx{}
		switch {
		case l == nil:
			id, err := s.newID(now)
			if err != nil {
				return err
			}
			l = &kept{key: k, LetterRow: ledger.NewLetter(lines[0].LetterKey, strings.TrimPrefix(id, "c_"), rand.Text(), now)}
		case l.Mark == mark: // it was done before, and its answer was lost
			taken = l.Present()
			return nil
		}
		t.list(l, now, l.Post(now, lines...))
		took := by.Holder != "" && l.Take(now, by.Holder, mark, by.Lease)
		if err := t.letter(l); err != nil {
			return err
		}
		tries++
		if err = s.run(ctx, t); err != nil && took {
			return unsure(err, tries)
		}
		if err == nil && took {
			taken = l.Present()
		}
		return err
	})
	return taken, err
}

// list writes the rows by which a letter is found: for the cases that it has not named before, and from time to time those of
// all letters and of the matter.
func (t *tx) list(l *kept, now time.Time, fresh []string) {
	found := item{"of": text(l.pk), endsAt: number(now.Add(2 * ledger.LetterKept).Unix())}
	for _, caseID := range fresh {
		t.put(letterOfKey(caseID, l.ID), found, always())
	}
	if now.Sub(l.listed) < ledger.LetterKept/3 {
		return
	}
	free := always()
	if l.rev == 0 {
		free = absent(errAgain) // entropy that repeats itself after a restart must not stop it
	}
	t.put(listKey(l.ID), found, free)
	t.put(matterKey(l.Matter, l.ID), found, always())
	l.listed = now
}
