package owner_test

import (
	"strings"
	"testing"
	"time"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/config"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/owner"
	"github.com/ripostehq/riposte/playbook"
	"github.com/ripostehq/riposte/playbooks"
)

const (
	bucket = "arn:aws:s3:::payments"
	shop   = "111122223333"
	file   = `organization: {accounts: [{id: "111122223333"}, {id: "444455556666"}]}
people: {address: "{session}@example.com", domains: [example.com], aliases: {o.lga@example.com: olga@example.com}, groups: {platform: {members: [pat@example.com, olga@example.com]}, security: {members: [ann@example.com]}}}
owners: {resources: {"arn:aws:iam::111122223333:role/payments": pat@example.com}, tags: [owner, team], creator: true, accounts: {"111122223333": platform}, fallback: security}
`
)

func parsed(t *testing.T, text string) *config.Config {
	t.Helper()
	c, err := config.Parse("riposte.yaml", []byte(text), playbooks.All())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// Whose a thing is follows an order, and says how it is known. What a tag says of strangers is not believed, and is kept apart.
func TestWhoseAThingIs(t *testing.T) {
	c := parsed(t, file)
	for _, x := range []struct {
		name, resource, account string
		tags                    map[string]string
		want                    string // who, how
		people, ignored         string
	}{
		{"by name, whatever a tag says", "arn:aws:iam::111122223333:role/payments", shop, map[string]string{"owner": "security"}, "pat@example.com by owners.resources", "pat@example.com", ""},
		{"by the first tag", bucket, shop, map[string]string{"team": "security", "owner": "platform"}, "platform by the tag owner", "pat@example.com olga@example.com", ""},
		{"by the second", bucket, shop, map[string]string{"team": "Security"}, "security by the tag team", "ann@example.com", ""},
		{"by an address", bucket, shop, map[string]string{"owner": " O.lga@Example.com"}, "olga@example.com by the tag owner", "olga@example.com", ""},
		{"by a stranger's address: the next says", bucket, shop, map[string]string{"owner": "eve@evil.example", "team": "security"}, "security by the tag team", "ann@example.com", "owner=eve@evil.example"},
		{"by a list of addresses", bucket, shop, map[string]string{"owner": "pat@example.com,eve@example.com"}, "platform by owners.accounts", "pat@example.com olga@example.com", "owner=pat@example.com,eve@example.com"},
		{"by an address with another one in it", bucket, shop, map[string]string{"owner": "eve@evil.example@example.com"}, "platform by owners.accounts", "pat@example.com olga@example.com", "owner=eve@evil.example@example.com"},
		{"by an address with a line's end", bucket, shop, map[string]string{"owner": "pat\r\nbcc:eve@example.com"}, "platform by owners.accounts", "pat@example.com olga@example.com", "owner=pat\r\nbcc:eve@example.com"},
		{"by a group that there is not", bucket, shop, map[string]string{"owner": "nobodys"}, "platform by owners.accounts", "pat@example.com olga@example.com", "owner=nobodys"},
		{"by its creator", bucket, "444455556666", map[string]string{"riposte:creator": "pat"}, "pat@example.com made it (the tag riposte:creator)", "pat@example.com", ""},
		{"by its creator, a role", bucket, "444455556666", map[string]string{"riposte:creator": "arn:aws:iam::444455556666:role/ci"}, "security nobody is known to own it (owners.fallback)", "ann@example.com", "riposte:creator=arn:aws:iam::444455556666:role/ci"},
		{"by its account", bucket, shop, nil, "platform by owners.accounts", "pat@example.com olga@example.com", ""},
		{"nobody's", bucket, "444455556666", map[string]string{"other": "platform"}, "security nobody is known to own it (owners.fallback)", "ann@example.com", ""},
	} {
		t.Run(x.name, func(t *testing.T) {
			o := owner.Of(c, x.resource, x.account, x.tags, time.Time{})
			var ignored []string
			for _, i := range o.Ignored {
				ignored = append(ignored, strings.TrimPrefix(i.By, "the tag ")+"="+i.Value)
			}
			if got := o.Address + o.Group + " " + o.How; got != x.want || strings.Join(o.People, " ") != x.people || strings.Join(ignored, " ") != x.ignored {
				t.Errorf("%s; people %q, ignored %q", got, o.People, ignored)
			}
		})
	}
	if o := owner.Of(parsed(t, "{}"), bucket, shop, map[string]string{"owner": "a@example.com", "riposte:creator": "a@example.com"}, time.Time{}); o.By != owner.Nothing {
		t.Errorf("without a word in the file: %+v", o)
	}
}

// Of a case it is what the last look at its root saw; a suspect that was dismissed says nothing.
func TestWhoseACaseIs(t *testing.T) {
	c := parsed(t, file)
	tagged := func(team, checked string) ledger.Suspect {
		return ledger.Suspect{Checked: checked, StoredSuspect: playbook.StoredSuspect{Tags: map[string]string{"team": team}}}
	}
	of := &ledger.Case{Suspects: []ledger.Suspect{tagged("platform", "confirmed"), {Checked: "confirmed"}, tagged("security", "dismissed")}}
	if o := owner.OfCase(c, of); o.Group != "platform" || !o.Inferred() {
		t.Errorf("%+v", o)
	}
}

// Who made a thing owns it by AWS's own record, before what a tag says of its maker, and where AWS vouches for the name alone. Why a maker counts for
// nothing is told beside who owns it then.
func TestWhoMadeAThingOwnsIt(t *testing.T) {
	c := parsed(t, strings.Replace(file, "aliases:", `issuers: ["arn:aws:iam::*:role/*"], users: {"arn:aws:iam::111122223333:user/pat": pat@example.com}, aliases:`, 1))
	session := func(issuer, name string) event.Actor {
		return event.Actor{Kind: event.RoleActor, Account: shop, Issuer: "arn:aws:iam::111122223333:role/" + issuer, Session: name, ARN: "arn:aws:sts::111122223333:assumed-role/x/" + name}
	}
	user := func(name string) event.Actor {
		return event.Actor{Kind: event.UserActor, Account: shop, UserName: name, ARN: "arn:aws:iam::111122223333:user/" + name}
	}
	at := time.Date(2030, 1, 7, 9, 30, 0, 0, time.UTC)
	by := func(a event.Actor) *ledger.Maker {
		return &ledger.Maker{Asked: at.Add(time.Hour), Actor: a, Call: "CreateVolume", At: at}
	}
	const sso = "aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Dev_0123456789abcdef"
	for _, x := range []struct {
		name string
		made *ledger.Maker
		tags map[string]string
		want string
		by   owner.By
	}{
		{"a user of people.users", by(user("pat")), nil, "pat@example.com made it (CreateVolume at 2030-01-07 09:30 UTC, by the event history)", owner.Maker},
		{"a session of Identity Center's", by(session(sso, "olga")), nil, "olga@example.com made it (CreateVolume at 2030-01-07 09:30 UTC, by the event history)", owner.Maker},
		{"whatever a tag says of the maker", by(user("pat")), map[string]string{"riposte:creator": "olga"}, "pat@example.com made it (CreateVolume at 2030-01-07 09:30 UTC, by the event history)", owner.Maker},
		{"an owner's tag goes before", by(user("pat")), map[string]string{"owner": "security"}, "security by the tag owner", owner.Tag},
		{"a session whose name its caller chose", by(session("jumped", "olga")), nil, "platform by owners.accounts; it was made by arn:aws:iam::111122223333:role/jumped, behind whom no person is known", owner.Account},
		{"a user who is no person's", by(user("ci")), nil, "platform by owners.accounts; it was made by arn:aws:iam::111122223333:user/ci, behind whom no person is known", owner.Account},
		{"a person beyond people.domains", by(session(sso, "kim@elsewhere.example")), nil, "platform by owners.accounts", owner.Account},
		{"nobody, in 90 days", &ledger.Maker{Asked: at}, nil, "platform by owners.accounts; who made it is not known: the event history of 90 days has no such call", owner.Account},
		{"not seen", &ledger.Maker{Asked: at, Unseen: "used up"}, nil, "platform by owners.accounts; who made it is not known: used up", owner.Account},
	} {
		t.Run(x.name, func(t *testing.T) {
			of := &ledger.Case{Root: event.Resource{Partition: "aws", Account: shop, Region: "eu-west-1", Type: event.Volume, ID: "vol-0a"}, Maker: x.made,
				Suspects: []ledger.Suspect{{Checked: "confirmed", StoredSuspect: playbook.StoredSuspect{Tags: x.tags}}}}
			o := owner.OfCase(c, of)
			if got := o.Address + o.Group + " " + o.How; got != x.want || o.By != x.by || (o.By == owner.Maker) != (o.Inferred() && o.By != owner.Tag) {
				t.Errorf("%s, by %s", got, o.By)
			}
			if stranger := strings.Contains(x.name, "beyond"); stranger != (len(o.Ignored) == 1) {
				t.Errorf("ignored %+v", o.Ignored)
			}
			without := parsed(t, strings.Replace(file, "creator: true, ", "", 1))
			if o := owner.OfCase(without, of); o.By == owner.Maker || strings.Contains(o.How, "made") {
				t.Errorf("without owners.creator: %+v", o)
			}
		})
	}
}
