package iam

import (
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	policy "github.com/ripostehq/riposte/iam"
	"github.com/ripostehq/riposte/internal/world/core"
)

// mostAttached is the quota of managed policies of one principal.
const mostAttached = 10

// holder is a user or a role as something that holds policies.
type holder struct {
	kind, name string // user or role
	inline     map[string]string
	attached   *[]string
	boundary   *string
	budget     int // characters of all inline policies, white space not counted
}

func (u *user) holder() holder {
	if u.Inline == nil {
		u.Inline = map[string]string{}
	}
	return holder{"user", u.Name, u.Inline, &u.Attached, &u.Boundary, 2048}
}

func (r *role) holder() holder {
	if r.Inline == nil {
		r.Inline = map[string]string{}
	}
	return holder{"role", r.Name, r.Inline, &r.Attached, &r.Boundary, 10240}
}

// put writes an inline policy. Quotas: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
func (h holder) put(name, document string) *core.Refusal {
	if _, err := policy.Parse([]byte(document)); err != nil {
		return Malformed(err)
	}
	total := policy.Size(document)
	for other, d := range h.inline {
		if other != name {
			total += policy.Size(d)
		}
	}
	if total > h.budget {
		return overQuota("Maximum policy size of %d bytes exceeded for %s %s", h.budget, h.kind, h.name)
	}
	h.inline[name] = document
	return nil
}

func (h holder) get(name *string) (string, *core.Refusal) {
	d, ok := h.inline[aws.ToString(name)]
	if !ok {
		return "", noEntity("The %s policy with name %s cannot be found.", h.kind, aws.ToString(name))
	}
	return d, nil
}

func (h holder) delete(name *string) *core.Refusal {
	if _, refused := h.get(name); refused != nil {
		return refused
	}
	delete(h.inline, *name)
	return nil
}

func (h holder) names() []string { return slices.Sorted(maps.Keys(h.inline)) }

// attach is no error where the policy is attached already.
func (h holder) attach(c *core.Call, arn *string) *core.Refusal {
	if managed(c.At, aws.ToString(arn)) == nil {
		return noEntity("Policy %s does not exist or is not attachable.", aws.ToString(arn))
	}
	if slices.Contains(*h.attached, *arn) {
		return nil
	}
	if len(*h.attached) >= mostAttached {
		return overQuota("Cannot exceed quota for PoliciesPer%s: %d", strings.ToUpper(h.kind[:1])+h.kind[1:], mostAttached)
	}
	*h.attached = append(*h.attached, *arn)
	return nil
}

func (h holder) detach(arn *string) *core.Refusal {
	at := slices.Index(*h.attached, aws.ToString(arn))
	if at < 0 {
		return noEntity("Policy %s was not found.", aws.ToString(arn))
	}
	*h.attached = slices.Delete(*h.attached, at, at+1)
	return nil
}

func (h holder) attachments() []types.AttachedPolicy {
	out := []types.AttachedPolicy{}
	for _, arn := range *h.attached {
		out = append(out, types.AttachedPolicy{PolicyArn: aws.String(arn), PolicyName: aws.String(lastPart(arn))})
	}
	return out
}

func (h holder) bind(c *core.Call, arn *string) *core.Refusal {
	if managed(c.At, aws.ToString(arn)) == nil {
		return noEntity("Policy %s does not exist or is not attachable.", aws.ToString(arn))
	}
	*h.boundary = *arn
	return nil
}

func (h holder) unbind() *core.Refusal {
	if *h.boundary == "" {
		return noEntity("%s with name %s does not have a permission boundary attached.", strings.ToUpper(h.kind[:1])+h.kind[1:], h.name)
	}
	*h.boundary = ""
	return nil
}

func (h holder) attachedBoundary() *types.AttachedPermissionsBoundary {
	if *h.boundary == "" {
		return nil
	}
	return &types.AttachedPermissionsBoundary{
		PermissionsBoundaryArn: aws.String(*h.boundary), PermissionsBoundaryType: types.PermissionsBoundaryAttachmentTypePolicy,
	}
}

// lastPart is the name at the end of an ARN, without its path.
func lastPart(arn string) string { return arn[strings.LastIndexByte(arn, '/')+1:] }
