package iam

import (
	"reflect"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ripostehq/riposte/internal/world/core"
)

// The condition keys that IAM's own calls bring along. A key without a value is absent.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html
const (
	policyKey   = "iam:PolicyARN"
	boundaryKey = "iam:PermissionsBoundary"
)

// with adds a condition key where it has a value.
func with(needs []core.Need, key string, value *string) []core.Need {
	if value != nil {
		needs[0].Context = map[string][]string{key: {*value}}
	}
	return needs
}

// ofUser is the right to do something with the user that a call names.
func ofUser[I any](c *core.Call, in *I) []core.Need {
	name := given(in, "UserName")
	boundary := ""
	if u, ok := users.Of(c.At)[nameOr(c, name)]; ok {
		boundary = u.Boundary
	}
	return conditioned(c.On(userARN(c, name)), in, boundary)
}

// ofRole is the right to do something with the role that a call names.
func ofRole[I any](c *core.Call, in *I) []core.Need {
	name := given(in, "RoleName")
	boundary := ""
	if r, ok := roles.Of(c.At)[aws.ToString(name)]; ok {
		boundary = r.Boundary
	}
	return conditioned(c.On(roleARN(c, name)), in, boundary)
}

// ofPolicy is the right to do something with the managed policy that a call names.
func ofPolicy[I any](c *core.Call, in *I) []core.Need {
	return c.On(aws.ToString(given(in, "PolicyArn")))
}

// conditioned adds what the keys are that a call brings: a policy to be attached or taken, and the boundary: the one to be
// set, or the one that the principal has.
func conditioned(needs []core.Need, in any, boundary string) []core.Need {
	needs[0].Context = map[string][]string{}
	for key, value := range map[string]string{
		policyKey: aws.ToString(given(in, "PolicyArn")), boundaryKey: orElse(aws.ToString(given(in, "PermissionsBoundary")), boundary),
	} {
		if value != "" {
			needs[0].Context[key] = []string{value}
		}
	}
	return needs
}

// given is a parameter of a call, nil where the call has none of that name.
func given(in any, name string) *string {
	f := reflect.ValueOf(in).Elem().FieldByName(name)
	if !f.IsValid() {
		return nil
	}
	return f.Interface().(*string)
}

// userARN is a user's ARN; of one who does not exist, what it would be without a path.
func userARN(c *core.Call, name *string) string {
	n := nameOr(c, name)
	if u, ok := users.Of(c.At)[n]; ok {
		return u.ARN
	}
	return iamARN(c.At, "user", nil, &n)
}

func roleARN(c *core.Call, name *string) string {
	if r, ok := roles.Of(c.At)[aws.ToString(name)]; ok {
		return r.ARN
	}
	return iamARN(c.At, "role", nil, name)
}
