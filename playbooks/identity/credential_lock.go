package identity

import (
	_ "embed"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/playbook"
	"github.com/ripostehq/riposte/playbooks/contain"
	"github.com/ripostehq/riposte/playbooks/request"
)

//go:embed testdata/credential-lock.txtar
var lockStories string

// LockParams are the parameters of identity.credential-lock.
type LockParams struct {
	Days       int      `yaml:"days" help:"Days of recorded calls that a lock must not cut off: CloudTrail keeps 90."`
	AllowRoles []string `yaml:"allow_roles" help:"Unique ids (AROA...) of roles that are never locked: of machines that change their ways out, behind proxies, of clusters."`
}

// Validate refuses what CloudTrail does not keep, and what is no unique id of a role.
func (p LockParams) Validate() error {
	if p.Days < 1 || p.Days > 90 {
		return playbook.Wrong{Path: []any{"days"}, Text: fmt.Sprintf("%d days: CloudTrail keeps 90", p.Days)}
	}
	return ElsewhereParams{AllowRoles: p.AllowRoles}.Validate()
}

// CredentialLock finds roles whose instances' credentials work from anywhere, or whose lock no longer fits, and locks them.
func CredentialLock() playbook.Definition {
	return playbook.Define(playbook.Spec[LockParams, lock]{
		ID:       "identity.credential-lock",
		Title:    "An instance's credentials work from anywhere",
		Why:      whyLock,
		Severity: playbook.Medium,
		Defaults: LockParams{Days: 7},
		On: []playbook.Trigger{
			playbook.Call(call.EC2RunInstances, call.EC2StartInstances, call.EC2AssociateAddress, call.EC2DisassociateAddress,
				call.EC2AssociateIamInstanceProfile, call.EC2ReplaceIamInstanceProfileAssociation).AlsoByAWS(),
			playbook.Call(call.EC2TerminateInstances), // what groups and fleets end, they launch again
			playbook.Observed(call.EC2AssociateAddress),
		},
		Reads: append([]call.ID{
			call.EC2DescribeInstances, call.EC2DescribeRegions, call.EC2DescribeNetworkInterfaces, call.EC2DescribeRouteTables, call.EC2DescribeNatGateways, call.EC2DescribeVpcEndpoints,
			call.IAMListInstanceProfilesForRole, call.IAMListRolePolicies, call.IAMGetRolePolicy, call.IAMListAttachedRolePolicies, call.IAMGetPolicy, call.IAMGetPolicyVersion,
			call.CloudTrailLookupEvents,
		}, contain.InstanceReads()...),
		Changes: playbook.Always[LockParams](action.CredentialLock{}.About().Kind),
		Prevents: []playbook.Prevention{{
			Kind: playbook.ServiceControlPolicy,
			How: "Deny what instances' credentials do through endpoints of other networks than the instance's. Not where endpoints are central, shared by several VPCs: there it denies " +
				"every call by them, unless their VPCs are listed. Calls by the internet need a statement of their own, by aws:SourceIp, where all instances leave by known addresses.",
			Document: `{"Version":"2012-10-17","Statement":[{"Sid":"OwnNetwork","Effect":"Deny","Action":"*","Resource":"*","Condition":{"Null":{"ec2:SourceInstanceARN":"false",` +
				`"aws:SourceVpc":"false"},"BoolIfExists":{"aws:ViaAWSService":"false"},"StringNotEquals":{"aws:SourceVpc":"${aws:EC2InstanceSourceVPC}"}}}]}`,
		}},
		Stories:  lockStories,
		Observes: observeAddress,
		Suspect:  suspectMove,
		Check:    checkLock,
		Plan: func(s playbook.Suspect[lock], _ LockParams) (plan action.Plan) {
			if s.Facts.Cuts != "" {
				return plan
			}
			put := action.Try(action.CredentialLock{Role: s.Facts.Role, WaysOut: s.Facts.WaysOut})
			if len(s.Facts.Doubts) > 0 {
				put = put.Asking(strings.Join(s.Facts.Doubts, "; "))
			}
			plan.Steps = append(plan.Steps, put)
			return plan
		},
	})
}

