// Package network holds the playbooks about doors that are opened to the world.
package network

import (
	"cmp"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/inventory"
	"github.com/ripostehq/riposte/playbook"
)

//go:embed testdata/open-admin-port.txtar
var portStories string

// PortParams are the parameters of network.open-admin-port.
type PortParams struct {
	Ports       []int32  `yaml:"ports" help:"ports that may not be open to the world"`
	KeepCaller  bool     `yaml:"keep_caller" help:"whether a known person (people.issuers) who opened the ports from one of organization.offices keeps them for the address of the call; needs the author tier"`
	AllowGroups []string `yaml:"allow_groups" help:"ids of security groups that are meant to be open: a bastion's, a honeypot's"`
}

// groupID as EC2 gives it: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/resource-ids.html
var groupID = regexp.MustCompile(`^sg-([0-9a-f]{8}|[0-9a-f]{17})$`)

// Validate refuses what is no port and no security group.
func (p PortParams) Validate() error {
	for i, port := range p.Ports {
		if port < 1 || port > 65535 {
			return playbook.Wrong{Path: []any{"ports", i}, Text: fmt.Sprintf("%d is no port: they are 1 to 65535", port)}
		}
	}
	for i, id := range p.AllowGroups {
		if !groupID.MatchString(id) {
			return playbook.Wrong{Path: []any{"allow_groups", i}, Text: fmt.Sprintf("%q is no id of a security group: want sg- and 17 hexadecimal digits, or 8; names can be anybody's", id)}
		}
	}
	if len(p.Ports) == 0 {
		return errors.New("ports is empty: nothing would be looked at")
	}
	return nil
}

// Unwise says what follows from a door that is left to the caller.
func (p PortParams) Unwise() []playbook.Wrong {
	if !p.KeepCaller {
		return nil
	}
	return []playbook.Wrong{{Path: []any{"keep_caller"}, Text: "a person's session that is stolen and used in an office keeps the ports for that office's address; leave it out unless people administer by them"}}
}

// Idle says where nobody can keep a door: keep_caller is for people, in offices.
func (p PortParams) Idle(o playbook.Organization) []playbook.Wrong {
	if !p.KeepCaller || len(o.People.Issuers) > 0 && len(o.Offices) > 0 {
		return nil
	}
	return []playbook.Wrong{{Path: []any{"keep_caller"}, Text: "keep_caller does nothing: it is for people (people.issuers) who call from an office (organization.offices); name both, or leave it out"}}
}

// OpenAdminPort finds security groups through which the whole world may administer what is behind them, and takes exactly the
// rule away that was added.
func OpenAdminPort() playbook.Definition {
	return playbook.Define(playbook.Spec[PortParams, opened]{
		ID:       "network.open-admin-port",
		Title:    "A port for administrators was opened to the world",
		Why:      whyPort,
		Severity: playbook.High,
		On:       []playbook.Trigger{playbook.Call(call.EC2AuthorizeSecurityGroupIngress, call.EC2ModifySecurityGroupRules)},
		Lists:    []playbook.Listing[PortParams, opened]{playbook.List(inventory.SecurityGroups(), listGroup)},
		Reads:    []call.ID{call.EC2DescribeSecurityGroups, call.EC2DescribeSecurityGroupRules, call.EC2GetManagedPrefixListEntries},
		Changes: func(p PortParams) []action.Kind {
			kinds := []action.Kind{action.RevokeIngress{}.About().Kind}
			if p.KeepCaller {
				kinds = append(kinds, action.AllowIngress{}.About().Kind)
			}
			return kinds
		},
		Prevents: []playbook.Prevention{{
			Kind: playbook.AccountSetting,
			How: "Administer by Session Manager or EC2 Instance Connect Endpoints, which need no open port, and switch on VPC Block Public Access (a declarative " +
				"policy has it too): then no rule of any group lets the internet in, nor anything else: internet-facing load balancers and Global Accelerator stop, too. " +
				"Exclude the VPCs or subnets that serve the public first (exclusions_allowed), and try it in one account. IAM has no condition that tells which addresses a rule names.",
			Document: `{"ec2_attributes":{"vpc_block_public_access":{"internet_gateway_block":{"mode":{"@@assign":"block_ingress"}}}}}`,
		}},
		Stories:  portStories,
		Defaults: PortParams{Ports: []int32{22, 3389}},
		Suspect:  suspectRules,
		Check:    checkRules,
		Plan:     planRules,
	})
}

const whyPort = `Port 22 or 3389 open to the world is found by scanners within minutes. A rule is open where the block of addresses
that it lets in is wider than any owner's: IPv4 blocks of /8 and wider, IPv6 blocks of /16 and wider, so that the world can't be
written as two halves or sixteen sixteenths; a prefix list, where one of its entries is. Private ranges are not the world. Exactly
the rule that the call added is revoked, if it is still there; other rules of the group stay, older open ones too, which an owner
may live by: where a sweep finds one, riposte looks up in CloudTrail's event history who added it,
and asks where that does not say. Where the record does not say which rule was added, where a rule was changed, which may have been as
open before, and where a prefix list can't be seen, riposte asks. Connections that were made
meanwhile go on until they are idle. No address is put in the rule's place, since the caller may be the attacker; only with keep_caller, which is
off, and for a person of people.issuers who calls from one of organization.offices over the internet, the ports stay open to the address of the
call alone: then riposte gives the group that rule after it took the open one. Known false positives: bastions, honeypots
and SFTP servers that are meant to be open; name their groups in allow_groups, or leave the port out of ports.`

