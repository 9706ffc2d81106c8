package ec2

import (
	"cmp"
	"reflect"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ripostehq/riposte/internal/world/core"
)

// Metadata is how the metadata service of an instance answers; of a launch, what it says about that.
type Metadata struct {
	Tokens   string `yaml:"tokens"`   // optional, required
	Endpoint string `yaml:"endpoint"` // enabled, disabled
	IPv6     string `yaml:"ipv6"`     // enabled, disabled
	Tags     string `yaml:"tags"`     // enabled, disabled
	Hops     int32  `yaml:"hops"`
}

// over lays what is given over what was so.
func (m Metadata) over(was Metadata) Metadata {
	given, into := reflect.ValueOf(m), reflect.ValueOf(&was).Elem()
	for i := range given.NumField() {
		if f := given.Field(i); !f.IsZero() {
			into.Field(i).Set(f)
		}
	}
	return was
}

// settled are the options that an instance has where a launch says no more. That of tokens is EC2's own, without an account's default
// and an image's: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-options.html
func (m Metadata) settled() Metadata {
	return m.over(Metadata{Tokens: "optional", Endpoint: "enabled", IPv6: "disabled", Tags: "disabled", Hops: 1})
}

func (m Metadata) described() *types.InstanceMetadataOptionsResponse {
	m = m.settled() // of a world that an older riposte kept, too
	return &types.InstanceMetadataOptionsResponse{
		State: types.InstanceMetadataOptionsStateApplied, HttpTokens: types.HttpTokensState(m.Tokens), HttpEndpoint: types.InstanceMetadataEndpointState(m.Endpoint),
		HttpProtocolIpv6: types.InstanceMetadataProtocolState(m.IPv6), InstanceMetadataTags: types.InstanceMetadataTagsState(m.Tags), HttpPutResponseHopLimit: aws.Int32(m.Hops),
	}
}

// modifyMetadataOptions changes what is given and leaves the rest. Unverified: that it answers with the new options, still pending.
func modifyMetadataOptions(_ *core.Call, in *ec2.ModifyInstanceMetadataOptionsInput, i *Instance) (*ec2.ModifyInstanceMetadataOptionsOutput, *core.Refusal) {
	if i.Gone() {
		return nil, wrongState(i, "modified")
	}
	if hops := in.HttpPutResponseHopLimit; hops != nil && (*hops < 1 || *hops > 64) {
		return nil, core.Refuse("InvalidParameterValue", "Value (%d) for parameter HttpPutResponseHopLimit is invalid. The value must be between 1 and 64.", *hops)
	}
	i.Metadata = Metadata{
		Tokens: string(in.HttpTokens), Endpoint: string(in.HttpEndpoint), IPv6: string(in.HttpProtocolIpv6),
		Tags: string(in.InstanceMetadataTags), Hops: aws.ToInt32(in.HttpPutResponseHopLimit),
	}.over(i.Metadata.settled())
	out := i.Metadata.described()
	out.State = types.InstanceMetadataOptionsStatePending
	return &ec2.ModifyInstanceMetadataOptionsOutput{InstanceId: aws.String(i.ID), InstanceMetadataOptions: out}, nil
}

// metadataNeeds brings what is asked of the tokens.
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ExamplePolicies_EC2.html#iam-example-instance-metadata
func metadataNeeds(c *core.Call, in *ec2.ModifyInstanceMetadataOptionsInput) []core.Need {
	needs := ofInstances(c, in)
	if in.HttpTokens != "" {
		needs[0].Context = map[string][]string{"ec2:Attribute/HttpTokens": {string(in.HttpTokens)}}
	}
	return needs
}

// metadataResponse is the responseElements of the change.
func metadataResponse(c *core.Call, out *ec2.ModifyInstanceMetadataOptionsOutput) any {
	return core.Fields{"requestId": c.RequestID, "instanceId": aws.ToString(out.InstanceId), "instanceMetadataOptions": core.Camel(out.InstanceMetadataOptions)}
}

// launchMetadata is what a launch says about it.
func launchMetadata(o *types.InstanceMetadataOptionsRequest) Metadata {
	o = cmp.Or(o, &types.InstanceMetadataOptionsRequest{})
	return Metadata{
		Tokens: string(o.HttpTokens), Endpoint: string(o.HttpEndpoint), IPv6: string(o.HttpProtocolIpv6), Tags: string(o.InstanceMetadataTags),
		Hops: aws.ToInt32(o.HttpPutResponseHopLimit),
	}
}

// templateMetadata is what a template says about it.
func templateMetadata(o *types.LaunchTemplateInstanceMetadataOptionsRequest) Metadata {
	o = cmp.Or(o, &types.LaunchTemplateInstanceMetadataOptionsRequest{})
	return Metadata{
		Tokens: string(o.HttpTokens), Endpoint: string(o.HttpEndpoint), IPv6: string(o.HttpProtocolIpv6), Tags: string(o.InstanceMetadataTags),
		Hops: aws.ToInt32(o.HttpPutResponseHopLimit),
	}
}

// inTemplate is it as DescribeLaunchTemplateVersions shows it; nil where the template says nothing.
func (m Metadata) inTemplate() *types.LaunchTemplateInstanceMetadataOptions {
	if (m == Metadata{}) {
		return nil
	}
	out := &types.LaunchTemplateInstanceMetadataOptions{
		HttpTokens: types.LaunchTemplateHttpTokensState(m.Tokens), HttpEndpoint: types.LaunchTemplateInstanceMetadataEndpointState(m.Endpoint),
		HttpProtocolIpv6: types.LaunchTemplateInstanceMetadataProtocolIpv6(m.IPv6), InstanceMetadataTags: types.LaunchTemplateInstanceMetadataTagsState(m.Tags),
	}
	if m.Hops > 0 {
		out.HttpPutResponseHopLimit = aws.Int32(m.Hops)
	}
	return out
}
