package world

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

func createLaunchTemplate(c *call, in *ec2.CreateLaunchTemplateInput) (*ec2.CreateLaunchTemplateOutput, *refusal) {
	r := c.at(c.place)
	if t, refused := r.templateBy(nil, in.LaunchTemplateName); refused == nil {
		if t.Token != "" && t.Token == aws.ToString(in.ClientToken) {
			return &ec2.CreateLaunchTemplateOutput{LaunchTemplate: t.described()}, nil
		}
		return nil, refuse("InvalidLaunchTemplateName.AlreadyExistsException", "Launch template name already in use.")
	}
	d, refused := c.fromTemplate(in.LaunchTemplateData)
	if refused != nil {
		return nil, refused
	}
	t := &template{
		ID: c.resourceID("lt"), Name: aws.ToString(in.LaunchTemplateName), Token: aws.ToString(in.ClientToken), Created: c.Now,
		CreatedBy: c.by.arn, Default: 1, Tags: map[string]string{},
	}
	for _, s := range in.TagSpecifications {
		if s.ResourceType == types.ResourceTypeLaunchTemplate {
			for _, tag := range s.Tags {
				t.Tags[aws.ToString(tag.Key)] = aws.ToString(tag.Value)
			}
		}
	}
	c.addVersion(t, d, in.VersionDescription, "")
	r.Templates[t.ID] = t
	return &ec2.CreateLaunchTemplateOutput{LaunchTemplate: t.described()}, nil
}

// createLaunchTemplateVersion adds a version, on top of a source version where one is named.
func createLaunchTemplateVersion(c *call, in *ec2.CreateLaunchTemplateVersionInput) (*ec2.CreateLaunchTemplateVersionOutput, *refusal) {
	t, refused := c.at(c.place).templateBy(in.LaunchTemplateId, in.LaunchTemplateName)
	if refused != nil {
		return nil, refused
	}
	for _, v := range t.Versions {
		if v.Token != "" && v.Token == aws.ToString(in.ClientToken) {
			return &ec2.CreateLaunchTemplateVersionOutput{LaunchTemplateVersion: t.describedVersion(v)}, nil
		}
	}
	d, refused := c.fromTemplate(in.LaunchTemplateData)
	if refused != nil {
		return nil, refused
	}
	if in.SourceVersion != nil {
		source, refused := t.version(*in.SourceVersion)
		if refused != nil {
			return nil, refused
		}
		d = d.over(source.Data)
	}
	v := c.addVersion(t, d, in.VersionDescription, aws.ToString(in.ClientToken))
	return &ec2.CreateLaunchTemplateVersionOutput{LaunchTemplateVersion: t.describedVersion(v)}, nil
}

func (c *call) addVersion(t *template, d launchData, description *string, token string) *templateVersion {
	v := &templateVersion{
		Number: len(t.Versions) + 1, Description: aws.ToString(description), CreatedBy: c.by.arn, Created: c.Now, Token: token, Data: d,
	}
	t.Versions = append(t.Versions, v)
	return v
}

func modifyLaunchTemplate(c *call, in *ec2.ModifyLaunchTemplateInput) (*ec2.ModifyLaunchTemplateOutput, *refusal) {
	t, refused := c.at(c.place).templateBy(in.LaunchTemplateId, in.LaunchTemplateName)
	if refused != nil {
		return nil, refused
	}
	if in.DefaultVersion != nil {
		v, refused := t.version(*in.DefaultVersion)
		if refused != nil {
			return nil, refused
		}
		t.Default = v.Number
	}
	return &ec2.ModifyLaunchTemplateOutput{LaunchTemplate: t.described()}, nil
}

func (t *template) described() *types.LaunchTemplate {
	return &types.LaunchTemplate{
		LaunchTemplateId: aws.String(t.ID), LaunchTemplateName: aws.String(t.Name), CreateTime: aws.Time(t.Created),
		CreatedBy: aws.String(t.CreatedBy), DefaultVersionNumber: aws.Int64(int64(t.Default)),
		LatestVersionNumber: aws.Int64(int64(len(t.Versions))), Tags: tagsOf(t.Tags),
	}
}

func (t *template) describedVersion(v *templateVersion) *types.LaunchTemplateVersion {
	return &types.LaunchTemplateVersion{
		LaunchTemplateId: aws.String(t.ID), LaunchTemplateName: aws.String(t.Name), VersionNumber: aws.Int64(int64(v.Number)),
		DefaultVersion: aws.Bool(v.Number == t.Default), CreateTime: aws.Time(v.Created), CreatedBy: aws.String(v.CreatedBy),
		VersionDescription: optional(v.Description), LaunchTemplateData: v.Data.response(),
	}
}

// onTemplate asks for an action on one template.
func (c *call) onTemplate(action string, id, name *string) []need {
	resource := "launch-template/*"
	if t, refused := c.at(c.place).templateBy(id, name); refused == nil {
		resource = "launch-template/" + t.ID
	}
	return on("ec2:"+action, c.arn(c.place, "ec2", resource))
}

// templateResponse is the response of calls on templates: the query protocol's own XML in JSON.
func (c *call) templateResponse(content fields) fields {
	content["requestId"], content["xmlns"] = c.requestID, "http://ec2.amazonaws.com/doc/2016-11-15/"
	return fields{c.name + "Response": content}
}

func templateFields(t *types.LaunchTemplate) fields {
	return fields{
		"launchTemplateId": *t.LaunchTemplateId, "launchTemplateName": *t.LaunchTemplateName, "createTime": milliseconds(*t.CreateTime),
		"createdBy": *t.CreatedBy, "defaultVersionNumber": *t.DefaultVersionNumber, "latestVersionNumber": *t.LatestVersionNumber,
		"operator": fields{"managed": false},
	}
}

func versionFields(v *types.LaunchTemplateVersion) fields {
	f := fields{
		"launchTemplateId": *v.LaunchTemplateId, "launchTemplateName": *v.LaunchTemplateName, "versionNumber": *v.VersionNumber,
		"defaultVersion": *v.DefaultVersion, "createTime": milliseconds(*v.CreateTime), "createdBy": *v.CreatedBy,
		"launchTemplateData": dataFields(v.LaunchTemplateData),
	}
	given(f, "versionDescription", aws.ToString(v.VersionDescription))
	return f
}

// dataFields is a version's data in a response.
func dataFields(d *types.ResponseLaunchTemplateData) any {
	shown := *d
	if shown.UserData != nil {
		shown.UserData = aws.String(hidden)
	}
	return camel(shown)
}
