package permissions_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/internal/permissions"
	"github.com/ripostehq/riposte/playbook"
)

// What riposte calls for itself is called outside of playbooks and actions: queues, the record, roles, the organisation, and
// what doctor and the look around an answered case look at. The source says which calls these are.
func TestWhatRiposteCallsItselfIsGrantedAndNothingElse(t *testing.T) {
	of := []playbook.Definition{{ID: "identity.decoy-used", Changes: action.Kinds()}}
	forPlaybooks, err := permissions.For(of, action.Kinds())
	if err != nil {
		t.Fatal(err)
	}
	all, err := permissions.Roles{}.For(of, action.Kinds())
	if err != nil {
		t.Fatal(err)
	}
	own, err := permissions.Roles{}.Own(permissions.AnyHub(), all)
	if err != nil {
		t.Fatal(err)
	}
	answering := allowed(forPlaybooks...)
	granted := allowed(append(all, own)...)
	maps.DeleteFunc(granted, func(call string, _ bool) bool { return answering[call] })
	called := written(t)
	maps.DeleteFunc(called, func(call string, _ bool) bool { return answering[call] })
	if diff := cmp.Diff(slices.Sorted(maps.Keys(granted)), slices.Sorted(maps.Keys(called))); diff != "" {
		t.Errorf("-granted +called:\n%s", diff)
	}
}

func allowed(tiers ...permissions.TierPolicy) map[string]bool {
	out := map[string]bool{}
	for _, t := range tiers {
		for _, s := range t.Document.Statement {
			if s.Effect == "Allow" {
				for _, call := range s.Action {
					out[call] = true
				}
			}
		}
	}
	return out
}

// needless are calls of the source that no policy grants, and why.
func needless() map[string]string {
	return map[string]string{
		"dynamodb:CreateTable":                   "the deployment makes the table",
		"iam:GenerateServiceLastAccessedDetails": "package use reads it for the playbooks that ask it",
		"iam:GetServiceLastAccessedDetails":      "package use reads it for the playbooks that ask it",
		"ec2:DescribeImages":                     "a backtest asks whose an image is that a suspect names, of playbooks that read images themselves",
		"s3:PutObject":                           "a person writes the configuration with rights of their own: no tier may",
		"ssm:DescribeParameters":                 "a person writes the configuration with rights of their own: no tier may",
		"ssm:PutParameter":                       "a person writes the configuration with rights of their own: no tier may",
		"s3:HeadBucket":                          "AWS asks for s3:ListBucket",
		"sts:GetCallerIdentity":                  "needs no permission",
	}
}

// written are the IAM actions of all calls that the source makes through the SDK, known by their inputs.
func written(t *testing.T) map[string]bool {
	t.Helper()
	out := map[string]bool{}
	root := filepath.Join("..", "..")
	for _, dir := range []string{"internal/source", "internal/ledger", "internal/notify", "internal/cloud", "internal/price", "internal/doctor", "internal/canary", "internal/decoy", "internal/app", "internal/origin", "inventory/authorization.go", "playbook", "cmd"} {
		err := filepath.WalkDir(filepath.Join(root, filepath.FromSlash(dir)), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
			if err != nil {
				return err
			}
			inputs(f, out)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for call := range needless() {
		if !out[call] {
			t.Errorf("%s is called nowhere any more", call)
		}
		delete(out, call)
	}
	return out
}

// inputs adds the calls that have their inputs made in a file: &sqs.SendMessageInput{...} is sqs:SendMessage.
func inputs(f *ast.File, to map[string]bool) {
	services := map[string]string{}
	for _, i := range f.Imports {
		path, err := strconv.Unquote(i.Path.Value)
		service, ok := strings.CutPrefix(path, "github.com/aws/aws-sdk-go-v2/service/")
		if err != nil || !ok || strings.Contains(service, "/") {
			continue
		}
		name := service
		if i.Name != nil {
			name = i.Name.Name
		}
		services[name] = service
	}
	ast.Inspect(f, func(n ast.Node) bool {
		c, ok := n.(*ast.CompositeLit)
		if !ok {
			return true
		}
		s, ok := c.Type.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		pkg, ok := s.X.(*ast.Ident)
		operation, input := strings.CutSuffix(s.Sel.Name, "Input")
		if ok && input && services[pkg.Name] != "" {
			for _, call := range authorized(services[pkg.Name], operation) {
				to[call] = true
			}
		}
		return true
	})
}

// authorized are the IAM actions of an operation, where these go by other names.
func authorized(service, operation string) []string {
	switch service + "." + operation {
	case "dynamodb.TransactWriteItems": // of each, what its items do: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis-iam.html
		return []string{"dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem"}
	case "iam.CreateUser": // with tags
		return []string{"iam:CreateUser", "iam:TagUser"}
	case "s3.ListObjectsV2":
		return []string{"s3:ListBucket"}
	}
	service = strings.NewReplacer("eventbridge", "events", "sesv2", "ses").Replace(service)
	if service == "sqs" {
		operation = strings.TrimSuffix(operation, "Batch")
	}
	return []string{service + ":" + operation}
}

// People who operate have the record and the configuration, to read, and nothing that reaches into an account.
func TestOperatorsHaveTheRecordAndNothingElse(t *testing.T) {
	operate, ok := permissions.Roles{}.Operate(permissions.Hub{Table: "riposte-record", Queues: []string{"riposte-events"}, Wake: []string{"riposte-wake"}, Object: "riposte-config/riposte.yaml", Discover: true})
	if !ok || operate.Role != "riposte-operate" {
		t.Fatalf("%+v", operate)
	}
	for call := range allowed(operate) {
		if !strings.HasPrefix(call, "dynamodb:") && call != "s3:GetObject" {
			t.Errorf("operators may %s", call)
		}
	}
	for _, s := range operate.Document.Statement {
		for _, r := range s.Resource {
			if !strings.Contains(r, "table/riposte-record") && r != "arn:*:s3:::riposte-config/riposte.yaml" {
				t.Errorf("%s on %s", s.Sid, r)
			}
		}
	}
	if _, ok := (permissions.Roles{}).Operate(permissions.Hub{Queues: []string{"riposte-events"}}); ok {
		t.Error("a record that is a file has operators")
	}
}
