package world

import (
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

// describeInstances lists instances, each in its reservation; ids exclude MaxResults, as on AWS.
func describeInstances(c *call, in *ec2.DescribeInstancesInput) (*ec2.DescribeInstancesOutput, *refusal) {
	if len(in.InstanceIds) > 0 && in.MaxResults != nil {
		return nil, refuse("InvalidParameterCombination", "The parameter instancesSet cannot be used with the parameter maxResults")
	}
	r := c.at(c.place)
	all := r.inOrder()
	if len(in.InstanceIds) > 0 {
		named, refused := r.instances(in.InstanceIds)
		if refused != nil {
			return nil, refused
		}
		all = named
	}
	all, refused := filtered(all, in.Filters, instanceField)
	if refused != nil {
		return nil, refused
	}
	page, next, refused := paged(all, in.NextToken, in.MaxResults)
	if refused != nil {
		return nil, refused
	}
	out := &ec2.DescribeInstancesOutput{NextToken: next}
	for _, i := range page {
		last := len(out.Reservations) - 1
		if last < 0 || *out.Reservations[last].ReservationId != i.Reservation {
			out.Reservations = append(out.Reservations, types.Reservation{ReservationId: aws.String(i.Reservation), OwnerId: aws.String(c.place.Account)})
			last++
		}
		out.Reservations[last].Instances = append(out.Reservations[last].Instances, c.described(i))
	}
	return out, nil
}

// instanceField reads what a filter of DescribeInstances names; false for a filter that the world lacks.
func instanceField(i *instance, filter string) ([]string, bool) {
	switch filter {
	case "instance-id":
		return []string{i.ID}, true
	case "image-id":
		return []string{i.Image}, true
	case "launch-time":
		return []string{i.Launched.UTC().Format("2006-01-02T15:04:05.000Z")}, true
	case "client-token":
		return []string{i.Token}, true
	case "instance-state-name":
		return []string{i.State}, true
	case "instance-type":
		return []string{i.Type}, true
	case "vpc-id":
		return []string{i.VPC}, true
	case "reservation-id":
		return []string{i.Reservation}, true
	}
	return tagField(i.Tags, filter)
}

func tagField(tags map[string]string, filter string) ([]string, bool) {
	if key, ok := strings.CutPrefix(filter, "tag:"); ok {
		value, has := tags[key]
		if !has {
			return nil, true
		}
		return []string{value}, true
	}
	if filter == "tag-key" {
		return slices.Collect(maps.Keys(tags)), true
	}
	return nil, false
}

func (c *call) described(i *instance) types.Instance {
	out := types.Instance{
		InstanceId: aws.String(i.ID), ImageId: aws.String(i.Image), InstanceType: types.InstanceType(i.Type),
		State: i.state(), LaunchTime: aws.Time(i.Launched), AmiLaunchIndex: aws.Int32(int32(i.Index)),
		ClientToken: aws.String(i.Token), Placement: &types.Placement{AvailabilityZone: aws.String(i.Zone), Tenancy: types.TenancyDefault},
		StateTransitionReason: aws.String(i.Reason), Tags: tagsOf(i.Tags), Architecture: types.ArchitectureValuesX8664,
	}
	if i.KeyName != "" {
		out.KeyName = aws.String(i.KeyName)
	}
	if i.Spot != "" {
		out.SpotInstanceRequestId, out.InstanceLifecycle = aws.String(i.Spot), types.InstanceLifecycleTypeSpot
	}
	if i.State == "terminated" { // a terminated instance has no network any more
		return out
	}
	out.SubnetId, out.VpcId, out.PrivateIpAddress = aws.String(i.Subnet), aws.String(i.VPC), aws.String(i.IP)
	out.PrivateDnsName = aws.String("ip-" + strings.ReplaceAll(i.IP, ".", "-") + "." + c.place.Region + ".compute.internal")
	out.SecurityGroups = c.at(c.place).identifiers(i.Interface)
	for _, n := range c.at(c.place).interfacesOf(i.ID) {
		out.NetworkInterfaces = append(out.NetworkInterfaces, types.InstanceNetworkInterface{
			NetworkInterfaceId: aws.String(n.ID), Groups: c.at(c.place).identifiers(n.ID), PrivateIpAddress: aws.String(i.IP),
			SubnetId: aws.String(i.Subnet), VpcId: aws.String(i.VPC), OwnerId: aws.String(c.place.Account),
			Status:     types.NetworkInterfaceStatusInUse,
			Attachment: &types.InstanceNetworkInterfaceAttachment{AttachmentId: aws.String(n.Attachment), DeviceIndex: aws.Int32(int32(n.Device))},
		})
	}
	if i.Profile != "" {
		at := c.place
		at.Region = ""
		out.IamInstanceProfile = &types.IamInstanceProfile{
			Arn: aws.String(c.arn(at, "iam", "instance-profile/"+i.Profile)), Id: aws.String("AIPA" + strings.ToUpper(c.fixed("p", at, i.Profile)[3:])),
		}
	}
	return out
}

func (c *call) reservation(launched []*instance) *ec2.RunInstancesOutput {
	out := &ec2.RunInstancesOutput{ReservationId: aws.String(launched[0].Reservation), OwnerId: aws.String(c.place.Account)}
	for _, i := range launched {
		out.Instances = append(out.Instances, c.described(i))
	}
	return out
}

func tagsOf(tags map[string]string) []types.Tag {
	var out []types.Tag
	for _, k := range slices.Sorted(maps.Keys(tags)) {
		out = append(out, types.Tag{Key: aws.String(k), Value: aws.String(tags[k])})
	}
	return out
}
