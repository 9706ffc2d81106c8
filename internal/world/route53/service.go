// Package route53 is Route 53 in the world: hosted zones and their records. Nothing resolves a name.
package route53

import (
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/route53/types"

	"github.com/ripostehq/riposte/internal/world/core"
)

// Service is Route 53.
func Service() *core.Service {
	return &core.Service{
		Name: "route53", SDK: "Route 53", Reference: "https://docs.aws.amazon.com/Route53/latest/APIReference/API_", Global: true,
		Words: core.QueryWords(), Resources: []core.Resource{zoneResource()},
	}
}

// zone is one hosted zone. Its SOA and NS records are not among Records: nobody deletes them.
type zone struct {
	Id      string // without /hostedzone/
	Name    string // with the trailing dot
	Private bool
	Records []types.ResourceRecordSet
}

var zones = core.Shelf[zone]{Kind: "route53.zone", ID: "Id", Global: true, Missing: func(id string) *core.Refusal {
	text := "No hosted zone found with ID: " + id
	return core.Refuse("NoSuchHostedZone", "%s", text).As(404).With(&types.NoSuchHostedZone{Message: &text})
}}

// find is the zone of an id in either spelling.
func find(c *core.Call, id *string) (*zone, *core.Refusal) {
	bare := bareID(id)
	return zones.Find(c.At, &bare)
}

func bareID(id *string) string { return strings.TrimPrefix(aws.ToString(id), "/hostedzone/") }

// ofZone is the right to a call on a zone.
func ofZone(c *core.Call, id *string) []core.Need {
	return c.On("arn:" + c.Partition + ":route53:::hostedzone/" + bareID(id))
}

// servers are the name servers of the zone's delegation set, the same each time.
func (z *zone) servers() []string {
	n := 0
	for _, b := range []byte(z.Id) {
		n = (n*31 + int(b)) % 1024
	}
	var all []string
	for i, top := range []string{"com", "net", "org", "co.uk"} {
		all = append(all, nameServer(n+i, top))
	}
	return all
}

// all are the records of the zone in Route 53's order.
func (z *zone) all() []types.ResourceRecordSet {
	ns := types.ResourceRecordSet{Name: &z.Name, Type: types.RRTypeNs, TTL: aws.Int64(172800)}
	for _, s := range z.servers() {
		ns.ResourceRecords = append(ns.ResourceRecords, types.ResourceRecord{Value: aws.String(s + ".")})
	}
	soa := types.ResourceRecordSet{Name: &z.Name, Type: types.RRTypeSoa, TTL: aws.Int64(900), ResourceRecords: []types.ResourceRecord{
		{Value: aws.String(z.servers()[0] + ". awsdns-hostmaster.amazon.com. 1 7200 900 1209600 86400")},
	}}
	return sorted(append([]types.ResourceRecordSet{ns, soa}, z.Records...))
}

func (z *zone) describe() types.HostedZone {
	return types.HostedZone{
		Id: aws.String("/hostedzone/" + z.Id), Name: &z.Name, CallerReference: &z.Id, Config: &types.HostedZoneConfig{PrivateZone: z.Private},
		ResourceRecordSetCount: aws.Int64(int64(len(z.Records) + 2)),
	}
}

// Estate is what an account has of it in YAML.
type Estate []zoneEstate

type zoneEstate struct {
	ID      string         `yaml:"id"`
	Name    string         `yaml:"name"`
	Private bool           `yaml:"private"`
	Records []recordEstate `yaml:"records"`
}

// recordEstate is one record set: with values, or an alias.
type recordEstate struct {
	Name   string   `yaml:"name"`
	Type   string   `yaml:"type"`
	TTL    int64    `yaml:"ttl"` // 300 where it is left out
	Values []string `yaml:"values"`
	Alias  string   `yaml:"alias"`
	Set    string   `yaml:"set"` // of a weighted one
	Weight int64    `yaml:"weight"`
	Check  string   `yaml:"health_check"`
}

// Build makes what an estate has.
func (e Estate) Build(at core.At) error {
	for _, given := range e {
		z := &zone{Id: given.ID, Name: dotted(given.Name), Private: given.Private}
		for _, r := range given.Records {
			z.Records = append(z.Records, r.set())
		}
		sorted(z.Records)
		zones.Put(at, z)
	}
	return nil
}

func (r recordEstate) set() types.ResourceRecordSet {
	set := types.ResourceRecordSet{Name: aws.String(dotted(r.Name)), Type: types.RRType(r.Type), HealthCheckId: core.Optional(r.Check)}
	if r.Set != "" {
		set.SetIdentifier, set.Weight = &r.Set, &r.Weight
	}
	if r.Alias != "" {
		set.AliasTarget = &types.AliasTarget{DNSName: aws.String(dotted(r.Alias)), HostedZoneId: aws.String("Z0ALIAS")}
		return set
	}
	if set.TTL = aws.Int64(300); r.TTL != 0 {
		set.TTL = &r.TTL
	}
	for _, v := range r.Values {
		set.ResourceRecords = append(set.ResourceRecords, types.ResourceRecord{Value: &v})
	}
	return set
}
