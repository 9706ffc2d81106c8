// Package eventbridge publishes each move of a case on a bus, for other programs: one organisation's hub, say, to which
// every account's own riposte reports.
package eventbridge

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"

	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/notify"
)

// What rules match by.
const (
	Source     = "riposte"
	DetailType = "Riposte Case"
)

// patience ends a report that hangs: it must not hold up the case, which is told again later.
const patience = 15 * time.Second

// Put is the one operation that is needed of EventBridge: the PutEvents of a client in the bus's region.
type Put func(context.Context, *eventbridge.PutEventsInput, ...func(*eventbridge.Options)) (*eventbridge.PutEventsOutput, error)

// Reporter publishes cases on one bus.
type Reporter struct {
	put  Put
	bus  string
	show func(*ledger.Case) (any, error)
	now  func() time.Time
}

// New makes a Reporter for the bus of an ARN. What show makes of a case is published, as JSON.
func New(put Put, bus string, show func(*ledger.Case) (any, error), now func() time.Time) *Reporter {
	return &Reporter{put: put, bus: bus, show: show, now: now}
}

// Report publishes a case as it stands. It may come more than once and out of order: the detail's case and report, which
// counts the moves of the case, tell a reader what is known and what is older.
func (r *Reporter) Report(ctx context.Context, c *ledger.Case) error {
	if !notify.Worth(c) {
		return nil
	}
	detail, err := r.detail(c)
	if err != nil {
		return fmt.Errorf("describe case %s: %w", c.ID, err)
	}
	entry := types.PutEventsRequestEntry{
		EventBusName: aws.String(r.bus), Source: aws.String(Source), DetailType: aws.String(DetailType),
		Detail: aws.String(detail), Time: aws.Time(r.now()),
	}
	if arn := c.Root.String(); strings.HasPrefix(arn, "arn:") {
		entry.Resources = []string{arn}
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	out, err := r.put(ctx, &eventbridge.PutEventsInput{Entries: []types.PutEventsRequestEntry{entry}})
	if err == nil {
		err = refused(out)
	}
	if err != nil {
		return fmt.Errorf("publish case %s on %s: %w", c.ID, r.bus, err)
	}
	return nil
}

// refused turns what EventBridge says of single entries, in an answer that is a success as a whole, into an error.
// https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html
func refused(out *eventbridge.PutEventsOutput) error {
	for _, e := range out.Entries {
		if code := aws.ToString(e.ErrorCode); code != "" {
			return fmt.Errorf("%s: %s", code, aws.ToString(e.ErrorMessage))
		}
	}
	if out.FailedEntryCount > 0 {
		return errors.New("EventBridge refused it and does not say why")
	}
	return nil
}
