package world_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/securityhub"
	hubtypes "github.com/aws/aws-sdk-go-v2/service/securityhub/types"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	ssmtypes "github.com/aws/aws-sdk-go-v2/service/ssm/types"
	"github.com/google/go-cmp/cmp"

	"github.com/ripostehq/riposte/internal/world"
)

func TestATemplateFollowsAParameterAtLaunch(t *testing.T) {
	w := made(t, world.Options{})
	ctx, client, parameters := context.Background(), ec2.NewFromConfig(w.Config(ireland, mallory)), ssm.NewFromConfig(w.Config(ireland, mallory))
	_, err := client.CreateLaunchTemplate(ctx, &ec2.CreateLaunchTemplateInput{
		LaunchTemplateName: aws.String("golden"),
		LaunchTemplateData: &ec2types.RequestLaunchTemplateData{ImageId: aws.String("resolve:ssm:/golden"), InstanceType: "t3.micro"},
	})
	if err != nil {
		t.Fatal(err)
	}
	put := &ssm.PutParameterInput{Name: aws.String("/golden"), Value: aws.String("ami-0aaaaaaaaaaaaaaaa"), Type: ssmtypes.ParameterTypeString}
	if _, err := parameters.PutParameter(ctx, put); code(err) != "ParameterAlreadyExists" {
		t.Fatalf("put without overwriting: %v", err)
	}
	put.Overwrite = aws.Bool(true)
	if out, err := parameters.PutParameter(ctx, put); err != nil || out.Version != 2 {
		t.Fatalf("put: %+v, %v", out, err)
	}
	for selector, want := range map[string]string{"/golden": "ami-0aaaaaaaaaaaaaaaa", "/golden:1": "ami-0bbbbbbbbbbbbbbbb"} {
		out, err := parameters.GetParameter(ctx, &ssm.GetParameterInput{Name: aws.String(selector)})
		if err != nil || *out.Parameter.Value != want {
			t.Errorf("%s is %+v (%v), want %s", selector, out, err, want)
		}
	}
	run, err := client.RunInstances(ctx, &ec2.RunInstancesInput{
		MinCount: aws.Int32(1), MaxCount: aws.Int32(1), LaunchTemplate: &ec2types.LaunchTemplateSpecification{LaunchTemplateName: aws.String("golden")},
	})
	if err != nil || *run.Instances[0].ImageId != "ami-0aaaaaaaaaaaaaaaa" {
		t.Fatalf("launched %+v, %v", run, err)
	}
	versions, err := client.DescribeLaunchTemplateVersions(ctx, &ec2.DescribeLaunchTemplateVersionsInput{
		LaunchTemplateName: aws.String("golden"), Versions: []string{"$Default"}, ResolveAlias: aws.Bool(true),
	})
	if err != nil || *versions.LaunchTemplateVersions[0].LaunchTemplateData.ImageId != "ami-0aaaaaaaaaaaaaaaa" {
		t.Errorf("resolved %+v, %v", versions, err)
	}
	pass(t, w, time.Minute)
	for _, r := range delivered(t, w) {
		if strings.Contains(fmt.Sprint(r.RequestParameters["value"]), "ami-") {
			t.Errorf("the record of %s shows the parameter's value", r.EventName)
		}
	}
}

