// Package exposure holds the playbooks about data that is given away.
package exposure

import (
	"context"
	_ "embed"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/playbook"
	"github.com/ripostehq/riposte/playbooks/request"
)

//go:embed testdata/snapshot-shared.txtar
var snapshotStories string

// SnapshotParams are the parameters of exposure.snapshot-shared.
type SnapshotParams struct {
	AllowAccounts []string `yaml:"allow_accounts" help:"accounts outside the organisation that snapshots may be shared with: a backup vendor's, a partner's; twelve digits each"`
}

var accountID = regexp.MustCompile(`^[0-9]{12}$`)

// Validate refuses what is no account.
func (p SnapshotParams) Validate() error {
	for i, id := range p.AllowAccounts {
		if !accountID.MatchString(id) {
			return playbook.Wrong{Path: []any{"allow_accounts", i}, Text: fmt.Sprintf("%q is no account id of twelve digits", id)}
		}
	}
	return nil
}

// Strangers says, for what reads the configuration, what becomes of accounts that are not known to be the organisation's.
func (p SnapshotParams) Strangers() string { return "shares with them are taken back" }

// SnapshotShared finds disks that are given away: an EBS snapshot that is shared with everybody, or outside the organisation.
func SnapshotShared() playbook.Definition {
	return playbook.Define(playbook.Spec[SnapshotParams, shared]{
		ID:       "exposure.snapshot-shared",
		Title:    "A disk's snapshot was shared outside the organisation",
		Why:      whySnapshot,
		Severity: playbook.High,
		On:       []playbook.Trigger{playbook.Call(call.EC2ModifySnapshotAttribute)},
		Reads:    []call.ID{call.EC2DescribeSnapshotAttribute},
		Changes:  playbook.Always[SnapshotParams](action.UnshareSnapshot{}.About().Kind),
		Prevents: []playbook.Prevention{
			{
				Kind: playbook.DeclarativePolicy,
				How: "Let EC2 itself refuse to share snapshots with everybody, in all accounts (block public access for snapshots). block_all_sharing makes snapshots private that are " +
					"public now; block_new_sharing does not.",
				Document: `{"ec2_attributes":{"snapshot_block_public_access":{"state":{"@@assign":"block_all_sharing"}}}}`,
			},
			{
				Kind: playbook.ServiceControlPolicy,
				How:  "Deny sharing a snapshot with everybody.",
				Document: `{"Version":"2012-10-17","Statement":[{"Sid":"NoPublicSnapshots","Effect":"Deny","Action":"ec2:ModifySnapshotAttribute",` +
					`"Resource":"*","Condition":{"StringEquals":{"ec2:Add/group":"all"}}}]}`,
			},
		},
		Stories:  snapshotStories,
		Observes: observeSnapshot,
		Suspect:  suspectSnapshot,
		Check:    checkSnapshot,
		Plan: func(s playbook.Suspect[shared], _ SnapshotParams) action.Plan {
			return s.Facts.plan(func(with []string) action.Action { return action.UnshareSnapshot{Snapshot: s.Resource, With: with} })
		},
	})
}

const whySnapshot = `A snapshot is a whole disk: who it is shared with copies it into an account of their own within minutes, and
nothing in this one shows it. Sharing is the quietest way to carry data away, as it moves none. Exactly the shares that the call
added are taken back, where they are still there and lead outside: of accounts of the organisation and of its vendors (organization.vendors)
none, of those in allow_accounts none, and none that were there before, which others may live by: where the record does not say which shares
the call added, or an earlier one shows that it was shared so already, a person is asked. Shared with everybody is critical, with a
foreign account high. Known false positives: accounts of the organisation that are neither listed nor discovered (organization.discover) count as strangers, a central
backup account first of all; snapshots that are public on purpose, which allow_accounts can't name: except the case. What was copied before stays copied: the title says with whom it was shared, for those who have to ask.
Undo shares again what was taken back, which needs the author tier; the contain tier can only take away.`

// shared are the facts: accounts, and action.Everybody. None in an unchecked one: the record does not tell.
type shared struct {
	With   []string `json:",omitempty"`
	Unsaid bool     `json:",omitempty"` // With is whom it is shared with, whichever of these the call added
	Before []string `json:",omitempty"` // of With, those whom it was shared with already
}

