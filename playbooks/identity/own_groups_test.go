package identity

import (
	"context"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	scaling "github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/event"
)

// launching is an Auto Scaling with one group, whose sources are partly gone.
type launching struct {
	access.Reads
	access.AutoScalingReads
	access.EC2Reads
	group scaling.AutoScalingGroup
}

func (l launching) AutoScaling(event.Place) access.AutoScalingReads { return l }
func (l launching) EC2(event.Place) access.EC2Reads                 { return l }

func (l launching) DescribeAutoScalingGroups(context.Context, *autoscaling.DescribeAutoScalingGroupsInput, ...func(*autoscaling.Options)) (*autoscaling.DescribeAutoScalingGroupsOutput, error) {
	return &autoscaling.DescribeAutoScalingGroupsOutput{AutoScalingGroups: []scaling.AutoScalingGroup{l.group}}, nil
}

func (l launching) DescribeLaunchConfigurations(_ context.Context, in *autoscaling.DescribeLaunchConfigurationsInput, _ ...func(*autoscaling.Options)) (*autoscaling.DescribeLaunchConfigurationsOutput, error) {
	out := &autoscaling.DescribeLaunchConfigurationsOutput{}
	if in.LaunchConfigurationNames[0] == "web" {
		out.LaunchConfigurations = []scaling.LaunchConfiguration{{IamInstanceProfile: aws.String("arn:aws:iam::111122223333:instance-profile/app/web")}}
	}
	return out, nil
}

func (l launching) DescribeLaunchTemplateVersions(_ context.Context, in *ec2.DescribeLaunchTemplateVersionsInput, _ ...func(*ec2.Options)) (*ec2.DescribeLaunchTemplateVersionsOutput, error) {
	out := &ec2.DescribeLaunchTemplateVersionsOutput{}
	switch aws.ToString(in.LaunchTemplateId) {
	case "lt-0web":
		out.LaunchTemplateVersions = []types.LaunchTemplateVersion{{LaunchTemplateData: &types.ResponseLaunchTemplateData{IamInstanceProfile: &types.LaunchTemplateIamInstanceProfileSpecification{Name: aws.String("web")}}}}
	case "lt-0none":
		out.LaunchTemplateVersions = []types.LaunchTemplateVersion{{LaunchTemplateData: &types.ResponseLaunchTemplateData{}}}
	}
	return out, nil
}

func TestAGroupIsTheRolesOwnByWhateverItLaunchesFrom(t *testing.T) {
	template := func(id string) *scaling.LaunchTemplateSpecification {
		return &scaling.LaunchTemplateSpecification{LaunchTemplateId: aws.String(id)}
	}
	for story, c := range map[string]struct {
		group scaling.AutoScalingGroup
		own   bool
		doubt string
	}{
		"its template":                   {scaling.AutoScalingGroup{LaunchTemplate: template("lt-0web")}, true, ""},
		"a template without a profile":   {scaling.AutoScalingGroup{LaunchTemplate: template("lt-0none")}, false, ""},
		"a template that is gone":        {scaling.AutoScalingGroup{LaunchTemplate: template("lt-0gone")}, false, "launch template lt-0gone of a group is gone"},
		"its configuration":              {scaling.AutoScalingGroup{LaunchConfigurationName: aws.String("web")}, true, ""},
		"a configuration that is gone":   {scaling.AutoScalingGroup{LaunchConfigurationName: aws.String("gone")}, false, "launch configuration gone of a group is gone"},
		"mixed instances":                {scaling.AutoScalingGroup{MixedInstancesPolicy: &scaling.MixedInstancesPolicy{LaunchTemplate: &scaling.LaunchTemplate{LaunchTemplateSpecification: template("lt-0web")}}}, true, ""},
		"mixed instances of no template": {scaling.AutoScalingGroup{MixedInstancesPolicy: &scaling.MixedInstancesPolicy{}}, false, ""},
		"an override": {scaling.AutoScalingGroup{MixedInstancesPolicy: &scaling.MixedInstancesPolicy{LaunchTemplate: &scaling.LaunchTemplate{
			LaunchTemplateSpecification: template("lt-0none"), Overrides: []scaling.LaunchTemplateOverrides{{LaunchTemplateSpecification: template("lt-0web")}}}}}, true, ""},
		"a member of before": {scaling.AutoScalingGroup{LaunchTemplate: template("lt-0none"), Instances: []scaling.Instance{{LaunchTemplate: template("lt-0web")}}}, true, ""},
	} {
		c.group.AutoScalingGroupName = aws.String("web")
		r := groupReader{aws: launching{group: c.group}, profiles: []string{"web"}, known: map[source]string{}}
		own, err := r.groups(t.Context())
		if err != nil || (len(own) == 1) != c.own || (r.doubt == "") != (c.doubt == "") || !strings.Contains(r.doubt, c.doubt) {
			t.Errorf("%s: own %v, doubt %q, %v", story, own, r.doubt, err)
		}
		if c.doubt != "" { // then none is named, and no policy is narrowed
			_, why, err := deployLook{params: DeployRoleParams{Regions: []string{"eu-west-1"}}}.with(launching{group: c.group}).groups(t.Context(), event.Place{}, []string{"web"})
			if err != nil || why != r.doubt {
				t.Errorf("%s: %q, %v", story, why, err)
			}
		}
	}
}

func (l deployLook) with(r access.Reads) deployLook { l.AWS = r; return l }
