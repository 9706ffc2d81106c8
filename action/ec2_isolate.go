package action

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
)

// isolateKind cuts an instance off the network.
var isolateKind = Define[Isolate](Kind{
	Name: "ec2.isolate", Version: 1, Does: "put an instance's network interfaces into isolating security groups", Class: Contain, Tier: TierContain,
	Reads:  []call.ID{call.EC2DescribeInstances, call.EC2DescribeSecurityGroups},
	Writes: []call.ID{call.EC2ModifyNetworkInterfaceAttribute},
	UndoneBy: append([]call.ID{
		call.EC2ModifyNetworkInterfaceAttribute, call.EC2ModifyInstanceAttribute, call.EC2AttachNetworkInterface,
	}, rulesUndoneBy()...),
	SharedUndoneBy: rulesUndoneBy(),
})

// reconnectKind gives an instance its security groups back. A role that may put an interface into any group may open a machine
// to the world: that is no right for the contain tier, which may use isolating groups alone.
var reconnectKind = Define[Reconnect](Kind{
	Name: "ec2.reconnect", Version: 1, Does: "give an instance's network interfaces their security groups back", Class: Mend, Tier: TierAuthor,
	Reads:    []call.ID{call.EC2DescribeInstances},
	Writes:   []call.ID{call.EC2ModifyNetworkInterfaceAttribute},
	UndoneBy: []call.ID{call.EC2ModifyNetworkInterfaceAttribute, call.EC2ModifyInstanceAttribute},
})

// Isolate wants every network interface of an instance in the isolating groups and no others. Connections that the old
// groups tracked live on until they are idle, up to five days.
type Isolate struct {
	Instance   event.Resource
	Interfaces []string // as they were seen; where others are attached by now, Look has Moved with those
	Groups     []string // ids of the isolating security groups
}

// Interface is one network interface and its security groups.
type Interface struct {
	ID     string
	Groups []string
}

// Reconnect wants network interfaces in the groups that they had.
type Reconnect struct {
	Instance   event.Resource
	Interfaces []Interface
}

// About is the action as data.
func (a Isolate) About() About {
	return About{
		Kind: isolateKind, Target: a.Instance,
		Hits:      "the network of instance " + a.Instance.ID,
		Parts:     a.Interfaces,
		Spellings: a.Interfaces, // their groups are the instance's
		Shares:    a.Groups,     // with every instance that is in them
		Concerns:  append(named(a.Instance.Place(), event.NetworkInterface, a.Interfaces), named(a.Instance.Place(), event.SecurityGroup, a.Groups)...),
	}
}

// Look compares the groups of every interface that the instance has now, and whether these groups isolate.
func (a Isolate) Look(ctx context.Context, r access.Reads) (Look, error) {
	i, err := lookInstance(ctx, r, a.Instance)
	if err != nil || i == nil || ended(i) {
		return Look{Missing: "the instance is terminated"}.unless(err)
	}
	now := a.with(interfaces(i))
	if why, err := passable(ctx, r, a.Instance.Place(), a.Groups); err != nil || why != "" {
		return Look{Refused: why, Renamed: now}.unless(err)
	}
	open := slices.DeleteFunc(interfaces(i), func(n Interface) bool { return same(n.Groups, a.Groups) })
	if len(open) == 0 {
		return Look{Satisfied: true, Renamed: now}, nil
	}
	return Look{Inverse: Reconnect{a.Instance, open}, Renamed: now}, nil
}

// with is the same for the interfaces that the instance has now, nil where they are those that it has been for: one that was
// attached since is open, and one that was detached may be another instance's by now.
func (a Isolate) with(present []Interface) Action {
	var ids []string
	for _, n := range present {
		ids = append(ids, n.ID)
	}
	if same(ids, a.Interfaces) {
		return nil
	}
	a.Interfaces = ids
	return a
}

// Do goes on past an interface that fails, since each one cut off counts.
func (a Isolate) Do(ctx context.Context, w access.Writes) error {
	if len(a.Interfaces) == 0 || len(a.Groups) == 0 {
		return cannot("isolate without interfaces or groups")
	}
	var wanted []Interface
	for _, id := range a.Interfaces {
		wanted = append(wanted, Interface{id, a.Groups})
	}
	return regroup(ctx, w, a.Instance.Place(), wanted)
}