// suspectSnapshot wants what a call added. What a call takes away exposes nothing.
func suspectSnapshot(e event.Event, p SnapshotParams) []playbook.Suspect[shared] {
	in := request.Of(e)
	id, added := in.At("snapshotId").Scalar(), in.At("createVolumePermission", "add")
	if id == "" || added.IsNull() {
		return nil
	}
	var f shared
	told := false
	for _, one := range added.Items() {
		for _, key := range []string{"group", "userId"} {
			with := one.At(key).Scalar()
			told = told || with != ""
			if with != "" && !slices.Contains(f.With, with) && !p.allows(with, e.Place().Account) {
				f.With = append(f.With, with)
			}
		}
	}
	if len(f.With) == 0 && told {
		return nil
	}
	return []playbook.Suspect[shared]{f.of(e.Place().In(event.Snapshot, id))}
}

// allows reports whether a share needs no look: with the owner itself, or where the parameters allow it.
func (p SnapshotParams) allows(with, owner string) bool {
	return with == owner || slices.Contains(p.AllowAccounts, with)
}

// of says the facts of a snapshot.
func (f shared) of(snapshot event.Resource) playbook.Suspect[shared] {
	s := playbook.Suspect[shared]{Resource: snapshot, Facts: f}
	what := "snapshot " + snapshot.ID
	if snapshot.Type == event.DBSnapshot {
		what = "database " + what
	}
	switch n := len(f.With); {
	case slices.Contains(f.With, action.Everybody):
		s.Severity = playbook.Critical
		s.Title = what + " was shared with everybody"
	case n == 0:
		s.Title = what + " was shared, and the record does not say with whom"
	case n == 1:
		s.Title = what + " was shared with account " + f.With[0]
	default:
		s.Title = fmt.Sprintf("%s was shared with accounts %s", what, strings.Join(f.With[:min(n, 3)], ", "))
		if n > 3 {
			s.Title += fmt.Sprintf(", %d more", n-3)
		}
	}
	return s
}

// checkSnapshot confirms the shares that are still there and lead outside. Where the record does not tell them, it looks at all.
func checkSnapshot(ctx context.Context, in playbook.In, s playbook.Suspect[shared], p SnapshotParams) ([]playbook.Suspect[shared], error) {
	shares, err := action.SharesOf(ctx, in.AWS, s.Resource)
	if err != nil {
		return nil, err
	}
	return foreign(ctx, in, s, shares, p)
}

// Spared are shares that stay within the organisation, or lead to one of its vendors.
func (f shared) Spared(ctx context.Context, _ event.Resource, o playbook.Organization) (said, why string, err error) {
	for _, with := range f.With {
		if known, err := expected(ctx, o, with); err != nil || !known {
			return "", "", err
		}
		if name, vendor := o.Vendors[with]; vendor {
			said, why = "organization.vendors", strings.TrimSpace("it was shared with the account of a vendor: "+with+" "+name)
		}
	}
	if len(f.With) == 0 || said != "" {
		return said, why, nil
	}
	return "organization.accounts", "what it was shared with are accounts of the organisation", nil
}

// expected reports whether a share leads to an account of the organisation, or of a vendor.
func expected(ctx context.Context, o playbook.Organization, with string) (bool, error) {
	if with == action.Everybody {
		return false, nil
	}
	if _, vendor := o.Vendors[with]; vendor {
		return true, nil
	}
	ours, err := o.Has(ctx, with)
	if err != nil {
		return false, fmt.Errorf("is account %s of the organisation: %w", with, err)
	}
	return ours, nil
}

// foreign confirms what of the shares the call added and leads outside the organisation.
func foreign(ctx context.Context, in playbook.In, s playbook.Suspect[shared], shares []string, p SnapshotParams) ([]playbook.Suspect[shared], error) {
	f := shared{Unsaid: s.Facts.Unsaid || len(s.Facts.With) == 0}
	for _, with := range shares {
		if !f.Unsaid && !slices.Contains(s.Facts.With, with) || p.allows(with, s.Resource.Account) {
			continue
		}
		known, err := expected(ctx, in.Organization, with)
		if err != nil {
			return nil, err
		}
		if known {
			continue
		}
		before, err := standing(ctx, in, s.Resource, with)
		if err != nil {
			return nil, err
		}
		f.With = append(f.With, with)
		if before {
			f.Before = append(f.Before, with)
		}
	}
	if len(f.With) == 0 {
		return nil, nil
	}
	return []playbook.Suspect[shared]{f.of(s.Resource)}, nil
}
