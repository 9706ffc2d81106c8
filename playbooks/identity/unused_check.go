package identity

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/ripostehq/riposte/access"
	policy "github.com/ripostehq/riposte/iam"
	"github.com/ripostehq/riposte/iam/rewrite"
	"github.com/ripostehq/riposte/playbook"
	"github.com/ripostehq/riposte/playbook/use"
)

// checkUnused reads the role's policies and what it accessed, and makes and proves the replacements.
func checkUnused(ctx context.Context, in playbook.In, s playbook.Suspect[unusedRights], p UnusedParams) ([]playbook.Suspect[unusedRights], error) {
	from := in.AWS.IAM(s.Resource.Place())
	out, err := from.GetRole(ctx, &iam.GetRoleInput{RoleName: aws.String(s.Resource.ID[strings.LastIndexByte(s.Resource.ID, '/')+1:])})
	switch {
	case access.Answered(err, "NoSuchEntity"):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("read role %q: %w", s.Resource.ID, err)
	}
	role := out.Role
	made, id := aws.ToTime(role.CreateDate), aws.ToString(role.RoleId)
	if p.keeps(id) || in.Organization.Guarded.Has(s.Resource, id) || slices.Contains(in.Organization.Decoys, id) || made.IsZero() || in.Now.Sub(made) < use.Window {
		return nil, nil
	}
	r, err := readRights(ctx, from, role)
	if err != nil {
		return nil, err
	}
	accessed, err := use.Ask(ctx, from, aws.ToString(role.Arn))
	if err != nil {
		return nil, err
	}
	e := use.Evidence{Principal: id, Account: s.Resource.Account, Made: made, Now: in.Now, Accessed: accessed, Has: r.allows}
	s.Facts = unusedRights{RoleID: id, Owner: ownedByCode(r)}
	left, err := s.Facts.strip(r, e)
	if err != nil || len(s.Facts.Policies) == 0 {
		return nil, err
	}
	s.Title = s.Facts.title(s.Resource.ID, left)
	return []playbook.Suspect[unusedRights]{s}, nil
}

func (f unusedRights) title(role string, left []string) string {
	title := fmt.Sprintf("role %s has not used %d actions for a year that its own policies allow: %s", role, len(left), few(left))
	if f.Owner != "" {
		title += "; " + f.Owner + " keeps its policies: change them there"
	}
	if len(f.Told) > 0 {
		title += "; further policies allow unused actions, and are not changed: " + few(f.Told)
	}
	return title
}

// allows reports whether any policy of the role speaks of an action in an Allow. Where one can't be read, it may.
func (r rights) allows(action string) bool {
	if len(r.unread) > 0 {
		return true
	}
	for i := range r.policies.Identity {
		if allow, _ := r.policies.Identity[i].Clauses(action); len(allow) > 0 {
			return true
		}
	}
	return false
}

// roleInline is how many characters the inline policies of a role may have together.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
const roleInline = 10_240

// strip makes a replacement of each inline policy of which something is unused, and returns all actions that are left out. One that can't be
// rewritten, or not be proved, stays.
func (f *unusedRights) strip(r rights, e use.Evidence) (left []string, err error) {
	verdicts := map[string]rewrite.Use{}
	of := func(action string) rewrite.Use {
		v, ok := verdicts[action]
		if !ok {
			v = e.Of(action).Use
			verdicts[action] = v
		}
		return v
	}
	known := rewrite.AWS()
	catalogue := known.With(e.Accessed.Names()) // a wildcard that becomes a list keeps what was used, however new it is
	strange := slices.DeleteFunc(e.Accessed.Touched(e.Now), known.Knows)
	size := r.inlineSize()
	for _, name := range slices.Sorted(maps.Keys(r.documents)) {
		if strings.HasPrefix(name, boundaryOf) {
			continue
		}
		old := r.documents[name]
		out, err := rewrite.Strip(old, catalogue, of)
		if err != nil || len(out.Left) == 0 {
			continue // what is not understood is not changed
		}
		if why := unfit(name, out, size-policy.Size(old)+policy.Size(out.Text), strange); why != "" {
			f.Told = append(f.Told, name+why)
			continue
		}
		proof, err := rewrite.Prove([]string{old}, []string{out.Text}, catalogue, rewrite.Evidence{Use: of})
		if err != nil {
			return nil, fmt.Errorf("prove the replacement of policy %q: %w", name, err)
		}
		size += policy.Size(out.Text) - policy.Size(old)
		left = append(left, out.Left...)
		f.Policies = append(f.Policies, stripped{Name: name, Old: old, New: out.Text, Left: len(out.Left), First: few(out.Left), Wide: out.Wide, Proof: proof.Digest()})
	}
	slices.Sort(left)
	return slices.Compact(left), nil
}

// unfit says why a policy is told and not replaced, "" where it can be. The size is what all inline ones would have with it.
func unfit(name string, out rewrite.Result, size int, strange []string) string {
	switch {
	case strings.HasPrefix(name, "arn:"):
		return " (attached)"
	case out.Text == "":
		return " (nothing would be left of it)"
	case len(out.Wide) > 0 && len(strange) > 0:
		return " (the role uses services whose actions are not known here, and its wildcards may be for them: " + few(strange) + ")"
	case size > roleInline:
		return fmt.Sprintf(" (as lists its wildcards are too long: the role's own policies would have %d characters, and may have %d)", size, roleInline)
	}
	return ""
}

// inlineSize is how many characters the role's inline policies have together.
func (r rights) inlineSize() (n int) {
	for name, document := range r.documents {
		if !strings.HasPrefix(name, boundaryOf) && !strings.HasPrefix(name, "arn:") {
			n += policy.Size(document)
		}
	}
	return n
}

// ownedByCode says what keeps the role's policies, by the tag that CloudFormation puts and no other caller can; "" where none is known.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-resource-tags.html
func ownedByCode(r rights) string {
	for _, t := range r.tags {
		if aws.ToString(t.Key) == "aws:cloudformation:stack-name" {
			return "stack " + aws.ToString(t.Value) + " of CloudFormation"
		}
	}
	return ""
}
