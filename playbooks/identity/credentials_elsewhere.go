// Package identity holds the playbooks about who calls: credentials that are where they don't belong.
package identity

import (
	"cmp"
	"context"
	_ "embed"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/playbook"
	"github.com/ripostehq/riposte/playbooks/contain"
	"github.com/ripostehq/riposte/playbooks/request"
)

//go:embed testdata/instance-credentials-elsewhere.txtar
var elsewhereStories string

// ElsewhereParams are the parameters of identity.instance-credentials-elsewhere.
type ElsewhereParams struct {
	AllowRoles []string `yaml:"allow_roles" help:"Unique ids (AROA...) of roles whose instances' credentials are meant to be used elsewhere: of a cluster's nodes, behind a proxy."`
}

// Validate refuses what is no unique id of a role: an ARN can be had again by another role.
func (p ElsewhereParams) Validate() error {
	for i, id := range p.AllowRoles {
		if !given("AROA", id) {
			return playbook.Wrong{Path: []any{"allow_roles", i}, Text: fmt.Sprintf("%q is no unique id of a role: want AROA and at least twelve capitals and digits, since an ARN can be another role's tomorrow", id)}
		}
	}
	return nil
}

// CredentialsElsewhere finds calls by an instance's session that came from none of the instance's own ways out, and denies the
// session.
func CredentialsElsewhere() playbook.Definition {
	return playbook.Define(playbook.Spec[ElsewhereParams, used]{
		ID:       "identity.instance-credentials-elsewhere",
		Title:    "An instance's credentials were used elsewhere",
		Why:      whyElsewhere,
		Severity: playbook.Critical,
		On:       []playbook.Trigger{playbook.CallerInstance().AlsoReads().AlsoFailed().OncePerSource()},
		Reads: append([]call.ID{
			call.EC2DescribeInstances, call.EC2DescribeNetworkInterfaces, call.EC2DescribeRouteTables, call.EC2DescribeNatGateways, call.EC2DescribeVpcEndpoints,
		}, slices.Concat(contain.InstanceReads(), action.IsolationReads(), placeReads())...),
		Changes: playbook.Always[ElsewhereParams](action.DenySession{}.About().Kind, action.AttachRoleDeny{}.About().Kind, action.Isolate{}.About().Kind),
		Prevents: []playbook.Prevention{{
			Kind: playbook.ServiceControlPolicy,
			How: "Deny what the metadata service's version 1 handed out, which a forged request can read, and what an instance's role does through an endpoint of another " +
				"network than the instance's; not where endpoints are central, shared by several VPCs, unless their VPCs are listed: there it denies every call by them. Calls by " +
				"the internet have no aws:SourceVpc: lock them by aws:SourceIp to the ways out, in a statement of their own.",
			Document: `{"Version":"2012-10-17","Statement":[` +
				`{"Sid":"MetadataVersion2","Effect":"Deny","Action":"*","Resource":"*","Condition":{"NumericLessThan":{"ec2:RoleDelivery":"2.0"}}},` +
				`{"Sid":"OwnNetwork","Effect":"Deny","Action":"*","Resource":"*","Condition":{"Null":{"ec2:SourceInstanceARN":"false","aws:SourceVpc":"false"},` +
				`"BoolIfExists":{"aws:ViaAWSService":"false"},"StringNotEquals":{"aws:SourceVpc":"${aws:EC2InstanceSourceVPC}"}}}]}`,
		}},
		Stories: elsewhereStories,
		Suspect: suspectUse,
		Check:   checkUse,
		Plan: func(s playbook.Suspect[used], _ ElsewhereParams) (plan action.Plan) {
			deny := s.Facts.Actor.Ended(action.Everything, s.Case)
			if s.Facts.Doubt != "" {
				deny = deny.Asking(s.Facts.Doubt)
			}
			plan.Steps = append(plan.Steps, deny)
			if s.Facts.Isolation != "" {
				plan.Steps = append(plan.Steps, action.Try(action.Isolate{Instance: s.Facts.there(), Interfaces: s.Facts.Interfaces, Groups: []string{s.Facts.Isolation}}).
					Asking("the credentials were taken from the instance, and isolating it stops its work"))
			}
			return plan
		},
	})
}

