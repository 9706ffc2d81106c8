package cloud_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/smithy-go"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/cloud"
	"github.com/ripostehq/riposte/internal/world"
)

// skewed returns a Cloud with a clock that is not AWS's.
func (s *stage) skewed(by *time.Duration) *cloud.Cloud {
	return s.cloud(func(o *cloud.Options) { o.Now = func() time.Time { return s.w.Now().Add(*by) } })
}

func (s *stage) later(d time.Duration) {
	s.Helper()
	if err := s.w.AdvanceTo(s.w.Now().Add(d)); err != nil {
		s.Fatal(err)
	}
}

func (s *stage) look(c *cloud.Cloud, p event.Place) error {
	_, err := c.Reads().EC2(p).DescribeInstances(s.Context(), &ec2.DescribeInstancesInput{})
	return err
}

func TestASessionThatAWSCallsExpiredIsRenewed(t *testing.T) {
	s, skew := set(t), time.Duration(0)
	c := s.skewed(&skew)
	first := s.look(c, shop)
	s.later(2 * time.Hour)
	skew = -3 * time.Hour // our clock is set back: by it, the session is yet to begin
	if err := errors.Join(first, s.look(c, shop)); err != nil || s.assumed != 2 {
		t.Errorf("%v, assumed %d times", err, s.assumed)
	}
	if _, err := suspend(c, t); err != nil {
		t.Errorf("a change, in a session of its own: %v", err)
	}
	s.later(2 * time.Hour)
	skew = -6 * time.Hour
	if _, err := suspend(c, t); err != nil {
		t.Errorf("a change, in a session that ran out: %v", err)
	}
}

func TestAClockThatJumpsAheadAsksSTSOnceMore(t *testing.T) {
	s, skew := set(t), time.Duration(0)
	c := s.skewed(&skew)
	errs := []error{s.look(c, shop)}
	skew = 48 * time.Hour // beyond the end of every session that STS will ever give
	for range 5 {
		errs = append(errs, s.look(c, shop))
	}
	if err := errors.Join(errs...); err != nil || s.assumed != 2 {
		t.Errorf("%v, assumed %d times", err, s.assumed)
	}
}

func TestWhatNewCredentialsDoNotMendIsNotAskedForOverAndOver(t *testing.T) {
	s := set(t)
	c := s.cloud(func(*cloud.Options) {})
	if err := s.look(c, shop); err != nil {
		t.Fatal(err)
	}
	s.later(10 * time.Minute)
	s.w.Fail("ec2", "DescribeInstances", 50, &smithy.GenericAPIError{Code: "AuthFailure", Message: "for a reason of its own"})
	for range 20 {
		if err := s.look(c, shop); err == nil {
			t.Fatal("it was answered")
		}
	}
	if s.assumed != 2 {
		t.Errorf("the role was assumed %d times", s.assumed)
	}
}

func TestAThrottledChangeIsMadeAllTheSame(t *testing.T) {
	s := set(t)
	s.w.Throttle("autoscaling", "SuspendProcesses", 2)
	if _, err := suspend(s.cloud(func(*cloud.Options) {}), t); err != nil {
		t.Error(err)
	}
}

func TestWhereRiposteCantGetInIsSaidAndStopsNobodyElse(t *testing.T) {
	s := set(t)
	c := s.cloud(func(*cloud.Options) {})
	elsewhere := event.Place{Partition: "aws", Account: "444455556666", Region: "eu-west-1"}
	if err := s.look(c, elsewhere); err == nil {
		t.Fatal("an account without the role was entered")
	}
	since := s.w.Now()
	s.later(time.Minute)
	if err := errors.Join(s.look(c, shop)); err != nil {
		t.Errorf("another account: %v", err)
	}
	_ = s.look(c, elsewhere)
	shut := c.Unreachable()
	if len(shut) != 1 || shut[0].Account != elsewhere.Account || shut[0].Region != "eu-west-1" || shut[0].Purpose != cloud.Audit || shut[0].Why == "" || !shut[0].Since.Equal(since) {
		t.Errorf("unreachable: %+v", shut)
	}
	s.w.Fail("ec2", "DescribeInstances", 1, errors.New("no route to host"))
	_ = s.look(c, shop)
	if shut := c.Unreachable(); len(shut) != 2 {
		t.Errorf("a region that does not answer: %+v", shut)
	}
	if err := s.look(c, shop); err != nil || len(c.Unreachable()) != 1 {
		t.Errorf("it answers again: %v, %+v", err, c.Unreachable())
	}
}

