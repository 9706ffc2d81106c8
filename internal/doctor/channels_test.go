package doctor

import (
	"context"
	"errors"
	"testing"
	"time"
)

// A channel that would not work is told of before a letter is lost, and one that would is told of as that.
func TestChannelsAreChecked(t *testing.T) {
	p := Parts{Call: time.Minute, Channels: []Channel{
		{"mail", "smtp.example.com:587", func(context.Context) error { return nil }},
		{"webhook/0", "hooks.example.com", func(context.Context) error { return errors.New("webhook/0: 10.0.0.1 is not of the public internet") }},
	}}
	var found []Finding
	run(t.Context(), p.channels(), func(f Finding) { found = append(found, f) })
	want := []Finding{
		{Check: "channel", State: OK, Says: "mail by smtp.example.com:587 would work, as far as can be seen without sending anything"},
		{Check: "channel", State: Failed, Says: "webhook/0: 10.0.0.1 is not of the public internet", Mend: mends("webhook/0")},
	}
	if len(found) != 2 || found[0] != want[0] || found[1] != want[1] {
		t.Errorf("found %+v", found)
	}
}
