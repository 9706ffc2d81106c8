package show

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/playbook"
)

func TestWhoOpenedASessionIsShownOrSaidToBeUnknown(t *testing.T) {
	people := event.People{Issuers: []string{"arn:aws:iam::*:role/people"}}
	for _, c := range []struct {
		story string
		given func(*ledger.Case)
		want  string
	}{
		{"unknown", func(*ledger.Case) {}, `"upstream_unknown":true`},
		{"known", func(c *ledger.Case) {
			c.Origin.Actor.SourceIdentity = "bea"
			c.Upstream = []playbook.Minter{{Actor: event.Actor{ARN: "arn:aws:iam::111122223333:user/mallory"}, Call: "AssumeRole", At: noon}}
		}, `"upstream":[{"actor":"arn:aws:iam::111122223333:user/mallory","call":"AssumeRole","at":"2026-03-01T11:00:00Z"}],"source_identity":"bea"`},
		{"a person, who signed in", func(c *ledger.Case) { c.Origin.Actor.Issuer = "arn:aws:iam::111122223333:role/people" }, ""},
		{"an instance, whose session EC2 opened", func(c *ledger.Case) { c.Origin.Actor.Instance = "i-0123456789abcdef0" }, ""},
		{"a user", func(c *ledger.Case) { c.Origin.Actor.Kind = event.UserActor }, ""},
	} {
		made := given(t, ledger.Step{}, ledger.Step{})
		c.given(made)
		one, err := Of(made, codec(), people)
		if err != nil {
			t.Fatal(err)
		}
		got, err := json.Marshal(one)
		if err != nil || c.want == "" && strings.Contains(string(got), "upstream") || !strings.Contains(string(got), c.want) {
			t.Errorf("%s: %s, %v", c.story, got, err)
		}
	}
}
