package eventbridge_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/notify/eventbridge"
)

const hub = "arn:aws:events:eu-west-1:999900001111:event-bus/riposte"

var noon = time.Date(2026, 3, 25, 12, 0, 0, 0, time.UTC)

func fixed() time.Time { return noon }

// shown stands for the case as `riposte cases --format json` prints it.
type shown struct {
	Case    string   `json:"case"`
	State   string   `json:"state"`
	Plan    []string `json:"plan"`
	Actions []string `json:"actions"`
}

func show(c *ledger.Case) (any, error) {
	return shown{Case: c.ID, State: string(c.State), Plan: []string{"autoscaling.suspend"}, Actions: []string{"done"}}, nil
}

func contained() *ledger.Case {
	shop := event.Place{Partition: "aws", Account: "111122223333", Region: "eu-west-1"}
	return &ledger.Case{
		ID: "c_01jq6p3e4r8w9x0y1z2a3b4c5d", State: ledger.Contained, Root: shop.In(event.Instance, "i-0a1b2c3d4e5f60001"),
		Revisions: []ledger.Revision{{Number: 1}}, Report: ledger.Report{Wanted: 3, Sent: 2},
	}
}

// wire takes entries and answers as it is told.
type wire struct {
	entries []types.PutEventsRequestEntry
	out     sdk.PutEventsOutput
	err     error
}

func (w *wire) put(_ context.Context, in *sdk.PutEventsInput, _ ...func(*sdk.Options)) (*sdk.PutEventsOutput, error) {
	w.entries = append(w.entries, in.Entries...)
	return &w.out, w.err
}

func TestACaseIsPublished(t *testing.T) {
	var w wire
	if err := eventbridge.New(w.put, hub, show, fixed).Report(t.Context(), contained()); err != nil {
		t.Fatal(err)
	}
	if len(w.entries) != 1 {
		t.Fatalf("want one entry, got %d", len(w.entries))
	}
	e := w.entries[0]
	got := strings.Join([]string{
		*e.EventBusName, *e.Source, *e.DetailType, fmt.Sprint(e.Resources), e.Time.Format(time.RFC3339), *e.Detail,
	}, "\n")
	want := strings.Join([]string{
		hub, "riposte", "Riposte Case", "[arn:aws:ec2:eu-west-1:111122223333:instance/i-0a1b2c3d4e5f60001]", "2026-03-25T12:00:00Z",
		`{"actions":["done"],"case":"c_01jq6p3e4r8w9x0y1z2a3b4c5d","plan":["autoscaling.suspend"],"report":3,"state":"contained"}`,
	}, "\n")
	if got != want {
		t.Errorf("published\n%s\nwant\n%s", got, want)
	}
}

// A call that succeeds may have refused what it was made for: the outbox has to send it again.
func TestWhatIsRefusedIsAnError(t *testing.T) {
	throttled := types.PutEventsResultEntry{ErrorCode: aws.String("ThrottlingException"), ErrorMessage: aws.String("slow down")}
	for _, c := range []struct {
		name string
		wire wire
		want string
	}{
		{"an entry", wire{out: sdk.PutEventsOutput{FailedEntryCount: 1, Entries: []types.PutEventsResultEntry{throttled}}}, "ThrottlingException: slow down"},
		{"without a reason", wire{out: sdk.PutEventsOutput{FailedEntryCount: 1}}, "does not say why"},
		{"the call", wire{err: errors.New("no answer")}, "no answer"},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := eventbridge.New(c.wire.put, hub, show, fixed).Report(t.Context(), contained())
			if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), hub) {
				t.Errorf("want %q and where, got %v", c.want, err)
			}
		})
	}
}

// A suspect that nothing came of is not told of, unless it was before.
func TestWhatIsNotTold(t *testing.T) {
	for _, c := range []struct {
		name string
		edit func(*ledger.Case)
		told int
	}{
		{"dismissed at once", func(c *ledger.Case) { c.State, c.Revisions, c.Report.Sent = ledger.Dismissed, nil, 0 }, 0},
		{"dismissed by a person", func(c *ledger.Case) { c.State, c.Revisions = ledger.Dismissed, nil }, 1},
		{"a case that could not be looked at", func(c *ledger.Case) { c.State, c.Revisions, c.Report.Sent = ledger.Failed, nil, 0 }, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			var w wire
			one := contained()
			c.edit(one)
			if err := eventbridge.New(w.put, hub, show, fixed).Report(t.Context(), one); err != nil || len(w.entries) != c.told {
				t.Errorf("told %d times, %v; want %d", len(w.entries), err, c.told)
			}
		})
	}
}

// An entry holds 256 KB. A case that would not fit says what it left out, and is told of all the same.
func TestAHugeCase(t *testing.T) {
	many := func(n int) []string { return strings.Fields(strings.Repeat("ec2.terminate-instance ", n)) }
	for _, c := range []struct {
		name          string
		plan, actions int
		title         string
		left          string // "" where all of it is told
		fails         bool
	}{
		{"as much as fits", 100, 5_000, "", "<nil>", false},
		{"its actions", 5_000, 50_000, "", "[actions]", false},
		{"its plan, too", 50_000, 50_000, "", "[actions plan]", false},
		{"nothing helps", 1, 1, strings.Repeat("x", 300_000), "", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			huge := func(one *ledger.Case) (any, error) {
				return shown{Case: one.ID, State: c.title, Plan: many(c.plan), Actions: many(c.actions)}, nil
			}
			var w wire
			err := eventbridge.New(w.put, hub, huge, fixed).Report(t.Context(), contained())
			if c.fails {
				if err == nil || len(w.entries) > 0 {
					t.Errorf("%d entries, %v", len(w.entries), err)
				}
				return
			}
			if err != nil || len(w.entries) != 1 || len(*w.entries[0].Detail) > 256<<10 {
				t.Fatalf("%d entries, %v", len(w.entries), err)
			}
			var detail map[string]any
			if err := json.Unmarshal([]byte(*w.entries[0].Detail), &detail); err != nil {
				t.Fatal(err)
			}
			if left := fmt.Sprint(detail["left_out"]); left != c.left || detail["case"] == nil || detail["report"] == nil {
				t.Errorf("left out %s, want %s", left, c.left)
			}
		})
	}
}

// What can't be shown is not published as something else.
func TestACaseThatCannotBeShown(t *testing.T) {
	var w wire
	newer := errors.New("written by a newer riposte")
	err := eventbridge.New(w.put, hub, func(*ledger.Case) (any, error) { return nil, newer }, fixed).Report(t.Context(), contained())
	if !errors.Is(err, newer) || len(w.entries) > 0 {
		t.Errorf("%d entries, %v", len(w.entries), err)
	}
}
