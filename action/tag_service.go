package action

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	astypes "github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	elbtypes "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	iamtypes "github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/rds"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
)

// tagging is how resources are tagged whose types the table of calls has at the call.
type tagging struct {
	call   call.ID
	read   func(context.Context, access.Reads, event.Resource, string) (map[string]string, string, error)
	put    func(context.Context, access.Writes, PutTags) error
	remove func(context.Context, access.Writes, RemoveTags) error
}

var taggings = []tagging{
	{call.EC2CreateTags, readEC2Tags, putEC2Tags, removeEC2Tags},
	{call.AutoScalingCreateOrUpdateTags, readGroupTags, putGroupTags, removeGroupTags},
	{call.IAMTagUser, readUserTags, putUserTags, removeUserTags},
	{call.IAMTagRole, readRoleTags, putRoleTags, removeRoleTags},
	{call.ELBAddTags, readELBTags, putELBTags, removeELBTags},
	{call.RDSAddTagsToResource, readRDSTags, putRDSTags, removeRDSTags},
	{call.RedshiftCreateTags, readWarehouseTags, putWarehouseTags, removeWarehouseTags},
}

// Taggable reports whether resources of a type can be tagged.
func Taggable(kind string) bool { _, ok := taggingOf(kind); return ok }

func taggingOf(kind string) (tagging, bool) {
	for _, t := range taggings {
		made, _ := call.Of(t.call)
		for _, on := range made.On {
			if on == kind {
				return t, true
			}
		}
	}
	return tagging{}, false
}

// readTags returns the tags of a resource, or why there is none.
func readTags(ctx context.Context, r access.Reads, of event.Resource, id string) (map[string]string, string, error) {
	t, ok := taggingOf(of.Type)
	if !ok {
		return nil, untaggable(of.Type), nil
	}
	has, gone, err := t.read(ctx, r, of, id)
	if err != nil {
		return nil, "", fmt.Errorf("read the tags of %s %q: %w", event.Noun(of.Type), of.ID, err)
	}
	return has, gone, nil
}

// readEC2Tags finds none on a resource that is gone: DescribeTags does not tell, and tagging it is refused then.
func readEC2Tags(ctx context.Context, r access.Reads, of event.Resource, _ string) (map[string]string, string, error) {
	if of.Type == event.Instance {
		return readInstanceTags(ctx, r, of)
	}
	out, err := r.EC2(of.Place()).DescribeTags(ctx, &ec2.DescribeTagsInput{Filters: []ec2types.Filter{{Name: aws.String("resource-id"), Values: []string{of.ID}}}})
	if err != nil {
		return nil, "", err
	}
	has := map[string]string{} // fifty at most: they come at once
	for _, t := range out.Tags {
		has[aws.ToString(t.Key)] = aws.ToString(t.Value)
	}
	return has, "", nil
}

func readInstanceTags(ctx context.Context, r access.Reads, of event.Resource) (map[string]string, string, error) {
	i, err := lookInstance(ctx, r, of)
	if err != nil || i == nil || ended(i) {
		return nil, "the instance is terminated", err
	}
	has := map[string]string{}
	for _, t := range i.Tags {
		has[aws.ToString(t.Key)] = aws.ToString(t.Value)
	}
	return has, "", nil
}

func ec2Tags(tags []Tag) (out []ec2types.Tag) {
	for _, t := range tags {
		out = append(out, ec2types.Tag{Key: aws.String(t.Key), Value: aws.String(t.Value)})
	}
	return out
}

func putEC2Tags(ctx context.Context, w access.Writes, p PutTags) error {
	_, err := w.EC2(p.Resource.Place()).CreateTags(ctx, &ec2.CreateTagsInput{Resources: []string{p.Resource.ID}, Tags: ec2Tags(p.Tags)})
	return err
}

// removeEC2Tags names the values: EC2 leaves tags with others alone.
func removeEC2Tags(ctx context.Context, w access.Writes, d RemoveTags) error {
	_, err := w.EC2(d.Resource.Place()).DeleteTags(ctx, &ec2.DeleteTagsInput{Resources: []string{d.Resource.ID}, Tags: ec2Tags(d.Tags)})
	return err
}

func readGroupTags(ctx context.Context, r access.Reads, of event.Resource, _ string) (map[string]string, string, error) {
	group, err := lookGroup(ctx, r, of)
	if err != nil || group == nil {
		return nil, "the group is deleted", err
	}
	has := map[string]string{}
	for _, t := range group.Tags {
		has[aws.ToString(t.Key)] = aws.ToString(t.Value)
	}
	return has, "", nil
}

func groupTags(group event.Resource, tags []Tag, launched bool) (out []astypes.Tag) {
	for _, t := range tags {
		out = append(out, astypes.Tag{
			Key: aws.String(t.Key), Value: aws.String(t.Value), PropagateAtLaunch: aws.Bool(launched),
			ResourceId: aws.String(group.ID), ResourceType: aws.String("auto-scaling-group"),
		})
	}
	return out
}

func putGroupTags(ctx context.Context, w access.Writes, p PutTags) error {
	_, err := w.AutoScaling(p.Resource.Place()).CreateOrUpdateTags(ctx, &autoscaling.CreateOrUpdateTagsInput{Tags: groupTags(p.Resource, p.Tags, p.Launched)})
	return err
}

