package ec2

import (
	"cmp"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ripostehq/riposte/internal/world/core"
)

// setting is what an account has chosen for a region: one row, under the region's name.
type setting struct {
	Region    string
	Metadata  Metadata // of launches that say nothing; without an IPv6
	ManagedBy string   // account, declarative-policy
	Encrypted bool     // new volumes and copies of snapshots are
}

var settings = core.Shelf[setting]{Kind: "ec2.setting", ID: "Region", Born: func(at core.At) []setting { return []setting{{Region: at.Place.Region}} }}

// settingOf is a place's.
func settingOf(at core.At) *setting { return settings.Of(at)[at.Place.Region] }

func settingResource() core.Resource {
	return core.Resource{Shelf: &settings, Operations: []core.Operation{
		core.Define(core.Spec[ec2.GetInstanceMetadataDefaultsInput, ec2.GetInstanceMetadataDefaultsOutput]{
			Answer: func(c *core.Call, _ *ec2.GetInstanceMetadataDefaultsInput) (*ec2.GetInstanceMetadataDefaultsOutput, *core.Refusal) {
				return &ec2.GetInstanceMetadataDefaultsOutput{AccountLevel: settingOf(c.At).metadataDefaults()}, nil
			},
		}),
		core.Define(core.Spec[ec2.ModifyInstanceMetadataDefaultsInput, ec2.ModifyInstanceMetadataDefaultsOutput]{
			Write: true, Basis: core.UsualSpelling, Knows: "HttpTokens HttpEndpoint HttpPutResponseHopLimit InstanceMetadataTags",
			Answer: modifyMetadataDefaults, Response: returned[ec2.ModifyInstanceMetadataDefaultsOutput],
		}),
		core.Define(core.Spec[ec2.GetEbsEncryptionByDefaultInput, ec2.GetEbsEncryptionByDefaultOutput]{
			Answer: func(c *core.Call, _ *ec2.GetEbsEncryptionByDefaultInput) (*ec2.GetEbsEncryptionByDefaultOutput, *core.Refusal) {
				return &ec2.GetEbsEncryptionByDefaultOutput{EbsEncryptionByDefault: aws.Bool(settingOf(c.At).Encrypted)}, nil
			},
		}),
		core.Define(core.Spec[ec2.EnableEbsEncryptionByDefaultInput, ec2.EnableEbsEncryptionByDefaultOutput]{
			Write: true, Basis: core.UsualSpelling, Response: returned[ec2.EnableEbsEncryptionByDefaultOutput],
			Answer: func(c *core.Call, _ *ec2.EnableEbsEncryptionByDefaultInput) (*ec2.EnableEbsEncryptionByDefaultOutput, *core.Refusal) {
				settingOf(c.At).Encrypted = true
				return &ec2.EnableEbsEncryptionByDefaultOutput{EbsEncryptionByDefault: aws.Bool(true)}, nil
			},
		}),
		core.Define(core.Spec[ec2.DisableEbsEncryptionByDefaultInput, ec2.DisableEbsEncryptionByDefaultOutput]{
			Write: true, Basis: core.UsualSpelling, Response: returned[ec2.DisableEbsEncryptionByDefaultOutput],
			Answer: func(c *core.Call, _ *ec2.DisableEbsEncryptionByDefaultInput) (*ec2.DisableEbsEncryptionByDefaultOutput, *core.Refusal) {
				settingOf(c.At).Encrypted = false
				return &ec2.DisableEbsEncryptionByDefaultOutput{EbsEncryptionByDefault: aws.Bool(false)}, nil
			},
		}),
	}}
}

// metadataDefaults shows what was chosen; what was not is absent.
func (s setting) metadataDefaults() *types.InstanceMetadataDefaultsResponse {
	out := &types.InstanceMetadataDefaultsResponse{
		HttpTokens: types.HttpTokensState(s.Metadata.Tokens), HttpEndpoint: types.InstanceMetadataEndpointState(s.Metadata.Endpoint),
		InstanceMetadataTags: types.InstanceMetadataTagsState(s.Metadata.Tags), ManagedBy: types.ManagedBy(cmp.Or(s.ManagedBy, "account")),
	}
	if s.Metadata.Hops > 0 {
		out.HttpPutResponseHopLimit = aws.Int32(s.Metadata.Hops)
	}
	return out
}

// modifyMetadataDefaults changes what is given. Unverified: how EC2 refuses a change of what a declarative policy manages.
func modifyMetadataDefaults(c *core.Call, in *ec2.ModifyInstanceMetadataDefaultsInput) (*ec2.ModifyInstanceMetadataDefaultsOutput, *core.Refusal) {
	s := settingOf(c.At)
	if s.ManagedBy == "declarative-policy" {
		return nil, core.Refuse("OperationNotPermitted", "The instance metadata defaults are managed by a declarative policy.")
	}
	s.Metadata = Metadata{
		Tokens: string(in.HttpTokens), Endpoint: string(in.HttpEndpoint), Tags: string(in.InstanceMetadataTags), Hops: max(aws.ToInt32(in.HttpPutResponseHopLimit), 0),
	}.over(s.Metadata)
	for _, chosen := range []*string{&s.Metadata.Tokens, &s.Metadata.Endpoint, &s.Metadata.Tags} {
		if *chosen == "no-preference" {
			*chosen = ""
		}
	}
	return &ec2.ModifyInstanceMetadataDefaultsOutput{Return: aws.Bool(true)}, nil
}

type settingEstate struct {
	Metadata  Metadata `yaml:"metadata"`
	ManagedBy string   `yaml:"managed_by"` // account, declarative-policy
	Encrypted bool     `yaml:"encrypted"`
}

func (e settingEstate) build(at core.At) error {
	s := settingOf(at)
	s.Metadata, s.ManagedBy, s.Encrypted = e.Metadata, e.ManagedBy, e.Encrypted
	return nil
}
