// Package launch holds the playbooks about what may start, and what must not stop.
package launch

import (
	"cmp"
	_ "embed"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/playbook"
)

//go:embed testdata/unapproved-image.txtar
var imageStories string

// ImageParams are the parameters of launch.unapproved-image: the image policy, and what to do.
type ImageParams struct {
	Deny            []Trait           `yaml:"deny" help:"traits of images that may not be launched: public (an owner that allow_owners names by id or alias may be), deprecated, unlisted (the organisation's own count only where allow_owners names them)"`
	AllowOwners     []string          `yaml:"allow_owners" help:"whose images may be launched beside those of self (the account that launches) and organization (any account of the organisation): account ids, or an alias of AWS's such as amazon"`
	AllowIDs        []string          `yaml:"allow_ids" help:"ids of images that may be launched beside those, whatever the other rules say"`
	AllowNames      []string          `yaml:"allow_names" help:"patterns of names (* and ?) that an allowed owner's image must have; empty: any name"`
	RequireTags     map[string]string `yaml:"require_tags" help:"tags that an allowed owner's image must have, with a pattern for the value; the tags of other accounts' images can't be seen"`
	MaxAge          time.Duration     `yaml:"max_age" help:"oldest image that may be launched, by its creation date (90d); 0: any age"`
	Group           GroupAnswer       `yaml:"group" help:"what happens to the Auto Scaling group: suspend-all, suspend-launch, or pin (to the last version of its launch template that may be launched, which needs the author tier; where that can't be, its Launch is suspended)"`
	Instance        InstanceAnswer    `yaml:"instance" help:"what happens to the instance: terminate (where that is refused it is isolated, stopped, or its session denied), or isolate (and standby, where a group owns it)"`
	TerminateWithin time.Duration     `yaml:"terminate_within" help:"an instance launched longer ago is terminated only after asking"`
	IsolationGroups map[string]string `yaml:"isolation_groups" help:"for each VPC's id the security group that isolates; where a VPC is not listed, the group riposte-isolation that the deployment has there"`
}

// GroupAnswer is what happens to a group that launched an unapproved image.
type GroupAnswer string

// InstanceAnswer is what happens to an instance launched from an unapproved image.
type InstanceAnswer string

const (
	SuspendAll    GroupAnswer    = "suspend-all"
	SuspendLaunch GroupAnswer    = "suspend-launch"
	Pin           GroupAnswer    = "pin"
	Terminate     InstanceAnswer = "terminate"
	Isolate       InstanceAnswer = "isolate"
)

// Enum lists the answers.
func (GroupAnswer) Enum() []string {
	return []string{string(SuspendAll), string(SuspendLaunch), string(Pin)}
}

// Enum lists the answers.
func (InstanceAnswer) Enum() []string { return []string{string(Terminate), string(Isolate)} }

// Validate refuses what can't be meant.
func (p ImageParams) Validate() error {
	if p.TerminateWithin < 0 {
		return errors.New("terminate_within is negative")
	}
	return errors.Join(p.policy().Validate(), wrongIsolation(p.IsolationGroups))
}

// wrongIsolation says which ids EC2 can't have given.
func wrongIsolation(groups map[string]string) error {
	var errs []error
	for _, vpc := range slices.Sorted(maps.Keys(groups)) {
		if why := cmp.Or(wrongID("vpc-", "a VPC", vpc), wrongID("sg-", "a security group", groups[vpc])); why != "" {
			errs = append(errs, playbook.Wrong{Path: []any{"isolation_groups", vpc}, Text: why})
		}
	}
	return errors.Join(errs...)
}

// Unwise is that of the policy.
func (p ImageParams) Unwise() []playbook.Wrong { return p.policy().Unwise() }

// Strangers is that of the policy.
func (p ImageParams) Strangers() string { return p.policy().Strangers() }

func (p ImageParams) policy() ImagePolicy {
	return ImagePolicy{p.Deny, p.AllowOwners, p.AllowIDs, p.AllowNames, p.RequireTags, p.MaxAge}
}

