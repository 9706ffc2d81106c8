package app

import (
	"testing"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/config"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/playbook"
	"github.com/ripostehq/riposte/playbooks"
)

// Whoever may tag says whose a thing is: whose the account is stands beside, or the fallback group, where nobody is known to own that either.
func TestBesideAnOwnerByTagStandsTheAccounts(t *testing.T) {
	c, err := config.Parse("riposte.yaml", []byte(`people: {domains: [example.com], groups: {platform: {members: [pat@example.com]}, security: {members: [ann@example.com]}}}
owners: {tags: [owner], accounts: {"111122223333": platform}, fallback: security}
`), playbooks.All())
	if err != nil {
		t.Fatal(err)
	}
	for account, want := range map[string]string{"111122223333": "platform", "444455556666": "security"} {
		of := &ledger.Case{Root: event.Place{Partition: "aws", Account: account}.In(event.Role, "web")}
		o, err := ownerBy(c)(t.Context(), of)
		if err != nil || o.Beside != nil {
			t.Errorf("%s: %+v, %v", account, o, err)
		}
		of.Suspects = []ledger.Suspect{{Checked: "confirmed", StoredSuspect: playbook.StoredSuspect{Tags: map[string]string{"owner": "mallory@example.com"}}}}
		if o, err = ownerBy(c)(t.Context(), of); err != nil || o.Address != "mallory@example.com" || o.Beside == nil || o.Beside.Group != want {
			t.Errorf("%s: %+v, %v", account, o, err)
		}
	}
}
