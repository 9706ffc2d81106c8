package route53

import (
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/route53"
	"github.com/aws/aws-sdk-go-v2/service/route53/types"

	"github.com/ripostehq/riposte/internal/world/core"
)

const (
	recordUnverified = "record: unverified"
	zonesAPage       = 100
	recordsAPage     = 300
)

func nameServer(n int, top string) string {
	return fmt.Sprintf("ns-%d.awsdns-%02d.%s", n, n%64, top)
}

func zoneResource() core.Resource {
	return core.Resource{Shelf: &zones, Operations: []core.Operation{
		core.Define(core.Spec[route53.ListHostedZonesInput, route53.ListHostedZonesOutput]{Knows: "Marker MaxItems", Answer: listZones}),
		core.Define(core.Spec[route53.GetHostedZoneInput, route53.GetHostedZoneOutput]{
			Knows: "Id", Answer: getZone,
			Needs: func(c *core.Call, in *route53.GetHostedZoneInput) []core.Need { return ofZone(c, in.Id) },
		}),
		core.Define(core.Spec[route53.CreateHostedZoneInput, route53.CreateHostedZoneOutput]{
			Write: true, Basis: recordUnverified, Knows: "Name CallerReference", Answer: createZone,
			Response: func(_ *core.Call, out *route53.CreateHostedZoneOutput) any { return core.Camel(out) },
		}),
		core.Define(core.Spec[route53.DeleteHostedZoneInput, route53.DeleteHostedZoneOutput]{
			Write: true, Basis: recordUnverified, Knows: "Id", Answer: deleteZone,
			Needs: func(c *core.Call, in *route53.DeleteHostedZoneInput) []core.Need { return ofZone(c, in.Id) },
		}),
		core.Define(core.Spec[route53.ListResourceRecordSetsInput, route53.ListResourceRecordSetsOutput]{
			Knows: "HostedZoneId StartRecordName StartRecordType StartRecordIdentifier MaxItems", Answer: listRecords,
			Needs: func(c *core.Call, in *route53.ListResourceRecordSetsInput) []core.Need {
				return ofZone(c, in.HostedZoneId)
			},
		}),
		core.Define(core.Spec[route53.ChangeResourceRecordSetsInput, route53.ChangeResourceRecordSetsOutput]{
			Write: true, Basis: recordUnverified, Knows: "HostedZoneId ChangeBatch", Answer: changeRecords, Needs: toChange,
		}),
	}}
}

func listZones(c *core.Call, in *route53.ListHostedZonesInput) (*route53.ListHostedZonesOutput, *core.Refusal) {
	size := aws.Int32(zonesAPage)
	if in.MaxItems != nil {
		size = in.MaxItems
	}
	page, next, refused := core.Paged(zones.Sorted(c.At), in.Marker, size)
	if refused != nil {
		return nil, refused
	}
	out := &route53.ListHostedZonesOutput{IsTruncated: next != nil, NextMarker: next, Marker: in.Marker, MaxItems: size}
	for _, z := range page {
		out.HostedZones = append(out.HostedZones, z.describe())
	}
	return out, nil
}

func getZone(c *core.Call, in *route53.GetHostedZoneInput) (*route53.GetHostedZoneOutput, *core.Refusal) {
	z, refused := find(c, in.Id)
	if refused != nil {
		return nil, refused
	}
	described := z.describe()
	out := &route53.GetHostedZoneOutput{HostedZone: &described}
	if !z.Private {
		out.DelegationSet = &types.DelegationSet{NameServers: z.servers()}
	}
	return out, nil
}

func createZone(c *core.Call, in *route53.CreateHostedZoneInput) (*route53.CreateHostedZoneOutput, *core.Refusal) {
	z := zones.Put(c.At, &zone{Id: "Z" + c.Mint(20), Name: dotted(aws.ToString(in.Name))})
	described := z.describe()
	return &route53.CreateHostedZoneOutput{HostedZone: &described, DelegationSet: &types.DelegationSet{NameServers: z.servers()}}, nil
}

// deleteZone refuses a zone that has more than its SOA and NS records.
func deleteZone(c *core.Call, in *route53.DeleteHostedZoneInput) (*route53.DeleteHostedZoneOutput, *core.Refusal) {
	z, refused := find(c, in.Id)
	if refused != nil {
		return nil, refused
	}
	if len(z.Records) > 0 {
		text := "The specified hosted zone contains non-required resource record sets and so cannot be deleted."
		return nil, core.Refuse("HostedZoneNotEmpty", "%s", text).With(&types.HostedZoneNotEmpty{Message: &text})
	}
	delete(zones.Of(c.At), z.Id)
	return &route53.DeleteHostedZoneOutput{ChangeInfo: change(c)}, nil
}

// change is one that is in effect at once.
func change(c *core.Call) *types.ChangeInfo {
	return &types.ChangeInfo{Id: aws.String("/change/C" + c.Mint(13)), Status: types.ChangeStatusInsync, SubmittedAt: aws.Time(c.Now)}
}
