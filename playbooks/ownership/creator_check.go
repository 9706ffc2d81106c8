package ownership

import (
	"context"
	"fmt"
	"strings"
	"unicode"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/playbook"
)

// crowded is how many tags a group may have that gives on one more: an instance may have fifty, those of its template included, and a
// launch with more of them fails.
const crowded = 30

// checkCreated keeps what is there and has no tag of the key.
func checkCreated(ctx context.Context, in playbook.In, s playbook.Suspect[created], p CreatorParams) ([]playbook.Suspect[created], error) {
	f := s.Facts
	if f.Creator = creator(in); f.Creator == "" {
		return nil, nil
	}
	if f.Made[0].Resource.Type == event.Group {
		var err error
		if f, err = withMembers(ctx, in, f); err != nil {
			return nil, err
		}
	}
	var untagged []resource
	for _, r := range f.Made {
		look, err := action.PutTags{Resource: r.Resource, Identity: r.ID, Tags: []action.Tag{{Key: p.Key, Value: f.Creator}}}.Look(ctx, in.AWS)
		if err != nil {
			return nil, fmt.Errorf("look for the tag %q: %w", p.Key, err)
		}
		if look.Inverse != nil { // it is there, and has none
			untagged = append(untagged, r)
		}
	}
	if len(untagged) == 0 {
		return nil, nil
	}
	f.Made = untagged
	s.Facts = f
	s.Title = s.Facts.title()
	return []playbook.Suspect[created]{s}, nil
}

// withMembers adds what a group has launched before it was tagged; what it launches later gets its tag from Auto Scaling.
func withMembers(ctx context.Context, in playbook.In, f created) (created, error) {
	group := f.Made[0].Resource
	out, err := in.AWS.AutoScaling(group.Place()).DescribeAutoScalingGroups(ctx, &autoscaling.DescribeAutoScalingGroupsInput{AutoScalingGroupNames: []string{group.ID}})
	if err != nil {
		return f, fmt.Errorf("read group %q: %w", group.ID, err)
	}
	f.Made = f.Made[:1]
	for _, g := range out.AutoScalingGroups {
		f.Launches = len(g.Tags) < crowded
		for _, i := range g.Instances {
			if len(f.Made) == most {
				f.More++
				continue
			}
			f.Made = append(f.Made, resource{Resource: group.Place().In(event.Instance, aws.ToString(i.InstanceId))})
		}
	}
	return f, nil
}

// longest is a tag's value at its longest, and what every service takes in one.
// https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html
const longest = 256

// creator is the person, else the principal that stays.
func creator(in playbook.In) string {
	who := in.Organization.Person(in.Origin.Actor)
	if who == "" {
		who = in.Origin.Actor.Principal()
	}
	who = strings.Map(func(r rune) rune {
		if unicode.In(r, unicode.L, unicode.N, unicode.Z) || strings.ContainsRune("_.:/=+-@", r) {
			return r
		}
		return '_'
	}, who)
	if all := []rune(who); len(all) > longest {
		return string(all[:longest])
	}
	return who
}
