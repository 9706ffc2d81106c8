package inventory_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
	"github.com/google/go-cmp/cmp"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/world"
	"github.com/ripostehq/riposte/inventory"
)

var ireland = event.Place{Partition: "aws", Account: "111122223333", Region: "eu-west-1"}

// shop is a world of one region that holds rows.
func shop(t *testing.T, rows string) *world.World {
	t.Helper()
	w, err := world.New([]byte(`accounts:
  - id: "111122223333"
    name: shop
    users: [{name: auditor, attached: ["arn:aws:iam::aws:policy/AdministratorAccess"], keys: [{id: AKIAAUDITOR000000001, secret: secret}]}]
    regions:
      eu-west-1:
        images: [{id: ami-0a, name: golden}]
        instances: [{id: i-0a, image: ami-0a, type: t3.micro, tags: {Name: web}}]
        rows: {`+rows+"}\n"), world.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// reads opens such a world to a caller that may list all.
func reads(t *testing.T, rows string) access.Reads {
	t.Helper()
	w := shop(t, rows)
	return access.ClientReads(func(p event.Place) aws.Config {
		return w.Config(p, aws.Credentials{AccessKeyID: "AKIAAUDITOR000000001", SecretAccessKey: "secret"})
	})
}

// TestATypeListsAll: over all pages, each with its id and tags.
func TestATypeListsAll(t *testing.T) {
	var many, balancers []string
	for i := range 1203 {
		many = append(many, fmt.Sprintf("{VolumeId: vol-%04d, State: available, Tags: [{Key: n, Value: %q}]}", i, fmt.Sprint(i)))
	}
	const arn = "arn:aws:elasticloadbalancing:eu-west-1:111122223333:loadbalancer/"
	for i := range 21 { // more than are asked for their tags at once
		balancers = append(balancers, fmt.Sprintf("{LoadBalancerArn: %snet/web/%02d}", arn, i))
	}
	for _, c := range []struct {
		listing inventory.Listing
		rows    string
		pages   []int
		first   event.Resource
		tags    map[string]string
	}{
		{inventory.Volumes().Listing(), "ec2.volume: [" + strings.Join(many, ", ") + "]", []int{500, 500, 203}, ireland.In(event.Volume, "vol-0000"), map[string]string{"n": "0"}},
		{inventory.Snapshots().Listing(), "ec2.snapshot: [{SnapshotId: snap-0a, Tags: [{Key: k, Value: v}]}]", []int{1}, ireland.In(event.Snapshot, "snap-0a"), map[string]string{"k": "v"}},
		{inventory.Addresses().Listing(), "ec2.address: [{AllocationId: eipalloc-0a}, {AllocationId: eipalloc-0b}]", []int{2}, ireland.In(event.Address, "eipalloc-0a"), map[string]string{}},
		{inventory.LoadBalancers().Listing(), "elb.load-balancer: [" + strings.Join(balancers, ", ") + "], elb.tags: [{ResourceArn: " + arn + "net/web/00, Tags: [{Key: k, Value: v}]}]", []int{20, 1}, ireland.In(event.LoadBalancer, "net/web/00"), map[string]string{"k": "v"}},
		{inventory.DBClusters().Listing(), "rds.db-cluster: [{DBClusterIdentifier: shop, TagList: [{Key: k, Value: v}]}]", []int{1}, ireland.In(event.DBCluster, "shop"), map[string]string{"k": "v"}},
		{inventory.Warehouses().Listing(), "redshift.cluster: [{ClusterIdentifier: sales, Tags: [{Key: k, Value: v}]}]", []int{1}, ireland.In(event.Warehouse, "sales"), map[string]string{"k": "v"}},
		{inventory.Instances().Listing(), "", []int{1}, ireland.In(event.Instance, "i-0a"), map[string]string{"Name": "web"}},
	} {
		r := reads(t, c.rows)
		var pages []int
		for page, err := range c.listing.Pages(t.Context(), r, ireland) {
			if err != nil {
				t.Fatal(err)
			}
			if at, tags := page.At(0); len(pages) == 0 && (at != c.first || cmp.Diff(tags, c.tags) != "") {
				t.Errorf("%s: the first is %v with %v", c.listing.Kind, at, tags)
			}
			pages = append(pages, page.Len())
		}
		if !slices.Equal(pages, c.pages) {
			t.Errorf("%s: pages of %v, want %v", c.listing.Kind, pages, c.pages)
		}
		for _, id := range c.listing.Reads {
			if made, known := call.Of(id); !known || made.Write || !made.Access {
				t.Errorf("%s reads by %s, which is no read of the table", c.listing.Kind, id)
			}
		}
	}
}

// TestADeniedListingIsNoEmptyOne: what can't be listed is an error.
func TestADeniedListingIsNoEmptyOne(t *testing.T) {
	stranger := access.ClientReads(func(p event.Place) aws.Config {
		return shop(t, "").Config(p, aws.Credentials{AccessKeyID: "AKIASTRANGER00000001", SecretAccessKey: "secret"})
	})
	for _, l := range []inventory.Listing{inventory.Volumes().Listing(), inventory.Snapshots().Listing(), inventory.Addresses().Listing(), inventory.Instances().Listing(), inventory.LoadBalancers().Listing(), inventory.DBClusters().Listing(), inventory.Warehouses().Listing()} {
		failed := false
		for page, err := range l.Pages(t.Context(), stranger, ireland) {
			if failed = err != nil; !failed {
				t.Errorf("%s: a page of %d", l.Kind, page.Len())
			}
		}
		if !failed {
			t.Errorf("%s: what may not be listed is empty, without an error", l.Kind)
		}
	}
}

// deleting is a listing of balancers of which one is gone when its tags are asked for.
type deleting struct{ access.Reads }

func (d deleting) ELB(at event.Place) access.ELBReads { return deletingELB{d.Reads.ELB(at)} }

type deletingELB struct{ access.ELBReads }

func (d deletingELB) DescribeLoadBalancers(ctx context.Context, in *elb.DescribeLoadBalancersInput, o ...func(*elb.Options)) (*elb.DescribeLoadBalancersOutput, error) {
	out, err := d.ELBReads.DescribeLoadBalancers(ctx, in, o...)
	if err == nil {
		out.LoadBalancers = append([]types.LoadBalancer{{LoadBalancerArn: aws.String("arn:aws:elasticloadbalancing:eu-west-1:111122223333:loadbalancer/net/gone/00")}}, out.LoadBalancers...)
	}
	return out, err
}

// TestABalancerThatIsDeletedMeanwhile is left out, and the others are listed.
func TestABalancerThatIsDeletedMeanwhile(t *testing.T) {
	r := deleting{reads(t, "elb.load-balancer: [{LoadBalancerArn: \"arn:aws:elasticloadbalancing:eu-west-1:111122223333:loadbalancer/app/web/01\"}]")}
	var seen []string
	for page, err := range inventory.LoadBalancers().Listing().Pages(t.Context(), r, ireland) {
		if err != nil {
			t.Fatal(err)
		}
		for i := range page.Len() {
			of, _ := page.At(i)
			seen = append(seen, of.ID)
		}
	}
	if !slices.Equal(seen, []string{"app/web/01"}) {
		t.Errorf("%v", seen)
	}
}
