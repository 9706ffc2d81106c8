package use

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/playbook"
)

// Reads are the calls that Ask makes.
func Reads() []call.ID {
	return []call.ID{call.IAMGenerateServiceLastAccessedDetails, call.IAMGetServiceLastAccessedDetails}
}

const (
	askTries = 10 // IAM makes a report in seconds
	askPause = 2 * time.Second
)

// Ask has IAM report what a user or role accessed last, action by action. A report belongs to the session that asked for it, so that it is
// waited for; one that takes longer is playbook.ErrNotNow.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetServiceLastAccessedDetails.html
func Ask(ctx context.Context, from access.IAMReads, arn string) (*Accessed, error) {
	job, err := from.GenerateServiceLastAccessedDetails(ctx, &iam.GenerateServiceLastAccessedDetailsInput{
		Arn: aws.String(arn), Granularity: types.AccessAdvisorUsageGranularityTypeActionLevel,
	})
	if err != nil {
		return nil, fmt.Errorf("have reported what %s accessed last: %w", arn, err)
	}
	out := &Accessed{Services: map[string]Service{}}
	in := &iam.GetServiceLastAccessedDetailsInput{JobId: job.JobId, MaxItems: aws.Int32(1000)}
	for try := 0; ; {
		page, err := from.GetServiceLastAccessedDetails(ctx, in)
		if err != nil {
			return nil, fmt.Errorf("read what %s accessed last: %w", arn, err)
		}
		switch page.JobStatus {
		case types.JobStatusTypeFailed:
			return nil, fmt.Errorf("IAM failed to report what %s accessed last: %w", arn, playbook.ErrNotNow)
		case types.JobStatusTypeInProgress:
			if try++; try == askTries {
				return nil, fmt.Errorf("the report of what %s accessed last is not ready after %s: %w", arn, askTries*askPause, playbook.ErrNotNow)
			}
			if err := pause(ctx); err != nil {
				return nil, err
			}
			continue
		}
		if page.JobType != types.AccessAdvisorUsageGranularityTypeActionLevel {
			return nil, fmt.Errorf("IAM reported what %s accessed last by %s, not by action: %w", arn, page.JobType, playbook.ErrNoEvidence)
		}
		out.Made = aws.ToTime(page.JobCompletionDate)
		for _, s := range page.ServicesLastAccessed {
			out.Services[lower(aws.ToString(s.ServiceNamespace))] = serviceOfReport(s)
		}
		if !page.IsTruncated || aws.ToString(page.Marker) == "" || aws.ToString(page.Marker) == aws.ToString(in.Marker) {
			return out, nil
		}
		in.Marker = page.Marker
	}
}

func serviceOfReport(s types.ServiceLastAccessed) Service {
	out := Service{Last: aws.ToTime(s.LastAuthenticated), Actions: map[string]time.Time{}}
	for _, a := range s.TrackedActionsLastAccessed {
		out.Actions[aws.ToString(a.ActionName)] = aws.ToTime(a.LastAccessedTime)
	}
	return out
}

func pause(ctx context.Context) error {
	t := time.NewTimer(askPause)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