func TestWhichImagesAnAccountSees(t *testing.T) {
	w := made(t, world.Options{})
	client := ec2.NewFromConfig(w.Config(ireland, mallory))
	for _, c := range []struct {
		name string
		in   ec2.DescribeImagesInput
		want []string
		code string
	}{
		{name: "all", want: []string{"ami-0aaaaaaaaaaaaaaaa", "ami-0bbbbbbbbbbbbbbbb"}},
		{name: "own", in: ec2.DescribeImagesInput{Owners: []string{"self"}}, want: []string{"ami-0bbbbbbbbbbbbbbbb"}},
		{name: "an owner's alias and a name's pattern", in: ec2.DescribeImagesInput{
			Owners: []string{"amazon"}, Filters: []ec2types.Filter{{Name: aws.String("name"), Values: []string{"al2023-*"}}},
		}, want: []string{"ami-0aaaaaaaaaaaaaaaa"}},
		{name: "one that is not there", in: ec2.DescribeImagesInput{ImageIds: []string{"ami-0dddddddddddddddd"}}, code: "InvalidAMIID.NotFound"},
		{name: "a filter that is not one", in: ec2.DescribeImagesInput{Filters: []ec2types.Filter{{Name: aws.String("colour"), Values: []string{"red"}}}}, code: "InvalidParameterValue"},
	} {
		t.Run(c.name, func(t *testing.T) {
			out, err := client.DescribeImages(context.Background(), &c.in)
			if code(err) != c.code {
				t.Fatalf("got %v, want %q", err, c.code)
			}
			var got []string
			if out != nil {
				for _, i := range out.Images {
					got = append(got, *i.ImageId)
				}
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestPagesTogetherAreAll(t *testing.T) {
	w := made(t, world.Options{})
	p := ec2.NewDescribeInstancesPaginator(ec2.NewFromConfig(w.Config(ireland, mallory)), &ec2.DescribeInstancesInput{MaxResults: aws.Int32(5)})
	pages, seen := 0, map[string]bool{}
	for p.HasMorePages() {
		out, err := p.NextPage(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		pages++
		for _, r := range out.Reservations {
			for _, i := range r.Instances {
				seen[*i.InstanceId] = true
			}
		}
	}
	if pages != 2 || len(seen) != 7 {
		t.Errorf("%d pages, %d instances: want 2 and 7", pages, len(seen))
	}
}

func TestAWSKeepsItsOwnTags(t *testing.T) {
	w := made(t, world.Options{})
	ctx, client := context.Background(), ec2.NewFromConfig(w.Config(ireland, mallory))
	forged := []ec2types.Tag{{Key: aws.String("aws:autoscaling:groupName"), Value: aws.String("web")}}
	_, err := client.CreateTags(ctx, &ec2.CreateTagsInput{Resources: []string{"i-0neighbour"}, Tags: forged})
	if code(err) != "InvalidParameterValue" {
		t.Errorf("tagged: %v", err)
	}
	_, err = client.RunInstances(ctx, &ec2.RunInstancesInput{
		ImageId: aws.String("ami-0aaaaaaaaaaaaaaaa"), MinCount: aws.Int32(1), MaxCount: aws.Int32(1),
		TagSpecifications: []ec2types.TagSpecification{{ResourceType: ec2types.ResourceTypeInstance, Tags: forged}},
	})
	if code(err) != "InvalidParameterValue" {
		t.Errorf("launched: %v", err)
	}
}

func TestAnInterfaceIsIsolatedAndPutBack(t *testing.T) {
	w := made(t, world.Options{})
	ctx, client := context.Background(), ec2.NewFromConfig(w.Config(ireland, mallory))
	of := &ec2.DescribeNetworkInterfacesInput{Filters: []ec2types.Filter{{Name: aws.String("attachment.instance-id"), Values: []string{"i-0neighbour"}}}}
	out, err := client.DescribeNetworkInterfaces(ctx, of)
	if err != nil || len(out.NetworkInterfaces) != 1 {
		t.Fatalf("described %+v, %v", out, err)
	}
	id, was := out.NetworkInterfaces[0].NetworkInterfaceId, *out.NetworkInterfaces[0].Groups[0].GroupId
	for _, group := range []string{"sg-0isolated", was} {
		if _, err := client.ModifyNetworkInterfaceAttribute(ctx, &ec2.ModifyNetworkInterfaceAttributeInput{NetworkInterfaceId: id, Groups: []string{group}}); err != nil {
			t.Fatal(err)
		}
		if out, err = client.DescribeNetworkInterfaces(ctx, of); err != nil || *out.NetworkInterfaces[0].Groups[0].GroupId != group {
			t.Errorf("groups %+v (%v), want %s", out.NetworkInterfaces[0].Groups, err, group)
		}
	}
	_, err = client.ModifyNetworkInterfaceAttribute(ctx, &ec2.ModifyNetworkInterfaceAttributeInput{NetworkInterfaceId: id, Groups: []string{"sg-0missing"}})
	if code(err) != "InvalidGroup.NotFound" {
		t.Errorf("a group that is not there: %v", err)
	}
}

func TestAResponseThatIsTooLargeIsOmittedFromItsRecord(t *testing.T) {
	w := made(t, world.Options{})
	_, err := ec2.NewFromConfig(w.Config(ireland, mallory)).RunInstances(context.Background(), &ec2.RunInstancesInput{
		ImageId: aws.String("ami-0aaaaaaaaaaaaaaaa"), MinCount: aws.Int32(1), MaxCount: aws.Int32(200),
	})
	if err != nil {
		t.Fatal(err)
	}
	pass(t, w, 5*time.Second)
	r := delivered(t, w)[0].ResponseElements
	if r["omitted"] != true || r["reason"] != "responseElements too large" || r["originalSize"].(float64) < 100<<10 {
		t.Errorf("recorded %v", r)
	}
}

func TestProtectionDoesNotBindAShutdownFromInside(t *testing.T) {
	w := made(t, world.Options{})
	_, err := ec2.NewFromConfig(w.Config(ireland, mallory)).ModifyInstanceAttribute(context.Background(), &ec2.ModifyInstanceAttributeInput{
		InstanceId: aws.String("i-0protected"), InstanceInitiatedShutdownBehavior: &ec2types.AttributeValue{Value: aws.String("terminate")},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"i-0protected", "i-0unstoppable"} {
		if err := w.ShutdownFromInside(ireland, id); err != nil {
			t.Fatal(err)
		}
	}
	pass(t, w, time.Minute)
	if a, b := state(t, w, "i-0protected"), state(t, w, "i-0unstoppable"); a != "terminated" || b != "stopped" {
		t.Errorf("the instances are %s and %s, want terminated and stopped", a, b)
	}
	if got := names(delivered(t, w)); len(got) != 1 {
		t.Errorf("recorded %v: a shutdown from inside is no call", got)
	}
}

func TestStopProtection(t *testing.T) {
	w := made(t, world.Options{})
	ctx, client := context.Background(), ec2.NewFromConfig(w.Config(ireland, mallory))
	ids := []string{"i-0unstoppable"}
	if _, err := client.StopInstances(ctx, &ec2.StopInstancesInput{InstanceIds: ids}); code(err) != "OperationNotPermitted" {
		t.Errorf("stopped: %v", err)
	}
	if _, err := client.TerminateInstances(ctx, &ec2.TerminateInstancesInput{InstanceIds: ids}); code(err) != "OperationNotPermitted" {
		t.Errorf("terminated: %v", err)
	}
	for _, form := range []*ec2.ModifyInstanceAttributeInput{
		{InstanceId: &ids[0], Attribute: ec2types.InstanceAttributeNameDisableApiStop, Value: aws.String("false")},
		{InstanceId: &ids[0], DisableApiStop: &ec2types.AttributeBooleanValue{Value: aws.Bool(false)}},
	} {
		if _, err := client.ModifyInstanceAttribute(ctx, form); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := client.TerminateInstances(ctx, &ec2.TerminateInstancesInput{InstanceIds: ids}); err != nil {
		t.Errorf("terminated without protection: %v", err)
	}
}

func TestFindingsAreImportedAndUpdated(t *testing.T) {
	w := made(t, world.Options{})
	ctx, client := context.Background(), securityhub.NewFromConfig(w.Config(ireland, mallory))
	finding := func(account, status, updated string) hubtypes.AwsSecurityFinding {
		return hubtypes.AwsSecurityFinding{
			SchemaVersion: aws.String("2018-10-08"), Id: aws.String("riposte/c_1"), GeneratorId: aws.String("riposte"), AwsAccountId: aws.String(account),
			ProductArn: aws.String("arn:aws:securityhub:eu-west-1:" + account + ":product/" + account + "/default"),
			Title:      aws.String("A title"), Description: aws.String("A description"), CreatedAt: aws.String("2030-01-07T09:00:00Z"),
			UpdatedAt: aws.String(updated), Severity: &hubtypes.Severity{Label: hubtypes.SeverityLabelHigh}, RecordState: hubtypes.RecordStateActive,
			Compliance: &hubtypes.Compliance{Status: hubtypes.ComplianceStatus(status)},
			Resources:  []hubtypes.Resource{{Type: aws.String("AwsEc2Instance"), Id: aws.String("i-0neighbour")}},
		}
	}
	for _, c := range []struct {
		name    string
		finding hubtypes.AwsSecurityFinding
		code    string
	}{
		{"first", finding("111122223333", "FAILED", "2030-01-07T09:00:00Z"), ""},
		{"later", finding("111122223333", "PASSED", "2030-01-07T09:01:00Z"), ""},
		{"out of order, ignored", finding("111122223333", "FAILED", "2030-01-07T09:00:30Z"), ""},
		{"of the same moment, ignored", finding("111122223333", "FAILED", "2030-01-07T09:01:00.0004Z"), ""},
		{"of another account", finding("444455556666", "FAILED", "2030-01-07T09:02:00Z"), "InvalidAccess"},
	} {
		out, err := client.BatchImportFindings(ctx, &securityhub.BatchImportFindingsInput{Findings: []hubtypes.AwsSecurityFinding{c.finding}})
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		if *out.FailedCount == 1 {
			got = *out.FailedFindings[0].ErrorCode
		}
		if got != c.code {
			t.Errorf("%s: %q, want %q", c.name, got, c.code)
		}
	}
	out, err := client.GetFindings(ctx, &securityhub.GetFindingsInput{Filters: &hubtypes.AwsSecurityFindingFilters{
		Id: []hubtypes.StringFilter{{Value: aws.String("riposte/"), Comparison: hubtypes.StringFilterComparisonPrefix}},
	}})
	if err != nil || len(out.Findings) != 1 || out.Findings[0].Compliance.Status != hubtypes.ComplianceStatusPassed {
		t.Errorf("found %+v, %v", out, err)
	}
}

func TestTagsOnWhatTheEstateHas(t *testing.T) {
	w := made(t, world.Options{})
	ctx, client := context.Background(), ec2.NewFromConfig(w.Config(ireland, mallory))
	_, err := client.CreateTags(ctx, &ec2.CreateTagsInput{
		Resources: []string{"i-0neighbour", "lt-0cccccccccccccccc", "ami-0bbbbbbbbbbbbbbbb"},
		Tags:      []ec2types.Tag{{Key: aws.String("riposte:case"), Value: aws.String("c_1")}},
	})
	if err != nil {
		t.Fatal(err)
	}
	out, err := client.DescribeInstances(ctx, &ec2.DescribeInstancesInput{
		Filters: []ec2types.Filter{{Name: aws.String("tag:riposte:case"), Values: []string{"c_*"}}},
	})
	if err != nil || len(out.Reservations) != 1 || *out.Reservations[0].Instances[0].InstanceId != "i-0neighbour" {
		t.Errorf("found %+v, %v", out, err)
	}
	_, err = client.CreateTags(ctx, &ec2.CreateTagsInput{
		Resources: []string{"ami-0aaaaaaaaaaaaaaaa"}, Tags: []ec2types.Tag{{Key: aws.String("k"), Value: aws.String("v")}},
	})
	if code(err) != "InvalidAMIID.NotFound" {
		t.Errorf("tagged somebody else's image: %v", err)
	}
}
