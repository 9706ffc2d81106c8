package playbook_test

import (
	"testing"
	"time"

	"github.com/ripostehq/riposte/playbook"
)

func TestTagsThatKeep(t *testing.T) {
	seen := time.Date(2026, 11, 30, 3, 0, 0, 0, time.UTC)
	const month = 30 * 24 * time.Hour
	for _, c := range []struct {
		name string
		tags map[string]string
		want string // "" for none
		bad  bool   // a tag can't be read: it keeps for a month
	}{
		{"no tag", map[string]string{"Name": "data"}, "", false},
		{"a date, to its end", map[string]string{"riposte:keep": "2027-01-31"}, "2027-02-01T00:00:00Z", false},
		{"a moment", map[string]string{"riposte:keep": "2027-01-31T12:00:00Z"}, "2027-01-31T12:00:00Z", false},
		{"true", map[string]string{"riposte:keep": "True"}, "2026-12-30T03:00:00Z", false},
		{"false", map[string]string{"riposte:keep": "false"}, "", false},
		{"a date that is over", map[string]string{"riposte:keep": "2020-01-01"}, "2020-01-02T00:00:00Z", false},
		{"a date that never comes: a year", map[string]string{"riposte:keep": "9999-12-31"}, "2027-11-30T03:00:00Z", false},
		{"another case of letters", map[string]string{"Riposte:Keep": "2027-01-31"}, "2027-02-01T00:00:00Z", false},
		{"what can't be read", map[string]string{"riposte:keep": "until spring"}, "2026-12-30T03:00:00Z", true},
		{"hostile", map[string]string{"riposte:keep": "2027-01-31\n; rm"}, "2026-12-30T03:00:00Z", true},
		{"empty", map[string]string{"riposte:keep": ""}, "2026-12-30T03:00:00Z", true},
		{"cloud-nuke's", map[string]string{"cloud-nuke-after": "2027-01-31T00:00:00Z"}, "2027-01-31T00:00:00Z", false},
		{"cloud-nuke's without an end", map[string]string{"cloud-nuke-excluded": "true"}, "2026-12-30T03:00:00Z", false},
		{"Custodian's", map[string]string{"c7n_ignore": ""}, "2026-12-30T03:00:00Z", false},
		{"the later of two", map[string]string{"riposte:keep": "true", "ttl": "2027-06-01"}, "2027-06-02T00:00:00Z", false},
		{"one of two can't be read", map[string]string{"riposte:keep": "true", "ttl": "7 days"}, "2026-12-30T03:00:00Z", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			keep := playbook.KeepOf(playbook.Cost, c.tags)
			if err := keep.Unread(); (err != nil) != c.bad {
				t.Fatalf("error %v, want one %v", err, c.bad)
			}
			got := keep.Until(seen, month)
			if said := keep.Digest() != ""; said == got.IsZero() {
				t.Errorf("digest %q, kept until %v", keep.Digest(), got)
			}
			text := ""
			if !got.IsZero() {
				text = got.Format(time.RFC3339)
			}
			if text != c.want {
				t.Errorf("kept until %q, want %q", text, c.want)
			}
		})
	}
}

// A waste tool's habit, or what a caller wrote into a tag of one, keeps no person from hearing of what is unsafe.
func TestOtherToolsTagsAreNotAboutSecurity(t *testing.T) {
	seen := time.Date(2026, 11, 30, 3, 0, 0, 0, time.UTC)
	for _, tags := range []map[string]string{{"ttl": "7 days"}, {"expiration": "9999-12-31"}, {"c7n_ignore": ""}, {"cloud-nuke-excluded": "true"}} {
		if k := playbook.KeepOf(playbook.Security, tags); !k.Until(seen, time.Hour).IsZero() || k.Unread() != nil || k.Digest() != "" {
			t.Errorf("%v keeps until %v, %v", tags, k.Until(seen, time.Hour), k.Unread())
		}
		if k := playbook.KeepOf(playbook.Ownership, tags); !k.Until(seen, time.Hour).After(seen) {
			t.Errorf("%v keeps nothing from being asked about", tags)
		}
	}
	if k := playbook.KeepOf(playbook.Security, map[string]string{"riposte:keep": "true"}); !k.Until(seen, time.Hour).Equal(seen.Add(time.Hour)) {
		t.Error("riposte's own tag counts for security, too")
	}
}
