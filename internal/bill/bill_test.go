package bill

import (
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/ripostehq/riposte/internal/metrics/emf"
)

// A million events a day, one thousand cases: what a page of paper says, too.
func TestEstimate(t *testing.T) {
	got := map[string]float64{}
	lines := Estimate(Typical(1e6))
	for _, l := range lines {
		got[l.Item] = l.Dollars
		if l.Why == "" || !strings.HasPrefix(l.Source, "https://aws.amazon.com/") {
			t.Errorf("%s: where does it come from? %+v", l.Item, l)
		}
	}
	for item, want := range map[string]float64{
		"EventBridge, AWS's own events on the default bus":           0,
		"EventBridge, to the hub's bus in another account or region": 30.42, // 30.42 million
		"SQS requests":               37.03, // 91.25 million and 1.314 million
		"Lambda requests":            6.09,
		"Lambda time, arm64":         20.31, // 30.46 million of 0.05 GB seconds
		"DynamoDB writes, on demand": 2.28,  // 30,417 cases of 120 units
		"CloudWatch Logs":            7.60,  // 15.2 GB
		"CloudWatch alarms":          0.80,
		"CloudWatch metrics":         0.30 * float64(len(emf.Figures())),
	} {
		if math.Abs(got[item]-want) > 0.005 {
			t.Errorf("%s: %.3f dollars, want %.2f", item, got[item], want)
		}
	}
}

func TestTheTotalIsTheSumAndGrowsWithTheEvents(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		few := rapid.Float64Range(0, 1e9).Draw(t, "few")
		more := few + rapid.Float64Range(1, 1e9).Draw(t, "more")
		a, b := Total(Estimate(Typical(few))), Total(Estimate(Typical(more)))
		if a <= 0 || b <= a {
			t.Errorf("%v events cost %v, %v events %v", few, a, more, b)
		}
		for _, l := range Estimate(Typical(few)) {
			if math.Abs(l.Dollars-l.Quantity*l.Price) > 1e-9*l.Dollars {
				t.Errorf("%s: %v times %v is not %v", l.Item, l.Quantity, l.Price, l.Dollars)
			}
		}
	})
}
