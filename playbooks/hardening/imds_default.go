package hardening

import (
	"context"
	"fmt"

	scaling "github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/inventory"
	"github.com/ripostehq/riposte/playbook"
)

// listDefault wants regions in which a launch that says nothing does not require tokens.
func listDefault(at event.Resource, s inventory.Setting, _ ImdsParams) *playbook.Listed[imds] {
	if s.Metadata.HttpTokens == types.HttpTokensStateRequired {
		return nil
	}
	var f imds
	if s.Metadata.ManagedBy == types.ManagedByDeclarativePolicy {
		f.Managed = "a declarative policy"
	}
	return &playbook.Listed[imds]{Suspect: f.of(at)}
}

// checkDefault asks while an instance of the region answers without a token: what is launched there may be of the sort that needs it. Where
// there is none, as in a region of jobs that come and go, nothing is known, and what is still to be launched may count on the default.
func checkDefault(ctx context.Context, in playbook.In, s playbook.Suspect[imds], p ImdsParams) ([]playbook.Suspect[imds], error) {
	setting, err := inventory.SettingOf(ctx, in.AWS, s.Resource.Place())
	if err != nil {
		return nil, err
	}
	found := listDefault(s.Resource, setting, p)
	if found == nil {
		return nil, nil
	}
	all, err := inPlace(ctx, in.AWS, s.Resource.Place())
	if err != nil {
		return nil, err
	}
	f := &found.Suspect.Facts
	if f.Told = doubted(all); f.Told == "" {
		if f.Told, err = leftUnsaid(ctx, in.AWS, s.Resource.Place()); err != nil {
			return nil, err
		}
	}
	if f.Evidence = unknown; f.Told == "" {
		f.Evidence = quiet
	}
	return []playbook.Suspect[imds]{found.Suspect}, nil
}

// doubted says why the instances of a region do not show that launches there require tokens, "" where they do.
func doubted(all []types.Instance) string {
	seen := false
	for _, i := range all {
		if !alive(i) {
			continue
		}
		if o, told := action.MetadataOptionsOf(i); !told || weak(o.Tokens, o.Endpoint) {
			return "instances of the region answer without one still"
		}
		seen = true
	}
	if !seen {
		return "no instance is in the region"
	}
	return ""
}

// leftUnsaid says what launches by the default that is to be changed, "" for nothing: the default and newest versions of templates, and
// launch configurations.
func leftUnsaid(ctx context.Context, r access.Reads, at event.Place) (string, error) {
	in := &ec2.DescribeLaunchTemplateVersionsInput{Versions: []string{"$Default", "$Latest"}}
	for pages := ec2.NewDescribeLaunchTemplateVersionsPaginator(r.EC2(at), in); pages.HasMorePages(); {
		out, err := pages.NextPage(ctx)
		if err != nil {
			return "", fmt.Errorf("list launch templates: %w", err)
		}
		for _, v := range out.LaunchTemplateVersions {
			if o := action.TemplateMetadata(v.LaunchTemplateData); o.Tokens == "" && weak(o.Tokens, o.Endpoint) {
				return "launch templates leave it to the default", nil
			}
		}
	}
	for page, err := range inventory.LaunchConfigurations().Pages(ctx, r, at) {
		if err != nil {
			return "", err
		}
		for _, c := range page {
			if c.MetadataOptions == nil || c.MetadataOptions.HttpTokens == "" && c.MetadataOptions.HttpEndpoint != scaling.InstanceMetadataEndpointStateDisabled {
				return "launch configurations leave it to the default", nil
			}
		}
	}
	return "", nil
}

// alive reports whether an instance is there, and not about to end.
func alive(i types.Instance) bool {
	return i.State != nil && i.State.Name != types.InstanceStateNameTerminated && i.State.Name != types.InstanceStateNameShuttingDown
}
