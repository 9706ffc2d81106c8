package launch

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/playbook"
	"github.com/ripostehq/riposte/playbooks/request"
)

// suspectTemplate looks at every change of what may be launched. What it launches is not to be had from the event alone:
// a version may inherit its image, name it through a parameter, or be followed by no group.
func suspectTemplate(e event.Event, _ ImagePolicy) []playbook.Suspect[prepared] {
	in, out := request.Of(e), request.Answer(e)
	switch call.OfEvent(e) {
	case call.EC2CreateLaunchTemplate, call.EC2ModifyLaunchTemplate, call.EC2CreateLaunchTemplateVersion:
		made := out.At("launchTemplate")
		if call.OfEvent(e) == call.EC2CreateLaunchTemplateVersion {
			made = out.At("launchTemplateVersion")
		}
		// The id, which the answer has; the question may have the name only.
		id := cmp.Or(made.Named("launchTemplateId").Text(), in.Named("launchTemplateId").Text(), in.Named("launchTemplateName").Text())
		return changed(e, event.LaunchTemplate, id, "")
	case call.AutoScalingCreateLaunchConfiguration:
		return changed(e, event.LaunchConfiguration, in.Named("launchConfigurationName").Scalar(), "")
	case call.AutoScalingCreateAutoScalingGroup, call.AutoScalingUpdateAutoScalingGroup:
		return changedGroup(e, in)
	case call.AutoScalingStartInstanceRefresh:
		// What the refresh brings along becomes the group's own only when all is replaced by it.
		templates, images := named(in.At("desiredConfiguration"))
		if len(templates) == 0 && !images {
			return nil
		}
		group := in.At("autoScalingGroupName").Scalar()
		found := changed(e, event.Group, group, group)
		for i := range found {
			found[i].Facts.Refresh = true
		}
		return found
	case call.SSMPutParameter, call.SSMLabelParameterVersion:
		kind, data := in.At("type").Scalar(), in.At("dataType").Scalar()
		if kind == "SecureString" || kind == "StringList" || data != "" && data != "text" && data != "aws:ec2:image" {
			return nil // it can't name an image: a template resolves plain strings only
		}
		return changed(e, event.Parameter, parameterName(in.At("name").Scalar()), "")
	}
	return nil
}

// changedGroup is about the templates or the configuration that the call names. One that names none (new sizes) changes
// nothing of what is launched, except where a new group takes after an instance.
func changedGroup(e event.Event, in request.Value) (out []playbook.Suspect[prepared]) {
	group := in.At("autoScalingGroupName").Scalar()
	templates, images := named(in)
	for _, t := range templates {
		for _, s := range changed(e, event.LaunchTemplate, t, group) {
			if !slices.ContainsFunc(out, func(o playbook.Suspect[prepared]) bool { return o.Resource == s.Resource }) {
				out = append(out, s)
			}
		}
	}
	if c := in.At("launchConfigurationName").Scalar(); c != "" {
		out = append(out, changed(e, event.LaunchConfiguration, c, group)...)
	}
	if images || len(out) == 0 && in.At("instanceId").Scalar() != "" {
		out = append(out, changed(e, event.Group, group, group)...)
	}
	return out
}

// named returns the ids, or else the names, of the templates in a group's parameters, and whether a mixed-instances policy names
// images itself, over its templates'.
func named(in request.Value) (templates []string, images bool) {
	mixed := in.At("mixedInstancesPolicy", "launchTemplate")
	specs := []request.Value{in.At("launchTemplate"), mixed.At("launchTemplateSpecification")}
	for _, o := range mixed.At("overrides").Items() {
		specs = append(specs, o.At("launchTemplateSpecification"))
		images = images || o.Named("imageId").Scalar() != ""
	}
	for _, s := range specs {
		if t := cmp.Or(s.At("launchTemplateId").Scalar(), s.At("launchTemplateName").Scalar()); t != "" {
			templates = append(templates, t)
		}
	}
	return templates, images
}

// parameterName returns a parameter's name, of resolve:ssm:NAME:VERSION, of an ARN, or of itself.
func parameterName(ref string) string {
	ref = strings.TrimPrefix(ref, "resolve:ssm:")
	if strings.HasPrefix(ref, "arn:") {
		_, ref, _ = strings.Cut(ref, ":parameter")
	}
	ref, _, _ = strings.Cut(ref, ":")
	return ref
}

// changed makes one suspect; none where the record does not name it.
func changed(e event.Event, kind, id, group string) []playbook.Suspect[prepared] {
	if id == "" {
		return nil
	}
	what := "group"
	switch kind {
	case event.LaunchTemplate:
		what = "launch template"
	case event.LaunchConfiguration:
		what = "launch configuration"
	case event.Parameter:
		what = "a reader of parameter"
	}
	s := playbook.Suspect[prepared]{Resource: e.Place().In(kind, id), Title: fmt.Sprintf("%s changes what %s %s launches", e.Name, what, id)}
	s.Facts.At, s.Facts.By = e.Time, principal(e.Actor.ARN)
	if group != "" {
		s.Facts.Groups = []string{group}
	}
	return []playbook.Suspect[prepared]{s}
}
