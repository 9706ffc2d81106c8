package action

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
)

// templateVersionKind adds a version to a launch template. What follows the newest version launches by it at once, so that the right to add
// one is the right to have any user data run: the author tier's.
var templateVersionKind = Define[TemplateVersion](Kind{
	Name: "ec2.template-version", Version: 1, Does: "add a version to a launch template that requires tokens", Class: Mend, Tier: TierAuthor, Yields: true, WayBack: "ec2.delete-template-version",
	Reads:  []call.ID{call.EC2DescribeLaunchTemplateVersions},
	Writes: []call.ID{call.EC2CreateLaunchTemplateVersion, call.EC2DeleteLaunchTemplateVersions},
})

// deleteTemplateVersionKind is the way back. EC2 keeps the version that is default.
var deleteTemplateVersionKind = Define[DeleteTemplateVersion](Kind{
	Name: "ec2.delete-template-version", Version: 1, Does: "delete a version of a launch template that riposte added", Class: Mend, Tier: TierAuthor, Yields: true,
	Reads:  []call.ID{call.EC2DescribeLaunchTemplateVersions},
	Writes: []call.ID{call.EC2DeleteLaunchTemplateVersions},
})

// TemplateVersion wants a template to have one more version, like another in all but that it requires tokens.
type TemplateVersion struct {
	Template event.Resource // by id
	Source   int64
	Next     int64           // the number that EC2 gives next, as it was looked at
	Keeps    MetadataOptions // of the source: all that it says are sent again
	Like     string          // what LikeTemplate says of the source
}

// DeleteTemplateVersion wants a version away, if it is still what was made.
type DeleteTemplateVersion struct {
	Template event.Resource
	Version  int64
	Like     string
}

// LikeTemplate is a digest of all that a version says, apart from whether tokens are required: user data may hold secrets, which a plan
// must not.
func LikeTemplate(d *types.ResponseLaunchTemplateData) (string, error) {
	if d == nil {
		return "", fmt.Errorf("a version of a launch template was told without its data")
	}
	alike, said := *d, types.LaunchTemplateInstanceMetadataOptions{}
	if d.MetadataOptions != nil {
		said = *d.MetadataOptions
	}
	said.HttpTokens, said.State = "", ""
	alike.MetadataOptions = &said
	b, err := json.Marshal(alike)
	if err != nil {
		return "", fmt.Errorf("digest of a launch template: %w", err)
	}
	h := sha256.Sum256(b)
	return hex.EncodeToString(h[:]), nil
}

// TemplateMetadata are the metadata options that a version says; of those that it does not, nothing.
func TemplateMetadata(d *types.ResponseLaunchTemplateData) (o MetadataOptions) {
	if d == nil || d.MetadataOptions == nil {
		return o
	}
	m := d.MetadataOptions
	return MetadataOptions{
		Tokens: string(m.HttpTokens), Endpoint: string(m.HttpEndpoint), IPv6: string(m.HttpProtocolIpv6), Tags: string(m.InstanceMetadataTags),
		Hops: aws.ToInt32(m.HttpPutResponseHopLimit),
	}
}

// About is the action as data.
func (a TemplateVersion) About() About {
	return About{Kind: templateVersionKind, Target: a.Template, Hits: fmt.Sprintf("what launches by the newest version of template %s", a.Template.ID)}
}

// Look wants the next number to be free, or to be what was wanted.
func (a TemplateVersion) Look(ctx context.Context, r access.Reads) (Look, error) {
	source, err := lookTemplateVersion(ctx, r, a.Template, a.Source)
	if err != nil || source == nil {
		return Look{Missing: "the launch template, or its version, is deleted"}.unless(err)
	}
	if like, err := LikeTemplate(source.LaunchTemplateData); err != nil || like != a.Like {
		return Look{Refused: "its version says something else than when it was looked at"}.unless(err)
	}
	if a.Next != a.Source+1 {
		return Look{Refused: "a newer version than its default is there: what follows the newest would go back to the default"}, nil
	}
	made, err := lookTemplateVersion(ctx, r, a.Template, a.Next)
	switch {
	case err != nil:
		return Look{}, err
	case made == nil:
		return Look{Inverse: DeleteTemplateVersion{a.Template, a.Next, a.Like}}, nil
	}
	same, err := a.is(made)
	if err != nil {
		return Look{}, err
	}
	if !same {
		return Look{Refused: fmt.Sprintf("version %d was made by another caller meanwhile", a.Next)}, nil
	}
	return Look{Satisfied: true}, nil
}

// is reports whether a version is what is wanted.
func (a TemplateVersion) is(v *types.LaunchTemplateVersion) (bool, error) {
	like, err := LikeTemplate(v.LaunchTemplateData)
	required := TemplateMetadata(v.LaunchTemplateData).Tokens == string(types.LaunchTemplateHttpTokensStateRequired)
	return required && like == a.Like && aws.ToInt64(v.VersionNumber) == a.Next, err
}

