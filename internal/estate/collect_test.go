package estate

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/iam/reach"
	"github.com/ripostehq/riposte/internal/world"
)

// Two accounts: a web server and a function on the way to administrator in one; in the other nobody may read.
const twoAccounts = `
accounts:
  - id: "111122223333"
    users: [{name: audit, attached: ["arn:aws:iam::aws:policy/AdministratorAccess"], keys: [{id: AKIAAUDIT00000000001, secret: s}]}]
    roles:
      - name: web
        trust: {Version: "2012-10-17", Statement: [{Effect: Allow, Principal: {Service: ec2.amazonaws.com}, Action: "sts:AssumeRole"}]}
        inline: {deploy: {Version: "2012-10-17", Statement: [{Effect: Allow, Action: "lambda:UpdateFunctionCode", Resource: "*"}]}}
      - name: job
        trust: {Version: "2012-10-17", Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: "sts:AssumeRole"}]}
        attached: ["arn:aws:iam::aws:policy/AdministratorAccess"]
      - name: idle
        trust: {Version: "2012-10-17", Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: "sts:AssumeRole"}]}
    regions:
      eu-west-1:
        rows: {"lambda.function": [{FunctionName: nightly, FunctionArn: "arn:aws:lambda:eu-west-1:111122223333:function:nightly", Role: "arn:aws:iam::111122223333:role/job", Environment: {Variables: {PASSWORD: xyzzy}}}]}
        images: [{id: ami-0golden, name: golden}]
        instances: [{id: i-0web, image: ami-0golden, profile: web}]
  - id: "444455556666"
    users: [{name: nobody, keys: [{id: AKIANOBODY0000000001, secret: s}]}]
    regions: {eu-west-1: {}}
`

const home = "111122223333"

// reads are those of each account's one user.
func reads(t *testing.T) access.Reads {
	t.Helper()
	w, err := world.New([]byte(twoAccounts), world.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return access.ClientReads(func(p event.Place) aws.Config {
		as := aws.Credentials{AccessKeyID: "AKIAAUDIT00000000001", SecretAccessKey: "s"}
		if p.Account != home {
			as = aws.Credentials{AccessKeyID: "AKIANOBODY0000000001", SecretAccessKey: "s"}
		}
		if p.Region == "" { // IAM's
			p.Region = "us-east-1"
		}
		return w.Config(p, as)
	})
}

func TestAccountsAreCollectedAndWhatCanNotBeReadIsNamed(t *testing.T) {
	var told []int
	s, err := Collect(t.Context(), Options{
		Accounts:  []Account{{ID: home, Regions: []string{"eu-west-1"}, Whole: true}, {ID: "444455556666", Regions: []string{"eu-west-1"}, Whole: true}},
		Partition: "aws", Reads: reads(t), Now: time.Now, Read: func(done, _ int) { told = append(told, done) },
		Controls: func(context.Context) ([]byte, error) {
			return []byte(`{"Organization":{"Id":"o-1","MasterAccountId":"999999999999"},"ServiceControlPolicies":{"` + home + `":[[{"Name":"all","Document":"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\"}]}"}]]}}`), nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	o := s.Organisation
	if len(o.Principals) != 4 || len(o.Compute) != 2 || o.ID != "o-1" || len(told) != 2 {
		t.Errorf("%d principals, %+v of %q, told %v", len(o.Principals), o.Compute, o.ID, told)
	}
	if len(o.Gaps) != 1 || o.Gaps[0].What != "account 444455556666" || !strings.Contains(o.Gaps[0].Why, "not authorized") || !o.Gaps[0].Failed {
		t.Errorf("gaps: %+v", o.Gaps)
	}
	text, err := json.Marshal(s)
	if err != nil || strings.Contains(string(text), "xyzzy") {
		t.Errorf("%v, or a function's variable was kept", err)
	}
	g, err := reach.Build(o)
	if err != nil {
		t.Fatal(err)
	}
	web := "arn:aws:iam::" + home + ":role/web"
	if p, ok := g.Search(reach.Query{Sure: true}).Path(web); !ok || len(p.Hops) != 1 || p.Hops[0].Technique != "lambda.code" {
		t.Errorf("%+v", p)
	}
	if slices.Contains(g.ComputeRoles(), "arn:aws:iam::"+home+":role/idle") {
		t.Error("all functions were listed, and none runs with the role")
	}
}

// Of an account whose regions were not all read, any role that trusts a service may be run by it.
func TestWhatWasNotListedIsPossible(t *testing.T) {
	s, err := Collect(t.Context(), Options{Accounts: []Account{{ID: home, Regions: []string{"eu-west-1"}}}, Partition: "aws", Reads: reads(t), Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	g, err := reach.Build(s.Organisation)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Contains(g.ComputeRoles(), "arn:aws:iam::"+home+":role/idle") {
		t.Error("nothing says that no function runs with the role")
	}
}

func TestWhereNoAccountCanBeReadIsAnError(t *testing.T) {
	o := Options{Accounts: []Account{{ID: "444455556666"}}, Partition: "aws", Reads: reads(t), Now: time.Now}
	if _, err := Collect(t.Context(), o); err == nil || !strings.Contains(err.Error(), "444455556666") {
		t.Errorf("error %v", err)
	}
	ended, end := context.WithCancel(t.Context())
	end()
	o.Accounts[0].ID = home
	if _, err := Collect(ended, o); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

func TestASnapshotIsWhatWasCollected(t *testing.T) {
	s, err := seal(time.Now(), reach.Organisation{Accounts: []reach.Account{{ID: home}}, Texts: []reach.Text{{Name: "a", JSON: "{}"}}})
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "org.json")
	if err := s.Save(file); err != nil {
		t.Fatal(err)
	}
	back, err := Load(file)
	if err != nil || back.Digest != s.Digest || !back.At.Equal(s.At) || !slices.Equal(back.Accounts(), []string{home}) {
		t.Fatalf("%+v, %v", back, err)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string][2]string{
		"changed":          {strings.Replace(string(text), `"{}"`, `"{ }"`, 1), "digest"},
		"of a newer one":   {strings.Replace(string(text), `"format":1`, `"format":2`, 1), "its format is 2"},
		"cut off":          {string(text[:len(text)/2]), "unexpected end"},
		"of another sort":  {`{}`, "its format is 0"},
		"not there at all": {"", "unexpected end"},
	} {
		t.Run(name, func(t *testing.T) {
			if err := os.WriteFile(file, []byte(c[0]), 0o600); err != nil {
				t.Fatal(err)
			}
			if _, err := Load(file); err == nil || !strings.Contains(err.Error(), c[1]) {
				t.Errorf("error %v, want %q", err, c[1])
			}
		})
	}
}
