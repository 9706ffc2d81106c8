package config

import (
	"errors"
	"regexp"
	"strings"

	"github.com/ripostehq/riposte/event"
)

// Bus is an event bus of EventBridge; the zero value stands for none.
type Bus struct {
	event.Place
	Name string // may have parts, as a partner's does
}

// busName as CreateEventBus takes it: at most 256 characters. A bus is named by its ARN so that no reader has to guess which
// "default" is meant. https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_CreateEventBus.html
var busName = regexp.MustCompile(`^[/.\-_A-Za-z0-9]+$`)

// UnmarshalText reads the ARN of a bus.
func (b *Bus) UnmarshalText(text []byte) error {
	wrong := errors.New("want the ARN of an event bus: arn:aws:events:REGION:ACCOUNT:event-bus/NAME")
	part := strings.SplitN(string(text), ":", 6)
	if len(part) != 6 || part[0] != "arn" || part[2] != "events" || !strings.HasPrefix(part[1], "aws") {
		return wrong
	}
	name, ok := strings.CutPrefix(part[5], "event-bus/")
	if !ok || len(name) > 256 || !busName.MatchString(name) || part[3] == "" || !accountID.MatchString(part[4]) {
		return wrong
	}
	*b = Bus{event.Place{Partition: part[1], Region: part[3], Account: part[4]}, name}
	return nil
}

// String is the bus's ARN, "" for none.
func (b Bus) String() string {
	if b.Name == "" {
		return ""
	}
	return "arn:" + b.Partition + ":events:" + b.Region + ":" + b.Account + ":event-bus/" + b.Name
}
