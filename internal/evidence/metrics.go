package evidence

import (
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/playbook"
)

const (
	day              = 24 * time.Hour
	metricReaches    = 455 * day // https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html
	mostMetricPages  = 5
	metricsOfAccount = 5000 // a day: each costs a thousandth of a cent
	metricsOfOne     = 50
)

// Metrics is playbook.Metrics over CloudWatch.
type Metrics struct {
	aws access.Reads
	now func() time.Time
	b   budget
}

// NewMetrics asks in the sessions in which places are read.
func NewMetrics(r access.Reads, now func() time.Time) *Metrics {
	return &Metrics{aws: r, now: now, b: budget{account: metricsOfAccount, resource: metricsOfOne}}
}

// Daily asks for whole days of UTC, from the one in which the window begins to the one in which it ends. Today counts where it has data; where it
// has none yet, it is not missing. It is ErrNoEvidence where the day's questions are used up, where the window begins before what CloudWatch
// keeps, and where the answer is not whole; any other error is AWS's, or says that the window is none of the past, or the
// statistic neither Maximum nor Sum.
func (m *Metrics) Daily(ctx context.Context, q playbook.MetricQuery) (playbook.Series, error) {
	now := m.now().UTC()
	from, to := q.From.UTC().Truncate(day), q.To.UTC().Add(day-1).Truncate(day)
	switch {
	case q.Statistic != string(types.StatisticMaximum) && q.Statistic != string(types.StatisticSum):
		return playbook.Series{}, fmt.Errorf("metric %s by %q: Maximum and Sum are asked for, since an average hides use", q.Name, q.Statistic)
	case !from.Before(to) || q.To.After(now):
		return playbook.Series{}, fmt.Errorf("metric %s from %s to %s: this is no window of the past", q.Name, q.From, q.To)
	case now.Sub(from) > metricReaches:
		return playbook.Series{}, fmt.Errorf("metric %s from %s: CloudWatch keeps %d days: %w", q.Name, q.From.Format(time.DateOnly), metricReaches/day, playbook.ErrNoEvidence)
	}
	if err := m.b.take(now, q.At.Account, subject(q)); err != nil {
		return playbook.Series{}, err
	}
	points, err := m.points(ctx, q, from, to)
	if err != nil {
		return playbook.Series{}, fmt.Errorf("read metric %s of %s in %s: %w", q.Name, subject(q), q.At.Region, err)
	}
	s := playbook.Series{Days: int(to.Sub(from) / day)}
	for _, at := range slices.SortedFunc(maps.Keys(points), time.Time.Compare) {
		s.Values = append(s.Values, points[at])
	}
	if today := now.Truncate(day); to.After(today) {
		if _, has := points[today]; !has {
			s.Days--
		}
	}
	return s, nil
}

// subject is what a query is about: its dimensions in a fixed order.
func subject(q playbook.MetricQuery) string {
	text := q.Namespace
	for _, name := range slices.Sorted(maps.Keys(q.Dimensions)) {
		text += " " + name + "=" + q.Dimensions[name]
	}
	return text
}

// points reads the window to its end. Of two values of one day the larger counts.
func (m *Metrics) points(ctx context.Context, q playbook.MetricQuery, from, to time.Time) (map[time.Time]float64, error) {
	in := &cloudwatch.GetMetricDataInput{StartTime: &from, EndTime: &to, ScanBy: types.ScanByTimestampAscending, MetricDataQueries: []types.MetricDataQuery{{
		Id: aws.String("asked"), MetricStat: &types.MetricStat{Metric: metric(q), Period: aws.Int32(int32(day.Seconds())), Stat: &q.Statistic},
	}}}
	out := map[time.Time]float64{}
	for range mostMetricPages {
		page, err := m.aws.CloudWatch(q.At).GetMetricData(ctx, in)
		if err != nil {
			return nil, err
		}
		status := types.StatusCode("no result")
		for _, r := range page.MetricDataResults {
			status = r.StatusCode
			if err := gather(out, r, from, to); err != nil {
				return nil, err
			}
		}
		in.NextToken = page.NextToken
		switch {
		case in.NextToken == nil && status == types.StatusCodeComplete:
			return out, nil
		case in.NextToken == nil || status != types.StatusCodeComplete && status != types.StatusCodePartialData:
			return nil, fmt.Errorf("CloudWatch answered %q: %w", status, playbook.ErrNoEvidence)
		}
	}
	return nil, fmt.Errorf("CloudWatch's answer has more than %d pages: %w", mostMetricPages, playbook.ErrNoEvidence)
}

// gather takes the points of one answer, which must be of the days that were asked for.
func gather(out map[time.Time]float64, r types.MetricDataResult, from, to time.Time) error {
	if len(r.Timestamps) != len(r.Values) {
		return fmt.Errorf("CloudWatch answered %d times and %d values: %w", len(r.Timestamps), len(r.Values), playbook.ErrNoEvidence)
	}
	for i, at := range r.Timestamps {
		at, v := at.UTC().Truncate(day), r.Values[i]
		if at.Before(from) || !at.Before(to) || math.IsNaN(v) || math.IsInf(v, 0) {
			return fmt.Errorf("CloudWatch answered %v for %s, which was not asked or is no number: %w", v, at.Format(time.DateOnly), playbook.ErrNoEvidence)
		}
		if was, has := out[at]; !has || v > was {
			out[at] = v
		}
	}
	return nil
}

func metric(q playbook.MetricQuery) *types.Metric {
	m := &types.Metric{Namespace: &q.Namespace, MetricName: &q.Name}
	for _, name := range slices.Sorted(maps.Keys(q.Dimensions)) {
		m.Dimensions = append(m.Dimensions, types.Dimension{Name: &name, Value: aws.String(q.Dimensions[name])})
	}
	return m
}
