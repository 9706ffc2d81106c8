package evidence_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/evidence"
	"github.com/ripostehq/riposte/playbook"
)

var (
	now  = time.Date(2026, 11, 30, 15, 0, 0, 0, time.UTC)
	shop = event.Place{Partition: "aws", Account: "111122223333", Region: "eu-west-1"}
)

// watch answers GetMetricData with pages in turn.
type watch struct {
	access.Reads
	access.CloudWatchReads
	pages []types.MetricDataResult
	err   error
	asked []cloudwatch.GetMetricDataInput
}

func (w *watch) CloudWatch(event.Place) access.CloudWatchReads { return w }

func (w *watch) GetMetricData(_ context.Context, in *cloudwatch.GetMetricDataInput, _ ...func(*cloudwatch.Options)) (*cloudwatch.GetMetricDataOutput, error) {
	w.asked = append(w.asked, *in)
	n := 0
	if in.NextToken != nil {
		fmt.Sscan(*in.NextToken, &n)
	}
	if w.err != nil || len(w.pages) == 0 {
		return &cloudwatch.GetMetricDataOutput{}, w.err
	}
	out := &cloudwatch.GetMetricDataOutput{MetricDataResults: w.pages[n : n+1]}
	if n+1 < len(w.pages) {
		out.NextToken = aws.String(fmt.Sprint(n + 1))
	}
	return out, nil
}

// points are values of days of November.
func points(status types.StatusCode, of map[int]float64) types.MetricDataResult {
	r := types.MetricDataResult{StatusCode: status}
	for d, v := range of {
		r.Timestamps, r.Values = append(r.Timestamps, time.Date(2026, 11, d, 0, 0, 0, 0, time.UTC)), append(r.Values, v)
	}
	return r
}

func connections(days int) playbook.MetricQuery {
	return playbook.MetricQuery{
		At: shop, Namespace: "AWS/RDS", Name: "DatabaseConnections", Dimensions: map[string]string{"DBInstanceIdentifier": "orders"}, Statistic: "Maximum",
		From: now.AddDate(0, 0, -days), To: now,
	}
}

// A day without data is no day without use, and counts neither as zero nor as data.
func TestGapsStayGaps(t *testing.T) {
	for _, c := range []struct {
		name  string
		pages []types.MetricDataResult
		want  string
	}{
		{"every day, today too", []types.MetricDataResult{points("Complete", map[int]float64{27: 1, 28: 0, 29: 3, 30: 2})}, "{4 [1 0 3 2]}"},
		{"today has none yet", []types.MetricDataResult{points("Complete", map[int]float64{27: 0, 28: 0, 29: 0})}, "{3 [0 0 0]}"},
		{"a gap", []types.MetricDataResult{points("Complete", map[int]float64{27: 0, 29: 0, 30: 0})}, "{4 [0 0 0]}"},
		{"a metric that there is not", []types.MetricDataResult{points("Complete", nil)}, "{3 []}"},
		{"in pages", []types.MetricDataResult{points("PartialData", map[int]float64{27: 5}), points("Complete", map[int]float64{28: 0, 27: 4})}, "{3 [5 0]}"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := &watch{pages: c.pages}
			got, err := evidence.NewMetrics(w, func() time.Time { return now }).Daily(t.Context(), connections(3))
			if err != nil || fmt.Sprint(got) != c.want {
				t.Errorf("%v, %v, want %s", got, err, c.want)
			}
			in := w.asked[0]
			stat := in.MetricDataQueries[0].MetricStat
			if *stat.Period != 86400 || *stat.Stat != "Maximum" || *stat.Metric.Dimensions[0].Value != "orders" || in.StartTime.Day() != 27 || in.EndTime.Format(time.DateOnly) != "2026-12-01" {
				t.Errorf("asked %+v, %s to %s", stat, in.StartTime, in.EndTime)
			}
		})
	}
}

