package sweep

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/aws/smithy-go"

	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
)

type clock struct{ now time.Time }

func (c *clock) sleep(_ context.Context, d time.Duration) error {
	c.now = c.now.Add(d)
	return nil
}

const volumes, databases = call.ID("ec2:DescribeVolumes"), call.ID("rds:DescribeDBInstances")

func budgeted(limit int) (*Budget, *clock) {
	c := &clock{time.Date(2026, 11, 30, 3, 0, 0, 0, time.UTC)}
	return newBudget(limit, 0, nil, func() time.Time { return c.now }, c.sleep), c
}

func pass(t *testing.T, b *Budget, p event.Place, c call.ID, n int) {
	t.Helper()
	for range n {
		if err := b.Before(t.Context(), p, c); err != nil {
			t.Fatal(err)
		}
		b.After(p, c, nil)
	}
}

func TestASweepTakesAFifth(t *testing.T) {
	ireland, ohio := event.Place{Account: "1", Region: "eu-west-1"}, event.Place{Account: "1", Region: "us-east-2"}
	b, c := budgeted(0)
	began := c.now
	pass(t, b, ireland, volumes, 8+40)
	if took := c.now.Sub(began); took < 9900*time.Millisecond || took > 10100*time.Millisecond {
		t.Errorf("48 calls of 4 a second, the first 8 at once, took %v", took)
	}
	began = c.now
	pass(t, b, ohio, volumes, 8)
	pass(t, b, ireland, "ec2:DescribeAddresses", 8)
	if took := c.now.Sub(began); took != 0 {
		t.Errorf("another region and another call have buckets of their own: %v", took)
	}
	pass(t, b, ireland, databases, 2+20)
	if took := c.now.Sub(began); took < 9900*time.Millisecond || took > 10100*time.Millisecond {
		t.Errorf("20 calls of 2 a second took %v", took)
	}
}

func TestTheFirstThrottleRestsTheSecondEnds(t *testing.T) {
	ireland, ohio := event.Place{Region: "eu-west-1"}, event.Place{Region: "us-east-2"}
	throttled := &smithy.GenericAPIError{Code: "RequestLimitExceeded"}
	b, c := budgeted(0)
	pass(t, b, ireland, volumes, 8)
	b.After(ireland, volumes, throttled)
	began := c.now
	pass(t, b, ohio, volumes, 1)
	pass(t, b, ireland, databases, 1)
	if c.now != began {
		t.Error("another region or service rests, too")
	}
	pass(t, b, ireland, volumes, 8+20)
	if took := c.now.Sub(began); took < 69*time.Second || took > 71*time.Second {
		t.Errorf("a minute's rest and 20 calls of 2 a second took %v", took)
	}
	b.After(ireland, "ec2:DescribeAddresses", throttled)
	if err := b.Before(t.Context(), ireland, volumes); !errors.Is(err, ErrThrottled) {
		t.Errorf("throttled twice: %v", err)
	}
	pass(t, b, ohio, volumes, 1)
	if got := b.of(ireland).throttled; got != 2 {
		t.Errorf("%d throttles counted", got)
	}
}

func TestTheCallsOfADayEnd(t *testing.T) {
	b, _ := budgeted(3)
	pass(t, b, event.Place{Region: "eu-west-1"}, volumes, 2)
	pass(t, b, event.Place{Region: "us-east-2"}, volumes, 1)
	if err := b.Before(t.Context(), event.Place{Region: "eu-west-1"}, volumes); !errors.Is(err, ErrSpent) {
		t.Errorf("the fourth of three: %v", err)
	}
}

// A clock that is set back must not make a minute's rest a year's.
func TestARestEndsWhateverTheClockDoes(t *testing.T) {
	p := event.Place{Region: "eu-west-1"}
	b, c := budgeted(0)
	b.After(p, volumes, &smithy.GenericAPIError{Code: "Throttling"})
	c.now = c.now.Add(-365 * 24 * time.Hour)
	began := c.now
	pass(t, b, p, volumes, 1)
	if c.now.Sub(began) > rest {
		t.Errorf("waited %v", c.now.Sub(began))
	}
}
