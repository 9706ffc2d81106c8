package launch

import (
	"cmp"
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/ec2"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/event"
)

// witness tells which group launched an instance, and whether stopping it is called for. That an instance is in a group says
// nothing: whoever may attach it could have any group of others stopped.
type witness struct {
	reader
	asked   map[string]outlook
	sources map[event.Resource]prospect
}

// outlook is what a group would launch next.
type outlook struct {
	bad     bool     // what may not be launched, for certain
	doubt   string   // what may have been fit before somebody changed it
	unknown string   // why nobody can say
	judged  bool     // there is an image that the policy was asked about
	images  []string // those that may not be launched, or may not have been
	breaks  []string // the rules that they break
}

// sound: the group would launch nothing but what may be launched.
func (o outlook) sound() bool { return !o.bad && o.doubt == "" && o.unknown == "" }

// launcher is what the instances of one launcher have in common: the group that the record names, or the one that the
// instance is in where the group's own configuration shows that it launches such things. A doubt about the instance's image
// is one about the group too, where what the group would launch can't be read.
func (w witness) launcher(ctx context.Context, f launched, member, doubt string) (launched, error) {
	of := launched{Group: cmp.Or(f.Recorded, member), Recorded: f.Recorded, ByGroup: f.ByGroup, Guessed: f.Guessed || f.unnamed(), At: f.At}
	if of.Group == "" {
		return of, nil
	}
	o, err := w.outlook(ctx, of.Group)
	if err != nil {
		return of, err
	}
	recorded := f.Recorded != ""
	switch {
	case o.bad:
	case recorded && o.unknown != "":
		of.Doubt = doubt // "" where the record is evidence enough
	case f.ByGroup && o.unknown != "":
		of.Doubt = "the record does not name the group that launched, and what this one launches can't be read"
	case !recorded:
		of.Group = ""
	case o.sound():
		of.Spared = "what it would launch next may be launched"
	default:
		of.Doubt = o.doubt
	}
	return of, nil
}

// outlook reads what a group would launch now. What AWS refuses to show is unknown; what else goes wrong is an error.
func (w witness) outlook(ctx context.Context, group string) (outlook, error) {
	if o, ok := w.asked[group]; ok {
		return o, nil
	}
	o, err := w.look(ctx, group)
	if err != nil {
		return outlook{}, fmt.Errorf("find what group %q would launch: %w", group, err)
	}
	w.asked[group] = o
	return o, nil
}

func (w witness) look(ctx context.Context, group string) (outlook, error) {
	groups, err := w.groups(ctx, group)
	if access.Unreadable(err) {
		return outlook{unknown: "the group can't be read"}, nil
	}
	if err != nil {
		return outlook{}, err
	}
	if len(groups) == 0 {
		return outlook{unknown: "the group is not there"}, nil
	}
	refs, err := w.images(ctx, groups[0])
	if access.Unreadable(err) {
		return outlook{unknown: "what it launches by can't be read"}, nil
	}
	if err != nil {
		return outlook{}, err
	}
	return w.weigh(ctx, refs)
}

// weigh judges images as they are written.
func (w witness) weigh(ctx context.Context, refs []string) (o outlook, err error) {
	for _, ref := range refs {
		v, image, err := w.breaks(ctx, ref)
		o.judged = o.judged || image != ""
		if err == nil && v.breaks != "" {
			o.images, o.breaks = append(o.images, image), append(o.breaks, v.breaks)
		}
		switch {
		case access.Unreadable(err):
			o.unknown = "the image " + ref + " can't be read"
		case err != nil:
			return outlook{}, err
		case v.breaks != "" && v.doubt == "":
			o.bad = true
		case v.doubt != "":
			o.doubt = v.doubt
		}
	}
	return o, nil
}

// images are those that a group launches, as they are written: an id, resolve:ssm:..., or "".
func (r reader) images(ctx context.Context, g types.AutoScalingGroup) (refs []string, err error) {
	refs = overrideImages(g)
	for _, s := range specs(g) {
		found, err := r.templateImages(ctx, s)
		if err != nil {
			return nil, err
		}
		refs = append(refs, found...)
	}
	if g.LaunchConfigurationName == nil {
		return refs, nil
	}
	out, err := r.in.AWS.AutoScaling(r.place).DescribeLaunchConfigurations(ctx, &autoscaling.DescribeLaunchConfigurationsInput{
		LaunchConfigurationNames: []string{*g.LaunchConfigurationName},
	})
	if err != nil {
		return nil, fmt.Errorf("read launch configuration %q: %w", *g.LaunchConfigurationName, err)
	}
	for _, c := range out.LaunchConfigurations {
		refs = append(refs, aws.ToString(c.ImageId))
	}
	return refs, nil
}

// templateImages are those of the version of a template that is followed; none where there is no such template or version.
func (r reader) templateImages(ctx context.Context, s types.LaunchTemplateSpecification) (refs []string, err error) {
	found, err := r.describeVersions(ctx, &ec2.DescribeLaunchTemplateVersionsInput{
		LaunchTemplateId: s.LaunchTemplateId, LaunchTemplateName: nameUnlessID(s), Versions: []string{versionOf(s)},
	})
	if access.Answered(err, notThere()...) {
		return nil, nil // nothing is launched by that
	}
	if err != nil {
		return nil, fmt.Errorf("read launch template %q: %w", aws.ToString(s.LaunchTemplateId), err)
	}
	for _, v := range found {
		refs = append(refs, imageOf(v))
	}
	return refs, nil
}

// nameUnlessID: AWS takes one of the two.
func nameUnlessID(s types.LaunchTemplateSpecification) *string {
	if s.LaunchTemplateId != nil {
		return nil
	}
	return s.LaunchTemplateName
}

// versionOf is the version that a group follows; one that names none follows the default.
func versionOf(s types.LaunchTemplateSpecification) string {
	if v := aws.ToString(s.Version); v != "" {
		return v
	}
	return "$Default"
}

// overrideImages are those that a mixed-instances policy names itself, over its templates'.
func overrideImages(g types.AutoScalingGroup) (refs []string) {
	if g.MixedInstancesPolicy == nil || g.MixedInstancesPolicy.LaunchTemplate == nil {
		return nil
	}
	for _, o := range g.MixedInstancesPolicy.LaunchTemplate.Overrides {
		if o.ImageId != nil {
			refs = append(refs, *o.ImageId)
		}
	}
	return refs
}
