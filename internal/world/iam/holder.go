package iam

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	policy "github.com/ripostehq/riposte/iam"
	"github.com/ripostehq/riposte/internal/world/core"
)

// mostAttached is the quota of managed policies of one principal.
const mostAttached = 10

// holder is what a user and a role have in common: a name, and policies.
type holder struct {
	Kind, Name, Path, ID, ARN string // Kind is user or role
	Created                   time.Time
	Inline                    map[string]string // documents by policy name
	Attached                  []string          // ARNs
	Boundary                  string            // ARN
	Tags                      map[string]string
}

func newHolder(at core.At, kind, name, path string) holder {
	return holder{
		Kind: kind, Name: name, Path: cmp.Or(path, "/"), ID: uniqueID(at.State, map[string]string{"user": "AIDA", "role": "AROA"}[kind]),
		ARN: iamARN(at, kind, &path, &name), Created: at.Now, Inline: map[string]string{}, Tags: map[string]string{},
	}
}

// create makes one by a call, with the boundary that its input names.
func create(c *core.Call, kind string, name, path *string, in any) (holder, *core.Refusal) {
	h := newHolder(c.At, kind, *name, aws.ToString(path))
	if given(in, "PermissionsBoundary") == nil {
		return h, nil
	}
	return h, h.bind(c, in)
}

func (h *holder) clone() holder {
	c := *h
	c.Inline, c.Attached, c.Tags = maps.Clone(h.Inline), slices.Clone(h.Attached), maps.Clone(h.Tags)
	return c
}

// title is the kind as some messages have it.
func (h *holder) title() string { return strings.ToUpper(h.Kind[:1]) + h.Kind[1:] }

// inlineBudgets are the quotas of characters of all inline policies, white space not counted.
var inlineBudgets = map[string]int{"user": 2048, "role": 10240}

// put writes an inline policy. Quotas: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
func (h *holder) put(_ *core.Call, in any) *core.Refusal {
	name, document := *given(in, "PolicyName"), *given(in, "PolicyDocument")
	if _, err := policy.Parse([]byte(document)); err != nil {
		return Malformed(err)
	}
	total := policy.Size(document)
	for other, d := range h.Inline {
		if other != name {
			total += policy.Size(d)
		}
	}
	if total > inlineBudgets[h.Kind] {
		return overQuota("Maximum policy size of %d bytes exceeded for %s %s", inlineBudgets[h.Kind], h.Kind, h.Name)
	}
	h.Inline[name] = document
	return nil
}

func (h *holder) get(name *string) (string, *core.Refusal) {
	d, ok := h.Inline[aws.ToString(name)]
	if !ok {
		return "", noEntity("The %s policy with name %s cannot be found.", h.Kind, aws.ToString(name))
	}
	return d, nil
}

func (h *holder) delete(_ *core.Call, in any) *core.Refusal {
	name := given(in, "PolicyName")
	if _, refused := h.get(name); refused != nil {
		return refused
	}
	delete(h.Inline, *name)
	return nil
}

func (h *holder) names() []string { return slices.Sorted(maps.Keys(h.Inline)) }

// attach is no error where the policy is attached already.
func (h *holder) attach(c *core.Call, in any) *core.Refusal {
	arn := given(in, "PolicyArn")
	if managed(c.At, aws.ToString(arn)) == nil {
		return noEntity("Policy %s does not exist or is not attachable.", aws.ToString(arn))
	}
	if slices.Contains(h.Attached, *arn) {
		return nil
	}
	if len(h.Attached) >= mostAttached {
		return overQuota("Cannot exceed quota for PoliciesPer%s: %d", h.title(), mostAttached)
	}
	h.Attached = append(h.Attached, *arn)
	return nil
}

func (h *holder) detach(_ *core.Call, in any) *core.Refusal {
	arn := given(in, "PolicyArn")
	at := slices.Index(h.Attached, aws.ToString(arn))
	if at < 0 {
		return noEntity("Policy %s was not found.", aws.ToString(arn))
	}
	h.Attached = slices.Delete(h.Attached, at, at+1)
	return nil
}

func (h *holder) attachments() []types.AttachedPolicy {
	out := []types.AttachedPolicy{}
	for _, arn := range h.Attached {
		out = append(out, types.AttachedPolicy{PolicyArn: aws.String(arn), PolicyName: aws.String(lastPart(arn))})
	}
	return out
}

func (h *holder) bind(c *core.Call, in any) *core.Refusal {
	arn := given(in, "PermissionsBoundary")
	if managed(c.At, aws.ToString(arn)) == nil {
		return noEntity("Policy %s does not exist or is not attachable.", aws.ToString(arn))
	}
	h.Boundary = *arn
	return nil
}

func (h *holder) unbind(*core.Call, any) *core.Refusal {
	if h.Boundary == "" {
		return noEntity("%s with name %s does not have a permission boundary attached.", h.title(), h.Name)
	}
	h.Boundary = ""
	return nil
}

func (h *holder) attachedBoundary() *types.AttachedPermissionsBoundary {
	if h.Boundary == "" {
		return nil
	}
	return &types.AttachedPermissionsBoundary{
		PermissionsBoundaryArn: aws.String(h.Boundary), PermissionsBoundaryType: types.PermissionsBoundaryAttachmentTypePolicy,
	}
}

// lastPart is the name at the end of an ARN, without its path.
func lastPart(arn string) string { return arn[strings.LastIndexByte(arn, '/')+1:] }
