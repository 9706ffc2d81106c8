package world

import (
	"strings"
	"time"

	"github.com/ripostehq/riposte/event"
)

// image is one AMI, in the region of the account that owns it.
type image struct {
	ID, Name, Owner, Description string
	Public, Deregistered         bool
	Created, Deprecated          time.Time
	Tags                         map[string]string // seen by the owner only
	Shared                       []string          // accounts that may launch it
}

// image finds one that an account can see in a region: its own, a public one, one shared with it.
func (s *state) image(p event.Place, id string) (*image, *refusal) {
	if !strings.HasPrefix(id, "ami-") {
		return nil, refuse("InvalidAMIID.Malformed", "Invalid id: %q (expecting \"ami-...\")", id)
	}
	for _, a := range s.Accounts {
		if r, ok := a.Regions[p.Region]; ok {
			if i, ok := r.Images[id]; ok && i.visible(p.Account) {
				return i, nil
			}
		}
	}
	return nil, refuse("InvalidAMIID.NotFound", "The image id '[%s]' does not exist", id)
}

func (i *image) visible(to string) bool {
	if i.Deregistered {
		return false
	}
	if i.Public || i.Owner == to {
		return true
	}
	for _, a := range i.Shared {
		if a == to {
			return true
		}
	}
	return false
}
