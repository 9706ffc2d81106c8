package launch

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	"github.com/aws/smithy-go"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
)

// pinning is the last compliant version of a group's template, or why the group is suspended instead.
type pinning struct {
	Template string `json:",omitempty"` // id
	Version  int64  `json:",omitempty"`
	Instead  string `json:",omitempty"`
}

// pinning finds what a group may be pinned to. Where AWS refuses to show it, waiting would be the attacker's gain, who may
// name a parameter that riposte can't read: what can't be read is no version to launch, and the group is suspended.
func (r reader) pinning(ctx context.Context, name string) (*pinning, error) {
	found, err := r.lastCompliant(ctx, name)
	var refused smithy.APIError
	switch {
	case errors.As(err, &refused):
		return &pinning{Instead: "what it may launch can't be read: " + refused.ErrorCode()}, nil
	case err != nil:
		return nil, fmt.Errorf("find what group %q may launch: %w", name, err)
	}
	return &found, nil
}

func (r reader) lastCompliant(ctx context.Context, name string) (pinning, error) {
	groups, err := r.groups(ctx, name)
	if err != nil || len(groups) == 0 {
		return pinning{Instead: "it is not there"}, err
	}
	spec := groups[0].LaunchTemplate
	if spec == nil || spec.LaunchTemplateId == nil {
		return pinning{Instead: "it launches by a launch configuration or a mixed-instances policy"}, nil
	}
	return r.compliantOf(ctx, name, *spec)
}

// compliantOf looks from the version that the group would launch now downwards. That one is bad, or the group would be left
// alone.
func (r reader) compliantOf(ctx context.Context, group string, spec types.LaunchTemplateSpecification) (pinning, error) {
	id := aws.ToString(spec.LaunchTemplateId)
	t, err := r.find(ctx, id)
	if err != nil || t == nil {
		return pinning{Instead: "its template is not there"}, err
	}
	versions, err := r.versions(ctx, t)
	if err != nil {
		return pinning{}, err
	}
	now := use{group, aws.ToString(spec.Version)}.number(t)
	last, err := r.back(ctx, versions, now, r.since)
	if err != nil || last == 0 {
		return pinning{Instead: "no version of its template that was there before may be launched"}, err
	}
	return pinning{Template: id, Version: last}, nil
}

// stopGroup keeps a group from launching the next. One that is pinned goes on working and replaces what is terminated,
// by what may be launched; where nothing is known yet, a pin without a version shows what is meant.
func stopGroup(group event.Resource, known *pinning, answer GroupAnswer) action.Step {
	suspend := action.Suspend{Group: group}
	if answer == SuspendLaunch || answer == Pin {
		suspend.Processes = []string{"Launch"}
	}
	if answer != Pin || known != nil && known.Instead != "" {
		return action.Try(suspend)
	}
	pin := action.Pin{Group: group}
	if known != nil {
		pin.Template, pin.Version = known.Template, strconv.FormatInt(known.Version, 10)
	}
	return action.Try(pin).Else(suspend)
}
