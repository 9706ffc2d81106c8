package world

import (
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
)

// groupPage is how many groups one call lists unless it says otherwise.
const groupPage = 50

// describeAutoScalingGroups lists groups; a name that does not exist is left out, without an error.
func describeAutoScalingGroups(c *call, in *autoscaling.DescribeAutoScalingGroupsInput) (*autoscaling.DescribeAutoScalingGroupsOutput, *refusal) {
	all := c.at(c.place).groupsByName()
	if len(in.AutoScalingGroupNames) > 0 {
		all = slices.DeleteFunc(all, func(g *group) bool { return !slices.Contains(in.AutoScalingGroupNames, g.Name) })
	}
	page, next, refused := groupsPaged(all, in.NextToken, in.MaxRecords)
	out := &autoscaling.DescribeAutoScalingGroupsOutput{NextToken: next}
	for _, g := range page {
		out.AutoScalingGroups = append(out.AutoScalingGroups, c.describedGroup(g))
	}
	return out, refused
}

func describeLaunchConfigurations(c *call, in *autoscaling.DescribeLaunchConfigurationsInput) (*autoscaling.DescribeLaunchConfigurationsOutput, *refusal) {
	all := slices.SortedFunc(maps.Values(c.at(c.place).Configurations), func(a, b *configuration) int { return strings.Compare(a.Name, b.Name) })
	if len(in.LaunchConfigurationNames) > 0 {
		all = slices.DeleteFunc(all, func(x *configuration) bool { return !slices.Contains(in.LaunchConfigurationNames, x.Name) })
	}
	page, next, refused := groupsPaged(all, in.NextToken, in.MaxRecords)
	out := &autoscaling.DescribeLaunchConfigurationsOutput{NextToken: next}
	for _, x := range page {
		out.LaunchConfigurations = append(out.LaunchConfigurations, types.LaunchConfiguration{
			LaunchConfigurationName: aws.String(x.Name), LaunchConfigurationARN: optional(x.ARN), CreatedTime: aws.Time(x.Created),
			ImageId: aws.String(x.Data.Image), InstanceType: aws.String(x.Data.Type), KeyName: optional(x.Data.KeyName),
			IamInstanceProfile: optional(x.Data.Profile), SecurityGroups: x.Data.SecurityGroups, UserData: optional(x.Data.UserData),
		})
	}
	return out, refused
}

func groupsPaged[T any](all []T, token *string, size *int32) ([]T, *string, *refusal) {
	if size == nil {
		size = aws.Int32(groupPage)
	}
	page, next, refused := paged(all, token, size)
	if refused != nil {
		text := "The token is not valid"
		return nil, nil, refuse("InvalidNextToken", "%s", text).with(&types.InvalidNextToken{Message: aws.String(text)})
	}
	return page, next, nil
}
