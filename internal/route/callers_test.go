package route_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/route"
	"github.com/ripostehq/riposte/internal/scan"
	"github.com/ripostehq/riposte/playbook"
)

const (
	delivered = `{"type":"AssumedRole","principalId":"AROAWEB:i-0a1b2c3d4e5f60718","arn":"arn:aws:sts::111122223333:assumed-role/web/i-0a1b2c3d4e5f60718",` +
		`"accountId":"111122223333","accessKeyId":"ASIAWEB0000000000001","sessionContext":{"sessionIssuer":{"type":"Role","principalId":"AROAWEB",` +
		`"arn":"arn:aws:iam::111122223333:role/app/web","accountId":"111122223333","userName":"web"},"ec2RoleDelivery":"2.0"}}`
	job = `{"type":"AssumedRole","principalId":"AROACI:job-1","arn":"arn:aws:sts::111122223333:assumed-role/ci/job-1","accountId":"111122223333",` +
		`"accessKeyId":"ASIACI00000000000001","sessionContext":{"sessionIssuer":{"type":"Role","principalId":"AROACI","arn":"arn:aws:iam::111122223333:role/ci"}}}`
	decoy = `{"type":"IAMUser","principalId":"AIDADECOY","arn":"arn:aws:iam::111122223333:user/staff/decoy","accountId":"111122223333","accessKeyId":"AKIADECOY0000000001","userName":"decoy"}`
)

func callersTable() *route.Table {
	return route.New([]playbook.Definition{
		{ID: "images", On: []playbook.Trigger{playbook.Call(call.EC2RunInstances)}},
		{ID: "elsewhere", On: []playbook.Trigger{playbook.CallerInstance().AlsoReads().AlsoFailed()}},
		{ID: "decoys", On: []playbook.Trigger{playbook.Caller("AKIADECOY0000000001", "arn:aws:iam::111122223333:role/ci", "AROAOTHER").AlsoReads()}},
		{ID: "user", On: []playbook.Trigger{playbook.Caller("AIDADECOY")}},
	})
}

func record(source, name, caller string) []byte {
	return fmt.Appendf(nil, `{"eventSource":%q,"eventName":%q,"eventTime":"2030-01-07T09:00:00Z","recipientAccountId":"111122223333","userIdentity":%s}`, source, name, caller)
}

func TestACallerLeadsToThePlaybooksThatWantIt(t *testing.T) {
	table := callersTable()
	for _, c := range []struct {
		story, source, name, caller string
		want                        []int
	}{
		{"an instance reads", "s3.amazonaws.com", "GetObject", delivered, []int{1}},
		{"an instance launches: each playbook once, in order", "ec2.amazonaws.com", "RunInstances", delivered, []int{0, 1}},
		{"a role by its ARN", "s3.amazonaws.com", "GetObject", job, []int{2}},
		{"a key and its user's id", "s3.amazonaws.com", "GetObject", decoy, []int{2, 3}},
		{"a session with an instance's name, which Check judges", "s3.amazonaws.com", "GetObject",
			`{"type":"AssumedRole","principalId":"AROAX:i-0a1b2c3d4e5f60718","arn":"arn:aws:sts::111122223333:assumed-role/x/i-0a1b2c3d4e5f60718"}`, []int{1}},
		{"an id that is none", "s3.amazonaws.com", "GetObject", `{"type":"AssumedRole","principalId":"AROAX:i-am-mallory"}`, nil},
		{"a user called like an instance", "s3.amazonaws.com", "GetObject", `{"type":"IAMUser","userName":"i-0a1b2c3d4e5f60718","arn":"arn:aws:iam::111122223333:user/i-0a1b2c3d4e5f60718"}`, nil},
		{"another role's session of the same name", "s3.amazonaws.com", "GetObject", `{"type":"AssumedRole","principalId":"AROAY:ci","arn":"arn:aws:sts::111122223333:assumed-role/y/ci"}`, nil},
		{"nobody", "s3.amazonaws.com", "GetObject", `null`, nil},
	} {
		b := record(c.source, c.name, c.caller)
		e, err := event.Decode(b)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(c.want, table.Match(e)); diff != "" {
			t.Errorf("%s:\n%s", c.story, diff)
		}
		if rec, ok := scan.Object(b); !ok || len(c.want) > 0 && !table.Wants(rec.Source, rec.Name, rec.Caller) {
			t.Errorf("%s: the bytes of the record lead nowhere", c.story)
		}
	}
}

// What the bytes are not wanted for, the decoded record is not either.
func FuzzBytesAndRecordAgree(f *testing.F) {
	for _, caller := range []string{
		delivered, job, decoy, `null`, `{}`, `{"type":"AssumedRole","principalId":"AROAWEB:\u0069-0a1b2c3d4e5f60718"}`,
		`{"principalId":"AROA:x","type":"AssumedRole","principalId":"AROAWEB:i-0a1b2c3d"}`,
		`{"type":"AssumedRole","inScopeOf":{"issuerType":"AWS::EC2::Instance","credentialsIssuedTo":"arn:aws:ec2:eu-west-1:111122223333:instance/i-0a1b2c3d"}}`,
		`{"type":"IAMUser","accessKeyId":"\u0041KIADECOY0000000001"}`, `{"type" : "Role" , "principalId" : "AROAOTHER:x"}`,
	} {
		f.Add(caller)
	}
	table := callersTable()
	f.Fuzz(func(t *testing.T, caller string) {
		b := record("s3.amazonaws.com", "GetObject", caller)
		rec, ok := scan.Object(b)
		if !ok || rec.Unsure || !json.Valid(b) { // for the strict decoder alone
			return
		}
		e, err := event.Decode(b)
		if err != nil {
			return
		}
		if wanted := table.Match(e); len(wanted) > 0 && !table.Wants(rec.Source, rec.Name, rec.Caller) {
			t.Errorf("%v want the record, its bytes say otherwise: %s", wanted, b)
		}
	})
}

func TestRoutingByCallerAllocatesNothing(t *testing.T) {
	table, source, name := callersTable(), []byte("s3.amazonaws.com"), []byte("GetObject")
	for _, caller := range []string{delivered, job, decoy} {
		by := []byte(caller)
		if n := testing.AllocsPerRun(100, func() { table.Wants(source, name, by) }); n != 0 {
			t.Errorf("%v allocations for %s", n, caller)
		}
	}
}

// BenchmarkRoutingByCaller compares a catalogue that asks for no caller with one that watches all instances, and one that also
// knows 10,000 principals.
func BenchmarkRoutingByCaller(b *testing.B) {
	var many []string
	for i := range 10_000 {
		many = append(many, fmt.Sprintf("AROAMANY%08d", i))
	}
	source, name, by := []byte("s3.amazonaws.com"), []byte("GetObject"), []byte(job)
	for _, c := range []struct {
		name string
		on   []playbook.Trigger
	}{
		{"calls", []playbook.Trigger{playbook.Call(call.EC2RunInstances)}},
		{"instances", []playbook.Trigger{playbook.CallerInstance()}},
		{"named-1", []playbook.Trigger{playbook.CallerInstance(), playbook.Caller(many[:1]...)}},
		{"named-10000", []playbook.Trigger{playbook.CallerInstance(), playbook.Caller(many...)}},
	} {
		table := route.New([]playbook.Definition{{ID: "x", On: c.on}})
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				table.Wants(source, name, by)
			}
		})
	}
}
