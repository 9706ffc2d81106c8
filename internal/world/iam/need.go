package iam

import (
	"cmp"
	"reflect"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ripostehq/riposte/internal/world/core"
)

// The condition keys that IAM's own calls bring along. A key without a value is absent.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html
const (
	policyKey   = "iam:PolicyARN"
	boundaryKey = "iam:PermissionsBoundary"
	tagKeysKey  = "aws:TagKeys" // of several values
)

// ofUser is the right to do something with the user that a call names; of one that does not exist, by the ARN that it would
// have without a path.
func ofUser[I any](c *core.Call, in *I) []core.Need {
	name := nameOr(c, given(in, "UserName"))
	if u, ok := users.Of(c.At)[name]; ok {
		needs := conditioned(c.On(u.ARN), in, u.Boundary)
		for key, value := range u.Tags {
			needs[0].Context["aws:ResourceTag/"+key] = []string{value}
		}
		return needs
	}
	return conditioned(c.On(iamARN(c.At, "user", nil, &name)), in, "")
}

// ofRole is the same of roles.
func ofRole[I any](c *core.Call, in *I) []core.Need {
	name := given(in, "RoleName")
	if r, ok := roles.Of(c.At)[aws.ToString(name)]; ok {
		return conditioned(c.On(r.ARN), in, r.Boundary)
	}
	return conditioned(c.On(iamARN(c.At, "role", nil, name)), in, "")
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
		policyKey: aws.ToString(given(in, "PolicyArn")), boundaryKey: cmp.Or(aws.ToString(given(in, "PermissionsBoundary")), boundary),
	} {
		if value != "" {
			needs[0].Context[key] = []string{value}
		}
	}
	needs[0].Context[tagKeysKey] = tagKeys(in)
	for _, t := range givenTags(in) {
		needs[0].Context["aws:RequestTag/"+aws.ToString(t.Key)] = []string{aws.ToString(t.Value)}
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
