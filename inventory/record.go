package inventory

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/route53"
	"github.com/aws/aws-sdk-go-v2/service/route53/types"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/names"
)

// Record is a record set with its zone.
type Record struct {
	Zone    string // id, without /hostedzone/
	Apex    string // the zone's name, as names.Plain has it
	Private bool
	Primary string // the name server that the zone's SOA record names; "" where another page has it
	Set     types.ResourceRecordSet
}

// RecordID is a record set's id within its type: ZONE/TYPE/NAME, or ZONE/TYPE/NAME/SET of one of several. A slash in a name is written as Route 53
// escapes it.
func RecordID(zone string, set types.ResourceRecordSet) string {
	return RecordIDOf(zone, string(set.Type), aws.ToString(set.Name), aws.ToString(set.SetIdentifier))
}

// RecordIDOf is RecordID of what stands in another form.
func RecordIDOf(zone, kind, name, set string) string {
	id := zone + "/" + kind + "/" + strings.ReplaceAll(names.Plain(name), "/", `\057`)
	if set != "" {
		id += "/" + set
	}
	return id
}

// Points returns the record as far as it can point to something.
func (r Record) Points() names.Record {
	n := names.Record{Name: aws.ToString(r.Set.Name), Type: string(r.Set.Type)}
	for _, v := range r.Set.ResourceRecords {
		n.Values = append(n.Values, aws.ToString(v.Value))
	}
	if r.Set.AliasTarget != nil {
		n.Alias = aws.ToString(r.Set.AliasTarget.DNSName)
	}
	return n
}

// Records are the records of all hosted zones of an account, zone by zone: a call for 100 zones, and one for 300 records of each.
// https://docs.aws.amazon.com/Route53/latest/APIReference/API_ListResourceRecordSets.html
func Records() Type[Record] {
	return Type[Record]{
		Kind: event.RecordSet, Everywhere: true, Reads: []call.ID{call.Route53ListHostedZones, call.Route53ListResourceRecordSets},
		Pages: func(ctx context.Context, r access.Reads, at event.Place) iter.Seq2[[]Record, error] {
			return func(yield func([]Record, error) bool) {
				zones := pages(ctx, "hosted zones", route53.NewListHostedZonesPaginator(r.Route53(at), &route53.ListHostedZonesInput{}),
					func(out *route53.ListHostedZonesOutput) []types.HostedZone { return out.HostedZones })
				for some, err := range zones {
					if err != nil {
						yield(nil, err)
						return
					}
					for _, z := range some {
						if !zoneRecords(ctx, r.Route53(at), z, yield) {
							return
						}
					}
				}
			}
		},
		ID:    func(r Record) string { return RecordID(r.Zone, r.Set) },
		Names: recordNames,
	}
}

// zoneRecords yields the pages of one zone; false where no more is wanted. A zone that was deleted since it was listed has none.
func zoneRecords(ctx context.Context, c access.Route53Reads, z types.HostedZone, yield func([]Record, error) bool) bool {
	id := strings.TrimPrefix(aws.ToString(z.Id), "/hostedzone/")
	in := &route53.ListResourceRecordSetsInput{HostedZoneId: &id}
	for {
		out, err := c.ListResourceRecordSets(ctx, in)
		if access.Answered(err, "NoSuchHostedZone") {
			return true
		}
		if err != nil {
			yield(nil, fmt.Errorf("list the records of zone %s: %w", id, err))
			return false
		}
		primary := primaryOf(out.ResourceRecordSets)
		page := make([]Record, 0, len(out.ResourceRecordSets))
		for _, set := range out.ResourceRecordSets {
			page = append(page, Record{Zone: id, Apex: names.Plain(aws.ToString(z.Name)), Private: z.Config != nil && z.Config.PrivateZone, Primary: primary, Set: set})
		}
		if !yield(page, nil) {
			return false
		}
		if !out.IsTruncated {
			return true
		}
		in.StartRecordName, in.StartRecordType, in.StartRecordIdentifier = out.NextRecordName, out.NextRecordType, out.NextRecordIdentifier
	}
}

// ServedID is the id under which the index of names keeps that a zone serves its name. It is a part of the zone's records, which are read as one.
func ServedID(zone string) string { return zone + "/served" }

// recordNames are what a record points to. The name servers of the zone itself delegate nothing: they say where the zone is served.
func recordNames(at event.Place, r Record) (all []names.Entry) {
	keys, resource, points := r.Points().Keys(), at.In(event.RecordSet, RecordID(r.Zone, r.Set)), true
	if r.Set.Type == types.RRTypeNs && names.Plain(aws.ToString(r.Set.Name)) == r.Apex {
		keys, resource, points = r.served(), at.In(event.RecordSet, ServedID(r.Zone)), false
	}
	for _, k := range keys {
		all = append(all, names.Entry{Key: k, Resource: resource, Points: points, Private: points && r.Private})
	}
	return all
}

// served are the names of a public zone, by its own NS record. Who leaves Route 53, or goes to another account, writes the new name servers into that record before the
// zone is deleted, and may lead the delegation there: only those that the SOA record names, too, which stays as it was, count as the zone's.
func (r Record) served() []names.Key {
	if r.Private {
		return nil
	}
	all, servers := []names.Key{names.ZoneKey(r.Apex)}, r.Points().Values
	own := func(s string) bool { return names.Plain(s) == r.Primary }
	if at, ok := names.DelegationKey(r.Apex, servers); ok && slices.ContainsFunc(servers, own) {
		all = append(all, at)
	}
	return all
}

// primaryOf is the name server that a SOA record among those of a page names first.
func primaryOf(page []types.ResourceRecordSet) string {
	for _, set := range page {
		if set.Type == types.RRTypeSoa && len(set.ResourceRecords) > 0 {
			primary, _, _ := strings.Cut(aws.ToString(set.ResourceRecords[0].Value), " ")
			return names.Plain(primary)
		}
	}
	return ""
}