// opened are the facts: rules that were added and, once checked, are open.
type opened struct {
	Rules []action.IngressRule `json:",omitempty"`
	Doubt string               `json:",omitempty"` // why a person has to say which rule was meant
	From  string               `json:",omitempty"` // the public address of the call, where it is one
	Keep  []action.IngressRule `json:",omitempty"` // what the caller keeps of them, once checked
}

// Found are the rules: another rule of the group is another finding.
func (o opened) Found() (of []string) {
	for _, r := range o.Rules {
		of = append(of, "rule "+r.String())
	}
	return of
}

// of says the facts of a group.
func (o opened) of(group event.Resource) playbook.Suspect[opened] {
	s := playbook.Suspect[opened]{Resource: group, Facts: o, Title: "security group " + group.ID + " was given a rule that the record does not name"}
	if len(o.Rules) == 0 {
		return s
	}
	var doors []string
	for _, r := range o.Rules {
		doors = append(doors, r.String())
		if r.Protocol == "-1" {
			s.Severity = playbook.Critical // not one port: everything
		}
	}
	if n := len(doors); n > 3 {
		doors = append(doors[:3], fmt.Sprintf("%d more", n-3))
	}
	s.Title = "security group " + group.ID + " lets in " + strings.Join(doors, ", ")
	return s
}

// checkRules confirms the rules that the call added, that are still there and that are open.
func checkRules(ctx context.Context, in playbook.In, s playbook.Suspect[opened], p PortParams) ([]playbook.Suspect[opened], error) {
	present, err := action.IngressOf(ctx, in.AWS, s.Resource)
	if err != nil {
		return nil, err
	}
	o := opened{Doubt: s.Facts.Doubt, From: s.Facts.From}
	if len(s.Facts.Rules) == 0 {
		o.Doubt = "the record does not say which rule was added"
	}
	for _, r := range present {
		if len(s.Facts.Rules) > 0 && !slices.ContainsFunc(s.Facts.Rules, r.Is) {
			continue
		}
		wide, doubt, err := p.opens(ctx, in, s.Resource.Place(), r)
		if err != nil {
			return nil, err
		}
		if wide {
			o.Doubt = cmp.Or(o.Doubt, doubt)
			o.Rules = append(o.Rules, r)
		}
	}
	if len(o.Rules) == 0 {
		return nil, nil
	}
	slices.SortFunc(o.Rules, func(a, b action.IngressRule) int { return strings.Compare(a.String(), b.String()) })
	o.Keep = p.kept(in, o)
	return []playbook.Suspect[opened]{o.of(s.Resource)}, nil
}

// opens reports whether a rule lets the world in at one of the ports; doubt says why that is not certain.
func (p PortParams) opens(ctx context.Context, in playbook.In, at event.Place, r action.IngressRule) (open bool, doubt string, err error) {
	if !p.reaches(r) || !strings.HasPrefix(r.Peer, "pl-") {
		return p.reaches(r) && wide(r.Peer), "", nil
	}
	pages := ec2.NewGetManagedPrefixListEntriesPaginator(in.AWS.EC2(at), &ec2.GetManagedPrefixListEntriesInput{PrefixListId: aws.String(r.Peer)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if access.Answered(err, "InvalidPrefixListID.NotFound", "InvalidPrefixListId.Malformed") {
			return true, "prefix list " + r.Peer + " can't be seen: whom it lets in is not known", nil
		}
		if err != nil {
			return false, "", fmt.Errorf("read prefix list %q: %w", r.Peer, err)
		}
		for _, e := range page.Entries {
			if wide(aws.ToString(e.Cidr)) {
				return true, "", nil
			}
		}
	}
	return false, "", nil
}

// reaches reports whether a rule lets in what one of the ports takes.
func (p PortParams) reaches(r action.IngressRule) bool {
	switch r.Protocol {
	case "-1":
		return true
	case "tcp", "udp", "6", "17":
		return slices.ContainsFunc(p.Ports, func(port int32) bool { return r.From <= port && port <= r.To || r.From == -1 })
	}
	return false
}

// wide reports whether a block is wider than any owner's. What is no block lets nothing in.
func wide(block string) bool {
	b, err := netip.ParsePrefix(block)
	switch private := err == nil && b.Addr().IsPrivate(); {
	case err != nil:
		return false
	case b.Addr().Is4():
		return b.Bits() < 8 || b.Bits() == 8 && !private // 10.0.0.0/8 is the widest private block
	default:
		return b.Bits() <= 16 && !(private && b.Bits() >= 7) // fc00::/7 likewise
	}
}
