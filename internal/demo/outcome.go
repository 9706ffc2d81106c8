package demo

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/ripostehq/riposte/internal/app"
	"github.com/ripostehq/riposte/internal/ledger"
)

// Summary is what a demo ends with.
type Summary struct {
	Attacks   int    `json:"attacks"`
	Cases     int    `json:"cases"`
	Contained int    `json:"contained"`
	Verified  int    `json:"verified"`
	Lost      int    `json:"lost"`               // resources destroyed before containment took effect
	Time      Spread `json:"time_to_contain_ms"` // from occurred, in world time: mostly CloudTrail's delivery
	Own       Spread `json:"own_ms"`             // from received, on this machine's clock: riposte's own part
}

// Spread is a distribution in short.
type Spread struct {
	P50 float64 `json:"p50"`
	P99 float64 `json:"p99"`
}

// Outcome sums up what the ledger says, and what is not as it should be: every case that acted must have been contained
// and verified, and every playbook that acts must have such a case.
func (s *Stage) Outcome(ctx context.Context, attacks []Attack) (Summary, error) {
	cases, err := s.Store.Cases(ctx, ledger.Filter{})
	if err != nil {
		return Summary{}, err
	}
	sum := Summary{Attacks: len(attacks), Cases: len(cases)}
	for _, a := range attacks {
		sum.Lost += len(s.losses(a.Name))
	}
	var wrong []error
	var times []time.Duration
	for _, c := range cases {
		if !c.Times.Contained.IsZero() {
			sum.Contained++
		}
		if !c.Times.Contained.IsZero() && c.Origin.Sweep == "" { // what a sweep found happened at no moment
			times = append(times, c.Times.Contained.Sub(c.Times.Occurred))
		}
		if !c.Times.Verified.IsZero() {
			sum.Verified++
		}
		if err := asItShould(c); err != nil && !unfought(c, attacks) {
			wrong = append(wrong, err)
		}
	}
	if len(attacks) == len(s.scene.Attacks) {
		for _, id := range s.acting {
			if !slices.ContainsFunc(cases, func(c *ledger.Case) bool { return c.Playbook == id && !c.Times.Verified.IsZero() }) {
				wrong = append(wrong, fmt.Errorf("%s acts here, and none of its cases was verified", id))
			}
		}
	}
	sum.Time, sum.Own = spread(times), spread(s.own)
	return sum, errors.Join(wrong...)
}

// unfought reports whether a case is about what an attack ends with riposte not fighting.
func unfought(c *ledger.Case, attacks []Attack) bool {
	return c.State == ledger.Held && slices.ContainsFunc(attacks, func(a Attack) bool { return a.held == c.Root.ID })
}

func asItShould(c *ledger.Case) error {
	if c.Report.Owed() {
		return fmt.Errorf("case %s (%s): its finding was not filed: %s", c.ID, c.Title, c.Report.Error)
	}
	switch c.State {
	case ledger.Verified, ledger.Undone, ledger.Observed, ledger.Dismissed, ledger.Excepted, ledger.Superseded:
		return nil
	}
	return fmt.Errorf("case %s (%s) ended %s: %s%s", c.ID, c.Title, c.State, c.Reason, c.Error)
}

func spread(ds []time.Duration) Spread {
	if len(ds) == 0 {
		return Spread{}
	}
	slices.Sort(ds)
	at := func(p float64) float64 {
		d := ds[min(len(ds)-1, int(p*float64(len(ds))))]
		return float64(d.Microseconds()) / 1000
	}
	return Spread{at(0.5), at(0.99)}
}

// once tells a refusal that repeats itself the first time only.
func (s *Stage) once(what string, err error) (string, error) {
	if s.World.Noted(what) != "" {
		return silently, nil
	}
	if noted := s.World.Note(what, "told"); noted != nil {
		return "", noted
	}
	return "", err
}

// undo orders the case of one user to be taken back, as `riposte undo` does.
func (s *Stage) undo(ctx context.Context, user string) (string, error) {
	cases, err := s.Store.Cases(ctx, ledger.Filter{})
	if err != nil {
		return "", err
	}
	for _, c := range cases {
		switch {
		case c.Origin.Actor.UserName != user:
			continue
		case c.Undo != nil:
			return c.ID, nil // ordered before the demo was killed
		}
		_, err := app.Order(ctx, s.Store, c.ID, ledger.Order{Verb: ledger.Undo, By: "sam", At: s.World.Now(), Reason: "olga, who forgot her second factor"})
		return c.ID, err
	}
	return "", fmt.Errorf("no case of %s to take back", user)
}
