package app

import (
	"testing"
	"time"

	"github.com/ripostehq/riposte/internal/config"
	"github.com/ripostehq/riposte/playbooks"
)

// It is quiet at night, on Sundays and over a freeze, by the clocks of the zone.
func TestPeopleRestAsTheFileSays(t *testing.T) {
	c, err := config.Parse("riposte.yaml", []byte("report: {zone: Europe/Berlin, quiet: {hours: \"18:00-09:00\", days: [sun], freezes: [2026-12-20/2027-01-03]}}"), playbooks.All())
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct{ name, at, want string }{
		{"in working hours", "2026-06-10T10:00:00Z", "2026-06-10T10:00:00Z"},
		{"after the last of them", "2026-06-10T16:00:00Z", "2026-06-11T07:00:00Z"},
		{"before the first", "2026-06-10T06:59:00Z", "2026-06-10T07:00:00Z"},
		{"on Saturday evening", "2026-06-13T20:00:00Z", "2026-06-15T07:00:00Z"},
		{"in winter, whose hours are others", "2026-11-10T17:00:00Z", "2026-11-11T08:00:00Z"},
		{"on the evening before a freeze", "2026-12-19T18:00:00Z", "2027-01-04T08:00:00Z"},
		{"while clocks go forward", "2026-03-29T00:30:00Z", "2026-03-30T07:00:00Z"},
	} {
		at, _ := time.Parse(time.RFC3339, x.at)
		if got := awake(calendar(c.Report))(at).UTC().Format(time.RFC3339); got != x.want {
			t.Errorf("%s: told at %s, want %s", x.name, got, x.want)
		}
	}
}
