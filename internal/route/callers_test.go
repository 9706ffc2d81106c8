package route_test

import (
	"encoding/json"
	"fmt"
	"hash/maphash"
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
	// build is a caller that concerns none, as CloudTrail writes it.
	build = `{"type":"AssumedRole","principalId":"AROAQ3EGSF5VJ2K7B4LX2:build-20931","arn":"arn:aws:sts::111122223333:assumed-role/builds/build-20931",` +
		`"accountId":"111122223333","accessKeyId":"ASIAQ3EGSF5VHB6W2NRO","sessionContext":{"sessionIssuer":{"type":"Role","principalId":"AROAQ3EGSF5VJ2K7B4LX2",` +
		`"arn":"arn:aws:iam::111122223333:role/app/builds","accountId":"111122223333","userName":"builds"},` +
		`"attributes":{"creationDate":"2030-01-07T08:59:00Z","mfaAuthenticated":"false"}}}`
	person = `{"type":"AssumedRole","principalId":"AROAADMIN:alice@example.com","arn":"arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Admin_0/alice@example.com",` +
		`"sessionContext":{"sessionIssuer":{"type":"Role","principalId":"AROAADMIN","arn":"arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_0"}}}`
	root  = `{"type":"Root","principalId":"111122223333","arn":"arn:aws:iam::111122223333:root","accountId":"111122223333"}`
	decoy = `{"type":"IAMUser","principalId":"AIDADECOY","arn":"arn:aws:iam::111122223333:user/staff/decoy","accountId":"111122223333","accessKeyId":"AKIADECOY0000000001","userName":"decoy"}`
)

func callersTable() *route.Table {
	people := playbook.Definition{ID: "people", On: []playbook.Trigger{playbook.CallerPerson(false)}}
	people = people.Knowing(event.People{Issuers: []string{"arn:aws:iam::*:role/aws-reserved/sso.amazonaws.com/*", "arn:aws:iam::*:role/okta-*"}})
	return route.New([]playbook.Definition{
		{ID: "images", On: []playbook.Trigger{playbook.Call(call.EC2RunInstances)}},
		{ID: "elsewhere", On: []playbook.Trigger{playbook.CallerInstance().AlsoReads().AlsoFailed()}},
		{ID: "decoys", On: []playbook.Trigger{playbook.Caller("AKIADECOY0000000001", "arn:aws:iam::111122223333:role/ci", "AROAOTHER").AlsoReads()}},
		{ID: "user", On: []playbook.Trigger{playbook.Caller("AIDADECOY")}},
		people,
	})
}

func seen(r scan.Record) route.Record {
	return route.Record{Source: r.Source, Name: r.Name, Caller: r.Caller, Address: r.Address, Endpoint: r.Endpoint, Region: r.Region, ReadOnly: r.ReadOnly}
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
		{"a person changes something", "s3.amazonaws.com", "PutBucketPolicy", person, []int{4}},
		{"a person reads", "s3.amazonaws.com", "GetObject", person, nil},
		{"the root user", "quicksight.amazonaws.com", "CreateDashboard", root, []int{4}},
		{"a person of another provider", "s3.amazonaws.com", "PutBucketPolicy",
			`{"type":"AssumedRole","sessionContext":{"sessionIssuer":{"arn":"arn:aws:iam::111122223333:role/okta-ops"}}}`, []int{4}},
		{"a role that is named like a person's", "s3.amazonaws.com", "PutBucketPolicy",
			`{"type":"AssumedRole","sessionContext":{"sessionIssuer":{"arn":"arn:aws:iam::111122223333:role/AWSReservedSSO_Admin_0"}}}`, nil},
		{"a session that is named like a person's role", "s3.amazonaws.com", "PutBucketPolicy",
			`{"type":"AssumedRole","arn":"arn:aws:sts::111122223333:assumed-role/x/role/okta-x","sessionContext":{"sessionIssuer":{"arn":"arn:aws:iam::111122223333:role/x"}}}`, nil},
	} {
		b := record(c.source, c.name, c.caller)
		e, err := event.Decode(b)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(c.want, table.Match(e)); diff != "" {
			t.Errorf("%s:\n%s", c.story, diff)
		}
		if rec, ok := scan.Object(b); !ok || len(c.want) > 0 && table.Wants(seen(rec)) == route.None {
			t.Errorf("%s: the bytes of the record lead nowhere", c.story)
		}
	}
}

