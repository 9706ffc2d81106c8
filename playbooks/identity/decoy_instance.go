package identity

import (
	"context"
	"fmt"
	"net/netip"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/playbook"
)

// decoySource is the instance that a decoy was used from.
type decoySource struct {
	Instance   event.Resource
	Interfaces []string
	Isolation  string `json:",omitempty"` // the group that isolates
	Forwards   bool   `json:",omitempty"` // what others send, too: a NAT instance
}

func sourceReads() []call.ID { return append(action.IsolationReads(), call.EC2DescribeInstances) }

// sourceOf is the instance that has an address, in the decoy's account and the call's region; nil where none has, or none had it when the
// call was made. The decoy is stopped whether or not its thief's machine can be found: what may not be read there, or in a region that is not
// enabled, is a step less.
func sourceOf(ctx context.Context, in playbook.In, at event.Place, from string, seen time.Time) (*decoySource, error) {
	address, err := netip.ParseAddr(from)
	if err != nil || !address.Unmap().Is4() || address.IsPrivate() || address.IsLoopback() || at.Region == "" {
		return nil, nil
	}
	// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstances.html: ip-address is the public IPv4 address
	out, err := in.AWS.EC2(at).DescribeInstances(ctx, &ec2.DescribeInstancesInput{Filters: []types.Filter{{Name: aws.String("ip-address"), Values: []string{address.Unmap().String()}}}})
	switch {
	case access.Unreadable(err), access.Answered(err, "AuthFailure", "OptInRequired"):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("look for the instance with address %s: %w", from, err)
	}
	for _, r := range out.Reservations {
		for _, i := range r.Instances { // an address is one instance's
			if i.VpcId == nil || aws.ToTime(i.LaunchTime).After(seen) {
				continue
			}
			return machineThere(ctx, in, at, i)
		}
	}
	return nil, nil
}

func machineThere(ctx context.Context, in playbook.In, at event.Place, i types.Instance) (*decoySource, error) {
	m := machineOf(i)
	s := &decoySource{Instance: at.In(event.Instance, m.id), Interfaces: m.interfaces}
	for _, n := range i.NetworkInterfaces {
		s.Forwards = s.Forwards || n.SourceDestCheck != nil && !*n.SourceDestCheck
	}
	var err error
	if s.Isolation, _, err = action.FindIsolation(ctx, in.AWS, at, m.vpc); err != nil && !access.Unreadable(err) {
		return nil, err
	}
	return s, nil
}

// step cuts the machine off where a person agrees: it may be a thief's, or a server that whoever sent the request made call.
func (s *decoySource) step() action.Step {
	why := fmt.Sprintf("instance %s has the address that the decoy was used from: whatever it works for stops; an Elastic IP may have been another instance's then", s.Instance.ID)
	if s.Forwards {
		why += "; it forwards what others send, who may be the thief in its place"
	}
	stop := action.Stop{Instance: s.Instance}
	if s.Isolation == "" {
		return action.Try(stop).Asking(why)
	}
	return action.Try(action.Isolate{Instance: s.Instance, Interfaces: s.Interfaces, Groups: []string{s.Isolation}}).Else(stop).Asking(why)
}