func (a Isolate) only(parts []string) Action { return Isolate{a.Instance, parts, a.Groups} }

// About is the action as data.
func (a Reconnect) About() About {
	var parts []string
	var concerns []event.Resource
	for _, n := range a.Interfaces {
		parts = append(parts, n.ID)
		concerns = append(concerns, a.Instance.Place().In(event.NetworkInterface, n.ID))
		concerns = append(concerns, named(a.Instance.Place(), event.SecurityGroup, n.Groups)...)
	}
	return About{
		Kind: reconnectKind, Target: a.Instance,
		Parts:    parts,
		Concerns: concerns,
	}
}

// Look compares the groups of the interfaces named; one that was detached since is passed over.
func (a Reconnect) Look(ctx context.Context, r access.Reads) (Look, error) {
	i, err := lookInstance(ctx, r, a.Instance)
	if err != nil || i == nil || ended(i) {
		return Look{Missing: "the instance is terminated"}.unless(err)
	}
	var differ []Interface
	for _, now := range interfaces(i) {
		for _, then := range a.Interfaces {
			if now.ID == then.ID && !same(now.Groups, then.Groups) {
				differ = append(differ, now)
			}
		}
	}
	if len(differ) == 0 {
		return Look{Satisfied: true}, nil
	}
	return Look{Inverse: Reconnect{a.Instance, differ}}, nil
}

// Do goes on past an interface that fails.
func (a Reconnect) Do(ctx context.Context, w access.Writes) error {
	return regroup(ctx, w, a.Instance.Place(), a.Interfaces)
}

func (a Reconnect) only(parts []string) Action {
	return Reconnect{a.Instance, slices.DeleteFunc(slices.Clone(a.Interfaces), func(n Interface) bool { return !slices.Contains(parts, n.ID) })}
}

// back gives the interfaces that are still cut off their groups.
func (a Reconnect) back(now Action, did []Action) (b Back) {
	present, ok := now.(Reconnect)
	if !ok {
		return Back{}
	}
	var cut []string
	for _, n := range present.Interfaces {
		ours := slices.ContainsFunc(did, func(d Action) bool {
			isolated, ok := d.(Isolate)
			return ok && same(isolated.Groups, n.Groups)
		})
		if ours {
			cut = append(cut, n.ID)
		} else {
			b.Stays = append(b.Stays, fmt.Sprintf("interface %s was put into %v since by another caller", n.ID, n.Groups))
		}
	}
	if len(cut) > 0 {
		b.Do = a.only(cut)
	}
	return b
}

func regroup(ctx context.Context, w access.Writes, p event.Place, wanted []Interface) error {
	var failed []error
	for _, n := range wanted {
		_, err := w.EC2(p).ModifyNetworkInterfaceAttribute(ctx, &ec2.ModifyNetworkInterfaceAttributeInput{
			NetworkInterfaceId: aws.String(n.ID), Groups: n.Groups,
		})
		if err != nil && !Missing(err) {
			failed = append(failed, Refused(fmt.Sprintf("set groups of interface %q", n.ID), err))
		}
	}
	if len(failed) > 0 && len(failed) < len(wanted) {
		failed = append(failed, ErrPartly)
	}
	return errors.Join(failed...)
}

func interfaces(i *types.Instance) []Interface {
	var out []Interface
	for _, n := range i.NetworkInterfaces {
		groups := make([]string, 0, len(n.Groups))
		for _, g := range n.Groups {
			groups = append(groups, aws.ToString(g.GroupId))
		}
		out = append(out, Interface{aws.ToString(n.NetworkInterfaceId), groups})
	}
	return out
}

// same compares two sets of names.
func same(a, b []string) bool {
	return slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
}

// follow is the same for the interfaces that another isolation of the instance was found to be for.
func (a Isolate) follow(moved Action) Action {
	if now, ok := moved.(Isolate); ok && now.Instance == a.Instance {
		a.Interfaces = now.Interfaces
	}
	return a
}

func named(p event.Place, kind string, ids []string) []event.Resource {
	var all []event.Resource
	for _, id := range ids {
		all = append(all, p.In(kind, id))
	}
	return all
}