func TestWhatCloudWatchDoesNotSayIsNoEvidence(t *testing.T) {
	stray := points("Complete", map[int]float64{26: 0})
	short := points("Complete", map[int]float64{28: 0})
	short.Values = nil
	long := []types.MetricDataResult{}
	for range 9 {
		long = append(long, points("PartialData", nil))
	}
	old := connections(3)
	old.From = now.AddDate(-2, 0, 0)
	for name, c := range map[string]struct {
		pages []types.MetricDataResult
		q     playbook.MetricQuery
	}{
		"no result": {nil, connections(3)}, "forbidden": {[]types.MetricDataResult{points("Forbidden", nil)}, connections(3)},
		"an error of theirs": {[]types.MetricDataResult{points("InternalError", map[int]float64{28: 0})}, connections(3)},
		"cut off":            {[]types.MetricDataResult{points("PartialData", map[int]float64{28: 0})}, connections(3)},
		"another day":        {[]types.MetricDataResult{stray}, connections(3)}, "no value": {[]types.MetricDataResult{short}, connections(3)},
		"no number": {[]types.MetricDataResult{points("Complete", map[int]float64{28: math.NaN()})}, connections(3)}, "no end": {long, connections(3)},
		"older than is kept": {[]types.MetricDataResult{points("Complete", nil)}, old},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := evidence.NewMetrics(&watch{pages: c.pages}, func() time.Time { return now }).Daily(t.Context(), c.q)
			if !errors.Is(err, playbook.ErrNoEvidence) || got.Days != 0 || got.Covers(0.5) {
				t.Errorf("%+v, %v", got, err)
			}
		})
	}
}

func TestAQuestionThatCantBeMeantIsAnError(t *testing.T) {
	average, future, backwards := connections(3), connections(3), connections(3)
	average.Statistic, future.To, backwards.From = "Average", now.Add(time.Hour), now.AddDate(0, 0, 3)
	for _, q := range []playbook.MetricQuery{average, future, backwards} {
		w := &watch{pages: []types.MetricDataResult{points("Complete", nil)}}
		if _, err := evidence.NewMetrics(w, func() time.Time { return now }).Daily(t.Context(), q); err == nil || errors.Is(err, playbook.ErrNoEvidence) || len(w.asked) > 0 {
			t.Errorf("%+v: %v", q, err)
		}
	}
	w := &watch{err: errors.New("Throttling")}
	if got, err := evidence.NewMetrics(w, func() time.Time { return now }).Daily(t.Context(), connections(3)); err == nil || got.Days != 0 {
		t.Errorf("%+v, %v", got, err)
	}
}

// What asks about one resource again and again leaves the others their questions, and an account the others theirs.
func TestQuestionsOfADayAreBounded(t *testing.T) {
	at := now
	w := &watch{pages: []types.MetricDataResult{points("Complete", nil)}}
	m := evidence.NewMetrics(w, func() time.Time { return at })
	ask := func(of int, account string) error {
		q := connections(3)
		q.Dimensions, q.At.Account = map[string]string{"DBInstanceIdentifier": fmt.Sprint(of)}, account
		_, err := m.Daily(t.Context(), q)
		return err
	}
	for range 50 {
		if err := ask(0, shop.Account); err != nil {
			t.Fatal(err)
		}
	}
	if err := ask(0, shop.Account); !errors.Is(err, playbook.ErrNoEvidence) {
		t.Errorf("one resource without end: %v", err)
	}
	for i := 1; ask(i, shop.Account) == nil; i++ {
	}
	if len(w.asked) != 5000 {
		t.Errorf("%d questions about one account", len(w.asked))
	}
	if err := ask(0, "222233334444"); err != nil {
		t.Errorf("another account: %v", err)
	}
	at = at.Add(24 * time.Hour)
	if err := ask(0, shop.Account); err != nil {
		t.Errorf("the next day: %v", err)
	}
}
