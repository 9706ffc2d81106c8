package ec2

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ripostehq/riposte/internal/world/core"
)

// describeInstances lists instances, each in its reservation; ids exclude MaxResults, as on AWS.
func describeInstances(c *core.Call, in *ec2.DescribeInstancesInput) (*ec2.DescribeInstancesOutput, *core.Refusal) {
	if len(in.InstanceIds) > 0 && in.MaxResults != nil {
		return nil, core.Refuse("InvalidParameterCombination", "The parameter instancesSet cannot be used with the parameter maxResults")
	}
	all := inOrder(c.At)
	if len(in.InstanceIds) > 0 {
		named, refused := instances.Some(c.At, in.InstanceIds)
		if refused != nil {
			return nil, refused
		}
		all = named
	}
	all, refused := core.Filter(all, byAddress(c.At, byProfile(in.Filters)), instances.Filters)
	if refused != nil {
		return nil, refused
	}
	page, next, refused := core.Paged(all, in.NextToken, in.MaxResults)
	if refused != nil {
		return nil, refused
	}
	out := &ec2.DescribeInstancesOutput{NextToken: next}
	for _, i := range page {
		last := len(out.Reservations) - 1
		if last < 0 || *out.Reservations[last].ReservationId != i.Reservation {
			out.Reservations = append(out.Reservations, types.Reservation{ReservationId: aws.String(i.Reservation), OwnerId: aws.String(c.Place.Account)})
			last++
		}
		out.Reservations[last].Instances = append(out.Reservations[last].Instances, described(c, i))
	}
	return out, nil
}

// byProfile asks for a profile by its name, where a filter does by its ARN.
func byProfile(filters []types.Filter) []types.Filter {
	filters = slices.Clone(filters)
	for n, f := range filters {
		if aws.ToString(f.Name) == "iam-instance-profile.arn" {
			filters[n].Values = nil
			for _, arn := range f.Values {
				filters[n].Values = append(filters[n].Values, arn[strings.LastIndexByte(arn, '/')+1:])
			}
		}
	}
	return filters
}

// byAddress asks for who has an Elastic IP by its id, where a filter does by the address: other public addresses the world's instances have none.
func byAddress(at core.At, filters []types.Filter) []types.Filter {
	for n, f := range filters {
		if aws.ToString(f.Name) != "ip-address" {
			continue
		}
		filters[n] = types.Filter{Name: aws.String("instance-id"), Values: []string{"none"}}
		for _, a := range addresses.Sorted(at) {
			if slices.Contains(f.Values, aws.ToString(a.PublicIp)) && a.InstanceId != nil {
				filters[n].Values = append(filters[n].Values, *a.InstanceId)
			}
		}
	}
	return filters
}

func described(c *core.Call, i *Instance) types.Instance {
	out := types.Instance{
		InstanceId: aws.String(i.ID), ImageId: aws.String(i.Image), InstanceType: types.InstanceType(i.Type),
		State: i.state(), LaunchTime: aws.Time(i.Launched), AmiLaunchIndex: aws.Int32(int32(i.Index)),
		ClientToken: aws.String(i.Token), KeyName: core.Optional(i.KeyName), Placement: &types.Placement{AvailabilityZone: aws.String(i.Zone), Tenancy: types.TenancyDefault},
		StateTransitionReason: aws.String(i.Reason), Tags: TagsOf(i.Tags), Architecture: types.ArchitectureValuesX8664,
	}
	out.MetadataOptions = i.Metadata.described()
	showBesides(&out, i.Shown)
	if i.Spot != "" {
		out.SpotInstanceRequestId, out.InstanceLifecycle = aws.String(i.Spot), types.InstanceLifecycleTypeSpot
	}
	if i.State == "terminated" { // a terminated instance has no network any more
		return out
	}
	out.SubnetId, out.VpcId, out.PrivateIpAddress = aws.String(i.Subnet), aws.String(i.VPC), aws.String(i.IP)
	out.PrivateDnsName = aws.String("ip-" + strings.ReplaceAll(i.IP, ".", "-") + "." + c.Place.Region + ".compute.internal")
	out.SecurityGroups = identifiers(c.At, i.Interface)
	out.BlockDeviceMappings = disksOf(c.At, i.ID)
	for _, n := range interfacesOf(c.At, i.ID) {
		out.NetworkInterfaces = append(out.NetworkInterfaces, types.InstanceNetworkInterface{
			NetworkInterfaceId: aws.String(n.ID), Groups: identifiers(c.At, n.ID), PrivateIpAddress: aws.String(i.IP),
			SubnetId: aws.String(i.Subnet), VpcId: aws.String(i.VPC), OwnerId: aws.String(c.Place.Account),
			Status: types.NetworkInterfaceStatusInUse,
			Attachment: &types.InstanceNetworkInterfaceAttachment{
				AttachmentId: aws.String(n.Attachment), DeviceIndex: aws.Int32(int32(n.Device)), AttachTime: aws.Time(n.Attached),
			},
		})
	}
	if i.Profile != "" {
		out.IamInstanceProfile = &types.IamInstanceProfile{
			Arn: aws.String(c.Global().ARN("iam", "instance-profile/"+i.Profile)),
			Id:  aws.String("AIPA" + strings.ToUpper(c.Global().Fixed("p", i.Profile)[3:])),
		}
	}
	return out
}

func reservationOf(c *core.Call, launched []*Instance) *ec2.RunInstancesOutput {
	out := &ec2.RunInstancesOutput{ReservationId: aws.String(launched[0].Reservation), OwnerId: aws.String(c.Place.Account)}
	for _, i := range launched {
		out.Instances = append(out.Instances, described(c, i))
	}
	return out
}

func TagsOf(tags map[string]string) []types.Tag {
	var out []types.Tag
	for _, k := range slices.Sorted(maps.Keys(tags)) {
		out = append(out, types.Tag{Key: aws.String(k), Value: aws.String(tags[k])})
	}
	return out
}

// Delivered returns whose credentials an instance is given, the ARN of its role, and what those name of it.
func Delivered(at core.At, id string) (role string, on core.Instance, err error) {
	i, ok := instances.Of(at)[id]
	if !ok || i.Profile == "" {
		return "", on, fmt.Errorf("credentials of instance %s: there is none with a profile", id)
	}
	return at.Global().ARN("iam", "role/"+i.Profile), core.Instance{ARN: at.ARN("ec2", "instance/"+id), VPC: i.VPC, Address: i.IP}, nil
}
