package ownership

import (
	"fmt"
	"strings"
	"testing"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/playbook"
)

// However much a person does, what is kept of it and its title stay short, and say what they leave out.
func TestWhatIsJoinedIsBounded(t *testing.T) {
	place := event.Place{Partition: "aws", Account: "111122223333", Region: "eu-west-1"}
	of := func(f byHand) playbook.Suspect[byHand] {
		f.Caller, f.Account = "alice", place.Account
		return f.told(playbook.Suspect[byHand]{Resource: place.In(event.Session, "ops/alice")})
	}
	all := of(byHand{Calls: []string{"s3:PutObject"}})
	if !all.Kept || all.Severity != playbook.Low {
		t.Errorf("%+v", all)
	}
	for n := range 500 {
		all = joinByHand(all, of(byHand{Deleted: []event.Resource{place.In(event.Bucket, fmt.Sprintf("bucket-%03d", n))}}))
		all = joinByHand(all, of(byHand{Calls: []string{fmt.Sprintf("ec2:Do%03d", n)}}))
		all = joinByHand(all, of(byHand{Calls: []string{"s3:PutObject"}})) // again, which is nothing new
	}
	const title = "alice deleted by hand in 111122223333: bucket bucket-000, bucket bucket-001, bucket bucket-002 and more than 97 others; " +
		"and called ec2:Do000, ec2:Do001, ec2:Do002 and more than 97 others"
	switch f := all.Facts; {
	case all.Kept || all.Severity != playbook.Medium || all.Title != title:
		t.Errorf("kept %t, %s: %q", all.Kept, all.Severity, all.Title)
	case len(f.Deleted) != 100 || len(f.Calls) != 100 || len(f.Found()) != 202 || len(f.Related(all.Resource)) != 100:
		t.Errorf("%d deleted, %d calls, %d found", len(f.Deleted), len(f.Calls), len(f.Found()))
	}
	one, two := of(byHand{Deleted: []event.Resource{place.In(event.Table, "orders")}}), of(byHand{Calls: []string{"s3:PutObject"}})
	if a, b := joinByHand(one, two).Title, joinByHand(two, one).Title; a != b || !strings.HasSuffix(a, "table orders; and called s3:PutObject") {
		t.Errorf("%q, and the other way round %q", a, b)
	}
}
