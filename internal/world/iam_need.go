package world

import "github.com/aws/aws-sdk-go-v2/aws"

// The condition keys that IAM's own calls bring along. A key without a value is absent.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html
const (
	policyKey   = "iam:PolicyARN"
	boundaryKey = "iam:PermissionsBoundary"
)

// newNeed is a right on something, with one condition key where it has a value.
func (c *call) newNeed(action, arn, key string, value *string) []need {
	n := need{Action: action, Resource: arn, Context: map[string][]string{}}
	if value != nil {
		n.Context[key] = []string{*value}
	}
	return []need{n}
}

// userNeed is a right on a user. The boundary that the user has is a condition key, as is a policy to be attached.
func (c *call) userNeed(action string, name, policy *string) []need {
	all := c.newNeed("iam:"+action, c.userARN(name), policyKey, policy)
	if u, ok := c.iam().Users[c.nameOr(name)]; ok && u.Boundary != "" {
		all[0].Context[boundaryKey] = []string{u.Boundary}
	}
	return all
}

func (c *call) roleNeed(action string, name, policy *string) []need {
	all := c.newNeed("iam:"+action, c.roleARN(name), policyKey, policy)
	if r, ok := c.iam().Roles[aws.ToString(name)]; ok && r.Boundary != "" {
		all[0].Context[boundaryKey] = []string{r.Boundary}
	}
	return all
}

// userARN is a user's ARN; of one who does not exist, what it would be without a path.
func (c *call) userARN(name *string) string {
	n := c.nameOr(name)
	if u, ok := c.iam().Users[n]; ok {
		return u.ARN
	}
	return c.iamARN("user", nil, &n)
}

func (c *call) roleARN(name *string) string {
	if r, ok := c.iam().Roles[aws.ToString(name)]; ok {
		return r.ARN
	}
	return c.iamARN("role", nil, name)
}
