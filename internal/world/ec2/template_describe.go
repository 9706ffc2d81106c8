package ec2

import (
	"slices"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"

	"github.com/ripostehq/riposte/internal/world/core"
)

func describeLaunchTemplates(c *core.Call, in *ec2.DescribeLaunchTemplatesInput) (*ec2.DescribeLaunchTemplatesOutput, *core.Refusal) {
	all := templatesByName(c.At)
	if len(in.LaunchTemplateIds)+len(in.LaunchTemplateNames) > 0 {
		all = nil
		for _, id := range in.LaunchTemplateIds {
			t, refused := TemplateBy(c.At, &id, nil)
			if refused != nil {
				return nil, refused
			}
			all = append(all, t)
		}
		for _, name := range in.LaunchTemplateNames {
			t, refused := TemplateBy(c.At, nil, &name)
			if refused != nil {
				return nil, refused
			}
			all = append(all, t)
		}
	}
	all, refused := core.Filter(all, in.Filters, templates.Filters)
	if refused != nil {
		return nil, refused
	}
	page, next, refused := core.Paged(all, in.NextToken, in.MaxResults)
	out := &ec2.DescribeLaunchTemplatesOutput{NextToken: next}
	for _, t := range page {
		out.LaunchTemplates = append(out.LaunchTemplates, *t.described())
	}
	return out, refused
}

// describeLaunchTemplateVersions lists versions of one template; without a template, the $Latest or $Default ones of all.
func describeLaunchTemplateVersions(c *core.Call, in *ec2.DescribeLaunchTemplateVersionsInput) (*ec2.DescribeLaunchTemplateVersionsOutput, *core.Refusal) {
	all, refused := versionsOf(c, in)
	if refused != nil {
		return nil, refused
	}
	all, refused = core.Filter(all, in.Filters, map[string]string{"image-id": "version.Data.Image", "is-default-version": "Default"})
	if refused != nil {
		return nil, refused
	}
	page, next, refused := core.Paged(all, in.NextToken, in.MaxResults)
	if refused != nil {
		return nil, refused
	}
	out := &ec2.DescribeLaunchTemplateVersionsOutput{NextToken: next}
	for _, v := range page {
		d := v.of.describedVersion(v.version)
		if aws.ToBool(in.ResolveAlias) && d.LaunchTemplateData.ImageId != nil {
			id, refused := resolveImage(c.At, *d.LaunchTemplateData.ImageId)
			if refused != nil {
				return nil, refused
			}
			d.LaunchTemplateData.ImageId = aws.String(id)
		}
		out.LaunchTemplateVersions = append(out.LaunchTemplateVersions, *d)
	}
	return out, nil
}

// versionOf is a version with its template.
type versionOf struct {
	of      *Template
	version *TemplateVersion
	Default bool
}

func versionsOf(c *core.Call, in *ec2.DescribeLaunchTemplateVersionsInput) ([]*versionOf, *core.Refusal) {
	templates := templatesByName(c.At)
	if in.LaunchTemplateId != nil || in.LaunchTemplateName != nil {
		t, refused := TemplateBy(c.At, in.LaunchTemplateId, in.LaunchTemplateName)
		if refused != nil {
			return nil, refused
		}
		templates = []*Template{t}
	} else if len(in.Versions) == 0 {
		return nil, core.Refuse("MissingParameter", "Either a launch template ID or a launch template name must be specified.")
	}
	var all []*versionOf
	for _, t := range templates {
		which := in.Versions
		if len(which) == 0 {
			for _, v := range slices.Backward(t.Versions) { // the newest first, as AWS does
				if v.Deleted {
					continue
				}
				which = append(which, strconv.Itoa(v.Number))
			}
		}
		for _, w := range which {
			v, refused := t.Version(w)
			if refused != nil {
				return nil, refused
			}
			all = append(all, &versionOf{t, v, v.Number == t.Default})
		}
	}
	return inRange(all, in.MinVersion, in.MaxVersion)
}

func inRange(all []*versionOf, least, most *string) ([]*versionOf, *core.Refusal) {
	for _, bound := range []struct {
		text *string
		out  func(v, n int) bool
	}{{least, func(v, n int) bool { return v < n }}, {most, func(v, n int) bool { return v > n }}} {
		if bound.text == nil {
			continue
		}
		n, err := strconv.Atoi(*bound.text)
		if err != nil {
			return nil, core.Refuse("InvalidParameterValue", "Invalid launch template version: %s", *bound.text)
		}
		all = slices.DeleteFunc(all, func(v *versionOf) bool { return bound.out(v.version.Number, n) })
	}
	return all, nil
}
