package cloud

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/smithy-go/middleware"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/region"
	"github.com/ripostehq/riposte/internal/transport"
)

// through sends one call through what stands around it.
func through(t *testing.T, around func(*middleware.Stack) error, answer func(context.Context) error) error {
	t.Helper()
	st := middleware.NewStack("test", func() any { return nil })
	if err := around(st); err != nil {
		t.Fatal(err)
	}
	_, _, err := st.Initialize.HandleMiddleware(t.Context(), nil, middleware.HandlerFunc(func(ctx context.Context, _ any) (any, middleware.Metadata, error) {
		return nil, middleware.Metadata{}, answer(ctx)
	}))
	return err
}

func TestContainmentGoesAheadOfTheRest(t *testing.T) { synctest.Test(t, containmentGoesAhead) }

func containmentGoesAhead(t *testing.T) {
	var p pace
	at := event.Place{Account: "111122223333", Region: "eu-west-1"}
	now := func(context.Context) error { return nil }
	hurried := func(s session) error {
		return through(t, func(st *middleware.Stack) error {
			if err := within(time.Millisecond)(st); err != nil {
				return err
			}
			return p.around(s)(st)
		}, now)
	}
	mend, contain := session{place: at, class: action.Mend}, session{place: at, class: action.Contain}
	for range calmBurst {
		if err := hurried(mend); err != nil {
			t.Fatal(err)
		}
	}
	if hurried(mend) == nil || hurried(session{place: at, class: action.Destroy}) == nil {
		t.Error("mending and destroying know no limit")
	}
	for i := range urgentBurst {
		if err := hurried(contain); err != nil {
			t.Fatalf("containment %d waits behind the rest: %v", i, err)
		}
	}
	if hurried(contain) == nil {
		t.Error("containment knows no limit")
	}
	at.Region = "us-east-1"
	if err := hurried(session{place: at, class: action.Mend}); err != nil {
		t.Errorf("one region waits for another: %v", err)
	}
}

func TestACallHasAnEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		err := through(t, within(whole), func(ctx context.Context) error {
			<-ctx.Done()
			return ctx.Err()
		})
		if err == nil {
			t.Error("a call that gets no answer came back without an error")
		}
	})
}

func TestSessionsShareTheirConnectionsAndTheirPatience(t *testing.T) {
	c, own := New(Options{}), awshttp.NewBuildableClient()
	session, _ := c.impatient(own).(transport.Steady)
	made, ok := session.HTTPClient.(*awshttp.BuildableClient)
	if !ok || made.GetTimeout() != attempt || own.GetTimeout() != 0 {
		t.Errorf("a session's attempt may take %v, riposte's own %v", made.GetTimeout(), own.GetTimeout())
	}
	if c.impatient(own) != session {
		t.Error("each session dials for itself")
	}
}

func TestGlobalServicesAreReachedAtHome(t *testing.T) {
	for _, c := range []struct{ region, partition, iam, organizations string }{
		{"eu-west-1", "aws", "us-east-1", "us-east-1"},
		{"cn-northwest-1", "aws-cn", "cn-north-1", "cn-northwest-1"},
		{"us-gov-east-1", "aws-us-gov", "us-gov-west-1", "us-gov-west-1"},
		{"us-isob-east-1", "aws-iso-b", "us-isob-east-1", "us-isob-east-1"},
		{"us-iso-west-1", "aws-iso", "us-iso-east-1", "us-iso-east-1"},
		{"eusc-de-east-1", "aws-eusc", "eusc-de-east-1", "eusc-de-east-1"},
	} {
		if got := region.In(c.region).ID; got != c.partition {
			t.Errorf("%s is in %s", c.region, got)
		}
		if got := Global(event.Place{Partition: c.partition, Region: c.region}).Region; got != c.iam {
			t.Errorf("IAM of %s is in %s", c.partition, got)
		}
		if got := OrganizationsIn(c.partition).Region; got != c.organizations {
			t.Errorf("Organizations of %s is in %s", c.partition, got)
		}
	}
}

// An endpoint that swallows everything holds one worker at a time, not all of them.
func TestNobodyQueuesWhereNobodyAnswers(t *testing.T) {
	now := time.Date(2030, 1, 7, 9, 0, 0, 0, time.UTC)
	r := circuitBreaker{now: func() time.Time { return now }, open: map[endpoint]openCircuit{}}
	at := session{place: event.Place{Account: "111122223333", Region: "eu-west-1"}, purpose: Audit}
	asked := 0
	silent := func(context.Context) error { asked++; now = now.Add(whole); return context.DeadlineExceeded }
	fine := func(context.Context) error { asked++; return nil }
	call := func(s session, answer func(context.Context) error) error { return through(t, r.around(s), answer) }

	first, second := call(at, silent), call(at, silent)
	if first == nil || second == nil || asked != 1 {
		t.Errorf("it was asked %d times within %v: %v, then %v", asked, coolDown, first, second)
	}
	other := at
	other.place.Region = "us-east-1"
	if err := call(other, fine); err != nil {
		t.Errorf("another region: %v", err)
	}
	now = now.Add(coolDown)
	asked = 0
	_ = call(at, func(ctx context.Context) error {
		if call(at, fine) == nil {
			t.Error("a second one asks while the first waits")
		}
		return silent(ctx)
	})
	now = now.Add(coolDown)
	_ = call(at, func(context.Context) error { return context.Canceled }) // the caller was called away
	if err := call(at, fine); err != nil || call(at, fine) != nil || asked != 3 {
		t.Errorf("it answers again: %v, asked %d times", err, asked)
	}
	_ = call(at, silent)
	now = now.Add(-24 * time.Hour)
	if err := call(at, fine); err != nil {
		t.Errorf("a clock that was set back: %v", err)
	}
	quick := func(context.Context) error { return errors.New("connection refused") }
	if call(at, quick) == nil || call(at, fine) != nil {
		t.Error("a refused connection costs no time, and no waiting")
	}
}
