package world

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
)

func templateOperations() []operation {
	return []operation{
		define(spec[ec2.CreateLaunchTemplateInput, ec2.CreateLaunchTemplateOutput]{
			name: "ec2.CreateLaunchTemplate", write: true, basis: ec2Reference + "CreateLaunchTemplate.html; record: a recorded one",
			knows: "LaunchTemplateName LaunchTemplateData VersionDescription ClientToken TagSpecifications",
			needs: func(c *call, _ *ec2.CreateLaunchTemplateInput) []need {
				return c.onTemplate("CreateLaunchTemplate", nil, nil)
			},
			do: createLaunchTemplate,
			request: func(c *call, in *ec2.CreateLaunchTemplateInput) any {
				f := fields{"LaunchTemplateData": dataRequest(in.LaunchTemplateData)}
				given(f, "LaunchTemplateName", aws.ToString(in.LaunchTemplateName))
				given(f, "ClientToken", aws.ToString(in.ClientToken))
				given(f, "VersionDescription", aws.ToString(in.VersionDescription))
				if len(in.TagSpecifications) > 0 {
					f["TagSpecification"] = numberedTags(in.TagSpecifications)
				}
				return c.wrapped(f)
			},
			response: func(c *call, out *ec2.CreateLaunchTemplateOutput) any {
				return c.templateResponse(fields{"launchTemplate": templateFields(out.LaunchTemplate)})
			},
		}),
		define(spec[ec2.CreateLaunchTemplateVersionInput, ec2.CreateLaunchTemplateVersionOutput]{
			name: "ec2.CreateLaunchTemplateVersion", write: true,
			basis: ec2Reference + "CreateLaunchTemplateVersion.html; record: by analogy with CreateLaunchTemplate, unverified",
			knows: "LaunchTemplateId LaunchTemplateName SourceVersion VersionDescription LaunchTemplateData ClientToken",
			needs: func(c *call, in *ec2.CreateLaunchTemplateVersionInput) []need {
				return c.onTemplate("CreateLaunchTemplateVersion", in.LaunchTemplateId, in.LaunchTemplateName)
			},
			do: createLaunchTemplateVersion,
			request: func(c *call, in *ec2.CreateLaunchTemplateVersionInput) any {
				f := fields{"LaunchTemplateData": dataRequest(in.LaunchTemplateData)}
				given(f, "LaunchTemplateId", aws.ToString(in.LaunchTemplateId))
				given(f, "LaunchTemplateName", aws.ToString(in.LaunchTemplateName))
				given(f, "SourceVersion", aws.ToString(in.SourceVersion))
				given(f, "VersionDescription", aws.ToString(in.VersionDescription))
				given(f, "ClientToken", aws.ToString(in.ClientToken))
				return c.wrapped(f)
			},
			response: func(c *call, out *ec2.CreateLaunchTemplateVersionOutput) any {
				return c.templateResponse(fields{"launchTemplateVersion": versionFields(out.LaunchTemplateVersion)})
			},
		}),
		define(spec[ec2.ModifyLaunchTemplateInput, ec2.ModifyLaunchTemplateOutput]{
			name: "ec2.ModifyLaunchTemplate", write: true,
			basis: ec2Reference + "ModifyLaunchTemplate.html; record: wrappers as in public event patterns, SetDefaultVersion unverified",
			knows: "LaunchTemplateId LaunchTemplateName DefaultVersion ClientToken",
			needs: func(c *call, in *ec2.ModifyLaunchTemplateInput) []need {
				return c.onTemplate("ModifyLaunchTemplate", in.LaunchTemplateId, in.LaunchTemplateName)
			},
			do: modifyLaunchTemplate,
			request: func(c *call, in *ec2.ModifyLaunchTemplateInput) any {
				f := fields{}
				given(f, "LaunchTemplateId", aws.ToString(in.LaunchTemplateId))
				given(f, "LaunchTemplateName", aws.ToString(in.LaunchTemplateName))
				given(f, "SetDefaultVersion", aws.ToString(in.DefaultVersion))
				given(f, "ClientToken", aws.ToString(in.ClientToken))
				return c.wrapped(f)
			},
			response: func(c *call, out *ec2.ModifyLaunchTemplateOutput) any {
				return c.templateResponse(fields{"launchTemplate": templateFields(out.LaunchTemplate)})
			},
		}),
	}
}

