package world

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ripostehq/riposte/event"
)

// template is one launch template; version n stands at Versions[n-1], since versions are numbered in order.
type template struct {
	ID, Name, CreatedBy, Token string
	Created                    time.Time
	Default                    int
	Tags                       map[string]string
	Versions                   []*templateVersion
}

// templateVersion is one of them; it never changes.
type templateVersion struct {
	Number                 int
	Description, CreatedBy string
	Token                  string
	Created                time.Time
	Data                   launchData
}

// templateBy finds a template by id or by name.
func (r *region) templateBy(id, name *string) (*template, *refusal) {
	if id != nil && name != nil {
		return nil, refuse("InvalidParameterCombination", "The parameters launchTemplateId and launchTemplateName cannot be used together")
	}
	if id != nil {
		if t, ok := r.Templates[*id]; ok {
			return t, nil
		}
		return nil, refuse("InvalidLaunchTemplateId.NotFound", "The specified launch template, with template ID %s, does not exist.", *id)
	}
	for _, t := range r.Templates {
		if name != nil && t.Name == *name {
			return t, nil
		}
	}
	return nil, refuse("InvalidLaunchTemplateName.NotFoundException", "The specified launch template, with template name %s, does not exist.", aws.ToString(name))
}

// version finds $Default (also ""), $Latest or a number.
func (t *template) version(which string) (*templateVersion, *refusal) {
	n := t.Default
	switch which {
	case "", "$Default":
	case "$Latest":
		n = len(t.Versions)
	default:
		var err error
		if n, err = strconv.Atoi(which); err != nil {
			return nil, refuse("InvalidParameterValue", "Invalid launch template version: %s", which)
		}
	}
	if n < 1 || n > len(t.Versions) {
		return nil, refuse("InvalidLaunchTemplateId.VersionNotFound",
			"Could not find the specified version %d for the launch template with ID %s.", n, t.ID)
	}
	return t.Versions[n-1], nil
}

func (r *region) templateVersion(id, name *string, which string) (*template, *templateVersion, *refusal) {
	t, refused := r.templateBy(id, name)
	if refused != nil {
		return nil, nil, refused
	}
	v, refused := t.version(which)
	return t, v, refused
}

// mark are the tags by which AWS marks what was launched from a template.
func (t *template) mark(v *templateVersion) map[string]string {
	return map[string]string{"aws:ec2launchtemplate:id": t.ID, "aws:ec2launchtemplate:version": strconv.Itoa(v.Number)}
}

// resolveImage follows resolve:ssm:PARAMETER, which may carry a version or a label behind a further colon.
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/create-launch-template.html#use-an-ssm-parameter-instead-of-an-ami-id
func (s *state) resolveImage(p event.Place, id string) (string, *refusal) {
	name, ok := strings.CutPrefix(id, "resolve:ssm:")
	if !ok {
		return id, nil
	}
	v, ok := s.at(p).parameterValue(name)
	if !ok {
		return "", refuse("InvalidParameterValue", "The parameter %s could not be resolved", name)
	}
	return v, nil
}

func (r *region) templatesByName() []*template {
	return slices.SortedFunc(maps.Values(r.Templates), func(a, b *template) int { return strings.Compare(a.Name, b.Name) })
}
