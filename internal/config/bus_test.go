package config_test

import (
	"strings"
	"testing"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/config"
	"github.com/ripostehq/riposte/playbooks"
)

func TestEventBus(t *testing.T) {
	for _, c := range []struct {
		name, arn string
		ok        bool
	}{
		{"a hub's", "arn:aws:events:eu-west-1:999900001111:event-bus/riposte", true},
		{"another partition", "arn:aws-us-gov:events:us-gov-west-1:999900001111:event-bus/default", true},
		{"a name alone", "riposte", false},
		{"a rule", "arn:aws:events:eu-west-1:999900001111:rule/riposte", false},
		{"a queue", "arn:aws:sqs:eu-west-1:999900001111:riposte", false},
		{"no account", "arn:aws:events:eu-west-1::event-bus/riposte", false},
		{"no region", "arn:aws:events::999900001111:event-bus/riposte", false},
		{"no name", "arn:aws:events:eu-west-1:999900001111:event-bus/", false},
		{"a name too long", "arn:aws:events:eu-west-1:999900001111:event-bus/" + strings.Repeat("x", 257), false},
		{"a pattern", "arn:aws:events:eu-west-1:999900001111:event-bus/*", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := config.Parse("riposte.yaml", []byte(`report: {event_bus: "`+c.arn+`"}`), playbooks.All())
			if (err == nil) != c.ok || err != nil && !strings.Contains(err.Error(), "arn:aws:events:REGION:ACCOUNT:event-bus/NAME") {
				t.Fatalf("want allowed %v, got %v", c.ok, err)
			}
			if c.ok && got.Report.EventBus.String() != c.arn {
				t.Errorf("read as %q", got.Report.EventBus)
			}
		})
	}
	none, err := config.Parse("", nil, playbooks.All())
	if err != nil || none.Report.EventBus.String() != "" || none.Report.EventBus.Place != (event.Place{}) {
		t.Errorf("without one: %q, %v", none.Report.EventBus, err)
	}
}
