package action_test

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/action/actiontest"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/world"
)

// TestAPolicyIsRegrettedWhereMoreHandshakesFailThanEver since it was asked about, and at that balancer.
func TestAPolicyIsRegrettedWhereMoreHandshakesFailThanEver(t *testing.T) {
	for _, c := range []struct {
		story, days string
		since       int // days ago
		regrets     bool
	}{
		{"as ever", "[90, 100]", 1, false},
		{"one more", "[90, 101]", 1, true},
		{"more, but before", "[5000, 0]", 0, false},
		{"no data", "[]", 1, false},
	} {
		t.Run(c.story, func(t *testing.T) {
			w, err := world.New([]byte(`now: 2030-01-07T09:00:00Z
accounts:
  - id: "111122223333"
    users: [{name: auditor, attached: ["arn:aws:iam::aws:policy/AdministratorAccess"], keys: [{id: AKIAAUDITOR000000001, secret: secret}]}]
    regions: {eu-west-1: {metrics: [{name: AWS/NetworkELB ClientTLSNegotiationErrorCount, dimensions: {LoadBalancer: net/web/0a}, days: `+c.days+`}]}}
`), world.Options{})
			if err != nil {
				t.Fatal(err)
			}
			reads := actiontest.On(func(p event.Place) aws.Config {
				return w.Config(p, aws.Credentials{AccessKeyID: "AKIAAUDITOR000000001", SecretAccessKey: "secret"})
			}).Reads()
			listener := event.Place{Partition: "aws", Account: "111122223333", Region: "eu-west-1"}.In(event.Listener, "net/web/0a/1a")
			p := action.ListenerPolicy{Listener: listener, Was: "old", Policy: "new", Since: w.Now().Add(-time.Duration(c.since) * 24 * time.Hour), Most: 100}
			reason, err := p.Regrets(t.Context(), reads)
			if err != nil || (reason != "") != c.regrets || c.regrets && !strings.Contains(reason, "net/web/0a") {
				t.Errorf("%q, %v; want a reason: %v", reason, err, c.regrets)
			}
		})
	}
}
