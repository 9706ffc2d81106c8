// Package cloudwatch is CloudWatch in the world: metrics by days, as the estate gives them.
package cloudwatch

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"github.com/ripostehq/riposte/internal/world/core"
)

// Service is CloudWatch.
func Service() *core.Service {
	return &core.Service{
		Name: "cloudwatch", SDK: "CloudWatch", Reference: "https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_", Words: core.QueryWords(),
		Resources: []core.Resource{{Shelf: &metrics, Operations: []core.Operation{
			core.Define(core.Spec[cloudwatch.GetMetricDataInput, cloudwatch.GetMetricDataOutput]{
				Basis: "of whole days; Sum and Maximum of a day are one value here; in one page", Knows: "MetricDataQueries StartTime EndTime ScanBy NextToken", Answer: getMetricData,
			}),
		}}},
	}
}

const day = 24 * time.Hour

// series are the values of one metric. A day without value is a gap.
type series struct {
	Name  string // with namespace and dimensions
	First time.Time
	Days  []*float64
	Then  *float64 // of each day after them; nil: a gap
}

var metrics = core.Shelf[series]{Kind: "cloudwatch.series", ID: "Name"}

// Estate is what a region has of it in YAML: metrics.
type Estate []struct {
	Name       string            `yaml:"name"` // with its namespace: AWS/RDS DatabaseConnections
	Dimensions map[string]string `yaml:"dimensions"`
	Days       []*float64        `yaml:"days"` // up to today, which is the last; null is a gap
	Then       *float64          `yaml:"then"` // of each day after; without, there is no data
}

// Build gives the region its metrics.
func (e Estate) Build(at core.At) error {
	for _, x := range e {
		namespace, name, ok := strings.Cut(x.Name, " ")
		if !ok {
			return fmt.Errorf("metric %q: its name is NAMESPACE NAME", x.Name)
		}
		metrics.Put(at, &series{
			Name: named(namespace, name, x.Dimensions), First: at.Now.Truncate(day).Add(-day * time.Duration(max(len(x.Days)-1, 0))), Days: x.Days, Then: x.Then,
		})
	}
	return nil
}

func named(namespace, name string, dimensions map[string]string) string {
	text := namespace + " " + name
	for _, k := range slices.Sorted(maps.Keys(dimensions)) {
		text += " " + k + "=" + dimensions[k]
	}
	return text
}

// value is that of the day of a time, nil for a gap.
func (s *series) value(at time.Time) *float64 {
	i := int(at.Sub(s.First) / day)
	switch {
	case at.Before(s.First):
		return nil
	case i < len(s.Days):
		return s.Days[i]
	}
	return s.Then
}

func getMetricData(c *core.Call, in *cloudwatch.GetMetricDataInput) (*cloudwatch.GetMetricDataOutput, *core.Refusal) {
	out := &cloudwatch.GetMetricDataOutput{}
	for _, q := range in.MetricDataQueries {
		if q.MetricStat == nil || aws.ToInt32(q.MetricStat.Period) != int32(day.Seconds()) || !slices.Contains([]string{"Sum", "Maximum"}, aws.ToString(q.MetricStat.Stat)) {
			return nil, core.Refuse("ValidationError", "the world has sums and maxima of whole days alone")
		}
		r := types.MetricDataResult{Id: q.Id, Label: q.MetricStat.Metric.MetricName, StatusCode: types.StatusCodeComplete}
		if s := metrics.Of(c.At)[asked(q.MetricStat.Metric)]; s != nil {
			for at := in.StartTime.UTC().Truncate(day); at.Before(*in.EndTime) && !at.After(c.Now); at = at.Add(day) {
				if v := s.value(at); v != nil {
					r.Timestamps, r.Values = append(r.Timestamps, at), append(r.Values, *v)
				}
			}
		}
		if in.ScanBy != types.ScanByTimestampAscending {
			slices.Reverse(r.Timestamps)
			slices.Reverse(r.Values)
		}
		out.MetricDataResults = append(out.MetricDataResults, r)
	}
	return out, nil
}

func asked(m *types.Metric) string {
	dimensions := map[string]string{}
	for _, d := range m.Dimensions {
		dimensions[aws.ToString(d.Name)] = aws.ToString(d.Value)
	}
	return named(aws.ToString(m.Namespace), aws.ToString(m.MetricName), dimensions)
}
