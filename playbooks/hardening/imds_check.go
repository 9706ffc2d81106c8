package hardening

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/playbook"
	"github.com/ripostehq/riposte/playbooks/managed"
)

// checkIMDS looks at what was listed as the listing did; of an instance, it asks CloudWatch how often it is called without a token.
func checkIMDS(ctx context.Context, in playbook.In, s playbook.Suspect[imds], p ImdsParams) ([]playbook.Suspect[imds], error) {
	switch s.Resource.Type {
	case event.LaunchTemplate:
		return checkTemplate(ctx, in, s, p)
	case event.LaunchConfiguration:
		return checkConfiguration(ctx, in, s, p)
	case event.Setting:
		return checkDefault(ctx, in, s, p)
	}
	i, err := describe(ctx, in.AWS, s.Resource)
	if err != nil || i == nil {
		return nil, err
	}
	listed := listInstance(s.Resource, *i, p)
	if listed == nil {
		return nil, nil
	}
	found := listed.Suspect
	found.Tags = managed.Tags(i.Tags)
	if found.Facts.Managed == "" {
		if found.Facts.Evidence, found.Facts.Told, err = tokenless(ctx, in, s.Resource, ran(*i), p.Days); err != nil {
			return nil, err
		}
	}
	return []playbook.Suspect[imds]{found}, nil
}

// tokenless is what CloudWatch shows of an instance's calls without a token, and how many they are, or why that is not known.
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/viewing_metrics_with_cloudwatch.html
func tokenless(ctx context.Context, in playbook.In, instance event.Resource, running bool, days int) (evidence, string, error) {
	if in.Metrics == nil {
		return unknown, "CloudWatch can't be asked", nil
	}
	series, err := in.Metrics.Daily(ctx, playbook.MetricQuery{
		At: instance.Place(), Namespace: "AWS/EC2", Name: "MetadataNoToken", Dimensions: map[string]string{"InstanceId": instance.ID},
		Statistic: "Sum", From: in.Now.AddDate(0, 0, -days), To: in.Now,
	})
	switch {
	case errors.Is(err, playbook.ErrNoEvidence):
		return unknown, "CloudWatch has no data", nil
	case err != nil:
		return "", "", fmt.Errorf("how often instance %q is called without a token: %w", instance.ID, err)
	case series.Sum() > 0:
		return used, often(series.Sum() / float64(len(series.Values))), nil
	case !running:
		return unknown, "it is stopped, and what it calls when it runs is not seen", nil
	case series.Days < days || !series.Covers(1):
		return unknown, fmt.Sprintf("CloudWatch has not data for each of %d days", days), nil
	}
	return quiet, "", nil
}

// describe is the instance as it is; nil where there is none.
func describe(ctx context.Context, r access.Reads, of event.Resource) (*types.Instance, error) {
	out, err := r.EC2(of.Place()).DescribeInstances(ctx, &ec2.DescribeInstancesInput{InstanceIds: []string{of.ID}})
	if action.Missing(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read instance %q: %w", of.ID, err)
	}
	for _, reservation := range out.Reservations {
		for _, i := range reservation.Instances {
			if instanceOf(i) == of.ID {
				return &i, nil
			}
		}
	}
	return nil, nil
}
