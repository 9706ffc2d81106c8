package evidence_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail/types"

	"golang.org/x/time/rate"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/evidence"
	"github.com/ripostehq/riposte/playbook"
)

var machine = shop.In(event.Instance, "i-0a1b2c3d4e5f60718")

// trail is an event history, newest first, in pages of two.
type trail struct {
	access.Reads
	access.CloudTrailReads
	records []string
	err     error
	asked   []cloudtrail.LookupEventsInput
}

func (l *trail) CloudTrail(event.Place) access.CloudTrailReads { return l }

func (l *trail) LookupEvents(_ context.Context, in *cloudtrail.LookupEventsInput, _ ...func(*cloudtrail.Options)) (*cloudtrail.LookupEventsOutput, error) {
	l.asked = append(l.asked, *in)
	n := 0
	if in.NextToken != nil {
		fmt.Sscan(*in.NextToken, &n)
	}
	out := &cloudtrail.LookupEventsOutput{}
	for _, r := range l.records[n:min(n+2, len(l.records))] {
		out.Events = append(out.Events, types.Event{CloudTrailEvent: &r})
	}
	if n+2 < len(l.records) {
		out.NextToken = aws.String(fmt.Sprint(n + 2))
	}
	return out, l.err
}

// made is a call that was made so long ago, by riposte or by another caller.
func made(name, by string, ago time.Duration) string {
	return record(name, by, ago, "null")
}

func record(name, by string, ago time.Duration, code string) string {
	return fmt.Sprintf(`{"eventVersion":"1.11","eventID":"e-%s-%s","eventTime":%q,"eventSource":"ec2.amazonaws.com","eventName":%[1]q,"awsRegion":"eu-west-1","sourceIPAddress":"192.0.2.20",`+
		`"requestID":%[4]q,"errorCode":%[5]s,"userIdentity":{"type":"AssumedRole","principalId":"AROAX:x"},"recipientAccountId":"111122223333"}`, name, ago, now.Add(-ago).Format(time.RFC3339), by, code)
}

// own knows riposte's calls by their requests.
func own(_ context.Context, e event.Event) (bool, error) { return e.RequestID == "riposte", nil }

func pastOf(l *trail) *evidence.Past {
	p := evidence.NewPast(l, own, func() time.Time { return now })
	p.Rate = rate.Inf
	return p
}

func named(calls []playbook.PastCall) string {
	var all []string
	for _, c := range calls {
		name := c.Event.Name
		if c.Own {
			name += "*"
		}
		all = append(all, name)
	}
	return strings.Join(all, " ")
}

// An answer counts where it shows riposte's own tagging, long enough ago to show; use that was seen is told all the same.
func TestAnEmptyAnswerCountsOnlyWhereRipostesTaggingShows(t *testing.T) {
	const days = 24 * time.Hour
	since := now.Add(-45 * days)
	for _, c := range []struct {
		name    string
		records []string
		want    string
		unknown bool
	}{
		{"nothing at all: the look-up is blind", nil, "", true},
		{"the tagging alone", []string{made("CreateTags", "riposte", 14*days)}, "CreateTags*", false},
		{"used since", []string{made("AttachVolume", "dana", time.Hour), made("CreateTags", "riposte", 14*days)}, "AttachVolume CreateTags*", false},
		{"used, and no tagging", []string{made("AttachVolume", "dana", time.Hour)}, "AttachVolume", true},
		{"another's tagging", []string{made("CreateTags", "mallory", 14*days)}, "CreateTags", true},
		{"a tagging that was refused", []string{record("CreateTags", "riposte", 14*days, `"AccessDenied"`)}, "CreateTags*", true},
		{"a tagging of just now would not show yet", []string{made("CreateTags", "riposte", 14*time.Minute)}, "CreateTags*", true},
		{"tagged before what is asked", []string{made("DetachVolume", "dana", 44*days), made("AttachVolume", "dana", 46*days), made("CreateTags", "riposte", 50*days), made("CreateVolume", "dana", 80*days)}, "DetachVolume", false},
		{"a record that can't be read", []string{made("CreateTags", "riposte", 14*days), "{"}, "CreateTags*", true},
		{"more than is read", slices.Repeat([]string{made("DescribeVolumes", "dana", time.Hour)}, 30), strings.TrimSpace(strings.Repeat("DescribeVolumes ", 20)), true},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := &trail{records: c.records}
			got, err := pastOf(l).Calls(t.Context(), machine, since)
			if named(got) != c.want || errors.Is(err, playbook.ErrNoEvidence) != c.unknown || err != nil && !c.unknown {
				t.Errorf("%q, %v; want %q, unknown %v", named(got), err, c.want, c.unknown)
			}
			in := l.asked[0]
			if a := in.LookupAttributes[0]; a.AttributeKey != types.LookupAttributeKeyResourceName || *a.AttributeValue != machine.ID || !in.StartTime.Equal(now.Add(-90*days)) {
				t.Errorf("asked for %s %s since %s", a.AttributeKey, *a.AttributeValue, in.StartTime)
			}
		})
	}
}

