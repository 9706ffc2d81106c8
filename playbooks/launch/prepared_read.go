package launch

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/ssm"

	"github.com/ripostehq/riposte/access"
)

// find reads a template by id or name; nil where there is none. A name may look like an id, so both are tried.
func (r reader) find(ctx context.Context, ref string) (*types.LaunchTemplate, error) {
	if strings.HasPrefix(ref, "lt-") {
		t, err := r.describe(ctx, ref, &ec2.DescribeLaunchTemplatesInput{LaunchTemplateIds: []string{ref}})
		if err != nil || t != nil {
			return t, err
		}
	}
	return r.describe(ctx, ref, &ec2.DescribeLaunchTemplatesInput{LaunchTemplateNames: []string{ref}})
}

func (r reader) describe(ctx context.Context, ref string, in *ec2.DescribeLaunchTemplatesInput) (*types.LaunchTemplate, error) {
	out, err := r.in.AWS.EC2(r.place).DescribeLaunchTemplates(ctx, in)
	if access.Answered(err, notThere()...) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read launch template %q: %w", ref, err)
	}
	if len(out.LaunchTemplates) == 0 {
		return nil, nil
	}
	return &out.LaunchTemplates[0], nil
}

// notThere are the codes by which EC2 says that it knows no such template, or no such version of it.
func notThere() []string {
	return []string{
		"InvalidLaunchTemplateId.NotFound", "InvalidLaunchTemplateId.Malformed", "InvalidLaunchTemplateName.NotFoundException",
		"InvalidLaunchTemplateId.VersionNotFound",
	}
}

// version is one version of a template, as far as it matters.
type version struct {
	image string // as it is written: an id, resolve:ssm:..., or ""
	by    string // who made it, as principal writes it
	made  time.Time
}

// versions are all versions of a template, by number.
func (r reader) versions(ctx context.Context, t *types.LaunchTemplate) (map[int64]version, error) {
	all, err := r.describeVersions(ctx, &ec2.DescribeLaunchTemplateVersionsInput{LaunchTemplateId: t.LaunchTemplateId})
	if err != nil {
		return nil, fmt.Errorf("read versions of launch template %q: %w", aws.ToString(t.LaunchTemplateId), err)
	}
	versions := map[int64]version{}
	for _, v := range all {
		versions[aws.ToInt64(v.VersionNumber)] = version{imageOf(v), principal(aws.ToString(v.CreatedBy)), aws.ToTime(v.CreateTime)}
	}
	return versions, nil
}

func (r reader) describeVersions(ctx context.Context, in *ec2.DescribeLaunchTemplateVersionsInput) (out []types.LaunchTemplateVersion, err error) {
	pages := ec2.NewDescribeLaunchTemplateVersionsPaginator(r.in.AWS.EC2(r.place), in)
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		out = append(out, page.LaunchTemplateVersions...)
	}
	return out, nil
}

func imageOf(v types.LaunchTemplateVersion) string {
	if v.LaunchTemplateData == nil {
		return ""
	}
	return aws.ToString(v.LaunchTemplateData.ImageId)
}

// resolve follows resolve:ssm:PARAMETER; "" where the parameter is not there or holds no image's id: EC2 launches nothing
// then, and what else a parameter holds is nobody's business here.
func (r reader) resolve(ctx context.Context, ref string) (string, error) {
	name, ok := strings.CutPrefix(ref, "resolve:ssm:")
	if !ok {
		return ref, nil
	}
	out, err := r.in.AWS.SSM(r.place).GetParameter(ctx, &ssm.GetParameterInput{Name: aws.String(name)})
	if access.Answered(err, "ParameterNotFound", "ParameterVersionNotFound", "ParameterVersionLabelNotFound") {
		return "", nil
	}
	if access.Unreadable(err) {
		return "", &illegible{ref, err}
	}
	if err != nil {
		return "", fmt.Errorf("read parameter %q: %w", name, err)
	}
	if out.Parameter == nil || !strings.HasPrefix(aws.ToString(out.Parameter.Value), "ami-") {
		return "", nil
	}
	return aws.ToString(out.Parameter.Value), nil
}

// illegible is a reference to an image that AWS will refuse to read the next time as well.
type illegible struct {
	ref string
	err error
}

func (e *illegible) Error() string { return fmt.Sprintf("read %q: %v", e.ref, e.err) }
func (e *illegible) Unwrap() error { return e.err }
