package call_test

import (
	"slices"
	"testing"

	"github.com/ripostehq/riposte/call"
)

// TestACallIsKnownByItsRecord: where CloudTrail spells a call otherwise than IAM, the record still tells of that call, and a
// rule that waits for the call waits for the record.
func TestACallIsKnownByItsRecord(t *testing.T) {
	for _, c := range []struct {
		source, name string
		want         call.ID
	}{
		{"ec2.amazonaws.com", "RunInstances", call.EC2RunInstances},
		{"lambda.amazonaws.com", "AddPermission20150331v2", call.LambdaAddPermission},
		{"lambda.amazonaws.com", "AddPermission20150331", call.LambdaAddPermission},
		{"lambda.amazonaws.com", "TagResource20170331v2", "lambda:TagResource"},
		{"lambda.amazonaws.com", "Invoke", call.LambdaInvokeFunction},
		{"monitoring.amazonaws.com", "DeleteAlarms", call.CloudWatchDeleteAlarms},
		{"s3.amazonaws.com", "PutObject", "s3:PutObject"},
		{"s3.amazonaws.com", "ListBuckets", "s3:ListAllMyBuckets"},
		{"sdb.amazonaws.com", "Anything20200101", "sdb:Anything20200101"},
	} {
		if got := call.Recorded(c.source, c.name); got != c.want {
			t.Errorf("%s %s is %s, want %s", c.source, c.name, got, c.want)
		}
	}
	for _, c := range call.All() {
		for _, e := range c.ID.Events() {
			if got := call.Recorded(e.Source, e.Name); got != c.ID {
				t.Errorf("%s is recorded as %v, which is read as %s", c.ID, e, got)
			}
		}
	}
}

func TestACallIsKnownByItsClient(t *testing.T) {
	for _, c := range []struct {
		service, operation string
		want               call.ID
	}{
		{"EC2", "RunInstances", call.EC2RunInstances},
		{"Auto Scaling", "SuspendProcesses", call.AutoScalingSuspendProcesses},
		{"EventBridge", "PutEvents", call.EventsPutEvents},
		{"SecurityHub", "BatchImportFindings", call.SecurityHubBatchImportFindings},
		{"Route 53", "ChangeResourceRecordSets", "route53:ChangeResourceRecordSets"},
		{"S3", "ListBuckets", "s3:ListAllMyBuckets"},
	} {
		if got := call.Made(c.service, c.operation); got != c.want {
			t.Errorf("%s.%s is %s, want %s", c.service, c.operation, got, c.want)
		}
	}
}

func TestTheTableIsSound(t *testing.T) {
	known := map[string]bool{}
	for _, s := range call.Services() {
		known[s.Prefix] = true
	}
	all := call.All()
	if !slices.IsSortedFunc(all, func(a, b call.Call) int {
		if a.ID < b.ID {
			return -1
		}
		return 1
	}) {
		t.Error("the table is not sorted by its calls, or has one twice")
	}
	for _, c := range all {
		if !known[c.ID.Service()] {
			t.Errorf("%s: no service has this prefix: add a line to service.go", c.ID)
		}
		if c.Access && c.Write && len(c.On) == 0 {
			t.Errorf("%s changes something, and nothing says which resources it concerns (On)", c.ID)
		}
		if made, _ := call.Of(c.ID); made.ID.Read() == c.Write {
			t.Errorf("%s: Write is %v", c.ID, c.Write)
		}
	}
}