// What the bytes are not wanted for, the decoded record is not either.
func FuzzBytesAndRecordAgree(f *testing.F) {
	for _, caller := range []string{
		delivered, job, build, decoy, person, root, `{"type":"\u0052oot"}`, `{"type" : "IdentityCenterUser"}`, `null`, `{}`, `{"type":"AssumedRole","principalId":"AROAWEB:\u0069-0a1b2c3d4e5f60718"}`,
		`{"principalId":"AROA:x","type":"AssumedRole","principalId":"AROAWEB:i-0a1b2c3d"}`,
		`{"type":"AssumedRole","inScopeOf":{"issuerType":"AWS::EC2::Instance","credentialsIssuedTo":"arn:aws:ec2:eu-west-1:111122223333:instance/i-0a1b2c3d"}}`,
		`{"type":"IAMUser","accessKeyId":"\u0041KIADECOY0000000001"}`, `{"type" : "Role" , "principalId" : "AROAOTHER:x"}`,
	} {
		f.Add(caller)
	}
	table := callersTable()
	f.Fuzz(func(t *testing.T, caller string) {
		for _, name := range []string{"GetObject", "PutBucketPolicy"} {
			b := record("s3.amazonaws.com", name, caller)
			rec, ok := scan.Object(b)
			if !ok || rec.Unsure || !json.Valid(b) { // for the strict decoder alone
				return
			}
			e, err := event.Decode(b)
			if err != nil {
				return
			}
			if wanted := table.Match(e); len(wanted) > 0 && table.Wants(seen(rec)) == route.None {
				t.Errorf("%v want the record, its bytes say otherwise: %s", wanted, b)
			}
		}
	})
}

// A person's Decrypt reads, whatever its name says: the record does.
func TestWhatAPersonReadsIsNotWanted(t *testing.T) {
	for readOnly, want := range map[bool]route.Want{true: route.None, false: route.Each} {
		r := route.Record{Source: []byte("kms.amazonaws.com"), Name: []byte("Decrypt"), Caller: []byte(person), ReadOnly: readOnly}
		if got := callersTable().Wants(r); got != want {
			t.Errorf("readOnly %v: %v", readOnly, got)
		}
	}
}

func TestRoutingByCallerAllocatesNothing(t *testing.T) {
	table, seed := callersTable(), maphash.MakeSeed()
	for _, name := range []string{"GetObject", "PutBucketPolicy"} {
		for _, caller := range []string{delivered, job, build, decoy, person, root} {
			r := route.Record{Source: []byte("s3.amazonaws.com"), Name: []byte(name), Caller: []byte(caller), Address: []byte("192.0.2.10")}
			if n := testing.AllocsPerRun(100, func() { table.Wants(r); r.Key(seed) }); n != 0 {
				t.Errorf("%v allocations for %s", n, caller)
			}
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
	r := route.Record{Source: []byte("s3.amazonaws.com"), Name: []byte("PutObject"), Caller: []byte(build)}
	for _, c := range []struct {
		name string
		on   []playbook.Trigger
	}{
		{"calls", []playbook.Trigger{playbook.Call(call.EC2RunInstances)}},
		{"instances", []playbook.Trigger{playbook.CallerInstance()}},
		{"people", []playbook.Trigger{playbook.CallerPerson(false)}},
		{"both", []playbook.Trigger{playbook.CallerInstance(), playbook.CallerPerson(false)}},
		{"named-1", []playbook.Trigger{playbook.CallerInstance(), playbook.Caller(many[:1]...)}},
		{"named-10000", []playbook.Trigger{playbook.CallerInstance(), playbook.Caller(many...)}},
	} {
		table := route.New([]playbook.Definition{{ID: "x", On: c.on}})
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				table.Wants(r)
			}
		})
	}
}
