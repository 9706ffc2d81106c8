package ec2

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ripostehq/riposte/internal/world/core"
)

// deleteLaunchTemplateVersions deletes versions one by one, but for the default. Their numbers are never given again.
// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteLaunchTemplateVersions.html
func deleteLaunchTemplateVersions(c *core.Call, in *ec2.DeleteLaunchTemplateVersionsInput) (*ec2.DeleteLaunchTemplateVersionsOutput, *core.Refusal) {
	t, refused := TemplateBy(c.At, in.LaunchTemplateId, in.LaunchTemplateName)
	if refused != nil {
		return nil, refused
	}
	out := &ec2.DeleteLaunchTemplateVersionsOutput{}
	for _, which := range in.Versions {
		v, refused := t.Version(which)
		code := types.LaunchTemplateErrorCodeLaunchTemplateVersionDoesNotExist
		if refused == nil && v.Number == t.Default {
			code, refused = types.LaunchTemplateErrorCodeUnexpectedError, core.Refuse("", "The default version can't be deleted.")
		}
		if refused != nil {
			out.UnsuccessfullyDeletedLaunchTemplateVersions = append(out.UnsuccessfullyDeletedLaunchTemplateVersions, types.DeleteLaunchTemplateVersionsResponseErrorItem{
				LaunchTemplateId: aws.String(t.ID), LaunchTemplateName: aws.String(t.Name),
				ResponseError: &types.ResponseError{Code: code, Message: aws.String(refused.Message)},
			})
			continue
		}
		v.Deleted = true
		out.SuccessfullyDeletedLaunchTemplateVersions = append(out.SuccessfullyDeletedLaunchTemplateVersions, types.DeleteLaunchTemplateVersionsResponseSuccessItem{
			LaunchTemplateId: aws.String(t.ID), LaunchTemplateName: aws.String(t.Name), VersionNumber: aws.Int64(int64(v.Number)),
		})
	}
	return out, nil
}

// latest is the number of the newest version that was not deleted.
func (t *Template) latest() int {
	for n := len(t.Versions); n > 0; n-- {
		if !t.Versions[n-1].Deleted {
			return n
		}
	}
	return 0
}