const whyElsewhere = `The metadata service gives an instance's credentials to whatever runs on it, and to whatever makes it ask: a forged request, a
shell. They work from anywhere for up to six hours. A call by an instance's session that came from none of the instance's own ways out is
a theft: its public, Elastic and IPv6 addresses and those of its further interfaces, the NAT gateways and NAT instances of its subnets' routes, the VPC
endpoints of its network, and organization.egress. Calls that AWS makes on behalf never count. This session alone is denied, everything: other
instances of the role go on, and this one stops too, until its credentials are renewed by a person taking the deny back. A session is an
instance's where AWS says so (inScopeOf, ec2RoleDelivery); one that is merely named like an instance, as any caller of AssumeRole can name it, is
left alone unless it has the role of the instance's profile, and then a person is asked. A person is asked, too, where the inventory can't
say where the instance goes out, since it was stopped or started after the call, or by a private NAT gateway, a transit gateway, a peering, a NAT gateway of another account, endpoints of another network. Known false positives: nodes of
clusters whose pods go out by other ways, and proxies: name the nodes' roles in allow_roles, the addresses in organization.egress. sts:GetCallerIdentity alone is no evidence: instances sign it for others, who
replay it from where they are (Vault, the control planes of clusters); the thief's next call is. Nor is what S3 was asked for by a presigned address or form,
which an application gives to browsers. A thief chooses the region of a call: where the record does not say where the instance is, and it is not in that
region, it is looked for in organization.regions, or in all regions of the account where none are named, and judged by the ways out where it is found; while a region can't be read, a person is asked. An instance that has
ended, or that is found in none of them, is left alone. Reads are delivered for this, and they are many.`

// used are the facts: whose credentials were used, and from where.
type used struct {
	Actor      contain.Actor
	Instance   event.Resource
	Known      bool     `json:",omitempty"` // AWS, not the session's name, says whose credentials these are
	From       string   // the source, as recorded
	Endpoint   string   `json:",omitempty"` // the VPC endpoint that the call went through
	Moves      string   `json:",omitempty"` // the call, where it changes by which address an instance goes out
	Placed     bool     `json:",omitempty"` // AWS says in which region the instance is; else it is the call's
	Region     string   `json:",omitempty"` // where it was found, where that is another
	Interfaces []string `json:",omitempty"`
	Isolation  string   `json:",omitempty"` // the group that isolates
	Doubt      string   `json:",omitempty"` // why a person has to say whether it is a theft
}

// Found is where the credentials were used, where the instance was looked for, of which role they are, and who says whose: that the
// instance is not in one region clears nothing in another, and a session that was named like it nothing that AWS says is the instance's.
func (u used) Found() []string {
	role, _, _ := strings.Cut(u.Actor.UserID, ":")
	by := "AWS says that they are an instance's"
	if !u.Known {
		by = "their session is named like an instance"
	}
	found := fmt.Sprintf("use from %s %s of credentials of role %s in %s, of which %s", u.From, u.Endpoint, role, u.Instance.Region, by)
	if u.Moves != "" {
		found += ", for " + u.Moves
	}
	return []string{found}
}

// there is the instance where it was found.
func (u used) there() event.Resource { return u.in(cmp.Or(u.Region, u.Instance.Region)) }

// Spared is a use from where all instances go out.
func (u used) Spared(_ context.Context, _ event.Resource, o playbook.Organization) (said, why string, err error) {
	from := sources(u.From)
	if u.Endpoint != "" || len(from) == 0 || slices.ContainsFunc(from, func(a netip.Addr) bool { return !o.Egress.Has(a) }) {
		return "", "", nil
	}
	return "organization.egress", fmt.Sprintf("instances of any account go out by %q", u.From), nil
}

// suspectUse wants calls by what looks like an instance's session, from an address.
func suspectUse(e event.Event, p ElsewhereParams) []playbook.Suspect[used] {
	from := sources(e.SourceIP)
	for _, id := range p.AllowRoles {
		if id == e.Actor.IssuerID {
			return nil
		}
	}
	id := e.Actor.Session
	if e.Actor.Instance != "" {
		id = e.Actor.Instance
	}
	if call.OfEvent(e) == call.STSGetCallerIdentity {
		return nil // whom a caller signs this one for replays it from elsewhere: Vault, and the control planes of clusters
	}
	if presigned(e) {
		return nil
	}
	if len(from) == 0 || e.Actor.Kind != event.RoleActor {
		return nil // a service's name, "AWS Internal" or nothing: AWS called on the session's behalf
	}
	place := e.Place()
	place.Account = e.Actor.Account // the instance is where its role is, whichever account was told of the call
	if e.Actor.InstanceRegion != "" {
		place.Region = e.Actor.InstanceRegion
	}
	actor := contain.ActorOf(e.Actor, e.Time)
	if actor.Others() != "" {
		return nil
	}
	return []playbook.Suspect[used]{{
		Resource: actor.Root(),
		Title:    title(id, e),
		Facts: used{
			Actor: actor, Instance: place.In(event.Instance, id), Known: e.Actor.Instance != "", From: e.SourceIP, Endpoint: e.Endpoint, Moves: moves(e),
			Placed: e.Actor.Instance != "" && e.Actor.InstanceRegion != "",
		},
	}}
}

