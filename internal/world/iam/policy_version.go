package iam

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/ripostehq/riposte/internal/world/core"
)

// mostVersions is the quota of versions of one managed policy.
const mostVersions = 5

func createPolicyVersion(c *core.Call, in *iam.CreatePolicyVersionInput, p *managedPolicy) (*iam.CreatePolicyVersionOutput, *core.Refusal) {
	if refused := checkManaged(in.PolicyDocument); refused != nil {
		return nil, refused
	}
	if len(p.Versions) >= mostVersions {
		return nil, overQuota("A managed policy can have up to %d versions. Before you create a new version, you must delete an existing version.", mostVersions)
	}
	p.Minted = p.latest() + 1 // the count goes on from the latest that was ever made
	id := fmt.Sprintf("v%d", p.Minted)
	p.Versions[id] = *in.PolicyDocument
	if in.SetAsDefault {
		p.Default = id
	}
	return &iam.CreatePolicyVersionOutput{PolicyVersion: p.version(id, false)}, nil
}

// latest is the number of the latest version that was ever made, deleted ones included.
func (p *managedPolicy) latest() int {
	n := p.Minted
	for id := range p.Versions {
		if v, err := strconv.Atoi(strings.TrimPrefix(id, "v")); err == nil {
			n = max(n, v)
		}
	}
	return n
}

func (p *managedPolicy) version(id string, document bool) *types.PolicyVersion {
	v := &types.PolicyVersion{VersionId: aws.String(id), IsDefaultVersion: id == p.Default, CreateDate: aws.Time(p.Created)}
	if document {
		v.Document = aws.String(percent(p.Versions[id]))
	}
	return v
}

// has refuses a version that does not exist.
func (p *managedPolicy) has(id *string) *core.Refusal {
	if _, ok := p.Versions[aws.ToString(id)]; !ok {
		return noEntity("Policy %s version %s does not exist or is not attachable.", p.ARN, aws.ToString(id))
	}
	return nil
}

func listPolicyVersions(c *core.Call, in *iam.ListPolicyVersionsInput, p *managedPolicy) (*iam.ListPolicyVersionsOutput, *core.Refusal) {
	out := &iam.ListPolicyVersionsOutput{}
	for _, id := range slices.Backward(slices.Sorted(maps.Keys(p.Versions))) {
		out.Versions = append(out.Versions, *p.version(id, false))
	}
	return out, nil
}

func deletePolicyVersion(c *core.Call, in *iam.DeletePolicyVersionInput, p *managedPolicy) (*iam.DeletePolicyVersionOutput, *core.Refusal) {
	if refused := p.has(in.VersionId); refused != nil {
		return nil, refused
	}
	if *in.VersionId == p.Default {
		return nil, inUse("choose another default version")
	}
	p.Minted = p.latest()
	delete(p.Versions, *in.VersionId)
	return &iam.DeletePolicyVersionOutput{}, nil
}
