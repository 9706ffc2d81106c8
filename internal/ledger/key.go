package ledger

import (
	"strings"
	"time"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/playbook"
)

// Key is what makes two suspects one: the same playbook, event and resource. A source that delivers twice, and a sweep that
// meets an event, end in one case.
func Key(l playbook.StoredSuspect) string {
	return strings.Join([]string{"lead", plain(l.Playbook), plain(l.Origin.EventID), resource(l.Resource)}, "|")
}

// StreakEventID is Origin.EventID of a suspect that a sweep brings: the same each day, so that one streak opens one case, and another where a
// new streak has begun, or where the mode was promoted: what was only told before may act then. The first sighting stays
// as it is while the streak stands; Since may be proven to be earlier.
func StreakEventID(first time.Time, mode string) string {
	return "streak/" + kept(first).Format(time.RFC3339Nano) + "/" + mode
}

// RootKey is what two open cases never share: the playbook and the root of containment, in its account and region.
func RootKey(playbookID string, root event.Resource) string {
	return plain(playbookID) + "|" + resource(root)
}

// resource puts the id last: names in AWS may hold any character, so that anywhere else one could pose as two fields.
func resource(r event.Resource) string {
	return strings.Join([]string{plain(r.Partition), plain(r.Account), plain(r.Region), plain(r.Type), r.ID}, "|")
}

func plain(field string) string {
	if !strings.ContainsAny(field, "%|") {
		return field // as good as always, and making a replacer takes longer than all else here
	}
	return strings.NewReplacer("%", "%25", "|", "%7C").Replace(field)
}
