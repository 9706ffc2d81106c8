package cloud

import (
	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/cloud/calls"
)

// clients opens clients in sessions like this one, each at its own place.
func (c *Cloud) clients(s session) calls.Opener {
	return func(p event.Place, service string, isGlobal bool, open func(aws.Config) any) any {
		s := s
		if s.place = p; isGlobal {
			s.place = Global(p)
		}
		return client(c, s, service, open)
	}
}

// reading is the session in which a place is read.
func reading(p event.Place) session { return session{place: p, purpose: Audit, name: "riposte"} }
