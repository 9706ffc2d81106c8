package route53

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/route53"
	"github.com/aws/aws-sdk-go-v2/service/route53/types"

	"github.com/ripostehq/riposte/internal/world/core"
)

func dotted(name string) string { return strings.ToLower(strings.TrimSuffix(name, ".")) + "." }

// place is where a record stands in its zone's order: by the labels of its name from the last to the first, then type and set.
// https://docs.aws.amazon.com/Route53/latest/APIReference/API_ListResourceRecordSets.html
type place struct{ name, kind, set string }

func placeOf(r types.ResourceRecordSet) place {
	return place{reversed(aws.ToString(r.Name)), string(r.Type), aws.ToString(r.SetIdentifier)}
}

func reversed(name string) string {
	labels := strings.Split(dotted(name), ".")
	slices.Reverse(labels)
	return strings.Join(labels, ".")
}

func (p place) compare(o place) int {
	return cmp.Or(cmp.Compare(p.name, o.name), cmp.Compare(p.kind, o.kind), cmp.Compare(p.set, o.set))
}

func sorted(all []types.ResourceRecordSet) []types.ResourceRecordSet {
	slices.SortFunc(all, func(a, b types.ResourceRecordSet) int { return placeOf(a).compare(placeOf(b)) })
	return all
}

func listRecords(c *core.Call, in *route53.ListResourceRecordSetsInput) (*route53.ListResourceRecordSetsOutput, *core.Refusal) {
	z, refused := find(c, in.HostedZoneId)
	if refused != nil {
		return nil, refused
	}
	all := z.all()
	if in.StartRecordName != nil {
		from := place{reversed(*in.StartRecordName), string(in.StartRecordType), aws.ToString(in.StartRecordIdentifier)}
		all = slices.DeleteFunc(all, func(r types.ResourceRecordSet) bool { return placeOf(r).compare(from) < 0 })
	}
	size := recordsAPage
	if in.MaxItems != nil {
		size = int(*in.MaxItems)
	}
	out := &route53.ListResourceRecordSetsOutput{MaxItems: aws.Int32(int32(size)), ResourceRecordSets: all}
	if len(all) > size {
		next := all[size]
		out.ResourceRecordSets, out.IsTruncated = all[:size], true
		out.NextRecordName, out.NextRecordType, out.NextRecordIdentifier = next.Name, next.Type, next.SetIdentifier
	}
	return out, nil
}

// toChange is the right on the zone, with the three keys by which IAM tells what is changed.
// https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/specifying-conditions-route53.html
func toChange(c *core.Call, in *route53.ChangeResourceRecordSetsInput) []core.Need {
	needs := ofZone(c, in.HostedZoneId)
	var names, kinds, actions []string
	for _, ch := range in.ChangeBatch.Changes {
		names = append(names, strings.TrimSuffix(dotted(aws.ToString(ch.ResourceRecordSet.Name)), "."))
		kinds, actions = append(kinds, string(ch.ResourceRecordSet.Type)), append(actions, string(ch.Action))
	}
	needs[0].Context = map[string][]string{
		"route53:ChangeResourceRecordSetsNormalizedRecordNames": names,
		"route53:ChangeResourceRecordSetsRecordTypes":           kinds,
		"route53:ChangeResourceRecordSetsActions":               actions,
	}
	return needs
}

// changeRecords does a whole batch, or nothing of it.
func changeRecords(c *core.Call, in *route53.ChangeResourceRecordSetsInput) (*route53.ChangeResourceRecordSetsOutput, *core.Refusal) {
	z, refused := find(c, in.HostedZoneId)
	if refused != nil {
		return nil, refused
	}
	records := slices.Clone(z.Records)
	for _, ch := range in.ChangeBatch.Changes {
		var wrong string
		if records, wrong = apply(records, *z, ch); wrong != "" {
			return nil, core.Refuse("InvalidChangeBatch", "%s", wrong).With(&types.InvalidChangeBatch{Message: &wrong, Messages: []string{wrong}})
		}
	}
	z.Records = sorted(records)
	return &route53.ChangeResourceRecordSetsOutput{ChangeInfo: change(c)}, nil
}

// apply is one change; wrong says why it can't be made, in Route 53's words.
func apply(records []types.ResourceRecordSet, z zone, ch types.Change) (after []types.ResourceRecordSet, wrong string) {
	r := *ch.ResourceRecordSet
	r.Name = aws.String(dotted(aws.ToString(r.Name)))
	said := fmt.Sprintf("resource record set [name='%s', type='%s']", *r.Name, r.Type)
	if r.Type == types.RRTypeSoa || r.Type == types.RRTypeNs && *r.Name == z.Name {
		return nil, "A HostedZone must contain at least one NS record for the zone itself."
	}
	if *r.Name != z.Name && !strings.HasSuffix(*r.Name, "."+z.Name) {
		return nil, fmt.Sprintf("RRSet with DNS name %s is not permitted in zone %s", *r.Name, z.Name)
	}
	at := slices.IndexFunc(records, func(o types.ResourceRecordSet) bool { return placeOf(o) == placeOf(r) })
	switch {
	case ch.Action == types.ChangeActionDelete && at < 0:
		return nil, "Tried to delete " + said + " but it was not found"
	case ch.Action == types.ChangeActionDelete && !same(records[at], r):
		return nil, "Tried to delete " + said + " but the values provided do not match the current values"
	case ch.Action == types.ChangeActionDelete:
		return slices.Delete(records, at, at+1), ""
	case ch.Action == types.ChangeActionCreate && at >= 0:
		return nil, "Tried to create " + said + " but it already exists"
	case at >= 0:
		records[at] = r
		return records, ""
	}
	return append(records, r), ""
}

// same reports whether two record sets are the same to the letter, but for the dot at the end of their names.
func same(a, b types.ResourceRecordSet) bool {
	for _, r := range []*types.ResourceRecordSet{&a, &b} {
		r.Name = aws.String(dotted(aws.ToString(r.Name)))
		if r.AliasTarget != nil {
			alias := *r.AliasTarget
			alias.DNSName = aws.String(dotted(aws.ToString(alias.DNSName)))
			r.AliasTarget = &alias
		}
		if len(r.ResourceRecords) == 0 {
			r.ResourceRecords = nil
		}
	}
	return reflect.DeepEqual(a, b)
}
