package cli

import (
	"cmp"
	"errors"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/ripostehq/riposte/internal/config"
	"github.com/ripostehq/riposte/internal/ledger"
)

// since is a moment, or a time before now, as people write it.
type since struct {
	ago config.Span
	at  time.Time
}

// UnmarshalText reads 24h, 30d, 2026-03-01 and 2026-03-01T12:00:00Z.
func (s *since) UnmarshalText(text []byte) error {
	for _, layout := range []string{time.DateOnly, time.RFC3339} {
		if at, err := time.Parse(layout, string(text)); err == nil {
			s.at = at
			return nil
		}
	}
	if s.ago.UnmarshalText(text) != nil {
		return errors.New("want a length of time or a day (UTC), like 24h, 30d, 2026-03-01")
	}
	return nil
}

// from is the moment; zero where none was asked for.
func (s *since) from(now func() time.Time) time.Time {
	switch {
	case s == nil:
		return time.Time{}
	case s.at.IsZero():
		return now().Add(-time.Duration(s.ago))
	}
	return s.at
}

// admitted is how long a message may have waited before its case was opened, by which cases stand in a ledger.
const admitted = time.Hour

// among are the cases that --since and --actor leave, of cases that come newest first where there is a since.
func (v casesVerb) among(all iter.Seq2[*ledger.Case, error], r record, from time.Time) iter.Seq2[*ledger.Case, error] {
	return func(yield func(*ledger.Case, error) bool) {
		for c, err := range all {
			at := time.Time{}
			if err == nil {
				at = cmp.Or(c.Times.Received, c.Times.Occurred)
			}
			switch {
			case err != nil:
			case at.Before(from.Add(-admitted)):
				return // all others are older
			case at.Before(from) || v.Actor != "" && !by(c, r, v.Actor):
				continue
			}
			if !yield(c, err) {
				return
			}
		}
	}
}

// by reports whether a case's caller is known by a text.
func by(c *ledger.Case, r record, text string) bool {
	o := c.Origin
	return slices.ContainsFunc([]string{o.Actor.ARN, o.Actor.AccessKey, o.Actor.SourceIdentity, o.SourceIP, r.config.People.Person(o.Actor)}, func(s string) bool {
		return strings.Contains(strings.ToLower(s), strings.ToLower(text))
	})
}

// turned are cases the other way round.
func turned(all iter.Seq2[*ledger.Case, error]) iter.Seq2[*ledger.Case, error] {
	return func(yield func(*ledger.Case, error) bool) {
		var some []*ledger.Case
		for c, err := range all {
			if err != nil {
				yield(nil, err)
				return
			}
			some = append(some, c)
		}
		for _, c := range slices.Backward(some) {
			if !yield(c, nil) {
				return
			}
		}
	}
}
