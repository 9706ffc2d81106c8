package action

import (
	"context"
	"fmt"

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

// LookBack compares a way back with the present, part by part. What is as it was before already is neither done nor stays.
// Did are the changes that it is the way back from, in the forms that they were made in.
func LookBack(ctx context.Context, r access.Reads, undo Action, did []Action) (Back, error) {
	look, err := undo.Look(ctx, r)
	if err != nil || look.Missing != "" || look.Satisfied {
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

// back resumes what is still suspended; a process that another caller resumed runs as it did.
func (s Resume) back(now Action, _ []Action) Back { return Back{Do: s.only(Parts(now))} }

// back gives the interfaces that are still cut off their groups.
func (a Reconnect) back(now Action, did []Action) (b Back) {
	present, ok := now.(Reconnect)
	if !ok {
		return Back{}
	}
	var cut []string
	for _, n := range present.Interfaces {
		if isolatedBy(did, n) {
			cut = append(cut, n.ID)
		} else {
			b.Stays = append(b.Stays, fmt.Sprintf("interface %s was put into %v since by another caller", n.ID, n.Groups))
		}
	}
	if len(cut) > 0 {
		b.Do = a.only(cut)
	}
	return b
}

func isolatedBy(did []Action, n Interface) bool {
	for _, a := range did {
		if i, ok := a.(Isolate); ok && same(i.Groups, n.Groups) {
			return true
		}
	}
	return false
}

// back sets the version that was default, unless another caller has chosen one since.
func (d DefaultVersion) back(now Action, did []Action) Back {
	for _, a := range did {
		if a == now {
			return Back{Do: d}
		}
	}
	present, _ := now.(DefaultVersion)
	return Back{Stays: []string{fmt.Sprintf("the default version was set to %d since by another caller", present.Version)}}
}

// back lets the group launch what it launched, unless another caller has chosen otherwise since.
func (p Pin) back(now Action, did []Action) Back {
	for _, a := range did {
		if a == now {
			return Back{Do: p}
		}
	}
	present, ok := now.(Pin)
	if !ok {
		return Back{Stays: []string{"what the group launches by was changed since by another caller"}}
	}
	return Back{Stays: []string{fmt.Sprintf("the group was set to version %s of %s since by another caller", present.Version, present.Template)}}
}

// back takes riposte's boundary off, and no other.
func (b UnboundUser) back(now Action, _ []Action) Back {
	if other, ok := now.(UnboundUser); ok {
		return Back{Stays: []string{fmt.Sprintf("the boundary was set to %q since by another caller", other.Previous)}}
	}
	return Back{Do: b}
}

// back detaches the policy, whatever it says by now: that it is attached is the change.
func (d DetachUserDeny) back(Action, []Action) Back { return Back{Do: d} }

// back detaches the policy, whatever it says by now.
func (d DetachRoleDeny) back(Action, []Action) Back { return Back{Do: d} }
