package ec2

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"

	"github.com/ripostehq/riposte/internal/world/core"
	"github.com/ripostehq/riposte/internal/world/ssm"
)

// Template is one launch template; version n stands at Versions[n-1], since versions are numbered in order.
type Template struct {
	ID, Name, CreatedBy, Token string
	Created                    time.Time
	Default                    int
	Tags                       map[string]string
	Versions                   []*TemplateVersion
}

// TemplateVersion is one of them; it never changes, but to be deleted.
type TemplateVersion struct {
	Deleted                bool
	Number                 int
	Description, CreatedBy string
	Token                  string
	Created                time.Time
	Data                   Launch
}

var templates = core.Shelf[Template]{
	Kind: "ec2.launch-template", ID: "ID",
	Missing: core.Missing("InvalidLaunchTemplateId.NotFound", "The specified launch template, with template ID %s, does not exist."),
	Filters: map[string]string{"launch-template-name": "Name", "tag": "Tags", "tag-key": "Tags"},
}

// Templates are those of all places.
func Templates() *core.Shelf[Template] { return &templates }

func templateResource() core.Resource {
	return core.Resource{Shelf: &templates, Operations: []core.Operation{
		core.Define(core.Spec[ec2.CreateLaunchTemplateInput, ec2.CreateLaunchTemplateOutput]{
			Write: true, Basis: "record: a recorded one",
			Knows: "LaunchTemplateName VersionDescription ClientToken TagSpecifications" + templateParameters,
			Needs: func(c *core.Call, _ *ec2.CreateLaunchTemplateInput) []core.Need {
				return c.On(c.ARN("ec2", "launch-template/*"))
			},
			Answer: createLaunchTemplate, Request: queried[ec2.CreateLaunchTemplateInput],
			Response: func(c *core.Call, out *ec2.CreateLaunchTemplateOutput) any {
				return shownTemplate(c, out.LaunchTemplate)
			},
		}),
		core.Define(core.Spec[ec2.CreateLaunchTemplateVersionInput, ec2.CreateLaunchTemplateVersionOutput]{
			Write: true, Basis: "record: by analogy with CreateLaunchTemplate, unverified",
			Knows: "LaunchTemplateId LaunchTemplateName SourceVersion VersionDescription ClientToken" + templateParameters,
			Needs: ofTemplate[ec2.CreateLaunchTemplateVersionInput], Answer: createLaunchTemplateVersion,
			Request: queried[ec2.CreateLaunchTemplateVersionInput],
			Response: func(c *core.Call, out *ec2.CreateLaunchTemplateVersionOutput) any {
				return templateResponse(c, core.Fields{"launchTemplateVersion": shown(out.LaunchTemplateVersion, out.LaunchTemplateVersion.CreateTime)})
			},
		}),
		core.Define(core.Spec[ec2.ModifyLaunchTemplateInput, ec2.ModifyLaunchTemplateOutput]{
			Write: true, Basis: "record: wrappers as in public event patterns, SetDefaultVersion unverified",
			Knows: "LaunchTemplateId LaunchTemplateName DefaultVersion ClientToken", Needs: ofTemplate[ec2.ModifyLaunchTemplateInput],
			Answer: modifyLaunchTemplate, Request: queried[ec2.ModifyLaunchTemplateInput],
			Response: func(c *core.Call, out *ec2.ModifyLaunchTemplateOutput) any {
				return shownTemplate(c, out.LaunchTemplate)
			},
		}),
		core.Define(core.Spec[ec2.DeleteLaunchTemplateVersionsInput, ec2.DeleteLaunchTemplateVersionsOutput]{
			Write: true, Basis: "record: by analogy with CreateLaunchTemplate, unverified", Knows: "LaunchTemplateId LaunchTemplateName Versions",
			Needs: ofTemplate[ec2.DeleteLaunchTemplateVersionsInput], Answer: deleteLaunchTemplateVersions, Request: queried[ec2.DeleteLaunchTemplateVersionsInput],
			Response: func(c *core.Call, out *ec2.DeleteLaunchTemplateVersionsOutput) any {
				return templateResponse(c, core.Camel(out).(core.Fields))
			},
		}),
		core.Define(core.Spec[ec2.DescribeLaunchTemplatesInput, ec2.DescribeLaunchTemplatesOutput]{
			Knows: "LaunchTemplateIds LaunchTemplateNames Filters MaxResults NextToken", Answer: describeLaunchTemplates,
		}),
		core.Define(core.Spec[ec2.DescribeLaunchTemplateVersionsInput, ec2.DescribeLaunchTemplateVersionsOutput]{
			Knows:  "LaunchTemplateId LaunchTemplateName Versions MinVersion MaxVersion Filters ResolveAlias MaxResults NextToken",
			Answer: describeLaunchTemplateVersions,
		}),
	}}
}

