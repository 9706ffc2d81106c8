package owner_test

import (
	"strings"
	"testing"
	"time"

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
				ignored = append(ignored, i.Tag+"="+i.Value)
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
	if o := owner.OfCase(c, of); o.Group != "platform" || !o.Tagged() {
		t.Errorf("%+v", o)
	}
}
