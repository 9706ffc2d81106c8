package action

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
)

// stopIdleKind shows whether an instance is missed, at no loss but that of its memory: started again by a person, it is let be.
var stopIdleKind = Define[StopIdle](Kind{
	Name: "ec2.stop-idle", Version: 1, Does: "stop an instance that was announced, and leave it to whoever starts it again", Class: Mend, Tier: TierMend, Yields: true,
	WayBack: startIdleKind.Name,
	Reads:   []call.ID{call.EC2DescribeInstances, call.EC2DescribeInstanceAttribute},
	Writes:  []call.ID{call.EC2StopInstances},
})

// startIdleKind gives it back.
var startIdleKind = Define[StartIdle](Kind{
	Name: "ec2.start-idle", Version: 1, Does: "start an instance that was stopped for being idle", Class: Mend, Tier: TierMend,
	Final:  "an instance that was started again stays so",
	Reads:  []call.ID{call.EC2DescribeInstances},
	Writes: []call.ID{call.EC2StartInstances},
})

// StopIdle wants an instance stopped that does nothing, and that the case announced. Unlike Stop, which contains, it is not done again where
// a person starts the instance.
type StopIdle struct {
	Instance event.Resource
	Case     string
}

// StartIdle wants an instance running that was stopped so.
type StartIdle struct{ Instance event.Resource }

// About is the action as data.
func (s StopIdle) About() About {
	return About{Kind: stopIdleKind, Target: s.Instance, Hits: "instance " + s.Instance.ID + ", with what is in its memory, and a public address that is not elastic"}
}

// Look reads the instance's state. What is protected from stopping or terminating is let be, and so is what a group has taken in since.
func (s StopIdle) Look(ctx context.Context, r access.Reads) (Look, error) {
	i, err := LookInstance(ctx, r, s.Instance)
	switch {
	case err != nil:
		return Look{}, err
	case i == nil:
		return Look{Missing: "the instance is terminated"}, nil
	case stopped(i):
		return Look{Satisfied: true}, nil
	case i.State == nil || i.State.Name != types.InstanceStateNameRunning:
		return Look{Refused: "it does not run yet"}, nil
	}
	tags := tagMap(i.Tags)
	if group := tags["aws:autoscaling:groupName"]; group != "" {
		return Look{Refused: "it is in group " + group + ", which would replace it"}, nil
	}
	if refused := announcedBy(tags, s.Case); refused != "" {
		return Look{Refused: refused}, nil
	}
	protected, err := Protection(ctx, r, s.Instance)
	if err != nil || protected != "" {
		return Look{Refused: "its attribute " + string(protected) + " protects it"}.unless(err)
	}
	return Look{Inverse: StartIdle{s.Instance}}, nil
}

// Do stops it, and lets it write its caches.
func (s StopIdle) Do(ctx context.Context, w access.Writes) error {
	_, err := w.EC2(s.Instance.Place()).StopInstances(ctx, &ec2.StopInstancesInput{InstanceIds: []string{s.Instance.ID}})
	return Refused(fmt.Sprintf("stop instance %q", s.Instance.ID), err)
}

// About is the action as data.
func (s StartIdle) About() About { return About{Kind: startIdleKind, Target: s.Instance} }

// Look reads the instance's state. One that is still stopping can't be started yet: EC2 says so, and the case looks again.
func (s StartIdle) Look(ctx context.Context, r access.Reads) (Look, error) {
	i, err := LookInstance(ctx, r, s.Instance)
	if err != nil || i == nil {
		return Look{Missing: "the instance is terminated"}.unless(err)
	}
	return Look{Satisfied: !stopped(i)}, nil
}

// Do starts it.
func (s StartIdle) Do(ctx context.Context, w access.Writes) error {
	_, err := w.EC2(s.Instance.Place()).StartInstances(ctx, &ec2.StartInstancesInput{InstanceIds: []string{s.Instance.ID}})
	return Refused(fmt.Sprintf("start instance %q", s.Instance.ID), err)
}
