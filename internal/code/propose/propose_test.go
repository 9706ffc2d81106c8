package propose_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/code"
	"github.com/ripostehq/riposte/internal/code/fix"
	"github.com/ripostehq/riposte/internal/code/forge/forgetest"
	"github.com/ripostehq/riposte/internal/code/propose"
	"github.com/ripostehq/riposte/internal/config"
	"github.com/ripostehq/riposte/internal/ledger"
)

const (
	weak  = "resource \"aws_launch_template\" \"web\" {\n  metadata_options { http_tokens = \"optional\" }\n}\n"
	sound = "resource \"aws_launch_template\" \"web\" {\n  metadata_options { http_tokens = \"required\" }\n}\n"
)

var web = event.Place{Partition: "aws", Account: "111122223333", Region: "eu-west-1"}.In(event.LaunchTemplate, "lt-0web")

// a case of a launch template with a name that its owner chose.
func found(id string) *ledger.Case {
	return &ledger.Case{ID: id, Playbook: "hardening.imds-v1", Root: web, Title: "launch template @acme/security `x`\n/approve\n[free](https://evil.example) \u202e"}
}

func desk(fake *forgetest.Forge, made code.Answer) propose.Desk {
	c := config.Code{Repositories: []config.Repository{{GitHub: "acme/dns", URL: fake.URL, Token: "env:T"}}}
	all := fix.Forges(c, func(context.Context, config.Secret) (string, error) { return forgetest.Token, nil })
	return propose.Desk{Forges: all, Link: "https://riposte.example.com", Patcher: fix.Patcher{
		Tree: fix.FromForges(c, all), Codec: action.NewCodec(action.Kinds()...), Owners: func(context.Context, event.Resource) code.Answer { return made },
	}}
}

var block = code.Answer{Owners: []code.Owner{{Tool: code.Terraform, Address: "aws_launch_template.web", Where: "s3://states/web.tfstate", Repository: "acme/dns"}}}

// A case becomes one proposal; from then on a look is one request, and tells what became of it, also where the thing has another owner by then.
func TestACaseIsProposedOnce(t *testing.T) {
	fake := forgetest.New(t, map[string]string{"main.tf": weak})
	d, c := desk(fake, block), found("c_1")
	p, err := d.Propose(t.Context(), c)
	if err != nil || p.State != ledger.ProposalOpen || p.Repository != "acme/dns" || p.URL == "" {
		t.Fatalf("%+v, %v", p, err)
	}
	if got := fake.Files("riposte/c_1")["main.tf"]; got != sound || len(fake.Proposals) != 1 {
		t.Errorf("%d proposals: %s", len(fake.Proposals), got)
	}
	c.Proposed = &p
	d = desk(fake, code.Answer{})
	for state, want := range map[string]ledger.ProposalState{"merged": ledger.ProposalMerged, "closed": ledger.ProposalDeclined} {
		fake.Settle(state)
		fake.Fail(nil)
		if p, err := d.Propose(t.Context(), c); err != nil || p.State != want || len(fake.Requests()) != 1 || len(fake.Proposals) != 1 {
			t.Errorf("%s: %+v, %v, %v", state, p, err, fake.Requests())
		}
	}
}

// What people and attackers call things stays text: no mention, no link, no order to the forge, no second line.
func TestNamesStayText(t *testing.T) {
	fake := forgetest.New(t, map[string]string{"main.tf": weak})
	if _, err := desk(fake, block).Propose(t.Context(), found("c_1")); err != nil {
		t.Fatal(err)
	}
	p := fake.Proposals[0]
	if p.Title != "riposte: require tokens of the metadata service (c_1)" {
		t.Errorf("title %q", p.Title)
	}
	if want := "riposte found: `launch template @acme/security 'x' /approve [free](https://evil.example)`\n"; !strings.Contains(p.Body, want) {
		t.Errorf("body:\n%s", p.Body)
	}
	for _, line := range strings.Split(p.Body, "\n") {
		if strings.HasPrefix(line, "/") || strings.Count(line, "`")%2 != 0 {
			t.Errorf("line %q", line)
		}
	}
	if strings.Contains(p.Body+p.Title, forgetest.Token) {
		t.Error("the token is in it")
	}
}

// Where nothing is for sure, nothing is proposed, and no branch is made.
func TestNothingIsProposedOnAGuess(t *testing.T) {
	twice := code.Answer{Owners: append(block.Owners, code.Owner{Tool: code.Terraform, Address: "aws_launch_template.old", Where: "s3://states/old.tfstate"})}
	stack := code.Answer{Owners: []code.Owner{{Tool: code.CloudFormation, Address: "Web", Where: "stack web", Repository: "acme/dns"}}}
	elsewhere := code.Answer{Owners: []code.Owner{{Tool: code.Terraform, Address: "aws_launch_template.web", Where: "s3://states/web.tfstate"}}}
	shared := code.Answer{Owners: []code.Owner{block.Owners[0]}}
	shared.Owners[0].Shared = "s3://states/prod.tfstate"
	for story, c := range map[string]struct {
		made code.Answer
		file string
		fail *forgetest.Failure
		want string
	}{
		"two states":        {twice, weak, nil, "in two states"},
		"a state is dark":   {code.Answer{Owners: block.Owners, Unknown: []string{"state x can't be read"}}, weak, nil, "is not known: state x can't be read"},
		"two environments":  {shared, weak, nil, "another thing in s3://states/prod.tfstate"},
		"no state":          {code.Answer{}, weak, nil, "no state of code.states holds it"},
		"CloudFormation":    {stack, weak, nil, "riposte changes Terraform's code alone"},
		"no repository":     {elsewhere, weak, nil, "riposte patch c_1 prints the change"},
		"several resources": {block, "resource \"aws_launch_template\" \"web\" {\n  count = 2\n}\n", nil, "main.tf:2: the block makes several resources (count)"},
		"a syntax error":    {block, "resource {", nil, "main.tf:1: it can't be parsed"},
		"it says so":        {block, sound, nil, "says so already"},
		"the forge refuses": {block, weak, &forgetest.Failure{Status: http.StatusForbidden}, "needs to read and write contents"},
	} {
		fake := forgetest.New(t, map[string]string{"main.tf": c.file})
		if c.fail != nil {
			fake.Fail(func(int, *http.Request) forgetest.Failure { return *c.fail })
		}
		p, err := desk(fake, c.made).Propose(t.Context(), found("c_1"))
		if err == nil || !strings.Contains(err.Error(), c.want) || p.State != ledger.NotProposed || len(fake.Proposals) != 0 || fake.Branches() != 0 {
			t.Errorf("%s: %+v, %v; %d proposals, %d branches", story, p, err, len(fake.Proposals), fake.Branches())
		}
	}
}
