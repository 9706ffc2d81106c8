package use_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/iam/rewrite"
	"github.com/ripostehq/riposte/playbook/use"
)

const (
	account = "111122223333"
	role    = "AROAEXAMPLEBATCH00000"
	roleARN = "arn:aws:iam::111122223333:role/batch"
)

var now = time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)

func ago(days int) time.Time { return now.Add(-time.Duration(days) * 24 * time.Hour) }

// called is a record of the role's.
func called(source, name string, at time.Time, more ...string) event.Event {
	record := fmt.Sprintf(`{"eventVersion":"1.08","eventID":"%d","eventTime":%q,"eventSource":%q,"eventName":%q,"awsRegion":"eu-west-1","recipientAccountId":%q,`+
		`"userIdentity":{"type":"AssumedRole","principalId":"%s:s","arn":"arn:aws:sts::%s:assumed-role/batch/s","accountId":%q,`+
		`"sessionContext":{"sessionIssuer":{"type":"Role","principalId":%q,"arn":%q,"accountId":%q,"userName":"batch"}}}%s}`,
		at.UnixNano(), at.UTC().Format(time.RFC3339), source, name, account, role, account, account, role, roleARN, account, strings.Join(append([]string{""}, more...), ","))
	e, err := event.Decode([]byte(record))
	if err != nil {
		panic(err)
	}
	return e
}

// year is a trail that has a record of each day, of a call that some other makes.
func year(events ...event.Event) *use.Trail {
	t := use.NewTrail()
	t.Whole = true
	for day := range 400 {
		t.Fold(called("ec2.amazonaws.com", "DescribeInstances", ago(day)), true)
	}
	for _, e := range events {
		t.Fold(e, true)
	}
	for _, a := range []string{"sqs:purgequeue", "iam:createuser"} {
		t.Recorded[a] = true
	}
	return t
}

func report() *use.Accessed {
	return &use.Accessed{Made: now, Services: map[string]use.Service{
		"sqs": {Last: ago(3), Actions: map[string]time.Time{"CreateQueue": ago(3), "DeleteQueue": {}, "TagQueue": {}}},
		"s3":  {},
		"ec2": {Last: ago(390), Actions: map[string]time.Time{"RunInstances": ago(390)}},
	}}
}

func TestOf(t *testing.T) {
	old := ago(800)
	for _, c := range []struct {
		name, action string
		evidence     use.Evidence
		want         rewrite.Use
		source       use.Source
		why          string
	}{
		{"a tracked action has a date", "sqs:CreateQueue", use.Evidence{Made: old, Accessed: report()}, rewrite.Used, use.ByAccessed, ""},
		{"in upper case", "SQS:CREATEQUEUE", use.Evidence{Made: old, Accessed: report()}, rewrite.Used, use.ByAccessed, ""},
		{"a tracked action has none", "sqs:DeleteQueue", use.Evidence{Made: old, Accessed: report()}, rewrite.Unused, use.ByAccessed, ""},
		{"an action is not tracked", "sqs:SendMessage", use.Evidence{Made: old, Accessed: report()}, rewrite.Unknown, "", "does not track"},
		{"a service was never touched", "s3:GetObject", use.Evidence{Made: old, Accessed: report()}, rewrite.Unused, use.ByAccessed, ""},
		{"a service is not in the report", "kms:Decrypt", use.Evidence{Made: old, Accessed: report()}, rewrite.Unknown, "", "has nothing of kms"},
		{"used longer ago than a year is used still", "ec2:RunInstances", use.Evidence{Made: old, Accessed: report()}, rewrite.Used, use.ByAccessed, ""},
		{"tags may be put by other calls", "sqs:TagQueue", use.Evidence{Made: old, Accessed: report()}, rewrite.Unknown, "", "beside"},
		{"a role that is young", "s3:GetObject", use.Evidence{Made: ago(364), Accessed: report()}, rewrite.Unknown, "", "younger"},
		{"a role of unknown age", "s3:GetObject", use.Evidence{Accessed: report()}, rewrite.Unknown, "", "not known when"},
		{"nobody was asked", "s3:GetObject", use.Evidence{Made: old}, rewrite.Unknown, "", "was not asked"},
		{"the trail shows a use that IAM does not track", "sqs:SendMessage", use.Evidence{Made: old, Accessed: report(), Trail: year(called("sqs.amazonaws.com", "SendMessage", ago(1)))}, rewrite.Used, use.ByTrail, ""},
		{"a whole trail shows none", "sqs:PurgeQueue", use.Evidence{Made: old, Accessed: report(), Trail: year()}, rewrite.Unused, use.ByTrail, ""},
		{"a trail that nobody calls whole", "sqs:PurgeQueue", use.Evidence{Made: old, Trail: partly(year())}, rewrite.Unknown, "", "IAM was not asked"},
		{"a trail with a gap", "sqs:PurgeQueue", use.Evidence{Made: old, Accessed: report(), Trail: gap(year(), 200)}, rewrite.Unknown, "", "does not track"},
		{"an action that no trail shows", "sqs:ReceiveMessage", use.Evidence{Made: old, Accessed: report(), Trail: year()}, rewrite.Unknown, "", "does not track"},
		{"a call that is not understood", "sqs:DeleteQueue", use.Evidence{Made: old, Accessed: report(), Trail: year(called("sqs.amazonaws.com", "SomethingElse", ago(9)))}, rewrite.Unknown, "", "SomethingElse"},
		{"a call of a service that is not known", "s3:GetObject", use.Evidence{Made: old, Accessed: report(), Trail: year(called("tomorrow.amazonaws.com", "Act", ago(9)))}, rewrite.Unknown, "", "tomorrow"},
		{"a denied attempt is no use", "sqs:PurgeQueue", use.Evidence{Made: old, Trail: year(called("sqs.amazonaws.com", "PurgeQueue", ago(1), `"errorCode":"AccessDenied"`))}, rewrite.Unused, use.ByTrail, ""},
		{"nor where IAM counted it", "sqs:CreateQueue", use.Evidence{Made: old, Accessed: report(), Trail: year(called("sqs.amazonaws.com", "CreateQueue", ago(3), `"errorCode":"AccessDenied"`))}, rewrite.Unused, use.ByAccessed, ""},
		{"a failure of another sort is a use", "sqs:PurgeQueue", use.Evidence{Made: old, Trail: year(called("sqs.amazonaws.com", "PurgeQueue", ago(1), `"errorCode":"QueueDoesNotExist"`))}, rewrite.Used, use.ByTrail, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := c.evidence
			e.Principal, e.Account, e.Now = role, account, now
			if got := e.Of(c.action); got.Use != c.want || got.Source != c.source || !strings.Contains(got.Why, c.why) {
				t.Errorf("%s (%+v)", got, got)
			}
		})
	}
}

