package e2e

import (
	"context"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	astypes "github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/securityhub"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/mototest"
)

// ireland is where what the tests defend is, if it is said nowhere else.
var ireland = event.Place{Partition: "aws", Account: mototest.Account, Region: "eu-west-1"}

// shop is what there is to defend in one account and region of moto: an image of its own, one that was made public, and
// what is launched from them.
type shop struct {
	t                    *testing.T
	ctx                  context.Context
	place                event.Place
	ec2                  *ec2.Client
	scaling              *autoscaling.Client
	findings             *securityhub.Client
	golden, public       string // images
	subnet               string
	goldenWeb, publicWeb string // launch templates
}

func openShop(t *testing.T, p event.Place, cfg aws.Config) *shop {
	t.Helper()
	h := &shop{t: t, ctx: t.Context(), place: p, ec2: ec2.NewFromConfig(cfg), scaling: autoscaling.NewFromConfig(cfg), findings: securityhub.NewFromConfig(cfg)}
	_, err := h.findings.EnableSecurityHub(h.ctx, &securityhub.EnableSecurityHubInput{})
	must(t, err)
	subnets, err := h.ec2.DescribeSubnets(h.ctx, &ec2.DescribeSubnetsInput{})
	must(t, err)
	h.subnet = *subnets.Subnets[0].SubnetId
	h.golden, h.public = h.image("golden"), h.image("windfall")
	_, err = h.ec2.ModifyImageAttribute(h.ctx, &ec2.ModifyImageAttributeInput{ImageId: &h.public, Attribute: aws.String("launchPermission"),
		LaunchPermission: &types.LaunchPermissionModifications{Add: []types.LaunchPermission{{Group: types.PermissionGroupAll}}}})
	must(t, err)
	h.goldenWeb, h.publicWeb = h.template("golden", h.golden), h.template("windfall", h.public)
	return h
}

func (h *shop) image(name string) string {
	out, err := h.ec2.RegisterImage(h.ctx, &ec2.RegisterImageInput{Name: &name, RootDeviceName: aws.String("/dev/xvda")})
	must(h.t, err)
	return *out.ImageId
}

func (h *shop) template(name, image string) string {
	out, err := h.ec2.CreateLaunchTemplate(h.ctx, &ec2.CreateLaunchTemplateInput{LaunchTemplateName: &name,
		LaunchTemplateData: &types.RequestLaunchTemplateData{ImageId: &image, InstanceType: types.InstanceTypeT3Micro}})
	must(h.t, err)
	return *out.LaunchTemplate.LaunchTemplateId
}

// launch starts one instance without a group.
func (h *shop) launch(image string) string {
	out, err := h.ec2.RunInstances(h.ctx, &ec2.RunInstancesInput{ImageId: &image, InstanceType: types.InstanceTypeT3Micro, SubnetId: &h.subnet,
		MinCount: aws.Int32(1), MaxCount: aws.Int32(1)})
	must(h.t, err)
	return *out.Instances[0].InstanceId
}

// group makes an Auto Scaling group of one instance, and says which that is.
func (h *shop) group(name, template string) (instance string) {
	_, err := h.scaling.CreateAutoScalingGroup(h.ctx, &autoscaling.CreateAutoScalingGroupInput{
		AutoScalingGroupName: &name, MinSize: aws.Int32(0), MaxSize: aws.Int32(2), DesiredCapacity: aws.Int32(1), VPCZoneIdentifier: &h.subnet,
		LaunchTemplate: &astypes.LaunchTemplateSpecification{LaunchTemplateId: &template, Version: aws.String("$Default")},
	})
	must(h.t, err)
	out, err := h.scaling.DescribeAutoScalingGroups(h.ctx, &autoscaling.DescribeAutoScalingGroupsInput{AutoScalingGroupNames: []string{name}})
	must(h.t, err)
	return *out.AutoScalingGroups[0].Instances[0].InstanceId
}

// launches is the nth launch: by a group, of a single instance, or one from an image that may be launched. It adds what
// must become of it, and is CloudTrail's record.
func (h *shop) launches(n int, want map[string]expected) object {
	now := time.Now()
	switch n % 3 {
	case 0:
		name := fmt.Sprintf("web-%d", n)
		i := h.group(name, h.publicWeb)
		want[h.place.In(event.Group, name).String()] = expected{"verified", i, true, name}
		return launchRecord(h.place, i, h.public, name, now)
	case 1:
		i := h.launch(h.public)
		want[h.place.In(event.Instance, i).String()] = expected{"verified", i, true, ""}
		return launchRecord(h.place, i, h.public, "", now)
	}
	i := h.launch(h.golden)
	want[h.place.In(event.Instance, i).String()] = expected{"dismissed", i, false, ""}
	return launchRecord(h.place, i, h.golden, "", now)
}

// seedIDs lets moto draw the same ids as last time for what is made from now on in the same order. A region is made when it
// is first asked about, which draws some, so it is asked about before.
func seedIDs(t *testing.T, s *mototest.Server) {
	t.Helper()
	_, err := ec2.NewFromConfig(s.Config(ireland)).DescribeSubnets(t.Context(), nil)
	must(t, err)
	resp, err := http.Post(s.URL+"/moto-api/seed?a=42", "", nil)
	must(t, err)
	resp.Body.Close()
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
