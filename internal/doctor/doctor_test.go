package doctor_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/aws-sdk-go-v2/service/securityhub"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/google/go-cmp/cmp"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/cloud"
	"github.com/ripostehq/riposte/internal/config"
	"github.com/ripostehq/riposte/internal/doctor"
	"github.com/ripostehq/riposte/internal/mototest"
	"github.com/ripostehq/riposte/internal/pattern"
	"github.com/ripostehq/riposte/playbook"
	"github.com/ripostehq/riposte/playbooks"
)

var (
	ireland  = event.Place{Partition: "aws", Account: mototest.Account, Region: "eu-west-1"}
	virginia = event.Place{Partition: "aws", Account: mototest.Account, Region: "us-east-1"} // where IAM tells what happens
)

// configured is a configuration with a queue.
func configured(t *testing.T, text string) *config.Config {
	t.Helper()
	c, err := config.Parse("riposte.yaml", []byte(text), playbooks.All())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func rules(t *testing.T, of []playbook.Definition) []pattern.Rule {
	t.Helper()
	all, err := pattern.For(of)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// said are findings in one line each: what is to be mended as well where something is.
func said(t *testing.T, p doctor.Parts) (out []string) {
	t.Helper()
	doctor.Run(t.Context(), p, func(f doctor.Finding) {
		line := fmt.Sprintf("%s %s %s", f.State, f.Check, f.Region)
		if f.State != doctor.OK {
			line += ": " + f.Says
		}
		if (f.Mend == "") != (f.State == doctor.OK) {
			t.Errorf("%s: mend by %q", line, f.Mend)
		}
		out = append(out, strings.TrimSpace(line))
	})
	return out
}

// An account in which nothing is set up, and then all is.
func TestAnAccountIsSetUpUntilNothingIsLeftToMend(t *testing.T) {
	moto := mototest.Start(t)
	queue := makeQueue(t, moto, "riposte", nil)
	c := configured(t, fmt.Sprintf(`
organization: {accounts: [{id: "%s"}], regions: [eu-west-1]}
sources: [{sqs: {queue_url: %q, region: eu-west-1}}]
report: {security_hub: true}
`, mototest.Account, queue))
	p := doctor.Parts{
		Config: c, Own: moto.Config, Home: ireland, Accounts: []doctor.Account{{ID: mototest.Account, Regions: []string{"eu-west-1"}}},
		Rules: rules(t, playbooks.All()), Ledger: func() (string, error) { return "it can be read", nil }, Now: time.Now, Call: time.Minute,
		AWS: cloud.New(cloud.Options{Base: moto.Config, Guard: doctor.Guard(), Now: time.Now}),
	}
	first := said(t, p)
	want := []string{
		"ok credentials", "ok clock", "ok ledger",
		"ok source eu-west-1", "warning source eu-west-1: the queue has no dead-letter queue: what can't be read comes again for days",
		"ok read eu-west-1", "failed rules eu-west-1: no enabled rule on the default bus delivers autoscaling:", "failed security-hub eu-west-1: ",
		"warning isolation eu-west-1: vpc-",
		"failed rules us-east-1: no enabled rule on the default bus delivers calls by instances' sessions, changes by people, cloudfront:",
	}
	if len(first) != len(want) {
		t.Fatalf("found %d things: %q", len(first), first)
	}
	for i, w := range want {
		if !strings.HasPrefix(first[i], w) {
			t.Errorf("found %q, want %q", first[i], w)
		}
	}
	dead := makeQueue(t, moto, "riposte-dead", nil)
	redrive(t, moto, queue, dead)
	deliver(t, moto, ireland, p.Rules)
	deliver(t, moto, virginia, p.Rules)
	if _, err := securityhub.NewFromConfig(moto.Config(ireland)).EnableSecurityHub(t.Context(), &securityhub.EnableSecurityHubInput{}); err != nil {
		t.Fatal(err)
	}
	isolate(t, moto)
	all := []string{
		"ok credentials", "ok clock", "ok ledger", "ok source eu-west-1", "ok read eu-west-1", "ok rules eu-west-1", "ok security-hub eu-west-1",
		"ok isolation eu-west-1", "ok rules us-east-1",
	}
	if d := cmp.Diff(all, said(t, p)); d != "" {
		t.Error(d)
	}
	woken, c2 := p, *p.Config
	c2.Lambda.WakeQueue = makeQueue(t, moto, "riposte-wake", nil)
	woken.Config = &c2
	if now := said(t, woken); len(now) != len(all)+1 || strings.Contains(strings.Join(now, "\n"), "dead-letter") {
		t.Errorf("a queue of wakes, which loses nothing with them, is found to be %q", now)
	}
	redirect(t, moto, p.Rules[0], "arn:aws:events:eu-west-1:666677778888:event-bus/riposte-events")
	if now := said(t, p); !strings.HasPrefix(now[5], "warning rules eu-west-1: nothing known to be riposte's hub gets autoscaling:") ||
		!strings.HasSuffix(now[5], "their rules deliver to arn:aws:events:eu-west-1:666677778888:event-bus/riposte-events") {
		t.Errorf("a rule that was redirected is found to be %q", now[5])
	}
	redirect(t, moto, p.Rules[0], "arn:aws:events:eu-west-1:"+mototest.Account+":event-bus/riposte-events")
	if now := said(t, p); now[5] != all[5] {
		t.Errorf("a rule that delivers to the hub's bus is found to be %q", now[5])
	}
	for _, spoilt := range []func(*pattern.Pattern){
		func(p *pattern.Pattern) { p.DetailType = []pattern.Value{"AWS Service Event via CloudTrail"} },
		func(p *pattern.Pattern) { p.Source = []pattern.Value{"aws.nothing"} },
		func(p *pattern.Pattern) { p.Detail.EventSource = []pattern.Value{"nothing.amazonaws.com"} },
	} {
		r := p.Rules[0]
		spoilt(&r.Pattern)
		deliver(t, moto, ireland, []pattern.Rule{r})
		if now := said(t, p); !strings.HasPrefix(now[5], "failed rules eu-west-1: no enabled rule on the default bus delivers autoscaling:") {
			t.Errorf("a rule that lets nothing through, %+v, is found to be %q", r.Pattern, now[5])
		}
	}
	narrow(t, moto, p.Rules[0])
	if now := said(t, p); !strings.HasPrefix(now[5], "failed rules") {
		t.Errorf("a rule that asks for more than riposte does is found to be %q", now[5])
	}
	deliver(t, moto, ireland, p.Rules[:1])
	if now := said(t, p); now[5] != all[5] {
		t.Errorf("the rule that was mended is found to be %q", now[5])
	}
	disable(t, moto, p.Rules[0])
	if now := said(t, p); !strings.HasPrefix(now[5], "failed rules") {
		t.Errorf("a rule that was switched off is found to be %q", now[5])
	}
}

// isolate makes the group of each network, as the spoke's module does.
func isolate(t *testing.T, moto *mototest.Server) {
	t.Helper()
	client := ec2.NewFromConfig(moto.Config(ireland))
	networks, err := client.DescribeVpcs(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, vpc := range networks.Vpcs {
		made, err := client.CreateSecurityGroup(t.Context(), &ec2.CreateSecurityGroupInput{
			GroupName: aws.String(action.IsolationGroup), Description: aws.String("isolation"), VpcId: vpc.VpcId,
			TagSpecifications: []ec2types.TagSpecification{{
				ResourceType: ec2types.ResourceTypeSecurityGroup, Tags: []ec2types.Tag{{Key: aws.String(action.IsolationTag), Value: aws.String("true")}},
			}},
		})
		if err != nil {
			t.Fatal(err)
		}
		_, err = client.RevokeSecurityGroupEgress(t.Context(), &ec2.RevokeSecurityGroupEgressInput{GroupId: made.GroupId, IpPermissions: []ec2types.IpPermission{
			{IpProtocol: aws.String("-1"), IpRanges: []ec2types.IpRange{{CidrIp: aws.String("0.0.0.0/0")}}},
		}})
		if err != nil {
			t.Fatal(err)
		}
	}
}

func makeQueue(t *testing.T, moto *mototest.Server, name string, attributes map[string]string) string {
	t.Helper()
	out, err := sqs.NewFromConfig(moto.Config(ireland)).CreateQueue(t.Context(), &sqs.CreateQueueInput{QueueName: &name, Attributes: attributes})
	if err != nil {
		t.Fatal(err)
	}
	return *out.QueueUrl
}

func redrive(t *testing.T, moto *mototest.Server, queue, dead string) {
	t.Helper()
	policy, err := json.Marshal(map[string]any{
		"deadLetterTargetArn": "arn:aws:sqs:eu-west-1:" + mototest.Account + ":" + dead[strings.LastIndexByte(dead, '/')+1:], "maxReceiveCount": 5,
	})
	if err != nil {
		t.Fatal(err)
	}
	_, err = sqs.NewFromConfig(moto.Config(ireland)).SetQueueAttributes(t.Context(), &sqs.SetQueueAttributesInput{
		QueueUrl: &queue, Attributes: map[string]string{"RedrivePolicy": string(policy)},
	})
	if err != nil {
		t.Fatal(err)
	}
}

// deliver puts the generated rules in place, as the spoke does.
func deliver(t *testing.T, moto *mototest.Server, at event.Place, rules []pattern.Rule) {
	t.Helper()
	bus := eventbridge.NewFromConfig(moto.Config(at))
	for _, r := range rules {
		text, err := json.Marshal(r.Pattern)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := bus.PutRule(t.Context(), &eventbridge.PutRuleInput{Name: aws.String("riposte-" + r.Name), EventPattern: aws.String(string(text)), State: types.RuleState(r.State)}); err != nil {
			t.Fatal(err)
		}
		_, err = bus.PutTargets(t.Context(), &eventbridge.PutTargetsInput{Rule: aws.String("riposte-" + r.Name), Targets: []types.Target{
			{Id: aws.String("hub"), Arn: aws.String("arn:aws:sqs:eu-west-1:" + mototest.Account + ":riposte")},
		}})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// redirect gives a rule another target in place of the one it has.
func redirect(t *testing.T, moto *mototest.Server, r pattern.Rule, target string) {
	t.Helper()
	_, err := eventbridge.NewFromConfig(moto.Config(ireland)).PutTargets(t.Context(), &eventbridge.PutTargetsInput{
		Rule: aws.String("riposte-" + r.Name), Targets: []types.Target{{Id: aws.String("hub"), Arn: aws.String(target)}},
	})
	if err != nil {
		t.Fatal(err)
	}
}

// narrow has a rule let through only what comes from an account that there is not.
func narrow(t *testing.T, moto *mototest.Server, r pattern.Rule) {
	t.Helper()
	text, err := json.Marshal(map[string]any{
		"account": []string{"000000000000"}, "source": r.Pattern.Source, "detail-type": r.Pattern.DetailType, "detail": r.Pattern.Detail,
	})
	if err != nil {
		t.Fatal(err)
	}
	_, err = eventbridge.NewFromConfig(moto.Config(ireland)).PutRule(t.Context(), &eventbridge.PutRuleInput{
		Name: aws.String("riposte-" + r.Name), EventPattern: aws.String(string(text)),
	})
	if err != nil {
		t.Fatal(err)
	}
}

func disable(t *testing.T, moto *mototest.Server, r pattern.Rule) {
	t.Helper()
	_, err := eventbridge.NewFromConfig(moto.Config(ireland)).DisableRule(t.Context(), &eventbridge.DisableRuleInput{Name: aws.String("riposte-" + r.Name)})
	if err != nil {
		t.Fatal(err)
	}
}

// A function's events come by its own triggers; what it has of its own is the queue that brings it back.
func TestAFunctionsWakeQueue(t *testing.T) {
	moto := mototest.Start(t)
	p := doctor.Parts{
		Config: configured(t, "lambda: {wake_queue: "+makeQueue(t, moto, "riposte-wake", nil)+"}"), Own: moto.Config, Home: ireland,
		Ledger: func() (string, error) { return "it can be read", nil }, Now: time.Now, Call: time.Minute,
		AWS: cloud.New(cloud.Options{Base: moto.Config, Guard: doctor.Guard(), Now: time.Now}),
	}
	if found := said(t, p); found[3] != "ok source eu-west-1" {
		t.Errorf("the queue is found to be %q", found[3])
	}
}

func TestATrailsBucket(t *testing.T) {
	moto := mototest.Start(t)
	p := doctor.Parts{
		Config: configured(t, "sources: [{s3: {bucket: org-trail, region: eu-west-1}}]"), Own: moto.Config, Home: ireland,
		Ledger: func() (string, error) { return "it can be read", nil }, Now: time.Now, Call: time.Minute,
		AWS: cloud.New(cloud.Options{Base: moto.Config, Guard: doctor.Guard(), Now: time.Now}),
	}
	if found := said(t, p); !strings.HasPrefix(found[3], "failed source eu-west-1: ") || !strings.Contains(found[3], "NoSuchBucket") {
		t.Errorf("a bucket that there is not is found to be %q", found[3])
	}
	_, err := s3.NewFromConfig(moto.Config(ireland), func(o *s3.Options) { o.UsePathStyle = true }).CreateBucket(t.Context(), &s3.CreateBucketInput{
		Bucket: aws.String("org-trail"), CreateBucketConfiguration: &s3types.CreateBucketConfiguration{LocationConstraint: "eu-west-1"},
	})
	if err != nil {
		t.Fatal(err)
	}
	if found := said(t, p); found[3] != "ok source eu-west-1" {
		t.Errorf("the bucket is found to be %q", found[3])
	}
}

// What riposte itself lacks is said without a request to any account.
func TestRiposteItself(t *testing.T) {
	moto := mototest.Start(t)
	moto.Down()
	c := configured(t, `
sources: [{http: {listen: "127.0.0.1:0", secret_env: RIPOSTE_HTTP_SECRET}}]
`)
	p := doctor.Parts{
		Config: c, Own: moto.Config, Home: ireland, Ledger: func() (string, error) { return "", errors.New("there is no ledger riposte.db") },
		Getenv: func(string) string { return "" }, Now: time.Now, Call: time.Minute,
		AWS: cloud.New(cloud.Options{Base: moto.Config, Guard: doctor.Guard(), Now: time.Now}),
	}
	found := said(t, p)
	if len(found) != 1 || !strings.HasPrefix(found[0], "failed credentials") {
		t.Errorf("without an account to ask more was said than that: %q", found)
	}
	moto.Up(t)
	found = said(t, p)
	if !strings.Contains(found[2], "there is no ledger") || !strings.HasSuffix(found[3], "http on 127.0.0.1:0 has no secret") {
		t.Errorf("found %q", found)
	}
	p.Now = func() time.Time { return time.Now().Add(time.Minute) }
	if found = said(t, p); !strings.HasPrefix(found[1], "warning clock : ") {
		t.Errorf("a minute off is found to be %q", found[1])
	}
	p.Now = func() time.Time { return time.Now().Add(-time.Hour) }
	if found = said(t, p); !strings.HasPrefix(found[1], "failed clock : ") {
		t.Errorf("an hour off is found to be %q", found[1])
	}
}

// Without a word about accounts riposte looks at its own; an organisation that does not answer is told.
func TestWhichAccounts(t *testing.T) {
	moto := mototest.Start(t)
	p := doctor.Parts{
		Config: configured(t, ``), Own: moto.Config, Home: ireland, Unknown: errors.New("list the accounts of the organisation: AccessDenied"),
		Ledger: func() (string, error) { return "it can be read", nil }, Now: time.Now, Call: time.Minute,
		AWS: cloud.New(cloud.Options{Base: moto.Config, Guard: doctor.Guard(), Now: time.Now}),
	}
	want := []string{
		"ok credentials", "ok clock", "ok ledger", "failed organization : list the accounts of the organisation: AccessDenied",
		"failed source : no source is configured", "ok read eu-west-1", "ok rules eu-west-1", "ok isolation eu-west-1",
	}
	isolate(t, moto)
	if d := cmp.Diff(want, said(t, p)); d != "" {
		t.Error(d)
	}
}