func partly(t *use.Trail) *use.Trail { t.Whole = false; return t }

func gap(t *use.Trail, days int) *use.Trail {
	delete(t.Days[account], ago(days).Format(time.DateOnly))
	return t
}

// The batch job runs each quarter: whatever is read of the trail, its calls are used or unknown, and never unused.
func TestTheQuarterlyJobIsNeverUnused(t *testing.T) {
	for last := 1; last <= 95; last += 7 { // days since it ran last
		trail := year()
		for day := last; day < 400; day += 91 {
			trail.Fold(called("sqs.amazonaws.com", "PurgeQueue", ago(day)), true)
		}
		e := use.Evidence{Principal: role, Account: account, Made: ago(900), Now: now, Trail: trail}
		if got := e.Of("sqs:PurgeQueue"); got.Use != rewrite.Used {
			t.Errorf("%d days after its last run: %s", last, got)
		}
		short := use.NewTrail() // the last thirty days, called whole
		short.Whole = true
		for day := range 30 {
			short.Fold(called("ec2.amazonaws.com", "DescribeInstances", ago(day)), true)
		}
		short.Recorded["sqs:purgequeue"] = true
		e.Trail = short
		if got := e.Of("sqs:PurgeQueue"); got.Use == rewrite.Unused {
			t.Errorf("by thirty days: %s", got)
		}
	}
}

// iam:PassRole is in no record: it shows in the parameters of the calls that hand a role on.
func TestPassRole(t *testing.T) {
	for _, c := range []struct {
		name, source, call, parameters string
		want                           rewrite.Use
	}{
		{"a function gets a role", "lambda.amazonaws.com", "CreateFunction20150331", `{"functionName":"f","role":"arn:aws:iam::111122223333:role/f"}`, rewrite.Used},
		{"an instance gets a profile by name", "ec2.amazonaws.com", "RunInstances", `{"iamInstanceProfile":{"name":"web"}}`, rewrite.Used},
		{"a template may hold one", "autoscaling.amazonaws.com", "CreateAutoScalingGroup", `{"launchTemplate":{"launchTemplateId":"lt-1"}}`, rewrite.Used},
		{"an instance without", "ec2.amazonaws.com", "RunInstances", `{"imageId":"ami-1","iamInstanceProfile":{}}`, rewrite.Unknown},
		{"IAM is asked about a role", "iam.amazonaws.com", "GetRole", `{"roleName":"web"}`, rewrite.Unknown},
		{"a role is assumed", "sts.amazonaws.com", "AssumeRole", `{"roleArn":"arn:aws:iam::111122223333:role/f"}`, rewrite.Unknown},
		{"a role goes into a profile", "iam.amazonaws.com", "AddRoleToInstanceProfile", `{"roleName":"web","instanceProfileName":"web"}`, rewrite.Used},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := use.Evidence{Principal: role, Account: account, Made: ago(900), Now: now, Trail: year(called(c.source, c.call, ago(5), `"requestParameters":`+c.parameters))}
			if got := e.Of("iam:PassRole"); got.Use != c.want || got.Use == rewrite.Used && got.Source != use.ByParameters {
				t.Errorf("%s", got)
			}
		})
	}
	untouched := &use.Accessed{Made: now, Services: map[string]use.Service{}}
	for _, a := range use.Passing() {
		service, _, _ := strings.Cut(strings.ToLower(a), ":")
		untouched.Services[service] = use.Service{}
	}
	e := use.Evidence{Principal: role, Account: account, Made: ago(900), Now: now, Accessed: untouched}
	if got := e.Of("iam:PassRole"); got.Use != rewrite.Unused {
		t.Errorf("no passing action was used: %s", got)
	}
	untouched.Services["lambda"] = use.Service{Last: ago(9)}
	if got := e.Of("iam:PassRole"); got.Use != rewrite.Unknown {
		t.Errorf("Lambda was touched: %s", got)
	}
	e.Has = func(action string) bool { return strings.HasPrefix(action, "ec2:") }
	if got := e.Of("iam:PassRole"); got.Use != rewrite.Unused {
		t.Errorf("Lambda was touched, and nothing of it is allowed that passes a role: %s", got)
	}
}

