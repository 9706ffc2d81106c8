package playbook

import (
	"context"
	"time"

	"github.com/ripostehq/riposte/inventory"
)

// sweeps binds the listings to the parameters, with sightings at rest in place of typed ones.
func (s Spec[P, F]) sweeps(p P) (out []Sweep) {
	for _, l := range s.Lists {
		out = append(out, Sweep{Listing: l.listing, Judge: func(page inventory.Page) (seen []Sighting, err error) {
			judged := l.judge(p, page, func(found Listed[F]) {
				at, e := s.store(found.Suspect, Origin{})
				if e != nil {
					err = e
					return
				}
				at.Tags = found.Suspect.Tags
				seen = append(seen, Sighting{Suspect: at, Since: found.Since, Free: found.Free, Lost: found.Lost})
			})
			if judged != nil {
				return nil, judged
			}
			return seen, err
		}})
	}
	return out
}

func (s Spec[P, F]) ripe(p P) func(Streak, StoredSuspect, time.Time) (bool, error) {
	return func(k Streak, l StoredSuspect, now time.Time) (bool, error) {
		if s.Ripe == nil {
			return true, nil
		}
		x, err := s.load(l, "")
		if err != nil {
			return false, err
		}
		return s.Ripe(k, x.Facts, now, p), nil
	}
}

func (s Spec[P, F]) saves() func(context.Context, Prices, StoredSuspect) (Saving, error) {
	if s.Saves == nil {
		return nil
	}
	return func(ctx context.Context, prices Prices, l StoredSuspect) (Saving, error) {
		x, err := s.load(l, "")
		if err != nil {
			return Saving{}, err
		}
		return s.Saves(ctx, prices, x)
	}
}
