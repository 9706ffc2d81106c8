package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	eventtypes "github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/demo"
)

// entry is what aws events put-events --entries takes.
type entry struct{ Source, DetailType, Time, Detail string }

func entries(told []demo.Telling) (out []entry) {
	for _, t := range told {
		out = append(out, entry{t.Source, t.DetailType, t.Time.Format("2006-01-02T15:04:05Z"), t.Detail})
	}
	return out
}

// put sends them. AWS's own bus takes events in the name of AWS's services from those services alone, so that this is for emulators.
// https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEventsResultEntry.html
func (sh *shell) put(ctx context.Context, bus *eventbridge.Client, told []demo.Telling) error {
	in := &eventbridge.PutEventsInput{}
	for _, t := range told {
		in.Entries = append(in.Entries, eventtypes.PutEventsRequestEntry{
			Source: aws.String(t.Source), DetailType: aws.String(t.DetailType), Detail: aws.String(t.Detail), Time: aws.Time(t.Time), Resources: t.Resources,
		})
	}
	out, err := bus.PutEvents(ctx, in)
	if err != nil {
		return fmt.Errorf("send the records: %w", err)
	}
	for _, e := range out.Entries {
		switch code := aws.ToString(e.ErrorCode); code {
		case "":
		case "NotAuthorizedForSourceException":
			return errors.New("the bus takes no events in the name of AWS's services, as AWS's own never does: on AWS, riposte doctor --canary shows that events arrive, and --queue sends a drill into riposte's own queue")
		default:
			return fmt.Errorf("the bus refused a record: %s: %s", code, aws.ToString(e.ErrorMessage))
		}
	}
	sh.sent(told)
	return nil
}

// enqueue puts them where the rules of EventBridge would have put them. A principal that may send to this queue may do so anyway: it is no way past
// a check, which believes no record.
func (sh *shell) enqueue(ctx context.Context, queues *sqs.Client, url string, at event.Place, told []demo.Telling) error {
	for _, t := range told {
		body, err := t.Envelope(at)
		if err != nil {
			return err
		}
		if _, err := queues.SendMessage(ctx, &sqs.SendMessageInput{QueueUrl: &url, MessageBody: aws.String(string(body))}); err != nil {
			return fmt.Errorf("send a record to the queue %s: %w", url, err)
		}
	}
	sh.sent(told)
	return nil
}

// sent says how many there were.
func (sh *shell) sent(told []demo.Telling) {
	if sh.json() {
		sh.object(map[string]int{"sent": len(told)})
		return
	}
	sh.line("sent: %s; riposte cases shows what became of it", counted(len(told), "event"))
}