func TestActions(t *testing.T) {
	for _, c := range []struct{ source, name, want string }{
		{"ec2.amazonaws.com", "RunInstances", "ec2:RunInstances"},
		{"s3.amazonaws.com", "ListObjects", "s3:ListBucket"},
		{"s3.amazonaws.com", "CopyObject", "s3:PutObject s3:GetObject"},
		{"lambda.amazonaws.com", "Invoke", "lambda:InvokeFunction"},
		{"lambda.amazonaws.com", "UpdateFunctionCode20150331v2", "lambda:UpdateFunctionCode"},
		{"cloudfront.amazonaws.com", "CreateDistribution2020_05_31", "cloudfront:CreateDistribution"},
		{"monitoring.amazonaws.com", "PutMetricAlarm", "cloudwatch:PutMetricAlarm"},
		{"email.amazonaws.com", "SendEmail", "ses:SendEmail"},
		{"signin.amazonaws.com", "ConsoleLogin", ""},
		{"ec2.amazonaws.com", "Tomorrow", ""},
	} {
		if got := strings.Join(use.Actions(c.source, c.name), " "); got != c.want {
			t.Errorf("%s %s needs %q, not %q", c.source, c.name, got, c.want)
		}
	}
}

func TestPassingActionsAreAWSs(t *testing.T) {
	of := rewrite.AWS()
	for _, a := range use.Passing() {
		if !of.Has(a) {
			t.Errorf("%s is not in the catalogue", a)
		}
	}
	if n := len(use.Passing()); n < 250 {
		t.Errorf("only %d", n)
	}
}

// What was learned is kept as JSON, and what is learned later is added to it.
func TestATrailIsKeptAndMerged(t *testing.T) {
	first, second := use.NewTrail(), use.NewTrail()
	first.Fold(called("sqs.amazonaws.com", "SendMessage", ago(9)), true)
	second.Fold(called("sqs.amazonaws.com", "SendMessage", ago(2)), true)
	second.Fold(called("sqs.amazonaws.com", "PurgeQueue", ago(2), `"errorCode":"AccessDenied"`), true)
	both := use.NewTrail()
	both.Fold(called("sqs.amazonaws.com", "SendMessage", ago(9)), true)
	both.Fold(called("sqs.amazonaws.com", "SendMessage", ago(2)), true)
	both.Fold(called("sqs.amazonaws.com", "PurgeQueue", ago(2), `"errorCode":"AccessDenied"`), true)
	b, err := json.Marshal(second)
	if err != nil {
		t.Fatal(err)
	}
	again := use.NewTrail()
	if err := json.Unmarshal(b, again); err != nil {
		t.Fatal(err)
	}
	first.Merge(again)
	if got, want := first.Principals[role], both.Principals[role]; !reflect.DeepEqual(got.Actions, want.Actions) || !reflect.DeepEqual(got.Denied, want.Denied) || !reflect.DeepEqual(first.Days, both.Days) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if strings.Contains(string(b), "assumed-role") {
		t.Errorf("more than the principal is kept: %s", b)
	}
}

// What was stored of a principal without a denied or an unknown call takes such calls later.
func TestAStoredTrailTakesWhatItHadNoneOf(t *testing.T) {
	b, err := json.Marshal(func() *use.Trail {
		t := use.NewTrail()
		t.Fold(called("sqs.amazonaws.com", "SendMessage", ago(9)), true)
		return t
	}())
	if err != nil {
		t.Fatal(err)
	}
	kept, fresh := use.NewTrail(), use.NewTrail()
	if err := json.Unmarshal(b, kept); err != nil {
		t.Fatal(err)
	}
	fresh.Fold(called("sqs.amazonaws.com", "PurgeQueue", ago(2), `"errorCode":"AccessDenied"`), true)
	fresh.Fold(called("sqs.amazonaws.com", "Tomorrow", ago(1)), true)
	fresh.Principals["AROANOTHINGISKNOWNOF"] = nil
	kept.Merge(fresh)
	if d := kept.Principals[role]; d.Denied["sqs:purgequeue"] != 1 || d.Unmapped["sqs"] == "" || len(d.Actions) != 1 {
		t.Errorf("%+v", d)
	}
}
