package identity

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/iam"
	"github.com/ripostehq/riposte/iam/reach"
	"github.com/ripostehq/riposte/playbook"
	"github.com/ripostehq/riposte/playbooks/request"
)

//go:embed testdata/new-way.txtar
var newWayStories string

// NewWayParams are the parameters of identity.new-way.
type NewWayParams struct {
	Possible bool          `yaml:"possible" help:"whether ways count that hang on something no policy tells: MFA, an address, a function that may run with the role"`
	Window   time.Duration `yaml:"window" help:"how long after the call it is decided: one reading of the account serves all changes of that time"`
}

// Validate refuses a window in which IAM does not settle, or in which a flood of changes would have the account read again and again.
func (p NewWayParams) Validate() error {
	if p.Window < 30*time.Second || p.Window > time.Hour {
		return playbook.Wrong{Path: []any{"window"}, Text: "want a time of half a minute to an hour"}
	}
	return nil
}

// settles is how long after a call IAM may still answer with what was before.
const settles = 15 * time.Second

// NewWay tells of changes in IAM that open a way to administrator.
func NewWay() playbook.Definition {
	return playbook.Define(playbook.Spec[NewWayParams, newWay]{
		ID:       "identity.new-way",
		Title:    "A change in IAM opened a way to administrator",
		Why:      whyNewWay,
		Severity: playbook.Medium,
		Tells:    true,
		On:       []playbook.Trigger{playbook.Call(newWayCalls()...)},
		Reads:    playbook.EstateReads(),
		Prevents: []playbook.Prevention{{
			Kind: playbook.ServiceControlPolicy,
			How: "Let pipelines alone write policies and trust, by a role in the condition, with its account: then whoever takes over a machine or a person's session opens no way. " +
				"Pipelines that make roles are bound by iam:PermissionsBoundary beside it.",
			Document: `{"Version":"2012-10-17","Statement":[{"Sid":"PipelinesWritePolicies","Effect":"Deny",` +
				`"Action":["iam:PutRolePolicy","iam:PutUserPolicy","iam:PutGroupPolicy","iam:AttachRolePolicy","iam:AttachUserPolicy","iam:AttachGroupPolicy","iam:AddUserToGroup",` +
				`"iam:CreatePolicyVersion","iam:SetDefaultPolicyVersion","iam:UpdateAssumeRolePolicy","iam:DeleteRolePermissionsBoundary","iam:DeleteUserPermissionsBoundary"],"Resource":"*",` +
				`"Condition":{"ArnNotLike":{"aws:PrincipalArn":"arn:aws:iam::111122223333:role/pipeline"}}}]}`,
		}},
		Stories:  newWayStories,
		Defaults: NewWayParams{Possible: true, Window: time.Minute},
		Window:   func(p NewWayParams) time.Duration { return p.Window },
		Suspect:  suspectNewWay,
		Check:    checkNewWay,
		Join:     joinNewWay,
	})
}

const whyNewWay = `Whoever may write one policy too many is administrator in a few calls, and most such rights are given in passing. After a policy was given, a trust
written or a boundary taken off, riposte reads the account's users, roles and policies, and asks the same table of techniques as riposte paths (docs/paths.md)
who comes to administrator now, and would not without that policy. A new administrator is such a finding too. It is told, with the change, who made it, and the
way, hop by hop; nothing is answered, in no mode. Of a trust and of a boundary no record says what was before: told is who may assume a role that comes to administrator, and
that a principal without its boundary does. Of a managed policy's new version all that it gives counts as new. A way is sure, or possible where it hangs on something that no policy tells; of these nothing is
told where possible is off. Service control policies and what runs in the account are not read here: one may stop a way that is said to be sure, and a function or an
instance that may run with a role is possible. Ways from account to account are not looked at. A document that is in the record and speaks of no action of the table is not even
suspected, and one reading of an account serves all changes of a minute. Two policies of the same rights, given together, hide each other no more than one. Where one
thing is changed more than a hundred times within the window (window), that is told, with what it comes to now. Known false positives: platform teams and their pipelines, which make administrators on purpose (list
their roles, by id, as trusted for this playbook).`

// newWay are the facts of one change.
type newWay struct {
	Call   call.ID
	On     string // role/web, user/eve, group/ops; of a managed policy its ARN
	Policy string `json:",omitempty"` // name of an inline one, ARN of an attached one; of a group that was joined its name
	Actor  string // ARN
	At     time.Time
	Ways   []string `json:",omitempty"` // each principal that comes to administrator now, and by which hops
	More   int      `json:",omitempty"` // further ones
	Sure   bool     `json:",omitempty"` // one of them is
	Others []string `json:",omitempty"` // further changes of the same thing that opened ways
	Flood  bool     `json:",omitempty"` // more of it was changed than is looked at
}

// Found is the change, of some seconds: the same again is the same finding, unless it came so much later that a look at the first may not
// have seen it, as after a harmless policy a harmful one of its name.
func (f newWay) Found() []string {
	return []string{fmt.Sprintf("%s %s %s %d", f.Call, f.On, f.Policy, f.At.Truncate(settles).Unix())}
}

// change says what was done.
func (f newWay) change() string {
	switch f.Call {
	case call.IAMUpdateAssumeRolePolicy:
		return "the trust of " + f.On + " was written"
	case call.IAMDeleteRolePermissionsBoundary, call.IAMDeleteUserPermissionsBoundary:
		return "the boundary of " + f.On + " was taken off"
	case call.IAMPutRolePermissionsBoundary, call.IAMPutUserPermissionsBoundary:
		return "the boundary of " + f.On + " was exchanged"
	case call.IAMAddUserToGroup:
		return f.On + " came into group " + f.Policy
	case call.IAMCreatePolicyVersion, call.IAMSetDefaultPolicyVersion:
		return "policy " + f.On + " got another version"
	}
	return f.On + " was given policy " + f.Policy
}

