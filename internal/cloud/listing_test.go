package cloud_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/cloud"
	"github.com/ripostehq/riposte/internal/world"
	"github.com/ripostehq/riposte/inventory"
	"github.com/ripostehq/riposte/playbook"
)

// toll writes down what passes, and how it went.
type toll struct {
	mu     sync.Mutex
	passed []string
	shut   error
}

func (l *toll) Before(_ context.Context, at event.Place, c call.ID) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.passed = append(l.passed, at.Region+" "+string(c))
	return l.shut
}

func (l *toll) After(_ event.Place, _ call.ID, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err != nil {
		l.passed = append(l.passed, "failed")
	}
}

const listedShop = `
now: 2030-01-07T09:00:00Z
accounts:
  - id: "111122223333"
    name: shop
    users:
      - name: riposte
        keys: [{id: AKIARIPOSTE000000001, secret: own}]
        inline: {all: {Version: "2012-10-17", Statement: [{Effect: Allow, Action: "*", Resource: "*"}]}}
    regions: {eu-west-1: {}, us-east-1: {}}
`

func TestEachAttemptOfASweepPassesItsToll(t *testing.T) {
	w, err := world.New([]byte(listedShop), world.Options{})
	if err != nil {
		t.Fatal(err)
	}
	c := cloud.New(cloud.Options{
		Base: func(p event.Place) aws.Config {
			return w.Config(p, aws.Credentials{AccessKeyID: "AKIARIPOSTE000000001", SecretAccessKey: "own"})
		},
		Guard: cloud.GuardFor([]playbook.Definition{{Lists: []inventory.Listing{inventory.Volumes().Listing()}}}, nil), Now: w.Now,
	})
	at := event.Place{Partition: "aws", Account: "111122223333", Region: "eu-west-1"}
	l := &toll{}
	reads := c.Listing(at, l)
	if _, err := reads.EC2(at).DescribeVolumes(t.Context(), &ec2.DescribeVolumesInput{}); err != nil {
		t.Fatal(err)
	}
	if want := []string{"eu-west-1 ec2:DescribeVolumes"}; !slices.Equal(l.passed, want) {
		t.Errorf("passed %q, want %q", l.passed, want)
	}
	var refused *cloud.Refused
	if _, err := reads.IAM(at).ListUsers(t.Context(), &iam.ListUsersInput{}); !errors.As(err, &refused) {
		t.Errorf("a call that no playbook lists: %v", err)
	}
	l.shut = errors.New("no more today")
	if _, err := reads.EC2(at).DescribeVolumes(t.Context(), &ec2.DescribeVolumesInput{}); !errors.Is(err, l.shut) {
		t.Errorf("behind a toll that is shut: %v", err)
	}
	if n := len(c.Unreachable()); n > 0 {
		t.Errorf("a sweep that ended makes %d places unreachable for answers", n)
	}
	other := event.Place{Partition: "aws", Account: "444455556666", Region: "eu-west-1"}
	var foreign *cloud.NotOurs
	if _, err := c.Listing(other, &toll{}).EC2(other).DescribeVolumes(t.Context(), &ec2.DescribeVolumesInput{}); !errors.As(err, &foreign) {
		t.Errorf("an account that riposte has no role in: %v", err)
	}
}
