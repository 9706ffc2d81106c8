package ec2

import (
	"cmp"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ripostehq/riposte/internal/world/core"
)

// interfacesOf are an instance's, the first first.
func interfacesOf(at core.At, instance string) (all []*networkInterface) {
	for _, n := range interfaces.Of(at) {
		if n.Instance == instance {
			all = append(all, n)
		}
	}
	slices.SortFunc(all, func(a, b *networkInterface) int { return cmp.Or(a.Device-b.Device, strings.Compare(a.ID, b.ID)) })
	return all
}

// cutOff ends the network of an instance that has ended: its first interface goes with it, others are free again.
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/using-eni.html
func cutOff(at core.At, i *Instance) {
	for _, n := range interfacesOf(at, i.ID) {
		n.Instance, n.Attachment = "", ""
		if n.Device == 0 {
			delete(interfaces.Of(at), n.ID)
		}
	}
}

// attach makes an instance's interface.
func attachFirst(at core.At, i *Instance, groups []string) {
	if len(groups) == 0 {
		groups = []string{defaultGroup(at)}
	}
	n := &networkInterface{ID: at.ResourceID("eni"), Instance: i.ID, Attachment: at.ResourceID("eni-attach"), Groups: groups}
	i.Interface = n.ID
	interfaces.Of(at)[n.ID] = n
}

// setGroups replaces an interface's security groups; all of them must exist.
func setGroups(c *core.Call, interfaceID string, groups []string) *core.Refusal {
	n, refused := interfaces.Find(c.At, &interfaceID)
	if refused != nil {
		return refused
	}
	if refused := groupsExist(c.At, groups); refused != nil {
		return refused
	}
	n.Groups = slices.Clone(groups)
	return nil
}

func groupsExist(at core.At, groups []string) *core.Refusal {
	_, refused := securityGroups.Some(at, groups)
	return refused
}

func identifiers(at core.At, interfaceID string) []types.GroupIdentifier {
	n, ok := interfaces.Of(at)[interfaceID]
	if !ok {
		return nil
	}
	var out []types.GroupIdentifier
	for _, id := range n.Groups {
		name := ""
		if g, ok := securityGroups.Of(at)[id]; ok {
			name = g.Name
		}
		out = append(out, types.GroupIdentifier{GroupId: aws.String(id), GroupName: aws.String(name)})
	}
	return out
}

// groupIDs is how records list security groups.
func groupIDs(ids []string) core.Fields {
	if len(ids) == 0 {
		return core.Fields{}
	}
	items := []any{}
	for _, id := range ids {
		items = append(items, core.Fields{"groupId": id})
	}
	return core.Fields{"items": items}
}
