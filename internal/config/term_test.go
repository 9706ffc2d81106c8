package config_test

import (
	"strings"
	"testing"
	"time"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/internal/config"
	"github.com/ripostehq/riposte/playbooks"
)

func TestAModeWithAnEndGoesBackByItself(t *testing.T) {
	c, err := config.Parse("riposte.yaml", []byte(`
organization: {discover: true}
playbooks:
  launch.unapproved-image:
    mode: observe
    ou-abcd-11112222: {mode: act, until: 2026-12-06T12:00:00Z, then: ask}
    ou-abcd-33334444: {mode: ask, until: 2026-12-06T14:00:00+02:00}
    contain: act
    mend: ask
`), playbooks.All())
	if err != nil {
		t.Fatal(err)
	}
	end := time.Date(2026, 12, 6, 12, 0, 0, 0, time.UTC)
	for _, x := range []struct {
		ou, why string
		at      time.Time
		want    config.Mode
	}{
		{"ou-abcd-11112222", "says act until 2026-12-06T12:00:00Z", end.Add(-time.Second), config.Act},
		{"ou-abcd-11112222", "said act until 2026-12-06T12:00:00Z, and says ask since", end, config.Ask},
		{"ou-abcd-11112222", "says ask since", end.AddDate(1, 0, 0), config.Ask}, // nobody ran at the end
		{"ou-abcd-33334444", "says ask until", end.Add(-time.Second), config.Ask},
		{"ou-abcd-33334444", "contain says act, and what ended said ask", end, config.Ask}, // not further than it went
		{"ou-abcd-55556666", "says act", end, config.Act},
	} {
		got, why := c.ModeAt("launch.unapproved-image", config.Standing{OUs: []string{x.ou}}, action.Contain, x.at)
		if got != x.want || !strings.Contains(why, x.why) {
			t.Errorf("%s at %s: %s, since %s", x.ou, x.at, got, why)
		}
	}
	if got := c.Modes("launch.unapproved-image", end.Add(-time.Second)); got != "observe, in contain act, in mend ask, in ou-abcd-11112222 act until 2026-12-06T12:00:00Z (then ask), in ou-abcd-33334444 ask until 2026-12-06T12:00:00Z" {
		t.Error(got)
	}
	if got := c.Modes("launch.unapproved-image", end); got != "observe, in contain act, in mend ask, in ou-abcd-11112222 ask since 2026-12-06T12:00:00Z, in ou-abcd-33334444 observe since 2026-12-06T12:00:00Z" {
		t.Error(got)
	}
	for class, want := range map[action.Class]config.Mode{action.Mend: config.Ask, action.Destroy: config.Observe} { // as if it had not been said
		if got, why := c.ModeAt("launch.unapproved-image", config.Standing{OUs: []string{"ou-abcd-33334444"}}, class, end); got != want {
			t.Errorf("%s: %s, since %s", class, got, why)
		}
	}
	if c.Boldest("launch.unapproved-image") != config.Act { // it needs the rights
		t.Error("the rights of a mode that ends are not asked for")
	}
}

func TestAnEndThatIsNoneIsRefused(t *testing.T) {
	for _, x := range []struct{ text, says string }{
		{"{mode: act}", "a mode without an end is written as act alone"},
		{"{mode: act, until: tomorrow}", `until: want a moment with its zone, like 2026-12-06T12:00:00Z, not "tomorrow"`},
		{"{mode: act, until: 2026-12-06}", "want a moment with its zone"},
		{"{mode: ask, until: 2026-12-06T12:00:00Z, then: act}", "ask, then act would go as far or further by itself"},
		{"{mode: observe, until: 2026-12-06T12:00:00Z}", "nothing goes less far than observe"},
		{"{until: 2026-12-06T12:00:00Z}", "want a mode, or {mode: act"},
		{"{mode: actt, until: 2026-12-06T12:00:00Z}", `"actt" is not one of observe, ask, act; did you mean "act"?`},
		{"{mode: act, untill: 2026-12-06T12:00:00Z}", `unknown key "untill"`},
		{"[act]", "want keys and values, found a list"},
	} {
		_, err := config.Parse("riposte.yaml", []byte("playbooks: {launch.unapproved-image: {mode: "+x.text+"}}"), playbooks.All())
		if err == nil || !strings.Contains(err.Error(), x.says) {
			t.Errorf("%s: %v", x.text, err)
		}
	}
}