func (f newWay) title() string {
	title := fmt.Sprintf("%s by %s", f.change(), f.Actor)
	if len(f.Ways) > 0 {
		title += ": " + f.Ways[0]
	}
	if more := len(f.Ways) - 1 + f.More; more > 0 {
		title += fmt.Sprintf("; and %d more", more)
	}
	if len(f.Others) > 0 {
		title += "; likewise " + strings.Join(f.Others, ", ")
	}
	if f.Flood {
		title += "; it was changed so often within a short time that not each change was looked at"
	}
	return title
}

// beside are other changes of the case that gave something else.
func (f newWay) beside(all []playbook.StoredSuspect) (out []newWay) {
	for _, s := range all {
		var o newWay
		if json.Unmarshal(s.Facts, &o) != nil || !o.gives() || o.On == "" {
			continue // what can't be read is compared with nothing
		}
		if same := strings.EqualFold(o.On, f.On) && strings.EqualFold(o.Policy, f.Policy) && (o.Call == call.IAMAddUserToGroup) == (f.Call == call.IAMAddUserToGroup); !same {
			out = append(out, o)
		}
	}
	return out
}

// gives reports whether the change is a policy or a membership, which can be thought away.
func (f newWay) gives() bool { return f.Policy != "" }

// opening is a call after which a principal may do more: whose, and what in the record names the principal and the policy.
type opening struct {
	call            call.ID
	kind, on, which string
}

func openings() []opening {
	return []opening{
		{call.IAMPutRolePolicy, "role", "roleName", "policyName"},
		{call.IAMPutUserPolicy, "user", "userName", "policyName"},
		{call.IAMPutGroupPolicy, "group", "groupName", "policyName"},
		{call.IAMAttachRolePolicy, "role", "roleName", "policyArn"},
		{call.IAMAttachUserPolicy, "user", "userName", "policyArn"},
		{call.IAMAttachGroupPolicy, "group", "groupName", "policyArn"},
		{call.IAMAddUserToGroup, "user", "userName", "groupName"},
		{call.IAMCreatePolicyVersion, "", "policyArn", "policyArn"},
		{call.IAMSetDefaultPolicyVersion, "", "policyArn", "policyArn"},
		{call.IAMUpdateAssumeRolePolicy, "role", "roleName", ""},
		{call.IAMDeleteRolePermissionsBoundary, "role", "roleName", ""},
		{call.IAMDeleteUserPermissionsBoundary, "user", "userName", ""},
		{call.IAMPutRolePermissionsBoundary, "role", "roleName", ""},
		{call.IAMPutUserPermissionsBoundary, "user", "userName", ""},
	}
}

func newWayCalls() (out []call.ID) {
	for _, g := range openings() {
		out = append(out, g.call)
	}
	return out
}

// suspectNewWay wants changes that may open a way. Where the record has the document, it has to speak of an action of the table.
func suspectNewWay(e event.Event, _ NewWayParams) []playbook.Suspect[newWay] {
	id, in := call.OfEvent(e), request.Of(e)
	i := slices.IndexFunc(openings(), func(g opening) bool { return g.call == id })
	if i < 0 {
		return nil
	}
	g := openings()[i]
	f := newWay{Call: id, On: in.At(g.on).Scalar(), Actor: e.Actor.ARN, At: e.Time.UTC()}
	if g.which != "" {
		f.Policy = in.At(g.which).Scalar()
	}
	if f.On == "" || g.which != "" && f.Policy == "" || id == call.IAMCreatePolicyVersion && in.At("setAsDefault").Scalar() != "true" {
		return nil
	}
	if document := in.At("policyDocument").Scalar(); id != call.IAMUpdateAssumeRolePolicy && document != "" && !speaksOfWays(document) {
		return nil
	}
	root := e.Place().In(event.Account, e.Place().Account)
	switch g.kind {
	case "role":
		root = e.Place().In(event.Role, f.On)
	case "user":
		root = e.Place().In(event.User, f.On)
	case "":
		if _, id, ok := strings.Cut(f.On, ":policy/"); ok {
			root = e.Place().In(event.Policy, id)
		}
	}
	if g.kind != "" {
		f.On = g.kind + "/" + f.On
	}
	return []playbook.Suspect[newWay]{{Resource: root, Title: f.title(), Facts: f}}
}

// speaksOfWays reports whether a document allows an action of the table of techniques, or what can't be read of it might.
func speaksOfWays(document string) bool {
	p, _ := iam.Salvage([]byte(document)) // what can't be read of it may allow anything, and does here
	for _, action := range reach.Actions() {
		if allow, _ := p.Clauses(action); len(allow) > 0 {
			return true
		}
	}
	return false
}

// joinNewWay tells several changes of one principal or policy as one finding.
func joinNewWay(one, two playbook.Suspect[newWay]) playbook.Suspect[newWay] {
	f, also := one.Facts, two.Facts
	if other := also.change() + " by " + also.Actor; !slices.Contains(f.Others, other) && len(f.Others) < mostNewWays {
		f.Others = append(slices.Clone(f.Others), other)
	}
	for _, w := range also.Ways {
		switch {
		case slices.Contains(f.Ways, w):
		case len(f.Ways) < mostNewWays:
			f.Ways = append(slices.Clone(f.Ways), w)
		default:
			f.More++
		}
	}
	f.More += also.More
	f.Flood = f.Flood || also.Flood
	if f.Sure = f.Sure || also.Sure; f.Sure {
		one.Severity = playbook.High
	}
	one.Facts, one.Title = f, f.title()
	return one
}