// UnapprovedImage finds instances launched from images that the policy does not allow, and stops the group that launched
// them before it ends them: otherwise the group would launch the next.
func UnapprovedImage() playbook.Definition {
	return playbook.Define(playbook.Spec[ImageParams, launched]{
		ID:       "launch.unapproved-image",
		Title:    "An instance was launched from an unapproved image",
		Why:      whyImage,
		Severity: playbook.High,
		On: []playbook.Trigger{
			playbook.Call(
				call.EC2RunInstances, call.EC2CreateReplaceRootVolumeTask,
				// What makes, or changes, what launches by itself.
				call.EC2CreateFleet, call.EC2ModifyFleet, call.EC2RequestSpotFleet, call.EC2ModifySpotFleetRequest, call.EC2RequestSpotInstances,
			).AlsoByAWS(),
			playbook.Notice(event.InstanceState, "pending"), playbook.Notice(event.LaunchLifecycle),
			playbook.Observed(call.EC2ModifyImageAttribute),
		},
		Reads: []call.ID{
			call.EC2DescribeImages, call.EC2DescribeInstances, call.EC2DescribeInstanceImageMetadata, call.EC2DescribeReplaceRootVolumeTasks,
			// What a group would launch next.
			call.AutoScalingDescribeAutoScalingGroups, call.AutoScalingDescribeLaunchConfigurations, call.EC2DescribeLaunchTemplates,
			call.EC2DescribeLaunchTemplateVersions, call.SSMGetParameter,
			// What a fleet or a spot request would launch next.
			call.EC2DescribeFleets, call.EC2DescribeSpotFleetRequests, call.EC2DescribeSpotInstanceRequests,
			// What there is to stop an instance by.
			call.EC2DescribeSecurityGroups, call.IAMGetInstanceProfile,
		},
		Changes: func(p ImageParams) []action.Kind {
			all := []action.Kind{
				action.Suspend{}.About().Kind, action.Terminate{}.About().Kind, action.Isolate{}.About().Kind, action.Standby{}.About().Kind, action.Stop{}.About().Kind,
				action.DenySession{}.About().Kind, action.HoldFleet{}.About().Kind, action.HoldSpotFleet{}.About().Kind, action.CancelSpotRequest{}.About().Kind,
				action.AbandonLaunch{}.About().Kind,
			}
			if p.Group == Pin { // it alone needs the rights to launch, which should not be granted in vain
				all = append(all, action.Pin{}.About().Kind)
			}
			return all
		},
		Prevents: preventImages(),
		Stories:  imageStories,
		Defaults: ImageParams{Deny: []Trait{Public}, Group: SuspendAll, Instance: Terminate, TerminateWithin: time.Hour},
		Observes: observeImage,
		Suspect:  suspectLaunch,
		Check:    checkLaunch,
		Plan:     planLaunch,
	})
}

const whyImage = `A caller that may edit a launch template makes an Auto Scaling group launch an image of its choice with the
group's own rights: a confused deputy. A public image can have been made in any account. The group is suspended first, since
it would replace what is terminated; but only where the record of the launch, or the group's own configuration, shows that
it launches what may not run: a caller that may attach an instance to a group must not have it stopped. What may have been fit
at the launch (an image of an allowed owner that a record shows to have been made public lately, or that lacks a tag)
asks. Known false positives: nodes of EKS, ECS, Elastic Beanstalk, EMR and Karpenter run on Amazon's public images; put amazon into
allow_owners where they are used, and single images into allow_ids. An EC2 Fleet or a Spot Fleet that maintains its size, and a persistent spot request, launch again and
again: as soon as they are asked for, or have launched, from such an image the fleet is held (it wants no instance and ends
none; undo gives it its size back) and the request is cancelled, for good, as it knows no pause. Both are rights of the
destroying tier, since a fleet's size ends instances too where it is said otherwise; an instance of theirs is cut off, or
stopped, and not ended, so that nothing is launched in its place where they could not be stopped. A fleet whose template launches what may be launched
asks: by which version it goes on is not known. Likewise an instance whose root volume is replaced by such an image is cut
off, or stopped. A private image is no better than a public one: its owner shares it, and can take that
back; so an image is approved by its owner. A suspended group does not heal itself either: undo resumes exactly the
processes that ran before. Where a launch hook of the group holds what it launches, the launch is abandoned before the instance enters
service; a hook is never answered for an instance that may run, which is for its owner to do. A group that is pinned instead (group: pin) goes on healing itself, by the last version of its
template that the policy allows; undo lets it follow what it followed before. What was terminated stays terminated.`

func preventImages() []playbook.Prevention {
	return []playbook.Prevention{
		{
			Kind: playbook.AllowedAMIs,
			How: "Let EC2 itself refuse images of other owners, in each account and region or as a declarative policy of the organisation. Begin with audit_mode, list all owners " +
				"that allow_owners has, and enable it when DescribeImages shows nothing in use as not allowed.",
			Document: `{"ec2_attributes":{"allowed_images_settings":{"state":{"@@assign":"audit_mode"},` +
				`"image_criteria":{"criteria_1":{"allowed_image_providers":{"@@append":["amazon","111122223333"]}}}}}}`,
		},
		{
			Kind: playbook.ServiceControlPolicy,
			How: "Deny launching from public images but Amazon's; name further owners (aws-marketplace, a vendor's account). Calls that Auto Scaling makes through its " +
				"service-linked role are not bound by it.",
			Document: `{"Version":"2012-10-17","Statement":[{"Sid":"NoPublicImages","Effect":"Deny","Action":"ec2:RunInstances",` +
				`"Resource":"arn:aws:ec2:*::image/*","Condition":{"Bool":{"ec2:Public":"true"},"StringNotEquals":{"ec2:Owner":["amazon"]}}}]}`,
		},
	}
}
