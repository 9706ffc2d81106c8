package ec2

import (
	"encoding/base64"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ripostehq/riposte/internal/world/core"
)

func runInstances(c *core.Call, in *ec2.RunInstancesInput) (*ec2.RunInstancesOutput, *core.Refusal) {
	// A repeated call launches nothing more: https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-idempotency.html
	token := aws.ToString(in.ClientToken)
	again := slices.DeleteFunc(inOrder(c.At), func(i *Instance) bool { return token == "" || i.Token != token })
	if len(again) > 0 {
		return reservationOf(c, again), nil
	}
	d, refused := launchDataOf(c, in)
	if refused != nil {
		return nil, refused
	}
	made := launch(c.At, d, int(aws.ToInt32(in.MaxCount)), token)
	request, _, _ := strings.Cut(token, ":") // a spot request's launch: the token begins with its id
	if c.By.Service == spotService.Service && spotRequests.Of(c.At)[request] != nil {
		for _, i := range made {
			i.Spot = request
		}
	}
	return reservationOf(c, made), nil
}

// launchDataOf completes a launch from its template, resolves its image, and checks that it can succeed.
func launchDataOf(c *core.Call, in *ec2.RunInstancesInput) (Launch, *core.Refusal) {
	d, refused := fromRun(c, in)
	if refused != nil {
		return d, refused
	}
	if in.LaunchTemplate != nil {
		t, v, refused := VersionBy(c.At, in.LaunchTemplate.LaunchTemplateId, in.LaunchTemplate.LaunchTemplateName, aws.ToString(in.LaunchTemplate.Version))
		if refused != nil {
			return d, refused
		}
		d = d.over(v.Data)
		d.Tags["aws:ec2launchtemplate:id"], d.Tags["aws:ec2launchtemplate:version"] = t.ID, strconv.Itoa(v.Number) // by AWS itself
	}
	if d.Image == "" {
		return d, core.Refuse("MissingParameter", "The request must contain the parameter ImageId")
	}
	id, refused := resolveImage(c.At, d.Image)
	if refused != nil {
		return d, refused
	}
	if _, refused := imageSeen(c.At, id); refused != nil {
		return d, refused
	}
	d.Image = id
	if i, _ := imageSeen(c.At, id); i != nil && i.Pending {
		return d, core.Refuse("InvalidAMIID.Unavailable", "The image ID '%s' is not available", id)
	}
	for _, i := range inOrder(c.At) {
		if d.Address != "" && i.IP == d.Address && i.State != "terminated" {
			return d, core.Refuse("InvalidIPAddress.InUse", "Address %s is in use.", d.Address)
		}
	}
	return d, groupsExist(c.At, d.SecurityGroups)
}

func fromRun(c *core.Call, in *ec2.RunInstancesInput) (Launch, *core.Refusal) {
	least, most := aws.ToInt32(in.MinCount), aws.ToInt32(in.MaxCount)
	if least < 1 || most < least {
		return Launch{}, core.Refuse("InvalidParameterValue", "Invalid value '%d' for maxCount. Must be >= 1 and minCount.", most)
	}
	d := Launch{
		Image: aws.ToString(in.ImageId), Type: string(in.InstanceType), Key: aws.ToString(in.KeyName),
		Subnet: aws.ToString(in.SubnetId), Address: aws.ToString(in.PrivateIpAddress), SecurityGroups: in.SecurityGroupIds, Shutdown: string(in.InstanceInitiatedShutdownBehavior),
		Protected: in.DisableApiTermination, StopProtected: in.DisableApiStop, UserData: aws.ToString(in.UserData), Tags: map[string]string{}, Metadata: launchMetadata(in.MetadataOptions),
	}
	if in.Placement != nil {
		d.Zone = aws.ToString(in.Placement.AvailabilityZone)
	}
	if in.IamInstanceProfile != nil {
		d.Profile = profileName(in.IamInstanceProfile)
	}
	if _, err := base64.StdEncoding.DecodeString(d.UserData); err != nil {
		return d, core.Refuse("InvalidParameterValue", "Invalid BASE64 encoding of user data.")
	}
	return d, takeTags(c, d.Tags, in.TagSpecifications)
}

// takeTags keeps the tags that are for instances.
func takeTags(c *core.Call, into map[string]string, specs []types.TagSpecification) *core.Refusal {
	for _, s := range specs {
		if refused := reserved(c, s.Tags); refused != nil {
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
func reserved(c *core.Call, tags []types.Tag) *core.Refusal {
	for _, t := range tags {
		if c.By.Service == "" && strings.HasPrefix(strings.ToLower(aws.ToString(t.Key)), "aws:") {
			return core.Refuse("InvalidParameterValue", "Tag keys starting with 'aws:' are reserved for internal use")
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

func runNeeds(c *core.Call, in *ec2.RunInstancesInput) []core.Need {
	needs := c.On(c.ARN("ec2", "instance/*"))
	if strings.HasPrefix(aws.ToString(in.ImageId), "ami-") {
		needs = append(needs, onTagged(c, "image/", in.ImageId)...)
	}
	if in.IamInstanceProfile != nil {
		needs = append(needs, ToPass(c.At, profileName(in.IamInstanceProfile)))
	}
	return needs
}

// ToPass is the right to hand the role of an instance profile, which has the profile's name, to EC2.
func ToPass(at core.At, profile string) core.Need {
	return core.Need{
		Action: "iam:PassRole", Resource: at.Global().ARN("iam", "role/"+profile),
		Context: map[string][]string{"iam:PassedToService": {"ec2.amazonaws.com"}},
	}
}