func TestARefusalIsAnAnswer(t *testing.T) {
	s := set(t)
	c := s.cloud(func(o *cloud.Options) { delete(o.Roles, cloud.Contain) })
	_, err := suspend(c, t)
	s.w.Fail("ec2", "DescribeInstances", 1, &smithy.GenericAPIError{Code: "UnauthorizedOperation"})
	if err == nil || s.look(c, shop) == nil {
		t.Fatal("nothing was refused")
	}
	if shut := c.Unreachable(); len(shut) != 0 {
		t.Errorf("unreachable: %+v", shut)
	}
}

func TestAPolicyThatSTSCantPackIsARefusalForGood(t *testing.T) {
	s := set(t)
	s.w.Fail("sts", "AssumeRole", 1, &smithy.GenericAPIError{Code: "PackedPolicyTooLarge", Message: "Packed policy consumes 117% of allotted space"})
	_, err := suspend(s.cloud(func(*cloud.Options) {}), t)
	var none *cloud.NotNarrowed
	var api smithy.APIError
	if !errors.As(err, &none) || !errors.As(err, &api) || api.ErrorCode() != "AccessDenied" || !strings.Contains(err.Error(), "117%") {
		t.Errorf("%v", err)
	}
}

// chain is where the process finds its credentials, as the SDK keeps them.
type chain struct {
	aws.CredentialsProvider
	asked int
}

func (c *chain) Retrieve(ctx context.Context) (aws.Credentials, error) {
	c.asked++
	return c.CredentialsProvider.Retrieve(ctx)
}

func TestTheProcessesOwnCredentialsAreAskedForAgainWhereTheyRanOut(t *testing.T) {
	s := set(t)
	var from chain
	c := s.cloud(func(o *cloud.Options) {
		base, cache := o.Base, (*aws.CredentialsCache)(nil)
		o.Base = func(p event.Place) aws.Config {
			cfg := base(p)
			if cache == nil {
				from.CredentialsProvider = cfg.Credentials
				cache = aws.NewCredentialsCache(&from)
			}
			cfg.Credentials = cache
			return cfg
		}
	})
	s.w.Fail("sts", "AssumeRole", 1, &smithy.GenericAPIError{Code: "ExpiredToken"})
	if err := s.look(c, shop); err != nil || from.asked != 2 {
		t.Errorf("%v, the credentials were asked for %d times", err, from.asked)
	}
}

func TestManyWhoComeAtOnceAssumeARoleOnce(t *testing.T) {
	s := set(t)
	c := s.cloud(func(*cloud.Options) {})
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			if err := s.look(c, shop); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if s.assumed != 1 {
		t.Errorf("the role was assumed %d times", s.assumed)
	}
}

func TestWhoGivesUpWaitingForARoleIsLetGo(t *testing.T) {
	s := set(t)
	stuck, entered := make(chan struct{}), make(chan struct{})
	w, err := world.New([]byte(two), world.Options{AfterCall: func(_, op string) error {
		if op == "AssumeRole" {
			close(entered)
			<-stuck
		}
		return nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	s.w = w
	c := s.cloud(func(*cloud.Options) {})
	first := make(chan error, 1)
	go func() { first <- s.look(c, shop) }()
	<-entered
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	_, err = c.Reads().EC2(shop).DescribeInstances(ctx, &ec2.DescribeInstancesInput{})
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("the call that waited behind the first: %v", err)
	}
	close(stuck)
	if err := <-first; err != nil {
		t.Errorf("the first: %v", err)
	}
}
