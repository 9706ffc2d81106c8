package e2e

import (
	"encoding/json"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/ripostehq/riposte/e2e/terraform"
	"github.com/ripostehq/riposte/internal/mototest"
)

// moto asks for rights otherwise than AWS does. Each difference is asserted to be still there before it is mended in the
// policies that were deployed; what is left, and what this story shows, is the list of calls that each role may make, and
// the external id.
//
//	a resource in a policy never matches     of most services moto asks about the resource "*"
//	a role in a trust policy is not its
//	sessions                                 moto compares the ARNs as they are
//	calls that AWS knows by another right    DeleteMessageBatch is sqs:DeleteMessage, TransactWriteItems is PutItem and others
func asked() map[string]string { // the right that AWS asks for, and what moto asks for beside it
	return map[string]string{
		"sqs:DeleteMessage": "sqs:DeleteMessageBatch", "sqs:ChangeMessageVisibility": "sqs:ChangeMessageVisibilityBatch",
		"dynamodb:PutItem": "dynamodb:TransactWriteItems", "dynamodb:GetItem": "dynamodb:TransactGetItems",
	}
}

// restrict lets moto ask every caller for rights, and shows that it does; what it gives back puts everything as it was deployed.
func restrict(t *testing.T, s *mototest.Server, d *terraform.Folder, itself []string) (relax func()) {
	t.Helper()
	role := d.Text(t, "principal_arn")
	own, stranger := clientOf(t, s).as(itself), clientOf(t, s)
	enter := []string{"sts", "assume-role", "--role-session-name", "riposte", "--role-arn", "arn:aws:iam::" + mototest.Account + ":role/riposte-audit", "--external-id"}
	record := []string{"dynamodb", "describe-table", "--table-name", d.Text(t, "table")}

	authorize(t, s, "0")
	t.Cleanup(func() { authorize(t, s, "inf") }) // or terraform could not destroy
	for difference, call := range map[string][]string{"a resource never matches": record, "a role is not its sessions": append(slices.Clone(enter), externalID)} {
		if err := own.call(t, nil, call...); err == nil {
			t.Errorf("moto has become better: %q is no difference any more", difference)
		}
	}
	authorize(t, s, "inf")
	restore := mend(t, iam.NewFromConfig(s.Config(ireland)), role)
	authorize(t, s, "0")

	must(t, own.call(t, nil, append(slices.Clone(enter), externalID)...))
	must(t, own.call(t, nil, record...))
	for who, refused := range map[string]error{
		"a stranger":                     stranger.call(t, nil, "ec2", "describe-instances"),
		"riposte itself, without a role": own.call(t, nil, "ec2", "describe-instances"),
		"who does not know the secret":   own.call(t, nil, append(slices.Clone(enter), "0000000000000000")...),
	} {
		if refused == nil {
			t.Errorf("%s got in: this story tells nothing", who)
		}
	}
	return func() {
		authorize(t, s, "inf")
		restore()
	}
}

// authorize lets moto ask for rights after so many calls: "0" at once, "inf" never.
func authorize(t *testing.T, s *mototest.Server, after string) {
	t.Helper()
	resp, err := http.Post(s.URL+"/moto-api/reset-auth", "text/plain", strings.NewReader(after))
	must(t, err)
	resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		t.Fatal(resp.Status)
	}
}

// mend says what riposte's roles may do in the words that moto understands, until it is restored.
func mend(t *testing.T, c *iam.Client, own string) (restore func()) {
	t.Helper()
	roles, err := c.ListRoles(t.Context(), &iam.ListRolesInput{})
	must(t, err)
	var back []func()
	for _, role := range roles.Roles {
		if !strings.HasPrefix(*role.RoleName, "riposte-") {
			continue
		}
		trust := document(t, aws.ToString(role.AssumeRolePolicyDocument))
		as := trust.text(t)
		for _, statement := range trust.Statement {
			statement["Principal"] = object{"AWS": []string{"arn:aws:sts::" + mototest.Account + ":assumed-role/" + path.Base(own) + "/daemon"}}
		}
		set := func(text *string) {
			_, err := c.UpdateAssumeRolePolicy(t.Context(), &iam.UpdateAssumeRolePolicyInput{RoleName: role.RoleName, PolicyDocument: text})
			must(t, err)
		}
		set(trust.text(t))
		back = append(back, func() { set(as) }, widen(t, c, role.RoleName))
	}
	return func() {
		for _, f := range back {
			f()
		}
	}
}

// widen mends the inline policies of a role.
func widen(t *testing.T, c *iam.Client, role *string) (restore func()) {
	t.Helper()
	inline, err := c.ListRolePolicies(t.Context(), &iam.ListRolePoliciesInput{RoleName: role})
	must(t, err)
	as := map[string]*string{}
	put := func(name string, text *string) {
		_, err := c.PutRolePolicy(t.Context(), &iam.PutRolePolicyInput{RoleName: role, PolicyName: &name, PolicyDocument: text})
		must(t, err)
	}
	for _, name := range inline.PolicyNames {
		found, err := c.GetRolePolicy(t.Context(), &iam.GetRolePolicyInput{RoleName: role, PolicyName: &name})
		must(t, err)
		as[name] = document(t, aws.ToString(found.PolicyDocument)).text(t)
		put(name, document(t, aws.ToString(found.PolicyDocument)).widened().text(t))
	}
	return func() {
		for name, text := range as {
			put(name, text)
		}
	}
}

// policy is a policy document.
type policy struct {
	Version   string
	Statement []object
}

func document(t *testing.T, escaped string) policy {
	t.Helper()
	text, err := url.PathUnescape(escaped)
	must(t, err)
	var p policy
	must(t, json.Unmarshal([]byte(text), &p))
	return p
}

func (p policy) text(t *testing.T) *string {
	t.Helper()
	b, err := json.Marshal(p)
	must(t, err)
	return aws.String(string(b))
}

// widened allows the same calls, on everything; sts:AssumeRole is left as it is, since moto compares its resource.
func (p policy) widened() policy {
	for _, s := range p.Statement {
		calls := words(s["Action"])
		if s["Effect"] != "Allow" || slices.Contains(calls, "sts:AssumeRole") {
			continue
		}
		for _, call := range calls {
			if more, ok := asked()[call]; ok {
				calls = append(calls, more)
			}
		}
		s["Action"], s["Resource"] = calls, "*"
	}
	return p
}

// words are the members of a list, or the one word in its place.
func words(v any) (out []string) {
	switch v := v.(type) {
	case string:
		return []string{v}
	case []any:
		for _, w := range v {
			if text, ok := w.(string); ok {
				out = append(out, text)
			}
		}
	}
	return out
}
