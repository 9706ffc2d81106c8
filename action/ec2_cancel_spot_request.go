package action

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
)

// cancelSpotRequestKind is the end of a spot request, which knows no pause: it counts as an instance's end does, in its tier and
// under its brakes. Its instance runs on.
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/using-spot-instances-cancel.html
var cancelSpotRequestKind = Define[CancelSpotRequest](Kind{
	Name: "ec2.cancel-spot-request", Version: 1, Does: "cancel a spot request, and keep its instance running", Class: Destroy, Tier: TierDestroy,
	Final:  "a cancelled spot request has to be made anew",
	Reads:  []call.ID{call.EC2DescribeSpotInstanceRequests},
	Writes: []call.ID{call.EC2CancelSpotInstanceRequests},
})

// CancelSpotRequest wants a spot request to launch nothing any more.
type CancelSpotRequest struct{ Request event.Resource }

// About is the action as data. The instance that was launched runs on.
func (c CancelSpotRequest) About() About {
	return About{Kind: cancelSpotRequestKind, Target: c.Request, Hits: "what spot request " + c.Request.ID + " launches, which is over for good"}
}

// Look reads the request's state. One that is closed or has failed launches as little as a cancelled one.
func (c CancelSpotRequest) Look(ctx context.Context, r access.Reads) (Look, error) {
	out, err := r.EC2(c.Request.Place()).DescribeSpotInstanceRequests(ctx, &ec2.DescribeSpotInstanceRequestsInput{
		SpotInstanceRequestIds: []string{c.Request.ID},
	})
	if err != nil && !Missing(err) {
		return Look{}, fmt.Errorf("read spot request %q: %w", c.Request.ID, err)
	}
	if err == nil {
		for _, x := range out.SpotInstanceRequests {
			if aws.ToString(x.SpotInstanceRequestId) == c.Request.ID {
				return Look{Satisfied: x.State != types.SpotInstanceStateOpen && x.State != types.SpotInstanceStateActive && x.State != types.SpotInstanceStateDisabled}, nil
			}
		}
	}
	return Look{Missing: "the spot request is gone"}, nil
}

// Do cancels one request.
func (c CancelSpotRequest) Do(ctx context.Context, w access.Writes) error {
	_, err := w.EC2(c.Request.Place()).CancelSpotInstanceRequests(ctx, &ec2.CancelSpotInstanceRequestsInput{SpotInstanceRequestIds: []string{c.Request.ID}})
	return Refused(fmt.Sprintf("cancel spot request %q", c.Request.ID), err)
}
