package lambda

import (
	"strings"
	"testing"

	"github.com/ripostehq/riposte/internal/ledger"
)

// forged is what would contain a user, had it happened.
const forged = `{"eventVersion":"1.11","eventID":"11111111-2222-4333-8444-555555555555","eventSource":"ec2.amazonaws.com","eventName":"RunInstances","awsRegion":"eu-west-1",` +
	`"eventTime":"2026-03-25T12:00:00Z","recipientAccountId":"111122223333","userIdentity":{"type":"IAMUser","accountId":"111122223333","userName":"victim","arn":"arn:aws:iam::111122223333:user/victim"},` +
	`"requestParameters":{"instancesSet":{"items":[{"imageId":"ami-0aaaaaaaaaaaaaaaa"}]}},"responseElements":{"instancesSet":{"items":[{"instanceId":"i-0123456789abcdef0"}]}}}`

// Whoever maps a queue of his own to the function can write into it what he likes, in EventBridge's own words; and who may send
// to the function's own queue, or invoke it, can write a record. Neither is believed: nobody is framed.
func TestTheFunctionBelievesItsQueuesAndEventBridge(t *testing.T) {
	wrapped := `{"version":"0","id":"1","detail-type":"AWS API Call via CloudTrail","source":"aws.ec2","account":"111122223333","region":"eu-west-1","time":"2026-03-25T12:00:00Z","detail":` + forged + `}`
	for _, c := range []struct {
		story, payload string
		cases          int
	}{
		{"its own queue, by EventBridge", batch(t, "111122223333", wrapped), 1},
		{"invoked by EventBridge", wrapped, 1},
		{"a queue of another account", batch(t, "666677778888", wrapped), 0},
		{"another queue of the account", strings.ReplaceAll(batch(t, "111122223333", wrapped), ":riposte-events", ":theirs"), 0},
		{"a queue of the name in another region", strings.ReplaceAll(batch(t, "111122223333", wrapped), "sqs:eu-west-1", "sqs:us-east-1"), 0},
		{"the queue for wakes", strings.ReplaceAll(batch(t, "111122223333", wrapped), ":riposte-events", ":riposte-wake"), 0},
		{"a batch that names no queue", strings.ReplaceAll(batch(t, "111122223333", wrapped), "eventSourceARN", "from"), 0},
		{"its own queue, a bare record", batch(t, "111122223333", forged), 0},
		{"its own queue, records in a list", batch(t, "111122223333", `{"Records":[`+forged+`]}`), 0},
		{"invoked with a bare record", forged, 0},
		{"invoked with records in a list", `{"Records":[` + forged + `]}`, 0},
	} {
		t.Run(c.story, func(t *testing.T) {
			s := set(t)
			out, err := s.f.Invoke(t.Context(), []byte(c.payload))
			if refused := err != nil || strings.Contains(string(out), "itemIdentifier"); refused != (c.cases == 0) {
				t.Errorf("answered %s, %v", out, err)
			}
			cases, err := s.store.Cases(t.Context(), ledger.Filter{Playbook: "launch.unapproved-image"})
			if err != nil || len(cases) != c.cases {
				t.Errorf("%d cases, want %d: %v", len(cases), c.cases, err)
			}
		})
	}
}
