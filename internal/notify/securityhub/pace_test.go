package securityhub_test

import (
	"context"
	"strings"
	"testing"
	"time"

	hub "github.com/aws/aws-sdk-go-v2/service/securityhub"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/notify/securityhub"
)

// counter takes every import.
type counter struct{ imports map[event.Place]int }

func (c *counter) importIn(at event.Place) securityhub.Import {
	return func(context.Context, *hub.BatchImportFindingsInput, ...func(*hub.Options)) (*hub.BatchImportFindingsOutput, error) {
		c.imports[at]++
		return &hub.BatchImportFindingsOutput{}, nil
	}
}

// A storm of cases in one account: Security Hub's ten a second are not riposte's alone. What has to wait is an error, which
// the outbox tells later; what happens elsewhere does not wait for it.
func TestAStormLeavesSecurityHubToOthers(t *testing.T) {
	now := reported
	c := &counter{map[event.Place]int{}}
	r := securityhub.New(c.importIn, codec(), func() time.Time { return now })
	one := seed000(t, ledger.Contained, ledger.Step{State: ledger.Done}, ledger.Step{State: ledger.Done})
	waiting := 1000
	for range 200 { // a minute, a third of a second after the other
		for range waiting {
			if err := r.Report(t.Context(), one); err == nil {
				waiting--
			} else if !strings.Contains(err.Error(), "later") {
				t.Fatal(err)
			}
		}
		now = now.Add(300 * time.Millisecond)
	}
	if n := c.imports[shop]; n < 8*60 || n > 8*60+20 {
		t.Errorf("%d imports in a minute", n)
	}
	elsewhere := event.Place{Partition: "aws", Account: "444455556666", Region: "eu-west-1"}
	one.Root = elsewhere.In(event.Group, "web")
	if err := r.Report(t.Context(), one); err != nil || c.imports[elsewhere] != 1 {
		t.Errorf("another account has to wait: %v", err)
	}
}
