package world_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/evidence"
	"github.com/ripostehq/riposte/internal/world"
	"github.com/ripostehq/riposte/playbook"
)

// A metric goes on as its estate says, a gap stays a gap, and of a metric that nobody gave there is nothing.
func TestMetricsAreThoseOfTheEstate(t *testing.T) {
	w, err := world.New([]byte(`
now: 2030-01-07T09:00:00Z
accounts:
  - id: "111122223333"
    users: [{name: mallory, attached: ["arn:aws:iam::aws:policy/AdministratorAccess"], keys: [{id: AKIAMALLORY000000001, secret: wJalrXUtnFEMI}]}]
    regions:
      eu-west-1:
        metrics:
          - {name: AWS/RDS DatabaseConnections, dimensions: {DBInstanceIdentifier: orders}, days: [3, null, 0, 0], then: 1}
          - {name: AWS/RDS DatabaseConnections, dimensions: {DBInstanceIdentifier: gone}, days: [0, 0]}
`), world.Options{})
	if err != nil {
		t.Fatal(err)
	}
	m := evidence.NewMetrics(access.ClientReads(func(p event.Place) aws.Config { return w.Config(p, mallory) }), w.Now)
	daily := func(of string) string {
		t.Helper()
		s, err := m.Daily(t.Context(), playbook.MetricQuery{
			At: ireland, Namespace: "AWS/RDS", Name: "DatabaseConnections", Dimensions: map[string]string{"DBInstanceIdentifier": of}, Statistic: "Maximum",
			From: w.Now().Add(-4 * 24 * time.Hour), To: w.Now(),
		})
		if err != nil && !errors.Is(err, playbook.ErrNoEvidence) {
			t.Fatal(err)
		}
		return fmt.Sprint(s)
	}
	for _, c := range []struct{ of, want string }{{"orders", "{5 [3 0 0]}"}, {"gone", "{5 [0 0]}"}, {"unheard", "{4 []}"}} {
		if got := daily(c.of); got != c.want {
			t.Errorf("%s: %s, want %s", c.of, got, c.want)
		}
	}
	pass(t, w, 2*24*time.Hour)
	for _, c := range []struct{ of, want string }{{"orders", "{5 [0 0 1 1]}"}, {"gone", "{4 [0 0]}"}} {
		if got := daily(c.of); got != c.want {
			t.Errorf("two days later, %s: %s, want %s", c.of, got, c.want)
		}
	}
}
