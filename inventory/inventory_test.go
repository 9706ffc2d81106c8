package inventory_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
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
	var many []string
	for i := range 1203 {
		many = append(many, fmt.Sprintf("{VolumeId: vol-%04d, State: available, Tags: [{Key: n, Value: %q}]}", i, fmt.Sprint(i)))
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
	for _, l := range []inventory.Listing{inventory.Volumes().Listing(), inventory.Snapshots().Listing(), inventory.Addresses().Listing(), inventory.Instances().Listing()} {
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
