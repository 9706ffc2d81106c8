package action

import (
	"context"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
)

// setSizesKind gives a group sizes. It is in the author tier for the same reason as pinKind: who may set sizes can set them to zero.
var setSizesKind = Define[SetSizes](Kind{
	Name: "autoscaling.set-sizes", Version: 1, Does: "set the sizes of an Auto Scaling group back", Class: Mend, Tier: TierAuthor,
	Reads:    []call.ID{call.AutoScalingDescribeAutoScalingGroups},
	Writes:   []call.ID{call.AutoScalingUpdateAutoScalingGroup},
	UndoneBy: []call.ID{call.AutoScalingUpdateAutoScalingGroup, call.AutoScalingSetDesiredCapacity, call.AutoScalingDeleteAutoScalingGroup},
})

// Sizes of a group; nil is one that is left alone.
type Sizes struct {
	Min     *int32 `json:",omitempty"`
	Max     *int32 `json:",omitempty"`
	Desired *int32 `json:",omitempty"`
}

// SetSizes wants those sizes of a group that are still as a call left them to be as they were before it. A size that is neither
// was set since, by an owner or by the group's own policies, and is as good as wanted: scaling goes on.
type SetSizes struct {
	Group event.Resource
	From  Sizes // as the call left them
	To    Sizes // as they were
}

// String is the sizes in words: "min 1, max 4".
func (s Sizes) String() string {
	var words []string
	for _, n := range s.each() {
		if n.size != nil {
			words = append(words, fmt.Sprintf("%s %d", n.name, *n.size))
		}
	}
	return strings.Join(words, ", ")
}

// named is one of the sizes.
type namedSize struct {
	name string
	size *int32
}

func (s Sizes) each() [3]namedSize {
	return [3]namedSize{{"min", s.Min}, {"max", s.Max}, {"desired", s.Desired}}
}

// only are those sizes that another value has, too.
func (s Sizes) only(of Sizes) Sizes {
	if of.Min == nil {
		s.Min = nil
	}
	if of.Max == nil {
		s.Max = nil
	}
	if of.Desired == nil {
		s.Desired = nil
	}
	return s
}

// About is the action as data. Each set of sizes is an effect of its own: the largest may have to be raised before instances return,
// and the others after.
func (s SetSizes) About() About {
	var facet []string
	for _, n := range s.To.each() {
		if n.size != nil {
			facet = append(facet, n.name)
		}
	}
	return About{Kind: setSizesKind, Target: s.Group, Facet: strings.Join(facet, " "), Hits: fmt.Sprintf("sizes of group %s: %s", s.Group.ID, s.To)}
}

// Look compares the sizes with those that the call left.
func (s SetSizes) Look(ctx context.Context, r access.Reads) (Look, error) {
	group, err := lookGroup(ctx, r, s.Group)
	if err != nil || group == nil {
		return Look{Missing: "the group is deleted"}.unless(err)
	}
	now := Sizes{group.MinSize, group.MaxSize, group.DesiredCapacity}.only(s.To)
	left, present := s.From.each(), now.each()
	for i, to := range s.To.each() {
		same := to.size != nil && left[i].size != nil && aws.ToInt32(present[i].size) == *left[i].size
		if same && *to.size != *left[i].size {
			return Look{Inverse: SetSizes{Group: s.Group, From: s.To, To: now}}, nil
		}
	}
	return Look{Satisfied: true}, nil
}

// Do sets all of the sizes in one call, since AWS compares them with each other.
func (s SetSizes) Do(ctx context.Context, w access.Writes) error {
	if (s.To == Sizes{}) {
		return cannot("set no size")
	}
	_, err := w.AutoScaling(s.Group.Place()).UpdateAutoScalingGroup(ctx, &autoscaling.UpdateAutoScalingGroupInput{
		AutoScalingGroupName: aws.String(s.Group.ID), MinSize: s.To.Min, MaxSize: s.To.Max, DesiredCapacity: s.To.Desired,
	})
	return Refused(fmt.Sprintf("set group %q to %s", s.Group.ID, s.To), err)
}
