package world

import (
	"encoding/base64"
	"maps"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

func runInstances(c *call, in *ec2.RunInstancesInput) (*ec2.RunInstancesOutput, *refusal) {
	if again := c.launchedBy(aws.ToString(in.ClientToken)); again != nil {
		return c.reservation(again), nil
	}
	d, refused := c.launchDataOf(in)
	if refused != nil {
		return nil, refused
	}
	made := c.launch(c.place, d, int(aws.ToInt32(in.MaxCount)), aws.ToString(in.ClientToken))
	c.bySpot(made)
	return c.reservation(made), nil
}

// launchedBy finds what the same client token launched before: a repeated call launches nothing more.
// https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-idempotency.html
func (c *call) launchedBy(token string) []*instance {
	var found []*instance
	for _, i := range c.at(c.place).inOrder() {
		if token != "" && i.Token == token {
			found = append(found, i)
		}
	}
	return found
}

// launchDataOf checks a launch and completes it from its template.
func (c *call) launchDataOf(in *ec2.RunInstancesInput) (launchData, *refusal) {
	d, refused := c.fromRun(in)
	if refused != nil {
		return d, refused
	}
	if in.LaunchTemplate != nil {
		t, v, refused := c.at(c.place).templateVersion(in.LaunchTemplate.LaunchTemplateId, in.LaunchTemplate.LaunchTemplateName, aws.ToString(in.LaunchTemplate.Version))
		if refused != nil {
			return d, refused
		}
		d = d.over(v.Data)
		maps.Copy(d.Tags, t.mark(v))
	}
	return c.launchable(d)
}

// launchable checks that a launch can succeed, and resolves its image.
func (c *call) launchable(d launchData) (launchData, *refusal) {
	if d.Image == "" {
		return d, refuse("MissingParameter", "The request must contain the parameter ImageId")
	}
	id, refused := c.resolveImage(c.place, d.Image)
	if refused != nil {
		return d, refused
	}
	if _, refused := c.image(c.place, id); refused != nil {
		return d, refused
	}
	d.Image = id
	return d, c.groupsExist(c.place, d.SecurityGroups)
}

func (c *call) fromRun(in *ec2.RunInstancesInput) (launchData, *refusal) {
	least, most := aws.ToInt32(in.MinCount), aws.ToInt32(in.MaxCount)
	if least < 1 || most < least {
		return launchData{}, refuse("InvalidParameterValue", "Invalid value '%d' for maxCount. Must be >= 1 and minCount.", most)
	}
	d := launchData{
		Image: aws.ToString(in.ImageId), Type: string(in.InstanceType), KeyName: aws.ToString(in.KeyName),
		Subnet: aws.ToString(in.SubnetId), SecurityGroups: in.SecurityGroupIds, Shutdown: string(in.InstanceInitiatedShutdownBehavior),
		Protected: in.DisableApiTermination, StopProtected: in.DisableApiStop, UserData: aws.ToString(in.UserData), Tags: map[string]string{},
	}
	if in.Placement != nil {
		d.Zone = aws.ToString(in.Placement.AvailabilityZone)
	}
	if in.IamInstanceProfile != nil {
		d.Profile = profileName(in.IamInstanceProfile)
	}
	if _, err := base64.StdEncoding.DecodeString(d.UserData); err != nil {
		return d, refuse("InvalidParameterValue", "Invalid BASE64 encoding of user data.")
	}
	return d, c.takeTags(d.Tags, in.TagSpecifications)
}

// takeTags keeps the tags that are for instances.
func (c *call) takeTags(into map[string]string, specs []types.TagSpecification) *refusal {
	for _, s := range specs {
		if refused := c.reserved(s.Tags); refused != nil {
			return refused
		}
		if s.ResourceType == types.ResourceTypeInstance {
			for _, t := range s.Tags {
				into[aws.ToString(t.Key)] = aws.ToString(t.Value)
			}
		}
	}
	return nil
}

// reserved refuses the prefix that belongs to AWS.
func (c *call) reserved(tags []types.Tag) *refusal {
	for _, t := range tags {
		if c.by.service == "" && strings.HasPrefix(strings.ToLower(aws.ToString(t.Key)), "aws:") {
			return refuse("InvalidParameterValue", "Tag keys starting with 'aws:' are reserved for internal use")
		}
	}
	return nil
}

func profileName(p *types.IamInstanceProfileSpecification) string {
	if name := aws.ToString(p.Name); name != "" {
		return name
	}
	arn := aws.ToString(p.Arn)
	return arn[strings.LastIndex(arn, "/")+1:]
}

func runNeeds(c *call, in *ec2.RunInstancesInput) []need {
	needs := on("ec2:RunInstances", c.arn(c.place, "ec2", "instance/*"))
	if id := aws.ToString(in.ImageId); strings.HasPrefix(id, "ami-") {
		needs = append(needs, need{Action: "ec2:RunInstances", Resource: "arn:" + c.Partition + ":ec2:" + c.place.Region + "::image/" + id})
	}
	if in.IamInstanceProfile != nil {
		needs = append(needs, c.toPass(profileName(in.IamInstanceProfile)))
	}
	return needs
}
