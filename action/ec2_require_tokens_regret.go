package action

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"github.com/ripostehq/riposte/access"
)

// Regrets are a question to people: one request that is forged by an attacker counts as much as a program of the owner's. It regrets where
// something on the instance was refused for want of a token since it was started. Before the change nothing was: a count of an earlier time,
// at which tokens were required and then were not, says that its owner had to give up.
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/viewing_metrics_with_cloudwatch.html
func (a RequireTokens) Regrets(ctx context.Context, r access.Reads) (string, error) {
	i, err := lookInstance(ctx, r, a.Instance)
	if err != nil || i == nil || ended(i) || i.LaunchTime == nil {
		return "", err
	}
	from := i.LaunchTime.UTC().Truncate(24 * time.Hour)
	in := &cloudwatch.GetMetricDataInput{StartTime: &from, EndTime: aws.Time(from.Add(longestRun)), MetricDataQueries: []cwtypes.MetricDataQuery{{
		Id: aws.String("rejected"), MetricStat: &cwtypes.MetricStat{
			Metric: &cwtypes.Metric{Namespace: aws.String("AWS/EC2"), MetricName: aws.String("MetadataNoTokenRejected"), Dimensions: []cwtypes.Dimension{
				{Name: aws.String("InstanceId"), Value: aws.String(a.Instance.ID)},
			}},
			Period: aws.Int32(24 * 60 * 60), Stat: aws.String("Sum"),
		},
	}}}
	for pages := cloudwatch.NewGetMetricDataPaginator(r.CloudWatch(a.Instance.Place()), in); pages.HasMorePages(); {
		out, err := pages.NextPage(ctx)
		if err != nil {
			return "", fmt.Errorf("read what instance %q was refused by its metadata service: %w", a.Instance.ID, err)
		}
		for _, series := range out.MetricDataResults {
			for _, v := range series.Values {
				if v > 0 {
					return "something on instance " + a.Instance.ID + " asks its metadata service without a token, and is refused", nil
				}
			}
		}
	}
	return "", nil
}

// longestRun is how long a run of an instance is looked at: ten years of days are fewer data points than one answer holds.
const longestRun = 3650 * 24 * time.Hour
