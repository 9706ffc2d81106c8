package waste_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/names"
	"github.com/ripostehq/riposte/playbook"
	"github.com/ripostehq/riposte/playbooks/waste"
)

// index is what sweeps have read of names.
type index struct {
	playbook.Names
	all []names.Entry
}

func (x index) NamesOf(_ context.Context, of names.Key) (all []names.Entry, _ error) {
	for _, e := range x.all {
		if e.Key == of {
			all = append(all, e)
		}
	}
	return all, nil
}

// pointing are records that lead to a name, in another account.
func pointing(name string, count int) index {
	dns := event.Place{Partition: "aws", Account: "444455556666"}
	var x index
	for i := range count {
		for _, k := range names.Parse(name, "") {
			x.all = append(x.all, names.Entry{Key: k, Points: true, Resource: dns.In(event.RecordSet, fmt.Sprintf("Z1/A/%d.example.com", i))})
		}
	}
	return x
}

// TestNamesGoBeforeWhatTheyPointTo: an address or balancer to which a record points, in whichever account, is told with the record, and stays.
func TestNamesGoBeforeWhatTheyPointTo(t *testing.T) {
	const rows = `ec2.address: [{AllocationId: eipalloc-0a, PublicIp: 52.45.102.28}], ` +
		`elb.load-balancer: [{LoadBalancerArn: "arn:aws:elasticloadbalancing:eu-west-1:111122223333:loadbalancer/app/old/0a", Type: application, State: {Code: active}, DNSName: old-1234567890.eu-west-1.elb.amazonaws.com}]`
	addresses, err := waste.UnusedAddress().Default()
	if err != nil {
		t.Fatal(err)
	}
	balancers, err := waste.UnusedLoadBalancer().Default()
	if err != nil {
		t.Fatal(err)
	}
	address, balancer := here.In(event.Address, "eipalloc-0a"), here.In(event.LoadBalancer, "app/old/0a")
	const dns = "old-1234567890.eu-west-1.elb.amazonaws.com"
	for _, c := range []struct {
		story string
		book  playbook.Playbook
		of    event.Resource
		names playbook.Names
		says  string // "": it is planned
	}{
		{"an address to which a record points", addresses, address, pointing("52.45.102.28", 1), "; record Z1/A/0.example.com of account 444455556666 points to it: delete that first, and let its TTL pass"},
		{"a record points to another address", addresses, address, pointing("52.45.102.29", 1), ""},
		{"an address, and nothing lists names", addresses, address, nil, ""},
		{"a balancer to which a record points", balancers, balancer, pointing("dualstack."+dns, 1), "; record Z1/A/0.example.com of account 444455556666 points to it"},
		{"a balancer to which many do", balancers, balancer, pointing(dns, 7), "record Z1/A/4.example.com of account 444455556666 points to it, and 2 more"},
		{"a namesake in another region", balancers, balancer, pointing("old-1234567890.us-east-1.elb.amazonaws.com", 1), ""},
	} {
		t.Run(c.story, func(t *testing.T) {
			w, reads := region(t, rows)
			long := &playbook.Streak{Since: w.Now().AddDate(0, 0, -46), First: w.Now().AddDate(0, 0, -46), Seen: 46}
			in := playbook.In{AWS: reads, Now: w.Now(), Streak: long, Past: history{}, Prices: unpriced{}, Names: c.names, Origin: playbook.Origin{Received: w.Now().Add(-time.Hour)}}
			in.Metrics = watched{days: map[string][]float64{"ConsumedLCUs": make([]float64, 45)}, asked: new([]string)}
			found, err := c.book.Check(t.Context(), in, "c_1", playbook.StoredSuspect{Playbook: c.book.ID, Resource: c.of, Facts: []byte("{}")})
			if err != nil || len(found) != 1 {
				t.Fatalf("%d findings, %v", len(found), err)
			}
			if f := found[0]; (len(f.Plan.Steps) > 0) != (c.says == "") || !strings.Contains(f.Suspect.Title, c.says) {
				t.Errorf("%d steps, %s", len(f.Plan.Steps), f.Suspect.Title)
			}
		})
	}
}
