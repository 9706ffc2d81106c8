package playbook_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail/types"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/playbook"
)

// trail is an event history in which some pages hold a call of a session each, by these roles in turn.
type trail struct {
	access.Reads
	access.CloudTrailReads
	pages   int
	by      []string
	asked   *int
	refused error
}

func (t trail) CloudTrail(event.Place) access.CloudTrailReads { return t }

func (t trail) LookupEvents(_ context.Context, in *cloudtrail.LookupEventsInput, _ ...func(*cloudtrail.Options)) (*cloudtrail.LookupEventsOutput, error) {
	*t.asked++
	n := 0
	if in.NextToken != nil {
		fmt.Sscan(*in.NextToken, &n)
	}
	record := fmt.Sprintf(`{"eventVersion":"1.11","eventID":"e-%d","eventTime":"2030-01-07T09:00:00Z","eventSource":"s3.amazonaws.com","eventName":"ListBuckets","awsRegion":"eu-west-1",`+
		`"sourceIPAddress":"192.0.2.20","vpcEndpointId":"vpce-1","userIdentity":{"type":"AssumedRole","principalId":"%s:i-1"},"errorCode":"AccessDenied","recipientAccountId":"111122223333"}`, n, t.by[n%len(t.by)])
	out := &cloudtrail.LookupEventsOutput{Events: []types.Event{{CloudTrailEvent: &record}}}
	if n+1 < t.pages {
		out.NextToken = aws.String(fmt.Sprint(n + 1))
	}
	return out, t.refused
}

// However much is in a history, a look costs a bounded number of pages and says what it has not seen; so do many looks in one
// account, and another account has its own.
func TestLookupsAreBoundedAndSaySo(t *testing.T) {
	now, asked := time.Date(2030, 1, 7, 10, 0, 0, 0, time.UTC), 0
	shop, lab := event.Place{Account: "111122223333", Region: "eu-west-1"}, event.Place{Account: "222233334444", Region: "eu-west-1"}
	var all playbook.Lookups
	look := func(of trail, at event.Place, when time.Time) playbook.Called {
		t.Helper()
		of.asked = &asked
		got, err := all.Calls(of, when)(t.Context(), playbook.Session{Place: at, Name: "i-1", UserID: "AROAWEB:i-1", From: when.Add(-time.Hour), To: when})
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	few := look(trail{pages: 4, by: []string{"AROAWEB", "AROAOTHER"}}, shop, now)
	want := playbook.RecordedCall{At: time.Date(2030, 1, 7, 9, 0, 0, 0, time.UTC), Call: "s3:ListAllMyBuckets", From: "192.0.2.20", Endpoint: "vpce-1", Error: "AccessDenied"}
	if few.Unseen != "" || len(few.Calls) != 2 || few.Calls[0] != want {
		t.Errorf("%+v", few)
	}
	for range 10 {
		if got := look(trail{pages: 1000, by: []string{"AROAWEB"}}, shop, now); got.Unseen == "" || len(got.Calls) > 10 {
			t.Errorf("%d calls, unseen %q", len(got.Calls), got.Unseen)
		}
	}
	if asked > 30 {
		t.Errorf("%d pages were asked for at once", asked)
	}
	if got := look(trail{pages: 1, by: []string{"AROAWEB"}}, lab, now); got.Unseen != "" {
		t.Errorf("another account has none left: %s", got.Unseen)
	}
	if got := look(trail{pages: 1, by: []string{"AROAWEB"}}, shop, now.Add(time.Minute)); got.Unseen != "" {
		t.Errorf("none come back: %s", got.Unseen)
	}
}

func TestALookupThatFailsIsAnError(t *testing.T) {
	asked := 0
	got, err := new(playbook.Lookups).Calls(trail{by: []string{""}, asked: &asked, refused: errors.New("no")}, time.Now())(t.Context(), playbook.Session{Name: "i-1"})
	if err == nil || !strings.Contains(err.Error(), "i-1") || len(got.Calls) > 0 {
		t.Errorf("%+v, %v", got, err)
	}
}
