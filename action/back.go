package action

import (
	"context"

	"github.com/ripostehq/riposte/access"
)

// Back is what can be taken back of a change now.
type Back struct {
	Do    Action   // restores the parts that are still as the change left them; nil where there are none
	Stays []string // the parts that another caller changed since, each with what is so now
	Gone  string   // why there is nothing left, "" where there is
}

// returning is a way back that tells from the present state, as its Look tells it (Undo), which of its parts are as one of
// the changes left them.
type returning interface {
	Action
	back(now Action, did []Action) Back
}

// LookBack compares a way back with the present, part by part. What is as it was before already, or is on its way there, is neither done nor
// stays.
// Did are the changes that it is the way back from, in the forms that they were made in.
func LookBack(ctx context.Context, r access.Reads, undo Action, did []Action) (Back, error) {
	look, err := undo.Look(ctx, r)
	if err != nil || look.Missing != "" || look.Satisfied || look.Under != "" {
		return Back{Gone: look.Missing}, err
	}
	if look.Renamed != nil {
		undo = look.Renamed
	}
	if u, ok := undo.(returning); ok {
		return u.back(look.Inverse, did), nil
	}
	for _, a := range did {
		look, err := a.Look(ctx, r)
		if err != nil {
			return Back{}, err
		}
		if look.Satisfied {
			return Back{Do: undo}, nil
		}
	}
	return Back{Stays: []string{"it was changed since by another caller"}}, nil
}
