package hardening_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/action/actiontest"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/world"
	"github.com/ripostehq/riposte/playbook"
	"github.com/ripostehq/riposte/playbooks/hardening"
)

const answers = "instance i-0web: instance i-0web answers metadata requests without a token"

// web is an instance with what else is said of it.
func web(more string) string {
	return "        instances: [{id: i-0web, image: ami-0bbbbbbbbbbbbbbbb, for: 2000h" + more + "}]\n"
}

func TestTokensAreRequiredUnaskedOnlyWhereNobodyCallsWithoutOne(t *testing.T) {
	still := measured{"MetadataNoToken": {Values: each(14, 0)}}
	require, ask := []string{answers + "\n  ec2.require-tokens i-0web"}, []string{answers + "\n  ec2.require-tokens i-0web ?"}
	managed := func(by string) []string {
		return []string{answers + "; " + by + " manages it: set HttpTokens to required in its metadata options there"}
	}
	tell(t, hardening.IMDSv1(), []story{
		{name: "nobody calls without one", region: web(""), metrics: still, want: require},
		{name: "one call in 14 days", region: web(""), metrics: measured{"MetadataNoToken": {Values: append(each(13, 0), 1)}}, want: ask},
		{name: "a day without data", region: web(""), metrics: measured{"MetadataNoToken": {Values: each(13, 0)}}, want: ask},
		{name: "no data", region: web(""), metrics: measured{}, want: ask},
		{name: "CloudWatch can't be asked", region: web(""), want: ask},
		{name: "stopped, with zeros from before", region: web(", state: stopped"), metrics: still, want: ask},
		{name: "more days are wanted", region: web(""), params: "days: 30", metrics: measured{"MetadataNoToken": {Days: 30, Values: each(14, 0)}}, want: ask},
		{name: "tokens are required", region: web(", metadata: {tokens: required}"), metrics: still},
		{name: "the service is disabled", region: web(", metadata: {endpoint: disabled}"), metrics: still},
		{name: "terminated", region: web(", state: terminated"), metrics: still},
		{name: "a member of a group", region: web(`, tags: {"aws:autoscaling:groupName": web}`), metrics: still},
		{name: "launched by a fleet", region: web(`, tags: {"aws:ec2:fleet-id": fleet-0a}`), metrics: still},
		{name: "launched by hand from a template", region: web(`, tags: {"aws:ec2launchtemplate:id": lt-0a, "aws:ec2launchtemplate:version": "1"}`), metrics: still, want: require},
		{name: "CloudFormation's", region: web(`, tags: {"aws:cloudformation:stack-name": web}`), metrics: still, want: managed("the CloudFormation stack web")},
		{name: "Beanstalk's, by CloudFormation", region: web(`, tags: {"aws:cloudformation:stack-name": awseb-1, "elasticbeanstalk:environment-name": shop}`), metrics: still, want: managed("the Beanstalk environment shop")},
		{name: "of a service that is not known yet", region: web(`, tags: {"aws:newservice:id": "1"}`), metrics: still, want: managed("a service of AWS")},
		{name: "Terraform's", region: web(`, tags: {managed-by: terraform}`), params: "code_tags: [managed-by]", metrics: still, want: managed("code, by the tag managed-by")},
		{name: "a tag of somebody's that looks like one", region: web(`, tags: {"AWS:cloudformation": "no", "awesome": "yes"}`), metrics: still, want: require},
		{name: "terminated meanwhile", region: web(""), metrics: still, then: func(_ *world.World, c *actiontest.AWS) error {
			_, err := c.Writes().EC2(here).TerminateInstances(t.Context(), &ec2.TerminateInstancesInput{InstanceIds: []string{"i-0web"}})
			return err
		}},
		{name: "tokens required meanwhile", region: web(""), metrics: still, then: func(_ *world.World, c *actiontest.AWS) error {
			_, err := c.Writes().EC2(here).ModifyInstanceMetadataOptions(t.Context(), &ec2.ModifyInstanceMetadataOptionsInput{InstanceId: aws.String("i-0web"), HttpTokens: types.HttpTokensStateRequired})
			return err
		}},
	}, event.Instance)
}

func TestAMetricThatCanNotBeReadIsAnError(t *testing.T) {
	_, c := opened(t, web(""))
	book, seen := story{only: event.Instance}.listed(t, hardening.IMDSv1(), c)
	if _, err := book.Check(t.Context(), playbook.In{AWS: c.Reads(), Metrics: broken{}}, "c_1", seen[0]); !errors.Is(err, errThrottled) {
		t.Errorf("%v: nothing is known of who calls", err)
	}
}

// What is changed is exactly whether a token is wanted; undone, all is as it was, what others changed meanwhile excepted.
func TestOtherMetadataOptionsStay(t *testing.T) {
	w, c := opened(t, web(", metadata: {hops: 3, tags: enabled, ipv6: enabled}"))
	book, seen := story{only: event.Instance}.listed(t, hardening.IMDSv1(), c)
	found, err := book.Check(t.Context(), playbook.In{AWS: c.Reads(), Now: w.Now(), Metrics: measured{"MetadataNoToken": {Values: each(14, 0)}}}, "c_1", seen[0])
	if err != nil || len(found) != 1 {
		t.Fatal(found, err)
	}
	do := found[0].Plan.Steps[0].Ladder[0].Do
	look, err := do.Look(t.Context(), c.Reads())
	if err != nil {
		t.Fatal(err)
	}
	for want, change := range []action.Action{do, look.Inverse} {
		if err := change.Do(t.Context(), c.Writes()); err != nil {
			t.Fatal(err)
		}
		out, err := c.Reads().EC2(here).DescribeInstances(t.Context(), &ec2.DescribeInstancesInput{InstanceIds: []string{"i-0web"}})
		if err != nil {
			t.Fatal(err)
		}
		o := out.Reservations[0].Instances[0].MetadataOptions
		if *o.HttpPutResponseHopLimit != 3 || o.InstanceMetadataTags != "enabled" || o.HttpProtocolIpv6 != "enabled" || o.HttpEndpoint != "enabled" {
			t.Errorf("another option was changed: %+v", *o)
		}
		if tokens := []types.HttpTokensState{"required", "optional"}[want]; o.HttpTokens != tokens {
			t.Errorf("tokens are %s, want %s", o.HttpTokens, tokens)
		}
	}
}

func TestImdsParametersThatMakeNoSenseAreRefused(t *testing.T) {
	for _, days := range []int{6, 61} {
		_, err := hardening.IMDSv1().Bind(func(p any) error { p.(*hardening.ImdsParams).Days = days; return nil })
		if err == nil || !strings.Contains(err.Error(), "7 to 60") {
			t.Errorf("%d days: %v", days, err)
		}
	}
}

// A long name, written by any caller, neither fills a title nor makes a change.
func TestANameOfOthersIsCutShort(t *testing.T) {
	_, c := opened(t, web(`, tags: {"eks:nodegroup-name": "`+strings.Repeat("\u202e", 200)+`"}`))
	_, seen := story{only: event.Instance}.listed(t, hardening.IMDSv1(), c)
	if len(seen) != 1 || len([]rune(seen[0].Title)) > 300 || seen[0].Resource != here.In(event.Instance, "i-0web") {
		t.Errorf("%+v", seen)
	}
}
