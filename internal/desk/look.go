package desk

import (
	"context"
	"errors"
	"time"
)

// How often a replica looks for what is to be told and comes from no case, and how soon again where that failed.
const (
	lookEvery = time.Hour
	lookAgain = time.Minute
)

// look posts, now and then, what is to be told of exceptions that end soon, of playbooks that surge, and of what is still open.
func (d *Desk) look(ctx context.Context) error {
	now := d.Now()
	if !d.looking.TryLock() {
		return nil // another hand looks
	}
	defer d.looking.Unlock()
	if since := now.Sub(d.looked); !d.looked.IsZero() && since >= 0 && since < lookEvery {
		return nil
	}
	d.looked = now.Add(lookAgain - lookEvery) // unless all of it is done
	if err := errors.Join(d.endings(ctx), d.Surged(ctx), d.lists(ctx)); err != nil {
		return err
	}
	d.looked = now
	return nil
}