// TemplateBy finds a template by id or by name.
func TemplateBy(at core.At, id, name *string) (*Template, *core.Refusal) {
	if id != nil && name != nil {
		return nil, core.Refuse("InvalidParameterCombination", "The parameters launchTemplateId and launchTemplateName cannot be used together")
	}
	if id != nil {
		return templates.Find(at, id)
	}
	for _, t := range templates.Of(at) {
		if name != nil && t.Name == *name {
			return t, nil
		}
	}
	return nil, core.Refuse("InvalidLaunchTemplateName.NotFoundException", "The specified launch template, with template name %s, does not exist.", aws.ToString(name))
}

// Version finds $Default (also ""), $Latest or a number.
func (t *Template) Version(which string) (*TemplateVersion, *core.Refusal) {
	n := t.Default
	switch which {
	case "", "$Default":
	case "$Latest":
		n = t.latest()
	default:
		var err error
		if n, err = strconv.Atoi(which); err != nil {
			return nil, core.Refuse("InvalidParameterValue", "Invalid launch template version: %s", which)
		}
	}
	if n < 1 || n > len(t.Versions) || t.Versions[n-1].Deleted {
		return nil, core.Refuse("InvalidLaunchTemplateId.VersionNotFound",
			"Could not find the specified version %d for the launch template with ID %s.", n, t.ID)
	}
	return t.Versions[n-1], nil
}

func VersionBy(at core.At, id, name *string, which string) (*Template, *TemplateVersion, *core.Refusal) {
	t, refused := TemplateBy(at, id, name)
	if refused != nil {
		return nil, nil, refused
	}
	v, refused := t.Version(which)
	return t, v, refused
}

// resolveImage follows resolve:ssm:PARAMETER, which may carry a version or a label behind a further colon.
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/create-launch-template.html#use-an-ssm-parameter-instead-of-an-ami-id
func resolveImage(at core.At, id string) (string, *core.Refusal) {
	name, ok := strings.CutPrefix(id, "resolve:ssm:")
	if !ok {
		return id, nil
	}
	v, ok := ssm.Value(at, name)
	if !ok {
		return "", core.Refuse("InvalidParameterValue", "The parameter %s could not be resolved", name)
	}
	return v, nil
}

func templatesByName(at core.At) []*Template {
	return slices.SortedFunc(maps.Values(templates.Of(at)), func(a, b *Template) int { return strings.Compare(a.Name, b.Name) })
}

type templateEstate struct {
	ID       string   `yaml:"id"`
	Name     string   `yaml:"name"`
	Default  int      `yaml:"default"` // 1
	Versions []Launch `yaml:"versions"`
}

func (e templateEstate) build(at core.At) error {
	if len(e.Versions) == 0 {
		return fmt.Errorf("template %s has no version", e.Name)
	}
	since, root := at.Now.Add(-settled), at.Global().ARN("iam", "root")
	if e.ID == "" {
		e.ID = at.ResourceID("lt")
	}
	t := templates.Put(at, &Template{ID: e.ID, Name: e.Name, Created: since, Default: max(e.Default, 1), CreatedBy: root})
	for n, v := range e.Versions {
		t.Versions = append(t.Versions, &TemplateVersion{Number: n + 1, Created: since, CreatedBy: root, Data: v})
	}
	if _, refused := t.Version("$Default"); refused != nil {
		return fmt.Errorf("template %s: no version %d", e.Name, t.Default)
	}
	return nil
}
