package state_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/code"
	"github.com/ripostehq/riposte/internal/code/state"
)

const password = "hunter2-of-the-database"

// shop is a state as Terraform 1.11 writes one, with a secret in it.
const shop = `{
  "version": 4, "terraform_version": "1.11.4", "serial": 7, "lineage": "8c3a",
  "outputs": {"password": {"value": "` + password + `", "type": "string", "sensitive": true}},
  "resources": [
    {"mode": "data", "type": "aws_launch_template", "name": "seen", "instances": [{"attributes": {"id": "lt-0seen"}}]},
    {"mode": "managed", "type": "aws_launch_template", "name": "web", "provider": "provider[\"registry.terraform.io/hashicorp/aws\"]",
     "instances": [{"schema_version": 0, "attributes": {"arn": "arn:aws:ec2:eu-west-1:111122223333:launch-template/lt-0web", "id": "lt-0web", "user_data": "` + password + `"}, "sensitive_attributes": []}]},
    {"mode": "managed", "type": "aws_db_instance", "name": "orders",
     "instances": [{"attributes": {"arn": "arn:aws:rds:eu-west-1:111122223333:db:orders", "id": "db-ABC", "identifier": "orders", "password": "` + password + `"}}]},
    {"module": "module.site[\"eu\"]", "mode": "managed", "type": "aws_launch_template", "name": "each",
     "instances": [{"index_key": "a", "attributes": {"id": "lt-0a"}}, {"index_key": 1, "attributes": {"id": "lt-01"}}, {"attributes": null}]},
    {"mode": "managed", "type": "aws_route53_record", "name": "www",
     "instances": [{"attributes": {"id": "Z1_www.example.com_CNAME", "zone_id": "Z1", "name": "www", "fqdn": "WWW.example.com", "type": "CNAME", "set_identifier": "", "records": ["` + "`" + ` + password + ` + "`" + `"]}},
       {"index_key": "w", "attributes": {"zone_id": "Z1", "fqdn": "*.example.com", "type": "A", "set_identifier": "Blue/1"}}]},
    {"mode": "managed", "type": "random_password", "name": "p", "instances": [{"attributes": {"id": "none", "result": "` + password + `"}}]}
  ],
  "check_results": null
}`

var ireland = event.Place{Partition: "aws", Account: "111122223333", Region: "eu-west-1"}

// A state says which block makes a resource, and nothing else leaves it.
func TestWhatAStateSays(t *testing.T) {
	things, err := state.Read(strings.NewReader(shop), state.Most)
	if err != nil {
		t.Fatal(err)
	}
	if s := fmt.Sprintf("%#v", things); strings.Contains(s, password) || strings.Contains(s, "random_password") {
		t.Errorf("left the state: %s", s)
	}
	var x state.Index
	x.Add(things, code.Owner{Where: "s3://states/shop.tfstate", Repository: "acme/shop"})
	for _, c := range []struct {
		of   event.Resource
		want string
	}{
		{ireland.In(event.LaunchTemplate, "lt-0web"), "aws_launch_template.web"},
		{ireland.In(event.LaunchTemplate, "lt-0a"), `module.site["eu"].aws_launch_template.each["a"]`},
		{ireland.In(event.LaunchTemplate, "lt-01"), `module.site["eu"].aws_launch_template.each[1]`},
		{ireland.In(event.LaunchTemplate, "lt-0seen"), ""}, // a data source makes nothing
		{ireland.In(event.DBInstance, "orders"), "aws_db_instance.orders"},
		{event.Place{Partition: "aws", Account: "444455556666", Region: "eu-west-1"}.In(event.DBInstance, "orders"), ""}, // its namesake in another account
		{ireland.In(event.Volume, "lt-0web"), ""},
		{ireland.In(event.RecordSet, "Z1/CNAME/www.example.com."), "aws_route53_record.www"},
		{ireland.In(event.RecordSet, "Z1/A/www.example.com"), ""},
		{ireland.In(event.RecordSet, "Z2/CNAME/www.example.com"), ""},
		{ireland.In(event.RecordSet, `Z1/A/\052.example.com./Blue/1`), `aws_route53_record.www["w"]`},
		{ireland.In(event.RecordSet, "Z1"), ""},
		{ireland.In(event.LaunchTemplate, ""), ""},
	} {
		var got string
		if owners := x.Owners(c.of); len(owners) == 1 {
			got = owners[0].Address
		} else if len(owners) > 1 {
			t.Errorf("%s: %v", c.of, owners)
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", c.of, got, c.want)
		}
	}
}

// Two states that hold the same resource are two owners.
func TestAResourceInTwoStates(t *testing.T) {
	things, err := state.Read(strings.NewReader(shop), state.Most)
	if err != nil {
		t.Fatal(err)
	}
	var x state.Index
	x.Add(things, code.Owner{Where: "one"})
	x.Add(things, code.Owner{Where: "two"})
	x.Add(things, code.Owner{Where: "two"})
	if got := x.Owners(ireland.In(event.LaunchTemplate, "lt-0web")); len(got) != 2 {
		t.Errorf("owners: %v", got)
	}
}

