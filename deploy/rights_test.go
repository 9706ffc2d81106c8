package deploy_test

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/internal/mototest"
	"github.com/ripostehq/riposte/internal/permissions"
	"github.com/ripostehq/riposte/playbooks"
)

// ownRights wants riposte's own role to have what internal/permissions says that it uses, statement by statement, and
// beside that only the statements named.
func ownRights(t *testing.T, s *mototest.Server, h permissions.Hub, beside ...string) {
	t.Helper()
	tiers, err := permissions.For(playbooks.All(), action.Kinds())
	if err != nil {
		t.Fatal(err)
	}
	own, err := permissions.Roles{}.Own(h, tiers)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string][]string{}
	for _, statement := range own.Document.Statement {
		want[statement.Sid] = slices.Sorted(slices.Values(statement.Action))
	}
	got := granted(t, s, "riposte-own", "own")
	for _, sid := range beside {
		if _, ok := got[sid]; !ok {
			t.Errorf("riposte-own: nothing called %s", sid)
		}
		delete(got, sid)
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("rights of riposte-own (-used +granted): %s", d)
	}
}

// granted are the calls that a role's policy allows, by statement.
func granted(t *testing.T, s *mototest.Server, role, policy string) map[string][]string {
	t.Helper()
	out, err := iam.NewFromConfig(s.Config(place(here))).GetRolePolicy(t.Context(), &iam.GetRolePolicyInput{RoleName: &role, PolicyName: &policy})
	if err != nil {
		t.Fatal(err)
	}
	text, err := url.QueryUnescape(aws.ToString(out.PolicyDocument))
	if err != nil {
		t.Fatal(err)
	}
	var document struct {
		Statement []*struct {
			Sid    string `yaml:"Sid"`
			Action any    `yaml:"Action"` // one, or a list
		} `yaml:"Statement"`
	}
	text = strings.ReplaceAll(text, "None", "null") // moto keeps a stack's policy as Python prints it, which is YAML but for this
	if err := yaml.Unmarshal([]byte(text), &document); err != nil {
		t.Fatalf("policy %s of %s: %v: %s", policy, role, err, text)
	}
	calls := map[string][]string{}
	for _, statement := range document.Statement {
		if statement != nil {
			calls[statement.Sid] = slices.Sorted(slices.Values(listed(statement.Action)))
		}
	}
	return calls
}

func listed(action any) (out []string) {
	if many, ok := action.([]any); ok {
		for _, one := range many {
			out = append(out, fmt.Sprint(one))
		}
		return out
	}
	return []string{fmt.Sprint(action)}
}
