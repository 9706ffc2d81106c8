package world

import (
	"slices"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
)

func describeLaunchTemplates(c *call, in *ec2.DescribeLaunchTemplatesInput) (*ec2.DescribeLaunchTemplatesOutput, *refusal) {
	r := c.at(c.place)
	all := r.templatesByName()
	if len(in.LaunchTemplateIds)+len(in.LaunchTemplateNames) > 0 {
		all = nil
		for _, id := range in.LaunchTemplateIds {
			t, refused := r.templateBy(&id, nil)
			if refused != nil {
				return nil, refused
			}
			all = append(all, t)
		}
		for _, name := range in.LaunchTemplateNames {
			t, refused := r.templateBy(nil, &name)
			if refused != nil {
				return nil, refused
			}
			all = append(all, t)
		}
	}
	all, refused := filtered(all, in.Filters, templateField)
	if refused != nil {
		return nil, refused
	}
	page, next, refused := paged(all, in.NextToken, in.MaxResults)
	out := &ec2.DescribeLaunchTemplatesOutput{NextToken: next}
	for _, t := range page {
		out.LaunchTemplates = append(out.LaunchTemplates, *t.described())
	}
	return out, refused
}

func templateField(t *template, filter string) ([]string, bool) {
	if filter == "launch-template-name" {
		return []string{t.Name}, true
	}
	return tagField(t.Tags, filter)
}

// describeLaunchTemplateVersions lists versions of one template; without a template, the $Latest or $Default ones of all.
func describeLaunchTemplateVersions(c *call, in *ec2.DescribeLaunchTemplateVersionsInput) (*ec2.DescribeLaunchTemplateVersionsOutput, *refusal) {
	all, refused := c.versionsOf(in)
	if refused != nil {
		return nil, refused
	}
	all, refused = filtered(all, in.Filters, versionField)
	if refused != nil {
		return nil, refused
	}
	page, next, refused := paged(all, in.NextToken, in.MaxResults)
	if refused != nil {
		return nil, refused
	}
	out := &ec2.DescribeLaunchTemplateVersionsOutput{NextToken: next}
	for _, v := range page {
		d := v.of.describedVersion(v.version)
		if aws.ToBool(in.ResolveAlias) && d.LaunchTemplateData.ImageId != nil {
			id, refused := c.resolveImage(c.place, *d.LaunchTemplateData.ImageId)
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
	of      *template
	version *templateVersion
}

func (c *call) versionsOf(in *ec2.DescribeLaunchTemplateVersionsInput) ([]*versionOf, *refusal) {
	templates := c.at(c.place).templatesByName()
	if in.LaunchTemplateId != nil || in.LaunchTemplateName != nil {
		t, refused := c.at(c.place).templateBy(in.LaunchTemplateId, in.LaunchTemplateName)
		if refused != nil {
			return nil, refused
		}
		templates = []*template{t}
	} else if len(in.Versions) == 0 {
		return nil, refuse("MissingParameter", "Either a launch template ID or a launch template name must be specified.")
	}
	var all []*versionOf
	for _, t := range templates {
		which := in.Versions
		if len(which) == 0 {
			for _, v := range slices.Backward(t.Versions) { // the newest first, as AWS does
				which = append(which, strconv.Itoa(v.Number))
			}
		}
		for _, w := range which {
			v, refused := t.version(w)
			if refused != nil {
				return nil, refused
			}
			all = append(all, &versionOf{t, v})
		}
	}
	return inRange(all, in.MinVersion, in.MaxVersion)
}

func inRange(all []*versionOf, least, most *string) ([]*versionOf, *refusal) {
	for _, bound := range []struct {
		text *string
		out  func(v, n int) bool
	}{{least, func(v, n int) bool { return v < n }}, {most, func(v, n int) bool { return v > n }}} {
		if bound.text == nil {
			continue
		}
		n, err := strconv.Atoi(*bound.text)
		if err != nil {
			return nil, refuse("InvalidParameterValue", "Invalid launch template version: %s", *bound.text)
		}
		all = slices.DeleteFunc(all, func(v *versionOf) bool { return bound.out(v.version.Number, n) })
	}
	return all, nil
}

func versionField(v *versionOf, filter string) ([]string, bool) {
	if v.version == nil {
		v = &versionOf{&template{}, &templateVersion{}}
	}
	switch filter {
	case "image-id":
		return []string{v.version.Data.Image}, true
	case "is-default-version":
		return []string{strconv.FormatBool(v.version.Number == v.of.Default)}, true
	}
	return nil, false
}
