package metrics

import (
	"context"
	"strings"
	"time"

	"github.com/ripostehq/riposte/internal/ledger"
)

const (
	mostLetters  = 1000            // of the newest, those are counted that are owed or in trouble
	lettersFresh = 5 * time.Minute // a store may have to read each of them
)

// Sent counts an attempt to send a letter, and what became of it.
func (m *Meter) Sent(channel, outcome string) {
	channel, _, _ = strings.Cut(channel, "/") // webhooks are one: their number is the file's
	m.letters.WithLabelValues(channel, outcome).Inc()
}

// Outside counts an address that was not written to, since it is in none of people.domains.
func (m *Meter) Outside() { m.outside.Inc() }

// Nobody counts that a case was to be told, and that nobody could be.
func (m *Meter) Nobody() { m.nobody.Inc() }

// Clicked counts a click in Slack, by what became of it.
func (m *Meter) Clicked(outcome string) { m.clicks.WithLabelValues(outcome).Inc() }

// countLetters counts those of the newest that are owed, and those that were refused or failed.
func (b *backlog) countLetters(ctx context.Context, now time.Time) error {
	if age := now.Sub(b.lettersRead); age >= 0 && age < lettersFresh {
		return nil
	}
	all, err := b.store.Letters(ctx, ledger.LetterFilter{Limit: mostLetters})
	if err != nil {
		return err
	}
	b.owed, b.failed, b.lettersRead = 0, 0, now
	for _, l := range all {
		if l.Owed() {
			b.owed++
		}
		if l.Troubled() {
			b.failed++
		}
	}
	return nil
}
