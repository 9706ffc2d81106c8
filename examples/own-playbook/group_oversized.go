package main

import (
	"context"
	_ "embed"
	"fmt"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/playbook"
	"github.com/ripostehq/riposte/playbooks/request"
)

//go:embed testdata/group-oversized.txtar
var stories string

type params struct {
	Most int32 `yaml:"most" help:"the largest size that a group may have"`
}

// Validate refuses a limit by which every group would be too large.
func (p params) Validate() error {
	if p.Most < 1 {
		return fmt.Errorf("most: %d instances: name how many a group may have", p.Most)
	}
	return nil
}

type oversized struct {
	Group event.Resource
	Size  int32 `json:",omitempty"` // its largest size, once it was looked at
}

// groupOversized finds groups that may grow beyond a limit: a stolen key's first bill.
func groupOversized() playbook.Definition {
	return playbook.Define(playbook.Spec[params, oversized]{
		ID:       "acme.group-oversized",
		Title:    "An Auto Scaling group may grow beyond the limit",
		Why:      "What mines at our expense begins with a large group. Whoever needs one asks first.",
		Severity: playbook.Medium,
		On:       []playbook.Trigger{playbook.Call(call.AutoScalingCreateAutoScalingGroup, call.AutoScalingUpdateAutoScalingGroup)},
		Reads:    []call.ID{call.AutoScalingDescribeAutoScalingGroups},
		Changes:  playbook.Always[params](capGroupKind),
		Prevents: []playbook.Prevention{{
			Kind: playbook.ServiceControlPolicy, How: "Let nobody make a group that is larger than the limit.",
			Document: `{"Version":"2012-10-17","Statement":[{"Sid":"SmallGroups","Effect":"Deny","Action":` +
				`["autoscaling:CreateAutoScalingGroup","autoscaling:UpdateAutoScalingGroup"],"Resource":"*",` +
				`"Condition":{"NumericGreaterThan":{"autoscaling:MaxSize":"20"}}}]}`,
		}},
		Stories:  stories,
		Defaults: params{Most: 20},
		Suspect:  suspect,
		Check:    check,
		Plan:     plan,
	})
}

// suspect leaves out what sets no size, or a small one.
func suspect(e event.Event, p params) []playbook.Suspect[oversized] {
	in := request.Of(e)
	size, err := strconv.ParseInt(in.At("maxSize").Text(), 10, 32)
	group := e.Place().In(event.Group, in.At("autoScalingGroupName").Text())
	if err != nil || int32(size) <= p.Most || group.ID == "" {
		return nil
	}
	return []playbook.Suspect[oversized]{{Resource: group, Title: fmt.Sprintf("group %s may grow to %d", group.ID, size), Facts: oversized{Group: group}}}
}

// check reads how large the group may grow by now: a person may have seen it.
func check(ctx context.Context, in playbook.In, s playbook.Suspect[oversized], p params) ([]playbook.Suspect[oversized], error) {
	group := s.Facts.Group
	out, err := in.AWS.AutoScaling(group.Place()).DescribeAutoScalingGroups(ctx, &autoscaling.DescribeAutoScalingGroupsInput{
		AutoScalingGroupNames: []string{group.ID},
	})
	if err != nil {
		return nil, fmt.Errorf("read group %q: %w", group.ID, err)
	}
	if len(out.AutoScalingGroups) == 0 {
		return nil, nil
	}
	if s.Facts.Size = aws.ToInt32(out.AutoScalingGroups[0].MaxSize); s.Facts.Size <= p.Most {
		return nil, nil
	}
	s.Title = fmt.Sprintf("group %s may grow to %d, the limit is %d", group.ID, s.Facts.Size, p.Most)
	return []playbook.Suspect[oversized]{s}, nil
}

func plan(s playbook.Suspect[oversized], p params) action.Plan {
	return action.Plan{Steps: []action.Step{action.Try(capGroup{s.Facts.Group, p.Most})}}
}
