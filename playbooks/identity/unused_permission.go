package identity

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/inventory"
	"github.com/ripostehq/riposte/playbook"
	"github.com/ripostehq/riposte/playbook/use"
)

//go:embed testdata/unused-permission.txtar
var unusedStories string

// UnusedParams are the parameters of identity.unused-permission.
type UnusedParams struct {
	AllowRoles []string `yaml:"allow_roles" help:"unique ids (AROA...) of roles that keep what they don't use: a disaster recovery's, a break-glass role's"`
}

// Validate refuses what is no id of a role; a name can be another role's tomorrow.
func (p UnusedParams) Validate() error {
	for i, id := range p.AllowRoles {
		if !given("AROA", id) {
			return playbook.Wrong{Path: []any{"allow_roles", i}, Text: fmt.Sprintf("%q is no unique id of a role: want AROA and at least twelve capitals and digits (aws iam get-role shows it)", id)}
		}
	}
	return nil
}

// UnusedPermission finds what roles may do by policies of their own and have not done for a year, and takes it out of the policies, by proof.
func UnusedPermission() playbook.Definition {
	return playbook.Define(playbook.Spec[UnusedParams, unusedRights]{
		ID:       "identity.unused-permission",
		Title:    "A role may do what it has not done for a year",
		Why:      whyUnused,
		Severity: playbook.Low,
		Lists:    []playbook.Listing[UnusedParams, unusedRights]{playbook.List(inventory.Roles(), listRights)},
		Reads: append(use.Reads(), call.IAMGetAccountAuthorizationDetails, call.IAMGetRole, call.IAMListRolePolicies, call.IAMGetRolePolicy, call.IAMListAttachedRolePolicies,
			call.IAMGetPolicy, call.IAMGetPolicyVersion),
		Changes: playbook.Always[UnusedParams](action.ReplaceRolePolicy{}.About().Kind),
		Prevents: []playbook.Prevention{{
			Kind: playbook.AccountSetting,
			How:  "Write a role's policy from what it calls: riposte learn tells that by the trail, and riposte simulate --recorded what a narrower policy would cut off.",
		}},
		Stories: unusedStories,
		Suspect: func(event.Event, UnusedParams) []playbook.Suspect[unusedRights] { return nil },
		Check:   checkUnused,
		Plan:    planUnused,
	})
}

const whyUnused = `A right that is not used is worth something to a thief alone. IAM tells which services a role has not touched, and of which tracked actions it
knows no use, for four hundred days; what it does not track is unknown, and is kept, and so is all of a role that is younger than a year. The replacement leaves
the unused actions out of the statements that allow them and changes nothing else; before it is planned it is proved, that it grants nothing new, today or tomorrow, and
loses nothing that is used or unknown. iam:PassRole, which no record shows, is unused only where each action is that could have handed a role on. A wildcard of which
something goes becomes a list, so that actions that AWS invents later are no longer in it; it is named. A person is asked, always: a job that runs less than once a year, and a plan for
disasters, use what nobody has used yet. IAM replaces a policy in one step, so that the role is never without either, and undo writes the old one again. Only inline policies are replaced:
attached ones, which others may share, are told. Of a role that a stack of CloudFormation keeps the replacement is told and nothing is planned; Terraform's are known by its states
(code.states). Break-glass roles, untouchable ones, riposte's own and decoys are left alone. No source says since when a policy allows something: what was allowed last week
counts as unused, and the question says so. Known false positives are roles that wait for a disaster (allow_roles).`

// unusedRights are the facts of a role.
type unusedRights struct {
	RoleID   string     `json:",omitempty"` // once checked
	Policies []stripped `json:",omitempty"`
	Told     []string   `json:",omitempty"` // policies with unused actions that are not replaced, and why
	Owner    string     `json:",omitempty"` // the code that keeps the policies, and brings the old ones back
}

// stripped is one inline policy and its replacement.
type stripped struct {
	Name     string
	Old, New string   // documents
	Left     int      // actions that are left out: of a role that may do everything they are many thousands
	First    string   // the first of them
	Wide     []string `json:",omitempty"` // wildcards that become lists
	Proof    string   // digest of the proof
}

// Found are the policies, each with what is to stand in its place: the owner of the role's code writes it there. With another document it is
// another finding.
func (u unusedRights) Found() (of []string) {
	for _, p := range u.Policies {
		of = append(of, fmt.Sprintf("policy %s without %d actions, proved by %.12s: %s", p.Name, p.Left, p.Proof, p.New))
	}
	return of
}

// listRights wants roles that have a policy of their own, are older than a year, and are not AWS's.
func listRights(at event.Resource, r types.RoleDetail, p UnusedParams) *playbook.Listed[unusedRights] {
	path := "/" + strings.TrimPrefix(at.ID, "/")
	if strings.HasPrefix(path, "/aws-service-role/") || strings.HasPrefix(path, "/aws-reserved/") || len(r.RolePolicyList) == 0 || r.CreateDate == nil || p.keeps(aws.ToString(r.RoleId)) {
		return nil
	}
	// The age is looked at with the rest: a listing has no clock.
	return &playbook.Listed[unusedRights]{Suspect: playbook.Suspect[unusedRights]{Resource: at, Title: "role " + at.ID + " may have rights that it does not use"}, Since: r.CreateDate.Add(use.Window)}
}

func (p UnusedParams) keeps(id string) bool {
	return slices.Contains(p.AllowRoles, id)
}

// planUnused replaces nothing that code keeps: it would be drift, and the next deployment brings the old policy back.
func planUnused(s playbook.Suspect[unusedRights], _ UnusedParams) (plan action.Plan) {
	if s.Facts.Owner != "" {
		return plan
	}
	for _, p := range s.Facts.Policies {
		step := action.Try(action.ReplaceRolePolicy{Role: s.Resource, Policy: p.Name, Old: p.Old, New: p.New}).
			Asking("the role may need what it has not used for a year, and what it was given lately and has yet to use: " + p.First)
		if len(p.Wide) > 0 {
			step = step.Asking("wildcards become lists, without what AWS has invented since this riposte was built, and will: " + few(p.Wide))
		}
		plan.Steps = append(plan.Steps, step)
	}
	return plan
}

// few names the first of many.
func few(all []string) string {
	const most = 8
	if len(all) <= most {
		return strings.Join(all, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(all[:most], ", "), len(all)-most)
}
