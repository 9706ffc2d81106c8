package identity

import (
	"context"
	"fmt"
	"net/url"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/ripostehq/riposte/access"
	policy "github.com/ripostehq/riposte/iam"
)

// rights are the policies of a role as they are now.
type rights struct {
	documents map[string]string // by the names of inline ones and the ARNs of attached ones
	policies  policy.Policies
	unread    []string // those that can't be evaluated, each with the reason
	tags      []types.Tag
	profiles  []string // names of the instance profiles that hold the role
}

// shared is the role's tag of a key; zero where it has none, or an empty one.
func (r rights) shared(key string) sharedTag {
	for _, t := range r.tags {
		if key != "" && aws.ToString(t.Key) == key && aws.ToString(t.Value) != "" {
			return sharedTag{key, *t.Value}
		}
	}
	return sharedTag{}
}

// readRights reads a role's inline and attached policies and its boundary.
func readRights(ctx context.Context, from access.IAMReads, role *types.Role) (r rights, err error) {
	r.documents, r.tags = map[string]string{}, role.Tags
	inline := iam.NewListRolePoliciesPaginator(from, &iam.ListRolePoliciesInput{RoleName: role.RoleName})
	for inline.HasMorePages() {
		page, err := inline.NextPage(ctx)
		if err != nil {
			return r, fmt.Errorf("list policies of role %q: %w", aws.ToString(role.RoleName), err)
		}
		for _, name := range page.PolicyNames {
			out, err := from.GetRolePolicy(ctx, &iam.GetRolePolicyInput{RoleName: role.RoleName, PolicyName: aws.String(name)})
			if err != nil {
				return r, fmt.Errorf("read policy %q of role %q: %w", name, aws.ToString(role.RoleName), err)
			}
			if err := r.add(name, out.PolicyDocument); err != nil {
				return r, err
			}
		}
	}
	attached := iam.NewListAttachedRolePoliciesPaginator(from, &iam.ListAttachedRolePoliciesInput{RoleName: role.RoleName})
	for attached.HasMorePages() {
		page, err := attached.NextPage(ctx)
		if err != nil {
			return r, fmt.Errorf("list attached policies of role %q: %w", aws.ToString(role.RoleName), err)
		}
		for _, a := range page.AttachedPolicies {
			document, err := managedDocument(ctx, from, a.PolicyArn)
			if err != nil {
				return r, err
			}
			if err := r.add(aws.ToString(a.PolicyArn), document); err != nil {
				return r, err
			}
		}
	}
	if b := role.PermissionsBoundary; b != nil {
		document, err := managedDocument(ctx, from, b.PermissionsBoundaryArn)
		if err != nil {
			return r, err
		}
		return r, r.bound(aws.ToString(b.PermissionsBoundaryArn), document)
	}
	return r, nil
}

// managedDocument reads the default version of a managed policy.
func managedDocument(ctx context.Context, from access.IAMReads, arn *string) (*string, error) {
	p, err := from.GetPolicy(ctx, &iam.GetPolicyInput{PolicyArn: arn})
	if err != nil || p.Policy == nil {
		return nil, fmt.Errorf("read policy %q: %w", aws.ToString(arn), err)
	}
	v, err := from.GetPolicyVersion(ctx, &iam.GetPolicyVersionInput{PolicyArn: arn, VersionId: p.Policy.DefaultVersionId})
	if err != nil || v.PolicyVersion == nil {
		return nil, fmt.Errorf("read policy %q: %w", aws.ToString(arn), err)
	}
	return v.PolicyVersion.Document, nil
}

// add takes a document as IAM returns it, URL-encoded by RFC 3986.
func (r *rights) add(name string, encoded *string) error {
	p, err := r.parse(name, encoded)
	if err == nil && p != nil {
		r.policies.Identity = append(r.policies.Identity, *p)
	}
	return err
}

// boundaryOf begins the name of a boundary's document: no name of a policy has a space.
const boundaryOf = "boundary "

// bound takes the boundary's. One that can't be evaluated is as if it were none: what it denies is not known.
func (r *rights) bound(arn string, encoded *string) (err error) {
	r.policies.Boundary, err = r.parse(boundaryOf+arn, encoded)
	return err
}

func (r *rights) parse(name string, encoded *string) (*policy.Policy, error) {
	document, err := url.PathUnescape(aws.ToString(encoded))
	if err != nil {
		return nil, fmt.Errorf("read policy %q: %w", name, err)
	}
	r.documents[name] = document
	p, err := placeless([]byte(document))
	if err != nil {
		r.unread = append(r.unread, fmt.Sprintf("%s (%v)", name, err))
		return nil, nil
	}
	p.Name = name
	return &p, nil
}
