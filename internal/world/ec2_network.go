package world

import (
	"cmp"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ripostehq/riposte/event"
)

// networkInterface is an instance's first interface, or a further one. Instance is "" while it is attached to none.
type networkInterface struct {
	ID, Instance, Attachment string
	Device                   int // 0: the first, which goes with its instance
	Groups                   []string
}

// interfacesOf are an instance's, the first first.
func (r *region) interfacesOf(instance string) (all []*networkInterface) {
	for _, n := range r.Interfaces {
		if n.Instance == instance {
			all = append(all, n)
		}
	}
	slices.SortFunc(all, func(a, b *networkInterface) int { return cmp.Or(a.Device-b.Device, strings.Compare(a.ID, b.ID)) })
	return all
}

// cutOff ends the network of an instance that has ended: its first interface goes with it, others are free again.
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/using-eni.html
func (r *region) cutOff(i *instance) {
	for _, n := range r.interfacesOf(i.ID) {
		n.Instance, n.Attachment = "", ""
		if n.Device == 0 {
			delete(r.Interfaces, n.ID)
		}
	}
}

// defaultGroup is the security group that every network has.
func (s *state) defaultGroup(p event.Place) string {
	id := s.fixed("sg", p, "")
	if r := s.at(p); r.SecurityGroups[id] == nil {
		r.SecurityGroups[id] = &securityGroup{ID: id, Name: "default", VPC: s.fixed("vpc", p, ""), Egress: []string{"0.0.0.0/0"}, Tags: map[string]string{}}
	}
	return id
}

// attach makes an instance's interface.
func (s *state) attach(p event.Place, i *instance, groups []string) {
	if len(groups) == 0 {
		groups = []string{s.defaultGroup(p)}
	}
	n := &networkInterface{ID: s.resourceID("eni"), Instance: i.ID, Attachment: s.resourceID("eni-attach"), Groups: groups}
	i.Interface = n.ID
	s.at(p).Interfaces[n.ID] = n
}

// setGroups replaces an interface's security groups; all of them must exist.
func (c *call) setGroups(interfaceID string, groups []string) *refusal {
	r := c.at(c.place)
	n, ok := r.Interfaces[interfaceID]
	if !ok {
		return refuse("InvalidNetworkInterfaceID.NotFound", "The networkInterface ID '%s' does not exist", interfaceID)
	}
	if refused := c.groupsExist(c.place, groups); refused != nil {
		return refused
	}
	n.Groups = slices.Clone(groups)
	return nil
}

func (s *state) groupsExist(p event.Place, groups []string) *refusal {
	s.defaultGroup(p)
	for _, id := range groups {
		if s.at(p).SecurityGroups[id] == nil {
			return refuse("InvalidGroup.NotFound", "The security group '%s' does not exist", id)
		}
	}
	return nil
}

func (r *region) identifiers(interfaceID string) []types.GroupIdentifier {
	n, ok := r.Interfaces[interfaceID]
	if !ok {
		return nil
	}
	var out []types.GroupIdentifier
	for _, id := range n.Groups {
		name := ""
		if g, ok := r.SecurityGroups[id]; ok {
			name = g.Name
		}
		out = append(out, types.GroupIdentifier{GroupId: aws.String(id), GroupName: aws.String(name)})
	}
	return out
}

// groupIDs is how records list security groups.
func groupIDs(ids []string) fields {
	if len(ids) == 0 {
		return fields{}
	}
	items := []any{}
	for _, id := range ids {
		items = append(items, fields{"groupId": id})
	}
	return fields{"items": items}
}
