package inventory

import (
	"context"
	"fmt"
	"iter"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
)

// Roles are the roles of an account with their own policies and tags, up to 1,000 a page.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountAuthorizationDetails.html
func Roles() Type[types.RoleDetail] {
	return Type[types.RoleDetail]{
		Kind: event.Role, Everywhere: true, Reads: []call.ID{call.IAMGetAccountAuthorizationDetails},
		Pages: func(ctx context.Context, r access.Reads, at event.Place) iter.Seq2[[]types.RoleDetail, error] {
			return func(yield func([]types.RoleDetail, error) bool) {
				pages := iam.NewGetAccountAuthorizationDetailsPaginator(r.IAM(at), &iam.GetAccountAuthorizationDetailsInput{
					Filter: []types.EntityType{types.EntityTypeRole}, MaxItems: aws.Int32(1000),
				})
				for pages.HasMorePages() {
					page, err := pages.NextPage(ctx)
					if err != nil {
						yield(nil, fmt.Errorf("list roles: %w", err))
						return
					}
					if !yield(page.RoleDetailList, nil) {
						return
					}
				}
			}
		},
		ID: func(r types.RoleDetail) string {
			return strings.TrimPrefix(aws.ToString(r.Path), "/") + aws.ToString(r.RoleName)
		},
		Tags: func(r types.RoleDetail) map[string]string {
			out := map[string]string{}
			for _, t := range r.Tags {
				out[aws.ToString(t.Key)] = aws.ToString(t.Value)
			}
			return out
		},
	}
}