// moves is a call that may have changed by which address the instance goes out, "" where a call changes none: an instance that takes an Elastic IP over calls
// by the address that it has until then.
func moves(e event.Event) string {
	if id := call.OfEvent(e); !e.Failed() && (id == call.EC2AssociateAddress || id == call.EC2DisassociateAddress) {
		return string(id)
	}
	return ""
}

// presigned reports whether S3 was shown a signature that a caller can hand out, in an address or a form, for one object: a browser then calls in its
// maker's name. What no application hands out (a list of all buckets) counts however it is signed.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-presigned-url.html
func presigned(e event.Event) bool {
	if e.Source != call.Source("s3") || !slices.Contains(handedOut, e.Name) {
		return false // most calls: what else they say is not read
	}
	how := request.Additional(e).At("AuthenticationMethod").Scalar()
	return how != "" && how != "AuthHeader"
}

// handedOut are the calls of S3 on one object.
var handedOut = []string{
	"GetObject", "HeadObject", "PutObject", "PostObject", "DeleteObject", "CreateMultipartUpload", "UploadPart", "CompleteMultipartUpload", "AbortMultipartUpload",
}

func title(instance string, e event.Event) string {
	from, end := e.SourceIP, ""
	if e.Endpoint != "" {
		from += " through " + e.Endpoint
	}
	if e.Failed() {
		end = ", and AWS refused the call"
	}
	if len(from) > 200 {
		from = from[:200] + "..."
	}
	return fmt.Sprintf("credentials of instance %s were used from %q%s", instance, from, end)
}

// sources are the addresses of a record's source, of which a proxy may have written several; none where it is no address.
func sources(recorded string) (all []netip.Addr) {
	for part := range strings.SplitSeq(recorded, ",") {
		a, err := netip.ParseAddr(strings.TrimSpace(part))
		if err != nil {
			continue
		}
		all = append(all, a.Unmap().WithZone(""))
	}
	return all
}

// checkUse confirms a use that came by none of the instance's ways out.
func checkUse(ctx context.Context, in playbook.In, s playbook.Suspect[used], _ ElsewhereParams) ([]playbook.Suspect[used], error) {
	f := &s.Facts
	if said, _, err := f.Spared(ctx, s.Resource, in.Organization); said != "" || err != nil {
		return nil, err
	}
	machine, err := f.find(ctx, in)
	if err != nil || !machine.found && (machine.unread == "" || !f.Known) {
		return nil, err
	}
	f.Doubt, f.Region, f.Interfaces, f.Isolation = "", "", nil, ""
	if !machine.found {
		f.Doubt = machine.unread
		return []playbook.Suspect[used]{s}, nil
	}
	if machine.region != f.Instance.Region {
		f.Region = machine.region
	}
	if !f.Known {
		of, found, err := contain.OfInstance(ctx, in.AWS, f.Instance, machine.profile)
		if err != nil || !found || of.UserID != f.Actor.UserID {
			return nil, err // another role's session that was named like the instance
		}
		f.Doubt = "the record does not say that the instance was given these credentials, and a caller that may assume the role can name a session like it"
	}
	out := waysOut{aws: in.AWS, at: f.there().Place(), egress: in.Organization.Egress}
	own, err := out.has(ctx, machine.machine, sources(f.From), f.Endpoint, s.Facts)
	if err != nil || own {
		return nil, err
	}
	if out.doubt == "" && (!machine.runs || f.Actor.Seen.Before(machine.launched)) { // EC2 calls every start a launch
		out.doubt = "the instance was stopped or started since the call: what addresses it had then is not known"
	}
	if out.doubt == "" && f.Moves != "" {
		out.doubt = "the call itself, " + f.Moves + ", changes by which address an instance goes out: what it had until then is not known"
	}
	if f.Doubt == "" {
		f.Doubt = out.doubt
	}
	f.Interfaces = machine.interfaces
	if f.Isolation, _, err = action.FindIsolation(ctx, in.AWS, f.there().Place(), machine.vpc); err != nil && !access.Unreadable(err) {
		return nil, err // a group that can't be read is a step less, and the session is denied all the same
	}
	return []playbook.Suspect[used]{s}, nil
}
