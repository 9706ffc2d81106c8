// Package iam is IAM in the world: users, roles and policies, who a key belongs to, and what its holder may do.
package iam

import "github.com/ripostehq/riposte/internal/world/core"

// Service is IAM.
func Service() *core.Service {
	words := core.QueryWords()
	words.Recorded = func(r *core.Refusal) string { // IAM's own errors are recorded by their types
		if r.Typed != nil {
			return r.Code + "Exception"
		}
		return r.Code
	}
	return &core.Service{
		Name: "iam", SDK: "IAM", Reference: "https://docs.aws.amazon.com/IAM/latest/APIReference/API_",
		Words: words, Global: true, HidesDenied: true,
		Resources: []core.Resource{
			userResource(), userPolicyResource(), accessKeyResource(), roleResource(), rolePolicyResource(), policyResource(),
			policyVersionResource(), {Shelf: &sessions}, {Shelf: &histories},
		},
	}
}
