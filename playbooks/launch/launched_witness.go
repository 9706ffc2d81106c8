package launch

import (
	"cmp"
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"

	"github.com/ripostehq/riposte/access"
)

// outlook is what a group, a fleet or a spot request would launch next.
type outlook struct {
	bad     bool     // what may not be launched, for certain
	doubt   string   // what may have been fit before it was changed
	unknown string   // why it can't be said
	judged  bool     // there is an image that the policy was asked about
	images  []string // those that may not be launched, or may not have been
	breaks  []string // the rules that they break
}

// sound: it would launch nothing but what may be launched.
func (o outlook) sound() bool { return !o.bad && o.doubt == "" && o.unknown == "" }

// launcher returns what the instances of one launcher have in common: the group that the record names, or the one that the
// instance is in where the group's own configuration shows that it launches such things. That an instance is in a group says
// nothing: an attacker who may attach it could have any group of others stopped. A doubt about the instance's image is one
// about the group too, where what the group would launch can't be read.
func (w witness) launcher(ctx context.Context, f launched, member, doubt string) (launched, error) {
	unnamed := f.Token == "" && len(f.Instances) == 0
	of := launched{Group: cmp.Or(f.Recorded, member), Recorded: f.Recorded, ByGroup: f.ByGroup, Guessed: f.Guessed || unnamed, At: f.At}
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
	if o, ok := w.outlooks[group]; ok {
		return o, nil
	}
	var o outlook
	var refs []string
	groups, err := w.groups(ctx, group)
	if len(groups) > 0 {
		refs, err = w.images(ctx, groups[0])
	}
	switch {
	case access.Unreadable(err):
		o.unknown, err = "the group, or what it launches by, can't be read", nil
	case err == nil && len(groups) == 0:
		o.unknown = "the group is not there"
	case err == nil:
		o, err = w.weigh(ctx, refs)
	}
	if err != nil {
		return outlook{}, fmt.Errorf("find what group %q would launch: %w", group, err)
	}
	w.outlooks[group] = o
	return o, nil
}

// images returns those that a group launches, as they are written: an id, resolve:ssm:..., or "".
func (r reader) images(ctx context.Context, g types.AutoScalingGroup) (refs []string, err error) {
	templates, refs := launchesBy(g)
	for _, t := range templates {
		found, err := r.templateImages(ctx, t)
		if err != nil {
			return nil, err
		}
		refs = append(refs, found...)
	}
	if g.LaunchConfigurationName != nil {
		found, err := r.configurationImages(ctx, *g.LaunchConfigurationName)
		return append(refs, found...), err
	}
	return refs, nil
}

// weigh judges images as they are written.
func (w witness) weigh(ctx context.Context, refs []string) (o outlook, err error) {
	for _, ref := range refs {
		v, image, err := w.resolve(ctx, ref)
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
