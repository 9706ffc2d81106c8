package action

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
)

// requireTokensKind ends version 1 of an instance's metadata service. It yields: an owner who allows it again has a reason.
var requireTokensKind = Define[RequireTokens](Kind{
	Name: "ec2.require-tokens", Version: 1, Does: "require tokens of the callers of an instance's metadata service", Class: Mend, Tier: TierMend, Yields: true, WayBack: "ec2.metadata-options",
	Reads:  []call.ID{call.EC2DescribeInstances, call.CloudWatchGetMetricData}, // the metrics for Regrets
	Writes: []call.ID{call.EC2ModifyInstanceMetadataOptions},
})

// metadataOptionsKind is the way back. It switches a protection off, and is the author tier's: the mend tier may only require tokens.
var metadataOptionsKind = Define[SetMetadataOptions](Kind{
	Name: "ec2.metadata-options", Version: 1, Does: "set the options of an instance's metadata service back", Class: Mend, Tier: TierAuthor, Yields: true,
	Reads:  []call.ID{call.EC2DescribeInstances},
	Writes: []call.ID{call.EC2ModifyInstanceMetadataOptions},
})

// MetadataOptions are all options of a metadata service, as EC2 spells them. One that is empty is not known in its region, and not sent.
// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_InstanceMetadataOptionsResponse.html
type MetadataOptions struct {
	Tokens   string // optional, required
	Endpoint string // enabled, disabled
	IPv6     string `json:",omitempty"` // enabled, disabled
	Tags     string `json:",omitempty"` // enabled, disabled
	Hops     int32  // how far a token travels: containers on the instance are a hop further
}

// RequireTokens wants the metadata service of an instance to answer only callers with a token that it gave: version 2, which a forged request from
// inside, by a server that is led to ask for a page, does not speak.
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-IMDS-existing-instances.html
type RequireTokens struct {
	Instance event.Resource
	// Keeps are the options beside the tokens as they were looked at. All are sent with the change, so that none is reset by what
	// leaves them out: a hop limit that became lower would cut off the containers.
	Keeps MetadataOptions
}

// SetMetadataOptions wants tokens to be required of an instance as they were, with the other options as they are.
type SetMetadataOptions struct {
	Instance event.Resource
	Options  MetadataOptions
}

// MetadataOptionsOf are the options of an instance that was described; false where EC2 shows none.
func MetadataOptionsOf(i types.Instance) (MetadataOptions, bool) {
	o := i.MetadataOptions
	if o == nil || o.HttpTokens == "" || o.HttpEndpoint == "" || o.HttpPutResponseHopLimit == nil {
		return MetadataOptions{}, false
	}
	return MetadataOptions{
		Tokens: string(o.HttpTokens), Endpoint: string(o.HttpEndpoint), IPv6: string(o.HttpProtocolIpv6), Tags: string(o.InstanceMetadataTags),
		Hops: *o.HttpPutResponseHopLimit,
	}, true
}

// with are the options with tokens as given.
func (o MetadataOptions) with(tokens string) MetadataOptions {
	o.Tokens = tokens
	return o
}

// About is the action as data.
func (a RequireTokens) About() About {
	return About{Kind: requireTokensKind, Target: a.Instance, Hits: "calls of instance " + a.Instance.ID + " to its metadata service without a token"}
}

// Look compares the other options with those that were looked at: what was changed since would be overwritten.
func (a RequireTokens) Look(ctx context.Context, r access.Reads) (Look, error) {
	now, missing, err := lookMetadata(ctx, r, a.Instance)
	switch {
	case err != nil || missing != "":
		return Look{Missing: missing}.unless(err)
	case now.Tokens == string(types.HttpTokensStateRequired):
		return Look{Satisfied: true}, nil
	case now.with("") != a.Keeps.with(""):
		return Look{Refused: "its other metadata options were changed since it was looked at"}, nil
	}
	return Look{Inverse: SetMetadataOptions{Instance: a.Instance, Options: now}}, nil
}

// Do sends all options.
func (a RequireTokens) Do(ctx context.Context, w access.Writes) error {
	return setMetadata(ctx, w, a.Instance, a.Keeps.with(string(types.HttpTokensStateRequired)))
}

// About is the action as data.
func (a SetMetadataOptions) About() About {
	return About{Kind: metadataOptionsKind, Target: a.Instance, Hits: fmt.Sprintf("tokens of instance %s become %s", a.Instance.ID, a.Options.Tokens)}
}

// Look compares the tokens alone.
func (a SetMetadataOptions) Look(ctx context.Context, r access.Reads) (Look, error) {
	now, missing, err := lookMetadata(ctx, r, a.Instance)
	switch {
	case err != nil || missing != "":
		return Look{Missing: missing}.unless(err)
	case now.Tokens == a.Options.Tokens:
		return Look{Satisfied: true}, nil
	}
	return Look{Inverse: SetMetadataOptions{Instance: a.Instance, Options: now}}, nil
}

// Do sends all options.
func (a SetMetadataOptions) Do(ctx context.Context, w access.Writes) error {
	return setMetadata(ctx, w, a.Instance, a.Options)
}

// back leaves the other options as they are by now: only the tokens were changed.
func (a SetMetadataOptions) back(now Action, _ []Action) Back {
	if present, ok := now.(SetMetadataOptions); ok {
		a.Options = present.Options.with(a.Options.Tokens)
	}
	return Back{Do: a}
}

func lookMetadata(ctx context.Context, r access.Reads, of event.Resource) (now MetadataOptions, missing string, err error) {
	i, err := lookInstance(ctx, r, of)
	if err != nil || i == nil || ended(i) {
		return now, "the instance is terminated", err
	}
	now, told := MetadataOptionsOf(*i)
	if !told {
		return now, "", fmt.Errorf("read metadata options of instance %q: EC2 shows none", of.ID)
	}
	return now, "", nil
}

func setMetadata(ctx context.Context, w access.Writes, of event.Resource, o MetadataOptions) error {
	if o.Tokens == "" || o.Endpoint == "" || o.Hops < 1 {
		return cannot(fmt.Sprintf("set metadata options of instance %q that are not known", of.ID))
	}
	_, err := w.EC2(of.Place()).ModifyInstanceMetadataOptions(ctx, &ec2.ModifyInstanceMetadataOptionsInput{
		InstanceId: aws.String(of.ID), HttpTokens: types.HttpTokensState(o.Tokens), HttpEndpoint: types.InstanceMetadataEndpointState(o.Endpoint),
		HttpProtocolIpv6: types.InstanceMetadataProtocolState(o.IPv6), InstanceMetadataTags: types.InstanceMetadataTagsState(o.Tags), HttpPutResponseHopLimit: aws.Int32(o.Hops),
	})
	return Refused(fmt.Sprintf("set metadata options of instance %q", of.ID), err)
}
