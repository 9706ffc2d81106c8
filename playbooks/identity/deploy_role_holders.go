package identity

import (
	"context"
	"fmt"
	"net/url"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/playbook"
)

// mostHolders is how many roles are looked at for one policy that many have: the finding says where there are more.
const mostHolders = 20

// holders looks at the roles that have a managed policy, which are one finding.
func (l deployLook) holders(ctx context.Context, s playbook.Suspect[deployRole]) ([]playbook.Suspect[deployRole], error) {
	if is, err := l.speaks(ctx, s); err != nil || !is {
		return nil, err
	}
	holders, more, err := holdersOf(ctx, l.In, s)
	if err != nil {
		return nil, err
	}
	var found []string
	for _, role := range holders {
		one := s
		one.Resource = role
		confirmed, err := l.look(ctx, &one)
		if err != nil {
			return nil, err
		}
		if confirmed {
			found = append(found, one.Facts.Role)
		}
	}
	by := "by role " + strings.Join(found, ", ")
	switch {
	case len(found) == 0 && !more:
		return nil, nil
	case len(found) == 0:
		by = fmt.Sprintf("if one has it: of its roles %d were looked at, which no instance has, and the others were not", mostHolders)
	case more:
		by += fmt.Sprintf(" and maybe others: of its roles %d were looked at", mostHolders)
	}
	s.Title = fmt.Sprintf("policy %s lets instances change any Auto Scaling group or load balancer, %s; no replacement is planned: %s", s.Facts.Policy, by, s.Facts.Refused)
	return []playbook.Suspect[deployRole]{s}, nil
}

// speaks reports whether a managed policy, as it is now, allows changing calls on groups and balancers of any owner.
func (l deployLook) speaks(ctx context.Context, s playbook.Suspect[deployRole]) (bool, error) {
	encoded, err := managedDocument(ctx, l.AWS.IAM(s.Resource.Place()), aws.String(s.Facts.Policy))
	if err != nil {
		if access.Answered(err, "NoSuchEntity") {
			return false, nil
		}
		return false, err
	}
	document, err := url.PathUnescape(aws.ToString(encoded))
	if err != nil {
		return false, fmt.Errorf("read policy %q: %w", s.Facts.Policy, err)
	}
	return speaksOfOthers(s.Resource, regionsOr(l.params, l.Origin.Place.Region), document), nil
}

// shared is why an attached policy is not edited.
const shared = "the policy is attached, and others may share it: attach a copy that names the role's groups, then detach it"

// holdersOf are the roles that a managed policy is attached to, as many as are looked at, and whether there are more.
func holdersOf(ctx context.Context, in playbook.In, s playbook.Suspect[deployRole]) (roles []event.Resource, more bool, err error) {
	pages := iam.NewListEntitiesForPolicyPaginator(in.AWS.IAM(s.Resource.Place()), &iam.ListEntitiesForPolicyInput{
		PolicyArn: aws.String(s.Facts.Policy), EntityFilter: types.EntityTypeRole,
	})
	for pages.HasMorePages() && len(roles) <= mostHolders {
		page, err := pages.NextPage(ctx)
		if access.Answered(err, "NoSuchEntity") {
			return nil, false, nil
		}
		if err != nil {
			return nil, false, fmt.Errorf("list holders of policy %q: %w", s.Facts.Policy, err)
		}
		for _, r := range page.PolicyRoles {
			roles = append(roles, s.Resource.Place().In(event.Role, aws.ToString(r.RoleName)))
		}
	}
	return roles[:min(len(roles), mostHolders)], len(roles) > mostHolders, nil
}
