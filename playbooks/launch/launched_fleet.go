package launch

import (
	"context"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	scaling "github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ripostehq/riposte/access"
)

// launcher is what a fleet or a spot request launches, as it is now.
type launcher struct {
	there  bool
	again  bool     // it launches, or will, after what it has launched
	images []string // as they are written
	masked []string // those of templates whose overrides name images: AWS says that these count for fleets of type instant alone
	unread string   // why they are not all
}

// fleet reads an EC2 Fleet: one that maintains its size goes on until it is deleted. https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/EC2-fleet-states.html
func (r reader) fleet(ctx context.Context, id string) (l launcher, err error) {
	out, err := r.in.AWS.EC2(r.place).DescribeFleets(ctx, &ec2.DescribeFleetsInput{FleetIds: []string{id}})
	if access.Answered(err, "InvalidFleetId.NotFound", "InvalidFleetId.Malformed") {
		return l, nil
	}
	if err != nil {
		return l, fmt.Errorf("read fleet %q: %w", id, err)
	}
	n := slices.IndexFunc(out.Fleets, func(f types.FleetData) bool { return aws.ToString(f.FleetId) == id })
	if n < 0 {
		return l, nil
	}
	f := out.Fleets[n]
	goesOn := slices.Contains([]types.FleetStateCode{types.FleetStateCodeSubmitted, types.FleetStateCodeActive, types.FleetStateCodeModifying}, f.FleetState)
	if l.there, l.again = true, goesOn && f.Type == types.FleetTypeMaintain; !l.again {
		return l, nil
	}
	for _, c := range f.LaunchTemplateConfigs {
		own := &l.masked
		if len(c.Overrides) == 0 {
			own = &l.images
		}
		for _, o := range c.Overrides {
			if o.ImageId == nil { // the template's own images are launched, too
				own = &l.images
				continue
			}
			l.images = append(l.images, *o.ImageId)
		}
		if err := r.ofTemplate(ctx, &l, own, c.LaunchTemplateSpecification); err != nil {
			return l, err
		}
	}
	return l, nil
}

// spotFleet reads a Spot Fleet, likewise.
func (r reader) spotFleet(ctx context.Context, id string) (l launcher, err error) {
	out, err := r.in.AWS.EC2(r.place).DescribeSpotFleetRequests(ctx, &ec2.DescribeSpotFleetRequestsInput{SpotFleetRequestIds: []string{id}})
	if access.Answered(err, "InvalidSpotFleetRequestId.NotFound", "InvalidSpotFleetRequestId.Malformed") {
		return l, nil
	}
	if err != nil {
		return l, fmt.Errorf("read Spot Fleet %q: %w", id, err)
	}
	n := slices.IndexFunc(out.SpotFleetRequestConfigs, func(f types.SpotFleetRequestConfig) bool { return aws.ToString(f.SpotFleetRequestId) == id })
	if n < 0 || out.SpotFleetRequestConfigs[n].SpotFleetRequestConfig == nil {
		return l, nil
	}
	state, asked := out.SpotFleetRequestConfigs[n].SpotFleetRequestState, out.SpotFleetRequestConfigs[n].SpotFleetRequestConfig
	goesOn := slices.Contains([]types.BatchState{types.BatchStateSubmitted, types.BatchStateActive, types.BatchStateModifying}, state)
	if l.there, l.again = true, goesOn && (asked.Type == "" || asked.Type == types.FleetTypeMaintain); !l.again {
		return l, nil
	}
	for _, spec := range asked.LaunchSpecifications {
		l.images = append(l.images, aws.ToString(spec.ImageId))
	}
	for _, c := range asked.LaunchTemplateConfigs {
		if err := r.ofTemplate(ctx, &l, &l.images, c.LaunchTemplateSpecification); err != nil {
			return l, err
		}
	}
	return l, nil
}

// spotRequest reads a spot request: a persistent one opens again whenever its instance ends, until it is cancelled.
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/spot-requests.html
func (r reader) spotRequest(ctx context.Context, id string) (l launcher, err error) {
	out, err := r.in.AWS.EC2(r.place).DescribeSpotInstanceRequests(ctx, &ec2.DescribeSpotInstanceRequestsInput{SpotInstanceRequestIds: []string{id}})
	if access.Answered(err, "InvalidSpotInstanceRequestID.NotFound", "InvalidSpotInstanceRequestID.Malformed") {
		return l, nil
	}
	if err != nil {
		return l, fmt.Errorf("read spot request %q: %w", id, err)
	}
	for _, x := range out.SpotInstanceRequests {
		goesOn := slices.Contains([]types.SpotInstanceState{types.SpotInstanceStateOpen, types.SpotInstanceStateActive, types.SpotInstanceStateDisabled}, x.State)
		if aws.ToString(x.SpotInstanceRequestId) != id {
			continue
		}
		l.there, l.again = true, goesOn && x.Type == types.SpotInstanceTypePersistent
		if l.again && x.LaunchSpecification != nil {
			l.images = append(l.images, aws.ToString(x.LaunchSpecification.ImageId))
		}
	}
	return l, nil
}

// ofTemplate adds what a template launches to the images of a launcher. One that can't be read leaves that unknown, and what else is launched known.
func (r reader) ofTemplate(ctx context.Context, l *launcher, to *[]string, s *types.FleetLaunchTemplateSpecification) error {
	if s == nil {
		return nil
	}
	images, err := r.templateImages(ctx, scaling.LaunchTemplateSpecification{
		LaunchTemplateId: s.LaunchTemplateId, LaunchTemplateName: s.LaunchTemplateName, Version: s.Version,
	})
	if access.Unreadable(err) {
		l.unread = "what it launches by can't be read"
		return nil
	}
	*to = append(*to, images...)
	return err
}
