package inventory

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
)

// Answers are pages of an answer as AWS's command line prints them, for the reader of what it prints.
type Answers struct {
	Reads []call.ID
	Pages func(context.Context, access.Reads, event.Place) iter.Seq2[[]byte, error]
}

// Authorization are an account's users, groups, roles and policies with their documents, 1,000 things a page.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountAuthorizationDetails.html
func Authorization() Answers {
	return Answers{
		Reads: []call.ID{call.IAMGetAccountAuthorizationDetails},
		Pages: func(ctx context.Context, r access.Reads, at event.Place) iter.Seq2[[]byte, error] {
			return answers("authorization details", func(token *string) (any, *string, error) {
				out, err := r.IAM(at).GetAccountAuthorizationDetails(ctx, &iam.GetAccountAuthorizationDetailsInput{Marker: token, MaxItems: aws.Int32(1000)})
				if err != nil {
					return nil, nil, err
				}
				next := out.Marker
				if !out.IsTruncated {
					next = nil
				}
				out.IsTruncated, out.Marker = false, nil // what follows is read too
				return out, next, nil
			})
		},
	}
}

// RunningFunctions are a region's Lambda functions with their roles; what else is said of them, variables above all, is left out.
// https://docs.aws.amazon.com/lambda/latest/api/API_ListFunctions.html
func RunningFunctions() Answers {
	type function struct{ FunctionArn, Role *string }
	return Answers{
		Reads: []call.ID{call.LambdaListFunctions},
		Pages: func(ctx context.Context, r access.Reads, at event.Place) iter.Seq2[[]byte, error] {
			return answers("functions", func(token *string) (any, *string, error) {
				out, err := r.Lambda(at).ListFunctions(ctx, &lambda.ListFunctionsInput{Marker: token})
				if err != nil {
					return nil, nil, err
				}
				var page struct{ Functions []function }
				for _, f := range out.Functions {
					page.Functions = append(page.Functions, function{f.FunctionArn, f.Role})
				}
				return page, out.NextMarker, nil
			})
		},
	}
}

// RunningInstances are a region's EC2 instances with their profiles.
// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstances.html
func RunningInstances() Answers {
	return Answers{
		Reads: []call.ID{call.EC2DescribeInstances},
		Pages: func(ctx context.Context, r access.Reads, at event.Place) iter.Seq2[[]byte, error] {
			return answers("instances", func(token *string) (any, *string, error) {
				out, err := r.EC2(at).DescribeInstances(ctx, &ec2.DescribeInstancesInput{NextToken: token, MaxResults: aws.Int32(1000)})
				if err != nil {
					return nil, nil, err
				}
				return struct{ Reservations any }{out.Reservations}, out.NextToken, nil
			})
		},
	}
}

// errRepeats says that a listing does not come to an end.
var errRepeats = errors.New("a page names itself as the next")

// answers reads pages to the end, or to an error, which names them.
func answers(what string, page func(token *string) (any, *string, error)) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		for token := (*string)(nil); ; {
			out, next, err := page(token)
			var text []byte
			if err == nil {
				text, err = json.Marshal(out)
			}
			if err == nil && next != nil && token != nil && *next == *token {
				err = errRepeats
			}
			if err != nil {
				yield(nil, fmt.Errorf("list %s: %w", what, err))
				return
			}
			if !yield(text, nil) || aws.ToString(next) == "" {
				return
			}
			token = next
		}
	}
}
