package ec2

import (
	"reflect"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ripostehq/riposte/internal/world/core"
)

func createLaunchTemplate(c *core.Call, in *ec2.CreateLaunchTemplateInput) (*ec2.CreateLaunchTemplateOutput, *core.Refusal) {
	if t, refused := TemplateBy(c.At, nil, in.LaunchTemplateName); refused == nil {
		if t.Token != "" && t.Token == aws.ToString(in.ClientToken) {
			return &ec2.CreateLaunchTemplateOutput{LaunchTemplate: t.described()}, nil
		}
		return nil, core.Refuse("InvalidLaunchTemplateName.AlreadyExistsException", "Launch template name already in use.")
	}
	d, refused := fromTemplate(c, in.LaunchTemplateData)
	if refused != nil {
		return nil, refused
	}
	t := &Template{
		ID: c.ResourceID("lt"), Name: aws.ToString(in.LaunchTemplateName), Token: aws.ToString(in.ClientToken), Created: c.Now,
		CreatedBy: c.By.ARN, Default: 1, Tags: map[string]string{},
	}
	for _, s := range in.TagSpecifications {
		if s.ResourceType == types.ResourceTypeLaunchTemplate {
			for _, tag := range s.Tags {
				t.Tags[aws.ToString(tag.Key)] = aws.ToString(tag.Value)
			}
		}
	}
	addVersion(c, t, d, in.VersionDescription, "")
	templates.Put(c.At, t)
	return &ec2.CreateLaunchTemplateOutput{LaunchTemplate: t.described()}, nil
}

// createLaunchTemplateVersion adds a version, on top of a source version where one is named.
func createLaunchTemplateVersion(c *core.Call, in *ec2.CreateLaunchTemplateVersionInput) (*ec2.CreateLaunchTemplateVersionOutput, *core.Refusal) {
	t, refused := TemplateBy(c.At, in.LaunchTemplateId, in.LaunchTemplateName)
	if refused != nil {
		return nil, refused
	}
	for _, v := range t.Versions {
		if v.Token != "" && v.Token == aws.ToString(in.ClientToken) && !v.Deleted { // of a deleted one: unverified
			return &ec2.CreateLaunchTemplateVersionOutput{LaunchTemplateVersion: t.describedVersion(v)}, nil
		}
	}
	d, refused := fromTemplate(c, in.LaunchTemplateData)
	if refused != nil {
		return nil, refused
	}
	if in.SourceVersion != nil {
		source, refused := t.Version(*in.SourceVersion)
		if refused != nil {
			return nil, refused
		}
		d = d.over(source.Data)
	}
	v := addVersion(c, t, d, in.VersionDescription, aws.ToString(in.ClientToken))
	return &ec2.CreateLaunchTemplateVersionOutput{LaunchTemplateVersion: t.describedVersion(v)}, nil
}

func addVersion(c *core.Call, t *Template, d Launch, description *string, token string) *TemplateVersion {
	v := &TemplateVersion{
		Number: len(t.Versions) + 1, Description: aws.ToString(description), CreatedBy: c.By.ARN, Created: c.Now, Token: token, Data: d,
	}
	t.Versions = append(t.Versions, v)
	return v
}

func modifyLaunchTemplate(c *core.Call, in *ec2.ModifyLaunchTemplateInput) (*ec2.ModifyLaunchTemplateOutput, *core.Refusal) {
	t, refused := TemplateBy(c.At, in.LaunchTemplateId, in.LaunchTemplateName)
	if refused != nil {
		return nil, refused
	}
	if in.DefaultVersion != nil {
		v, refused := t.Version(*in.DefaultVersion)
		if refused != nil {
			return nil, refused
		}
		t.Default = v.Number
	}
	return &ec2.ModifyLaunchTemplateOutput{LaunchTemplate: t.described()}, nil
}

func (t *Template) described() *types.LaunchTemplate {
	return &types.LaunchTemplate{
		LaunchTemplateId: aws.String(t.ID), LaunchTemplateName: aws.String(t.Name), CreateTime: aws.Time(t.Created),
		CreatedBy: aws.String(t.CreatedBy), DefaultVersionNumber: aws.Int64(int64(t.Default)),
		LatestVersionNumber: aws.Int64(int64(t.latest())), Tags: TagsOf(t.Tags),
	}
}

func (t *Template) describedVersion(v *TemplateVersion) *types.LaunchTemplateVersion {
	return &types.LaunchTemplateVersion{
		LaunchTemplateId: aws.String(t.ID), LaunchTemplateName: aws.String(t.Name), VersionNumber: aws.Int64(int64(v.Number)),
		DefaultVersion: aws.Bool(v.Number == t.Default), CreateTime: aws.Time(v.Created), CreatedBy: aws.String(v.CreatedBy),
		VersionDescription: core.Optional(v.Description), LaunchTemplateData: v.Data.response(),
	}
}

// ofTemplate is the right to do something with the template that a call names.
func ofTemplate[I any](c *core.Call, in *I) []core.Need {
	resource, v := "launch-template/*", reflect.ValueOf(in).Elem()
	id, name := v.FieldByName("LaunchTemplateId").Interface().(*string), v.FieldByName("LaunchTemplateName").Interface().(*string)
	if t, refused := TemplateBy(c.At, id, name); refused == nil {
		resource = "launch-template/" + t.ID
	}
	return c.On(c.ARN("ec2", resource))
}

// templateResponse is the response of calls on templates: the query protocol's own XML in JSON.
func templateResponse(c *core.Call, content core.Fields) core.Fields {
	content["requestId"], content["xmlns"] = c.RequestID, "http://ec2.amazonaws.com/doc/2016-11-15/"
	return core.Fields{c.Name + "Response": content}
}

// shown is a template, or a version, in a response.
func shown(x any, created *time.Time) core.Fields {
	f := core.Camel(x).(core.Fields)
	f["createTime"] = core.Milliseconds(*created)
	if d, ok := f["launchTemplateData"].(core.Fields); ok && d["userData"] != nil {
		d["userData"] = core.Hidden
	}
	return f
}

func shownTemplate(c *core.Call, t *types.LaunchTemplate) core.Fields {
	f := shown(t, t.CreateTime)
	delete(f, "tags")
	f["operator"] = core.Fields{"managed": false}
	return templateResponse(c, core.Fields{"launchTemplate": f})
}