// AWS answers two look-ups a second to all callers. What finds no room does not wait for it, since a worker would wait with it; it is answered later.
func TestAQuestionDoesNotWaitForItsTurn(t *testing.T) {
	l := &trail{records: []string{made("CreateTags", "riposte", 24*time.Hour)}}
	p := pastOf(l)
	p.Rate = 0.001
	ask := func() error { _, err := p.Calls(t.Context(), machine, now.Add(-time.Hour)); return err }
	for range 2 {
		if err := ask(); err != nil {
			t.Fatal(err)
		}
	}
	for range 100 { // each of them would wait for seconds
		if err := ask(); !errors.Is(err, playbook.ErrNotNow) || !errors.Is(err, playbook.ErrNoEvidence) {
			t.Fatal(err)
		}
	}
	if len(l.asked) != 2 {
		t.Errorf("%d look-ups", len(l.asked))
	}
}

// What has no question left today is told so at once: thousands of groups that a caller made would else wait for a turn each, and a sweep with them.
func TestWhatIsUsedUpWaitsForNoTurn(t *testing.T) {
	l := &trail{records: []string{made("CreateTags", "riposte", 24*time.Hour)}}
	p := pastOf(l)
	p.Rate = 1000
	ask := func() error { _, err := p.Calls(t.Context(), machine, now.Add(-time.Hour)); return err }
	for len(l.asked) < 60 {
		if err := ask(); err != nil && !errors.Is(err, playbook.ErrNotNow) {
			t.Fatal(err)
		}
	}
	for range 100 {
		if err := ask(); errors.Is(err, playbook.ErrNotNow) || !errors.Is(err, playbook.ErrNoEvidence) {
			t.Fatal(err)
		}
	}
}

// Neither a history that fails nor one that does not tell the caller is an answer.
func TestAPastThatFailsIsAnError(t *testing.T) {
	l := &trail{records: []string{made("CreateTags", "riposte", 24*time.Hour)}, err: errors.New("ThrottlingException")}
	if _, err := pastOf(l).Calls(t.Context(), machine, now.Add(-time.Hour)); err == nil || errors.Is(err, playbook.ErrNoEvidence) {
		t.Error(err)
	}
	l.err = nil
	blind := evidence.NewPast(l, func(context.Context, event.Event) (bool, error) { return true, errors.New("disk full") }, func() time.Time { return now })
	if got, err := blind.Calls(t.Context(), machine, now.Add(-time.Hour)); err == nil || len(got) > 0 {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := pastOf(l).Calls(t.Context(), event.Resource{Account: "1", ID: "x"}, now); !errors.Is(err, playbook.ErrNoEvidence) {
		t.Errorf("a resource without region: %v", err)
	}
}