func removeGroupTags(ctx context.Context, w access.Writes, d RemoveTags) error {
	_, err := w.AutoScaling(d.Resource.Place()).DeleteTags(ctx, &autoscaling.DeleteTagsInput{Tags: groupTags(d.Resource, d.Tags, d.Launched)})
	return err
}

// iamTags returns tags as IAM takes them, and reads them from what IAM gives.
func iamTags(tags []Tag) (out []iamtypes.Tag) {
	for _, t := range tags {
		out = append(out, iamtypes.Tag{Key: aws.String(t.Key), Value: aws.String(t.Value)})
	}
	return out
}

func fromIAM(tags []iamtypes.Tag) map[string]string {
	has := map[string]string{}
	for _, t := range tags {
		has[aws.ToString(t.Key)] = aws.ToString(t.Value)
	}
	return has
}

func readUserTags(ctx context.Context, r access.Reads, of event.Resource, id string) (map[string]string, string, error) {
	u, gone, err := called(ctx, r, of)
	switch {
	case err != nil || gone != "":
		return nil, gone, err
	case id != "" && aws.ToString(u.UserId) != id:
		return nil, anotherUser, nil
	}
	return fromIAM(u.Tags), "", nil
}

func putUserTags(ctx context.Context, w access.Writes, p PutTags) error {
	_, err := w.IAM(p.Resource.Place()).TagUser(ctx, &iam.TagUserInput{UserName: aws.String(lastPart(p.Resource.ID)), Tags: iamTags(p.Tags)})
	return err
}

func removeUserTags(ctx context.Context, w access.Writes, d RemoveTags) error {
	_, err := w.IAM(d.Resource.Place()).UntagUser(ctx, &iam.UntagUserInput{UserName: aws.String(lastPart(d.Resource.ID)), TagKeys: tagKeys(d.Tags)})
	return err
}

func readRoleTags(ctx context.Context, r access.Reads, of event.Resource, _ string) (map[string]string, string, error) {
	out, err := r.IAM(of.Place()).GetRole(ctx, &iam.GetRoleInput{RoleName: aws.String(lastPart(of.ID))})
	if Missing(err) || err == nil && out.Role == nil {
		return nil, "the role is deleted", nil
	}
	if err != nil {
		return nil, "", err
	}
	return fromIAM(out.Role.Tags), "", nil
}

func putRoleTags(ctx context.Context, w access.Writes, p PutTags) error {
	_, err := w.IAM(p.Resource.Place()).TagRole(ctx, &iam.TagRoleInput{RoleName: aws.String(lastPart(p.Resource.ID)), Tags: iamTags(p.Tags)})
	return err
}

func removeRoleTags(ctx context.Context, w access.Writes, d RemoveTags) error {
	_, err := w.IAM(d.Resource.Place()).UntagRole(ctx, &iam.UntagRoleInput{RoleName: aws.String(lastPart(d.Resource.ID)), TagKeys: tagKeys(d.Tags)})
	return err
}

func readELBTags(ctx context.Context, r access.Reads, of event.Resource, _ string) (map[string]string, string, error) {
	has, err := BalancerTags(ctx, r, of)
	if err != nil || has == nil {
		return nil, "the load balancer is deleted", err
	}
	return has, "", nil
}

func putELBTags(ctx context.Context, w access.Writes, p PutTags) error {
	in := &elb.AddTagsInput{ResourceArns: []string{p.Resource.ARN()}}
	for _, t := range p.Tags {
		in.Tags = append(in.Tags, elbtypes.Tag{Key: aws.String(t.Key), Value: aws.String(t.Value)})
	}
	_, err := w.ELB(p.Resource.Place()).AddTags(ctx, in)
	return err
}

func removeELBTags(ctx context.Context, w access.Writes, d RemoveTags) error {
	_, err := w.ELB(d.Resource.Place()).RemoveTags(ctx, &elb.RemoveTagsInput{ResourceArns: []string{d.Resource.ARN()}, TagKeys: tagKeys(d.Tags)})
	return err
}

func readRDSTags(ctx context.Context, r access.Reads, of event.Resource, _ string) (map[string]string, string, error) {
	out, err := r.RDS(of.Place()).ListTagsForResource(ctx, &rds.ListTagsForResourceInput{ResourceName: aws.String(of.ARN())})
	if Missing(err) {
		return nil, "the " + event.Noun(of.Type) + " is deleted", nil
	}
	if err != nil {
		return nil, "", err
	}
	has := map[string]string{}
	for _, t := range out.TagList {
		has[aws.ToString(t.Key)] = aws.ToString(t.Value)
	}
	return has, "", nil
}

func putRDSTags(ctx context.Context, w access.Writes, p PutTags) error {
	_, err := w.RDS(p.Resource.Place()).AddTagsToResource(ctx, &rds.AddTagsToResourceInput{ResourceName: aws.String(p.Resource.ARN()), Tags: databaseTags(p.Tags)})
	return err
}

func removeRDSTags(ctx context.Context, w access.Writes, d RemoveTags) error {
	_, err := w.RDS(d.Resource.Place()).RemoveTagsFromResource(ctx, &rds.RemoveTagsFromResourceInput{ResourceName: aws.String(d.Resource.ARN()), TagKeys: tagKeys(d.Tags)})
	return err
}
