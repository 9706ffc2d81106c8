package exposure

import (
	"context"
	_ "embed"
	"slices"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/playbook"
	"github.com/ripostehq/riposte/playbooks/request"
)

//go:embed testdata/db-snapshot-shared.txtar
var dbSnapshotStories string

// DBSnapshotShared finds databases that are given away: an RDS snapshot that is shared with everybody, or outside the organisation.
func DBSnapshotShared() playbook.Definition {
	return playbook.Define(playbook.Spec[SnapshotParams, shared]{
		ID:       "exposure.db-snapshot-shared",
		Title:    "A database's snapshot was shared outside the organisation",
		Why:      whyDBSnapshot,
		Severity: playbook.High,
		On:       []playbook.Trigger{playbook.Call(call.RDSModifyDBSnapshotAttribute)},
		Reads:    []call.ID{call.RDSDescribeDBSnapshotAttributes},
		Changes:  playbook.Always[SnapshotParams](action.UnshareDBSnapshot{}.About().Kind),
		Prevents: []playbook.Prevention{{
			Kind: playbook.AccountSetting,
			How: "Encrypt databases with a key of your own: what is encrypted with it can be shared with nobody who may not use the key, and never with " +
				"everybody. RDS has no condition by which a policy could tell whom a snapshot is shared with.",
		}},
		Stories:  dbSnapshotStories,
		Observes: observeDBSnapshot,
		Suspect:  suspectDBSnapshot,
		Check: func(ctx context.Context, in playbook.In, s playbook.Suspect[shared], p SnapshotParams) ([]playbook.Suspect[shared], error) {
			shares, err := action.DBSharesOf(ctx, in.AWS, s.Resource)
			if err != nil {
				return nil, err
			}
			return foreign(ctx, in, s, shares, p)
		},
		Plan: func(s playbook.Suspect[shared], _ SnapshotParams) action.Plan {
			return s.Facts.plan(func(with []string) action.Action { return action.UnshareDBSnapshot{Snapshot: s.Resource, With: with} })
		},
	})
}

const whyDBSnapshot = `A snapshot is a whole database: an account that it is shared with restores it within minutes, and reads it with
a password of its own making. Exactly the shares that the call added are taken back, where they are still there and lead outside: of
accounts of the organisation and of its vendors (organization.vendors) none, of those in allow_accounts none, and none that were there before: where the record does not say which shares the call added, or an earlier
one shows that it was shared so already, a person is asked. Shared with everybody is
critical, with a foreign account high. Known false positives: accounts of the organisation that are neither listed nor discovered (organization.discover) count as strangers, a central
backup account first of all; snapshots that are public on purpose, which allow_accounts can't name: except the case. What was copied before stays copied. Both ways need the author tier: RDS has no condition
that tells adding from taking away.`

// suspectDBSnapshot wants what a call added to those who may restore.
func suspectDBSnapshot(e event.Event, p SnapshotParams) []playbook.Suspect[shared] {
	in := request.Of(e)
	id, added := in.At("dBSnapshotIdentifier").Scalar(), in.At("valuesToAdd")
	if id == "" || added.IsNull() || in.At("attributeName").Scalar() != "restore" {
		return nil
	}
	var f shared
	told := false
	for _, one := range added.Items() {
		with := one.Scalar()
		told = told || with != ""
		if with != "" && !slices.Contains(f.With, with) && !p.allows(with, e.Place().Account) {
			f.With = append(f.With, with)
		}
	}
	if len(f.With) == 0 && told {
		return nil
	}
	return []playbook.Suspect[shared]{f.of(e.Place().In(event.DBSnapshot, id))}
}