// Do makes the version and compares what EC2 made of it, field by field. One that is anything else goes again.
func (a TemplateVersion) Do(ctx context.Context, w access.Writes) error {
	if a.Source < 1 || a.Next < 1 || a.Like == "" {
		return cannot(fmt.Sprintf("add a version to launch template %q, of which nothing was read", a.Template.ID))
	}
	c, what := w.EC2(a.Template.Place()), fmt.Sprintf("add version %d to launch template %q", a.Next, a.Template.ID)
	in := &ec2.CreateLaunchTemplateVersionInput{
		LaunchTemplateId: aws.String(a.Template.ID), SourceVersion: aws.String(strconv.FormatInt(a.Source, 10)),
		ClientToken:        aws.String(fmt.Sprintf("riposte-%s-%d-%d", a.Template.ID, a.Source, a.Next)), // once, however often it is tried
		VersionDescription: aws.String(fmt.Sprintf("riposte: version %d, and tokens are required", a.Source)),
		LaunchTemplateData: &types.RequestLaunchTemplateData{MetadataOptions: a.Keeps.request()},
	}
	out, err := c.CreateLaunchTemplateVersion(ctx, in)
	if err != nil {
		return Refused(what, err)
	}
	same, err := a.is(out.LaunchTemplateVersion)
	if err == nil && same {
		return nil
	}
	_, gone := c.DeleteLaunchTemplateVersions(ctx, &ec2.DeleteLaunchTemplateVersionsInput{
		LaunchTemplateId: in.LaunchTemplateId, Versions: []string{strconv.FormatInt(aws.ToInt64(out.LaunchTemplateVersion.VersionNumber), 10)},
	})
	if gone != nil {
		return fmt.Errorf("%s: EC2 made something else of it, which could not be deleted: %w", what, gone)
	}
	return cannot(what + ": EC2 made something else of it, which was deleted again")
}

// request are the options of a new version, with tokens required.
func (o MetadataOptions) request() *types.LaunchTemplateInstanceMetadataOptionsRequest {
	in := &types.LaunchTemplateInstanceMetadataOptionsRequest{
		HttpTokens: types.LaunchTemplateHttpTokensStateRequired, HttpEndpoint: types.LaunchTemplateInstanceMetadataEndpointState(o.Endpoint),
		HttpProtocolIpv6: types.LaunchTemplateInstanceMetadataProtocolIpv6(o.IPv6), InstanceMetadataTags: types.LaunchTemplateInstanceMetadataTagsState(o.Tags),
	}
	if o.Hops > 0 {
		in.HttpPutResponseHopLimit = aws.Int32(o.Hops)
	}
	return in
}

// About is the action as data.
func (a DeleteTemplateVersion) About() About {
	return About{Kind: deleteTemplateVersionKind, Target: a.Template, Facet: strconv.FormatInt(a.Version, 10)}
}

// Look leaves a version alone that is another than riposte's.
func (a DeleteTemplateVersion) Look(ctx context.Context, r access.Reads) (Look, error) {
	v, err := lookTemplateVersion(ctx, r, a.Template, a.Version)
	if err != nil || v == nil {
		return Look{Satisfied: true}.unless(err)
	}
	if like, err := LikeTemplate(v.LaunchTemplateData); err != nil || like != a.Like {
		return Look{Missing: "the version is another caller's"}.unless(err)
	}
	if aws.ToBool(v.DefaultVersion) {
		return Look{Missing: "the version is the template's default, which EC2 does not delete"}, nil
	}
	return Look{}, nil
}

// Do deletes the version. EC2 tells of one that it keeps in an answer that is no error.
func (a DeleteTemplateVersion) Do(ctx context.Context, w access.Writes) error {
	what := fmt.Sprintf("delete version %d of launch template %q", a.Version, a.Template.ID)
	out, err := w.EC2(a.Template.Place()).DeleteLaunchTemplateVersions(ctx, &ec2.DeleteLaunchTemplateVersionsInput{
		LaunchTemplateId: aws.String(a.Template.ID), Versions: []string{strconv.FormatInt(a.Version, 10)},
	})
	if err != nil {
		return Refused(what, err)
	}
	for _, kept := range out.UnsuccessfullyDeletedLaunchTemplateVersions {
		if e := kept.ResponseError; e != nil && e.Code != types.LaunchTemplateErrorCodeLaunchTemplateVersionDoesNotExist {
			return fmt.Errorf("%s: %s: %s", what, e.Code, aws.ToString(e.Message))
		}
	}
	return nil
}

// lookTemplateVersion reads one version; nil where there is none, or no template.
func lookTemplateVersion(ctx context.Context, r access.Reads, of event.Resource, version int64) (*types.LaunchTemplateVersion, error) {
	out, err := r.EC2(of.Place()).DescribeLaunchTemplateVersions(ctx, &ec2.DescribeLaunchTemplateVersionsInput{
		LaunchTemplateId: aws.String(of.ID), Versions: []string{strconv.FormatInt(version, 10)},
	})
	if Missing(err) || code(err) == "InvalidLaunchTemplateId.VersionNotFound" {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read version %d of launch template %q: %w", version, of.ID, err)
	}
	for _, v := range out.LaunchTemplateVersions {
		if aws.ToInt64(v.VersionNumber) == version {
			return &v, nil
		}
	}
	return nil, nil
}
