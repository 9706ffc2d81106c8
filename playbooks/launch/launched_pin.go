package launch

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/smithy-go"
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

// lastCompliant looks from the version that the group would launch now downwards. That one is bad, or the group would be left
// alone.
func (r reader) lastCompliant(ctx context.Context, group string) (pinning, error) {
	groups, err := r.groups(ctx, group)
	if err != nil || len(groups) == 0 {
		return pinning{Instead: "it is not there"}, err
	}
	spec := groups[0].LaunchTemplate
	if spec == nil || spec.LaunchTemplateId == nil {
		return pinning{Instead: "it launches by a launch configuration or a mixed-instances policy"}, nil
	}
	t, err := r.find(ctx, *spec.LaunchTemplateId)
	if err != nil || t == nil {
		return pinning{Instead: "its template is not there"}, err
	}
	versions, err := r.versions(ctx, t)
	if err != nil {
		return pinning{}, err
	}
	last, err := r.back(ctx, versions, number(t, aws.ToString(spec.Version)))
	if err != nil || last == 0 {
		return pinning{Instead: "no version of its template that was there before may be launched"}, err
	}
	return pinning{Template: *spec.LaunchTemplateId, Version: last}, nil
}
