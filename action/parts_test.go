package action_test

import (
	"context"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/google/go-cmp/cmp"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
)

// twoLegged is a world whose instance has a second interface, which the attacker attached after the check.
type twoLegged struct{ access.Reads }

func (r twoLegged) EC2(p event.Place) access.EC2Reads { return attached{r.Reads.EC2(p)} }

type attached struct{ access.EC2Reads }

func (r attached) DescribeInstances(ctx context.Context, in *ec2.DescribeInstancesInput, opts ...func(*ec2.Options)) (*ec2.DescribeInstancesOutput, error) {
	out, err := r.EC2Reads.DescribeInstances(ctx, in, opts...)
	if err != nil {
		return nil, err
	}
	i := &out.Reservations[0].Instances[0]
	i.NetworkInterfaces = append(i.NetworkInterfaces, types.InstanceNetworkInterface{
		NetworkInterfaceId: aws.String("eni-2"), Groups: []types.GroupIdentifier{{GroupId: aws.String("sg-open")}},
	})
	return out, nil
}

// An interface that was attached since is cut off as well: the action of the present names it.
func TestAnInterfaceAttachedSinceIsCutOffToo(t *testing.T) {
	_, c := open(t)
	known := interfacesOf(t, c, alone)
	a := action.Isolate{Instance: alone, Interfaces: known, Groups: []string{"sg-0isolated"}}
	look, err := a.Look(t.Context(), twoLegged{c.Reads()})
	if err != nil {
		t.Fatal(err)
	}
	want := action.Isolate{Instance: alone, Interfaces: append(slices.Clone(known), "eni-2"), Groups: a.Groups}
	if d := cmp.Diff(action.Action(want), look.Renamed); d != "" {
		t.Errorf("the action of the present: %s", d)
	}
	if d := cmp.Diff(action.Action(want), action.Follow(a, look.Renamed)); d != "" {
		t.Errorf("a plan follows: %s", d)
	}
	// The first interface was known before; only the way back of the second is new.
	back := action.Reconnect{Instance: alone, Interfaces: []action.Interface{{ID: "eni-2", Groups: []string{"sg-open"}}}}
	if d := cmp.Diff(action.Action(back), action.Beyond(look.Inverse, known)); d != "" {
		t.Errorf("the way back: %s", d)
	}
}

// Of what was known already nothing is taken for the state before riposte came.
func TestOnlyWhatIsNewHasAWayBackOfItsOwn(t *testing.T) {
	for _, c := range []struct {
		name  string
		undo  action.Action
		known []string
		want  action.Action
	}{
		{"nothing known", action.Resume{Group: group, Processes: []string{"Launch"}}, nil, action.Resume{Group: group, Processes: []string{"Launch"}}},
		{"one of two", action.Resume{Group: group, Processes: []string{"Launch", "Terminate"}}, []string{"Launch"}, action.Resume{Group: group, Processes: []string{"Terminate"}}},
		{"all known", action.Resume{Group: group, Processes: []string{"Launch"}}, action.Processes(), nil},
		{"a whole, not known", action.Pin{Group: group, Version: "1"}, nil, action.Pin{Group: group, Version: "1"}},
		{"a whole, known", action.Pin{Group: group, Version: "1"}, []string{""}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			if d := cmp.Diff(c.want, action.Beyond(c.undo, c.known)); d != "" {
				t.Error(d)
			}
		})
	}
}
