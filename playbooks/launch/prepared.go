package launch

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/playbook"
	"github.com/ripostehq/riposte/playbooks/request"
)

// prepared are the facts about something that would launch an unapproved image.
type prepared struct {
	Name    string   `json:",omitempty"` // of the template
	Default int64    `json:",omitempty"` // version, when checked
	Bad     []broken `json:",omitempty"` // what would be launched, and why it may not be
	Back    int64    `json:",omitempty"` // the version to make the default again, 0: none, or not needed
	Guess   bool     `json:",omitempty"` // nothing shows that Back was the default before
	Groups  []string `json:",omitempty"` // whose Launch has to be suspended
	Follow  []string `json:",omitempty"` // groups that moving the default back helps
	Refresh bool     `json:",omitempty"` // an instance refresh brings it, which has to stop as well
	Checked bool     `json:",omitempty"`

	At time.Time // of the call
	By string    `json:",omitempty"` // who called
}

// broken is one version (0: a launch configuration, which has none) with its image.
type broken struct {
	Version int64 `json:",omitempty"`
	Image   string
	Breaks  string
	Doubt   string `json:",omitempty"` // why it may have been fit before somebody changed it
}

// doubt is why a person must agree to what is done, "" where something that is certain calls for it.
func (f prepared) doubt() (why string) {
	for _, b := range f.Bad {
		if why = b.Doubt; why == "" {
			return ""
		}
	}
	return why
}

// suspectTemplate looks at every change of what may be launched. What it launches is not to be had from the event alone:
// a version may inherit its image, name it through a parameter, or be followed by nobody.
func suspectTemplate(e event.Event, _ ImagePolicy) []playbook.Suspect[prepared] {
	in, out := request.Of(e), request.Answer(e)
	switch call.OfEvent(e) {
	case call.EC2CreateLaunchTemplate, call.EC2ModifyLaunchTemplate:
		return changedTemplate(e, in, out.At("launchTemplate"))
	case call.EC2CreateLaunchTemplateVersion:
		return changedTemplate(e, in, out.At("launchTemplateVersion"))
	case call.AutoScalingCreateLaunchConfiguration:
		return changed(e, event.LaunchConfiguration, in.Named("launchConfigurationName").Scalar(), "")
	case call.AutoScalingCreateAutoScalingGroup, call.AutoScalingUpdateAutoScalingGroup:
		return changedGroup(e, in)
	case call.AutoScalingStartInstanceRefresh:
		return refreshed(e, in)
	case call.SSMPutParameter, call.SSMLabelParameterVersion:
		return changedParameter(e, in)
	}
	return nil
}

// refreshed is about what an instance refresh brings along: it becomes the group's own only when all is replaced by it.
func refreshed(e event.Event, in request.Value) []playbook.Suspect[prepared] {
	desired, group := in.At("desiredConfiguration"), in.At("autoScalingGroupName").Scalar()
	if len(templatesNamed(desired)) == 0 && !overridden(desired) {
		return nil
	}
	out := changed(e, event.Group, group, group)
	for i := range out {
		out[i].Facts.Refresh = true
	}
	return out
}

// overridden reports whether a mixed-instances policy names images itself, over its templates'.
func overridden(in request.Value) bool {
	return slices.ContainsFunc(in.At("mixedInstancesPolicy", "launchTemplate", "overrides").Items(), func(o request.Value) bool {
		return o.Named("imageId").Scalar() != ""
	})
}

// changedTemplate prefers the id, which the answer has; the question may have the name only.
func changedTemplate(e event.Event, in, answer request.Value) []playbook.Suspect[prepared] {
	for _, id := range []request.Value{answer.Named("launchTemplateId"), in.Named("launchTemplateId"), in.Named("launchTemplateName")} {
		if id.Text() != "" {
			return changed(e, event.LaunchTemplate, id.Text(), "")
		}
	}
	return nil
}

// changedGroup is about the templates or the configuration that the call names. One that names none (new sizes) changes
// nothing of what is launched, except where a new group takes after an instance.
func changedGroup(e event.Event, in request.Value) (out []playbook.Suspect[prepared]) {
	group := in.At("autoScalingGroupName").Scalar()
	for _, t := range templatesNamed(in) {
		for _, s := range changed(e, event.LaunchTemplate, t, group) {
			if !slices.ContainsFunc(out, func(o playbook.Suspect[prepared]) bool { return o.Resource == s.Resource }) {
				out = append(out, s)
			}
		}
	}
	if c := in.At("launchConfigurationName").Scalar(); c != "" {
		out = append(out, changed(e, event.LaunchConfiguration, c, group)...)
	}
	if overridden(in) || len(out) == 0 && in.At("instanceId").Scalar() != "" {
		out = append(out, changed(e, event.Group, group, group)...)
	}
	return out
}

// templatesNamed are the ids, or else the names, of the templates in a group's parameters.
func templatesNamed(in request.Value) (out []string) {
	mixed := in.At("mixedInstancesPolicy", "launchTemplate")
	specs := []request.Value{in.At("launchTemplate"), mixed.At("launchTemplateSpecification")}
	for _, o := range mixed.At("overrides").Items() {
		specs = append(specs, o.At("launchTemplateSpecification"))
	}
	for _, s := range specs {
		if id := s.At("launchTemplateId").Scalar(); id != "" {
			out = append(out, id)
		} else if name := s.At("launchTemplateName").Scalar(); name != "" {
			out = append(out, name)
		}
	}
	return out
}

// changedParameter leaves out what can't name an image: a template resolves plain strings only.
func changedParameter(e event.Event, in request.Value) []playbook.Suspect[prepared] {
	kind, data := in.At("type").Scalar(), in.At("dataType").Scalar()
	if kind == "SecureString" || kind == "StringList" || data != "" && data != "text" && data != "aws:ec2:image" {
		return nil
	}
	return changed(e, event.Parameter, parameterName(in.At("name").Scalar()), "")
}

// parameterName is a parameter's name, of resolve:ssm:NAME:VERSION, of an ARN, or of itself.
func parameterName(ref string) string {
	ref = strings.TrimPrefix(ref, "resolve:ssm:")
	if strings.HasPrefix(ref, "arn:") {
		_, ref, _ = strings.Cut(ref, ":parameter")
	}
	ref, _, _ = strings.Cut(ref, ":")
	return ref
}

// changed is one suspect; nothing where the record does not name it.
func changed(e event.Event, kind, id, group string) []playbook.Suspect[prepared] {
	if id == "" {
		return nil
	}
	s := playbook.Suspect[prepared]{Resource: e.Place().In(kind, id), Title: fmt.Sprintf("%s changes what %s %s launches", e.Name, words(kind), id)}
	s.Facts.At, s.Facts.By = e.Time, principal(e.Actor.ARN)
	if group != "" {
		s.Facts.Groups = []string{group}
	}
	return []playbook.Suspect[prepared]{s}
}

// words are what people call a type of resource.
func words(kind string) string {
	switch kind {
	case event.LaunchTemplate:
		return "launch template"
	case event.LaunchConfiguration:
		return "launch configuration"
	case event.Parameter:
		return "whoever reads parameter"
	}
	return "group"
}