// What can't be read whole says nothing, and why not, without a word of what stands in it.
func TestStatesThatCantBeRead(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"nothing":                {"", "ends too soon"},
		"version 3":              {`{"version": 3, "modules": [{"outputs": {"p": "` + password + `"}}]}`, `version 3:`},
		"no version":             {`{"resources": []}`, "not what Terraform writes"},
		"encrypted":              {`{"serial": 1, "meta": {"key_provider.pbkdf2.x": "e30="}, "encrypted_data": "` + password + `", "encryption_version": "v0"}`, "encrypted"},
		"cut off":                {shop[:len(shop)-40], "ends too soon"},
		"no JSON":                {"# " + password, "not what Terraform writes"},
		"a number":               {`{"version": 4, "resources": [` + strings.Repeat("9", 400) + `e999]}`, "not be read to its end"},
		"a list":                 {`[]`, "not what Terraform writes"},
		"no resources":           {`{"version": 4, "resources": {"` + password + `": 1}}`, "not what Terraform writes"},
		"two of them":            {shop + shop, "not what Terraform writes"},
		"a version that is text": {`{"version": "` + password + `"}`, "version that is no number"},
	} {
		things, err := state.Read(strings.NewReader(c.text), state.Most)
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), password[:4]) {
			t.Errorf("%s: %v", name, err)
		}
		if things != nil {
			t.Errorf("%s: read %v", name, things)
		}
	}
}

// endless is a state of so many bytes of which only the end is wanted.
func endless(bytes int) io.Reader {
	one := `{"mode":"managed","type":"aws_ssm_parameter","name":"p","instances":[{"attributes":{"id":"x","value":"` + strings.Repeat("v", 4000) + `"}}]},`
	return io.MultiReader(strings.NewReader(`{"version":4,"resources":[`), &repeat{text: one, left: bytes / len(one)},
		strings.NewReader(`{"mode":"managed","type":"aws_instance","name":"web","instances":[{"attributes":{"id":"i-0web"}}]}]}`))
}

type repeat struct {
	text string
	at   int
	left int
}

func (r *repeat) Read(p []byte) (n int, err error) {
	for n < len(p) {
		if r.left == 0 {
			return n, io.EOF
		}
		c := copy(p[n:], r.text[r.at:])
		if n, r.at = n+c, r.at+c; r.at == len(r.text) {
			r.at, r.left = 0, r.left-1
		}
	}
	return n, nil
}

// A large state is read in little memory; one that is larger than any should be is told.
func TestALargeState(t *testing.T) {
	const size = 8 << 20
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	things, err := state.Read(endless(size), state.Most)
	if err != nil || len(things) != 1 {
		t.Fatalf("%v, %v", things, err)
	}
	runtime.ReadMemStats(&after)
	if grown := int64(after.HeapSys) - int64(before.HeapSys); grown >= size {
		t.Errorf("a state of %d bytes took %d", size, grown)
	}
	spaces := io.MultiReader(strings.NewReader("{"), &repeat{text: strings.Repeat(" ", 1<<16), left: 17})
	if _, err := state.Read(spaces, 1<<20); err == nil || !strings.Contains(err.Error(), "1 MiB") {
		t.Errorf("too large: %v", err)
	}
}

// written is a state as encoding/json reads it, all at once.
type written struct {
	Resources []struct {
		Mode, Type, Name string
		Instances        []struct {
			Attributes struct{ ID string }
		}
	}
}

// What is read of a state is what a reader that holds it whole finds, and what is wrong is an error, never a panic.
func FuzzRead(f *testing.F) {
	f.Add([]byte(shop))
	f.Add([]byte(`{"version":4,"resources":[{"mode":"managed","type":"aws_instance","name":"a","instances":[{"attributes":{"id":"i-1"}}]}]}`))
	f.Add([]byte(`{"version":4,"resources":[{"instances":[{"attributes":{"id":{"id":[1]}}}],"type":"aws_instance","mode":"managed","name":"a"}]}`))
	f.Add([]byte(`{"version":3}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		things, err := state.Read(bytes.NewReader(b), state.Most)
		if err != nil {
			if things != nil {
				t.Errorf("half a state: %v", things)
			}
			return
		}
		if !json.Valid(b) {
			t.Fatalf("read what is no JSON: %q", b)
		}
		var whole written
		if json.Unmarshal(b, &whole) != nil || bytes.Contains(b, []byte(`\`)) || strings.Count(string(b), `"resources"`) != 1 {
			return
		}
		var want, got []string
		for _, r := range whole.Resources {
			if r.Mode == "managed" && r.Type == "aws_instance" {
				for _, i := range r.Instances {
					want = append(want, i.Attributes.ID)
				}
			}
		}
		for _, thing := range things {
			if thing.Type == "aws_instance" {
				got = append(got, thing.ID)
			}
		}
		if len(got) > len(want) {
			t.Errorf("%s", cmp.Diff(want, got))
		}
	})
}
