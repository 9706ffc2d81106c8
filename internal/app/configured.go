package app

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ripostehq/riposte/internal/config"
	"github.com/ripostehq/riposte/internal/ledger"
)

// configured begins each note about a configuration.
const configured = "configuration: "

// mostChanges is how many changes of one configuration are written down, one by one.
const mostChanges = 50

// Diary is where the record says which configuration is in effect.
type Diary interface {
	History(ctx context.Context, id string) ([]ledger.Entry, error)
	Note(ctx context.Context, at time.Time, notes []string) error
}

// Configured writes into the record that a configuration came into effect: where from, which version, what it changes. Where that is what the record says
// last, since another replica was first, nothing is written; nor where nobody knows the version.
func Configured(ctx context.Context, d Diary, c *config.Config, changes []config.Change, at time.Time) error {
	if c.Version == "" {
		return nil
	}
	notes := []string{configured + c.File + ", " + c.Version}
	past, err := d.History(ctx, ledger.BrakesChain)
	if err != nil {
		return fmt.Errorf("read which configuration was in effect: %w", err)
	}
	for _, e := range slices.Backward(past) {
		if len(e.Notes) > 0 && strings.HasPrefix(e.Notes[0], configured) {
			if e.Notes[0] == notes[0] {
				return nil
			}
			break
		}
	}
	for i, change := range changes {
		if i == mostChanges {
			notes = append(notes, fmt.Sprintf("%sand %d changes more", configured, len(changes)-i))
			break
		}
		notes = append(notes, configured+change.Says)
	}
	if err := d.Note(ctx, at, notes); err != nil {
		return fmt.Errorf("write down which configuration is in effect: %w", err)
	}
	return nil
}
