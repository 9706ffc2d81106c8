package inventory_test

import (
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/route53/types"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/inventory"
)

// TestWhereAZoneIsServed: by its own NS record where its SOA record names one of the servers. A zone that is led elsewhere says so in its NS record before it goes, and that
// must not count as where it was served: the delegation that leads there is healthy.
func TestWhereAZoneIsServed(t *testing.T) {
	at := event.Place{Partition: "aws", Account: "444455556666"}
	const zone, at1, elsewhere = "aws/zone//dev.example.com", "aws/delegation//dev.example.com/ns-1.awsdns-01.com,ns-2.awsdns-02.net", "aws/delegation//dev.example.com/ns-8.awsdns-08.com"
	for _, c := range []struct {
		story   string
		name    string
		servers []string
		primary string
		private bool
		want    []string
	}{
		{"a zone's own record", "dev.example.com.", []string{"ns-2.awsdns-02.net.", "ns-1.awsdns-01.com."}, "ns-1.awsdns-01.com", false, []string{"has " + zone, "has " + at1}},
		{"a zone that is led elsewhere", "dev.example.com.", []string{"ns-8.awsdns-08.com."}, "ns-1.awsdns-01.com", false, []string{"has " + zone}},
		{"names of its own for its servers", "dev.example.com.", []string{"ns1.example.net."}, "ns1.example.net", false, []string{"has " + zone}},
		{"the SOA record was not seen", "dev.example.com.", []string{"ns-1.awsdns-01.com."}, "", false, []string{"has " + zone}},
		{"a private zone", "dev.example.com.", []string{"ns-1.awsdns-01.com."}, "ns-1.awsdns-01.com", true, nil},
		{"a delegation below it", "a.dev.example.com.", []string{"ns-1.awsdns-01.com."}, "ns-1.awsdns-01.com", false, []string{"points to aws/delegation//a.dev.example.com/ns-1.awsdns-01.com", "points to aws/zone//a.dev.example.com"}},
		{"a delegation to others", "a.dev.example.com.", []string{"ns1.example.net."}, "ns-1.awsdns-01.com", false, nil},
	} {
		r := inventory.Record{Zone: "Z5", Apex: "dev.example.com", Private: c.private, Primary: c.primary, Set: types.ResourceRecordSet{Name: &c.name, Type: types.RRTypeNs}}
		for _, s := range c.servers {
			r.Set.ResourceRecords = append(r.Set.ResourceRecords, types.ResourceRecord{Value: aws.String(s)})
		}
		var got []string
		for _, e := range inventory.Records().Names(at, r) {
			says := "has "
			if e.Points {
				says = "points to "
			} else if e.Resource.ID != inventory.ServedID("Z5") {
				t.Errorf("%s: %s is kept as %s", c.story, e.Key, e.Resource.ID)
			}
			got = append(got, says+e.Key.String())
		}
		if slices.Contains(got, "has "+elsewhere) || !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", c.story, got, c.want)
		}
	}
}