func templateReads() []operation {
	return []operation{
		define(spec[ec2.DescribeLaunchTemplatesInput, ec2.DescribeLaunchTemplatesOutput]{
			name: "ec2.DescribeLaunchTemplates", basis: ec2Reference + "DescribeLaunchTemplates.html",
			knows: "LaunchTemplateIds LaunchTemplateNames Filters MaxResults NextToken", do: describeLaunchTemplates,
		}),
		define(spec[ec2.DescribeLaunchTemplateVersionsInput, ec2.DescribeLaunchTemplateVersionsOutput]{
			name: "ec2.DescribeLaunchTemplateVersions", basis: ec2Reference + "DescribeLaunchTemplateVersions.html",
			knows: "LaunchTemplateId LaunchTemplateName Versions MinVersion MaxVersion Filters ResolveAlias MaxResults NextToken",
			do:    describeLaunchTemplateVersions,
		}),
	}
}

func imageAndNetworkOperations() []operation {
	return []operation{
		define(spec[ec2.DescribeImagesInput, ec2.DescribeImagesOutput]{
			name: "ec2.DescribeImages", basis: ec2Reference + "DescribeImages.html; a deprecated image asked for by id: unverified",
			knows: "ImageIds Owners Filters IncludeDeprecated IncludeDisabled MaxResults NextToken", do: describeImages,
		}),
		define(spec[ec2.CreateTagsInput, ec2.CreateTagsOutput]{
			name: "ec2.CreateTags", write: true, basis: ec2Reference + "CreateTags.html; record: a recorded one",
			knows: "Resources Tags", needs: tagNeeds, do: createTags, request: tagRequest,
			response: func(c *call, _ *ec2.CreateTagsOutput) any { return c.returned() },
		}),
		define(spec[ec2.DescribeNetworkInterfacesInput, ec2.DescribeNetworkInterfacesOutput]{
			name: "ec2.DescribeNetworkInterfaces", basis: ec2Reference + "DescribeNetworkInterfaces.html",
			knows: "NetworkInterfaceIds Filters MaxResults NextToken", do: describeNetworkInterfaces,
		}),
		define(spec[ec2.CreateNetworkInterfaceInput, ec2.CreateNetworkInterfaceOutput]{
			name: "ec2.CreateNetworkInterface", write: true, basis: ec2Reference + "CreateNetworkInterface.html; record: the input, without the answer, unverified",
			knows: "SubnetId Groups ClientToken", do: createNetworkInterface,
		}),
		define(spec[ec2.AttachNetworkInterfaceInput, ec2.AttachNetworkInterfaceOutput]{
			name: "ec2.AttachNetworkInterface", write: true, basis: ec2Reference + "AttachNetworkInterface.html; record: the input, unverified",
			knows: "InstanceId NetworkInterfaceId DeviceIndex", do: attachNetworkInterface,
		}),
		define(spec[ec2.ModifyNetworkInterfaceAttributeInput, ec2.ModifyNetworkInterfaceAttributeOutput]{
			name: "ec2.ModifyNetworkInterfaceAttribute", write: true,
			basis: ec2Reference + "ModifyNetworkInterfaceAttribute.html; record: by analogy with ModifyInstanceAttribute, unverified",
			knows: "NetworkInterfaceId Groups",
			needs: func(c *call, in *ec2.ModifyNetworkInterfaceAttributeInput) []need {
				return c.groupNeeds("ModifyNetworkInterfaceAttribute", aws.ToString(in.NetworkInterfaceId), in.Groups)
			},
			do: modifyNetworkInterfaceAttribute,
			request: func(_ *call, in *ec2.ModifyNetworkInterfaceAttributeInput) any {
				return fields{"networkInterfaceId": aws.ToString(in.NetworkInterfaceId), "groupSet": groupIDs(in.Groups)}
			},
			response: func(c *call, _ *ec2.ModifyNetworkInterfaceAttributeOutput) any { return c.returned() },
		}),
	}
}
