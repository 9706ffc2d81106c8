package world

import (
	"time"

	"github.com/ripostehq/riposte/event"
)

// configuration is one launch configuration; it never changes.
type configuration struct {
	Name, ARN string
	Created   time.Time
	Data      launchData
}

// group is one Auto Scaling group.
type group struct {
	Name, ARN, ServiceRole    string
	Created                   time.Time
	Min, Max, Desired         int
	Template, TemplateVersion string // id and $Default, $Latest or a number
	Configuration             string // instead of a template
	Subnets                   string
	Members                   []*member
	Suspended                 map[string]string // reasons by process
	Tags                      map[string]string // propagated to instances
	Watched                   bool              // a look at its instances is set
}

// member is an instance as its group sees it.
type member struct{ Instance, State string }

func (s *state) watch(event.Place, string) {}

func (s *state) lookAfter(event.Place, string) {}