const whyLock = `What an instance is given by its metadata service works from anywhere, unless its role says no. The lock is an inline policy of
the role, riposte-credential-lock: two denials, of calls by the internet from other addresses than the ways out of the role's instances, and of calls
through endpoints of other networks than the instance's. Both concern the credentials of instances alone (ec2:SourceInstanceARN), and nothing that AWS's
services call on behalf. The ways out are those of all instances of the role, in every region of the account: their own public addresses, NAT
gateways and NAT instances of their routes, and organization.egress. First the lock is evaluated against what CloudTrail recorded of the
instances' calls since they were started (days): where it would cut off one that succeeded, it is refused, and the page names the call. A person is
asked where not all calls could be seen, where an instance's network shows none yet, and where the inventory is in doubt; where the role may read or
write objects of S3, since URLs that it signs for others are used from elsewhere and no record shows it; where an instance leaves by an address of its own, since the next one will have another until the lock follows; where a way out is new to a role that has a lock, or an
instance is in a network of its own, since a caller who may pass the role can launch one; for nodes of clusters, whose pods may leave by other
ways; where the role is assumed by others than EC2. A role whose policies deny calls from elsewhere already, in whichever words, has a lock of another
author, which is left alone; a deny that does not hang on where the call comes from is none, nor is one of some services. What it does not see: calls in other regions than the instance's, data events, and changes of routes and
gateways, which no instance's record names: before a NAT gateway is replaced, put its address into organization.egress. Known false positives: roles of proxies, of nodes of clusters,
of machines that change their ways out: allow_roles names the roles that are never locked. IAM deletes no role that has an inline policy, and the role's stack does not know of this one: before the role is deleted,
riposte undo CASE takes it off. Whoever else takes it off has undone it, which is paged, and it is put on again: an attacker would do the same.`

// lock are the facts: what may have moved, and how its role would be locked.
type lock struct {
	Instances []event.Resource // that the record names
	Addressed []event.Resource `json:",omitempty"` // interfaces and associations that it names
	Moved     time.Time        // calls of these from before show other ways out; zero: they did not move
	Role      event.Resource
	WaysOut   []string `json:",omitempty"`
	Doubts    []string `json:",omitempty"` // why a person has to say
	Cuts      string   `json:",omitempty"` // the call that the lock would cut off
}

// Found is the way that a role's credentials are open; before the look, the record's own.
func (l lock) Found() []string {
	if l.Role.ID != "" {
		return []string{"credentials that work from elsewhere than " + strings.Join(l.WaysOut, " ")}
	}
	return nil
}

// mostMoved is how many instances of one record are looked at.
const mostMoved = 50

var (
	instanceID    = regexp.MustCompile(`^i-[0-9a-f]{8,17}$`)
	interfaceID   = regexp.MustCompile(`^eni-[0-9a-f]{8,17}$`)
	associationID = regexp.MustCompile(`^eipassoc-[0-9a-f]{8,17}$`)
)

// suspectMove wants what may have brought a way out, or taken one. The record names instances, in whichever of EC2's spellings, or,
// of addresses, an interface or an association.
func suspectMove(e event.Event, _ LockParams) []playbook.Suspect[lock] {
	f := lock{Instances: mentioned(e, event.Instance, instanceID)}
	if call.OfEvent(e) == call.EC2RunInstances { // whose tags are the caller's to write, with ids in them
		f.Instances = nil
		for _, i := range request.Answer(e).At("instancesSet").Items() {
			if id := i.At("instanceId").Scalar(); instanceID.MatchString(id) && len(f.Instances) < mostMoved {
				f.Instances = append(f.Instances, e.Place().In(event.Instance, id))
			}
		}
	}
	if made := call.OfEvent(e); made == call.EC2AssociateAddress || made == call.EC2DisassociateAddress {
		f.Moved = e.Time
		if len(f.Instances) == 0 {
			f.Addressed = append(mentioned(e, event.NetworkInterface, interfaceID), mentioned(e, event.Association, associationID)...)
		}
	}
	roots := slices.Concat(f.Instances, f.Addressed)
	if len(roots) == 0 || call.OfEvent(e) == call.EC2RunInstances && !withProfile(e) {
		return nil
	}
	return []playbook.Suspect[lock]{{
		Resource: roots[0], Title: fmt.Sprintf("%s of %s: the ways out of its role's instances may have changed", e.Name, roots[0].ID), Facts: f,
	}}
}

// withProfile reports whether the answer of a launch shows an instance profile: without one, there are no credentials.
func withProfile(e event.Event) bool {
	for name := range action.MentionsIn(e).Names() {
		if strings.Contains(name, ":instance-profile/") {
			return true
		}
	}
	return false
}

// mentioned are the ids of a form in a record, some of them where there are many.
func mentioned(e event.Event, kind string, form *regexp.Regexp) (all []event.Resource) {
	var ids []string
	for name := range action.MentionsIn(e).Names() {
		if form.MatchString(name) {
			ids = append(ids, name)
		}
	}
	slices.Sort(ids)
	for _, id := range ids[:min(len(ids), mostMoved)] {
		all = append(all, e.Place().In(kind, id))
	}
	return all
}

// holderOf is what observations of associations are of.
const holderOf = "holder"

// observeAddress keeps whose address an association is: to end it, a caller names nothing else.
func observeAddress(e event.Event, _ LockParams) (all []playbook.Observation) {
	of := slices.Concat(mentioned(e, event.Instance, instanceID), mentioned(e, event.NetworkInterface, interfaceID))
	if e.Failed() || len(of) == 0 {
		return nil
	}
	for _, a := range mentioned(e, event.Association, associationID) {
		all = append(all, playbook.Observation{Resource: a, Of: holderOf, On: true, Value: of[0].ID, At: e.Time, Call: e.Name, By: e.Actor.ARN, Event: e.ID})
	}
	return all
}
