package cli

import (
	"fmt"
	"log/slog"
)

// level is how much a daemon logs.
type level struct{ slog.Level }

// UnmarshalText reads a level's name.
func (l *level) UnmarshalText(text []byte) error {
	if err := l.Level.UnmarshalText(text); err != nil {
		return fmt.Errorf("want debug, info, warn or error, found %q", text)
	}
	return nil
}
