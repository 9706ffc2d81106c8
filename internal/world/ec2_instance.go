package world

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ripostehq/riposte/event"
)

// instance is one EC2 instance.
type instance struct {
	ID, Image, Type, KeyName string
	Zone, Subnet, VPC, IP    string
	Profile, UserData        string
	Token, Reservation       string // Token is the client token of its launch
	Index                    int    // in its launch
	State, Reason            string
	Launched, Ended          time.Time
	Protected, StopProtected bool
	Shutdown                 string // what a shutdown from inside does: stop, terminate
	Tags                     map[string]string
	Interface                string
	Roots                    []rootTask
	Spot                     string // the spot request that it was launched by
}

// transition is how long an instance takes to start, stop or end. On AWS it varies by image and type.
const transition = 10 * time.Second

// remembered is how long a terminated instance is still listed, approximately:
// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_TerminateInstances.html
const remembered = time.Hour

// groupTag marks what an Auto Scaling group launched. Nobody but AWS can write tags that begin with "aws:".
const groupTag = "aws:autoscaling:groupName"

// stateCode is EC2's number for a state.
func stateCode(state string) int {
	return map[string]int{"pending": 0, "running": 16, "shutting-down": 32, "terminated": 48, "stopping": 64, "stopped": 80}[state]
}

func (i *instance) alive() bool { return i.State == "pending" || i.State == "running" }

func (i *instance) ended() bool { return i.State == "shutting-down" || i.State == "terminated" }

func (i *instance) state() *types.InstanceState {
	return &types.InstanceState{Code: aws.Int32(int32(stateCode(i.State))), Name: types.InstanceStateName(i.State)}
}

// instance finds one by id, in EC2's words where there is none.
func (r *region) instance(id string) (*instance, *refusal) {
	if !strings.HasPrefix(id, "i-") {
		return nil, refuse("InvalidInstanceID.Malformed", "Invalid id: %q", id)
	}
	if i, ok := r.Instances[id]; ok {
		return i, nil
	}
	return nil, refuse("InvalidInstanceID.NotFound", "The instance ID '%s' does not exist", id)
}

// instances finds several: one that does not exist fails all.
func (r *region) instances(ids []string) ([]*instance, *refusal) {
	found := make([]*instance, 0, len(ids))
	for _, id := range ids {
		i, refused := r.instance(id)
		if refused != nil {
			return nil, refused
		}
		found = append(found, i)
	}
	return found, nil
}

// inOrder lists instances by launch, and by id within one moment.
func (r *region) inOrder() []*instance {
	return slices.SortedFunc(maps.Values(r.Instances), func(a, b *instance) int {
		if c := a.Launched.Compare(b.Launched); c != 0 {
			return c
		}
		if c := a.Index - b.Index; c != 0 && a.Reservation == b.Reservation {
			return c
		}
		return strings.Compare(a.ID, b.ID)
	})
}

// move begins a transition; its group will notice.
func (s *state) move(p event.Place, i *instance, to, reason string) {
	i.State, i.Reason = to, reason
	s.after(transition, settles, p, i.ID)
	if name := i.Tags[groupTag]; name != "" && to != "pending" {
		s.missed(p, name, i.ID)
	}
	if to == "shutting-down" {
		s.ofFleet(p, i)
	}
}

// settle ends a transition.
func (s *state) settle(p event.Place, id string) {
	i, ok := s.at(p).Instances[id]
	if !ok {
		return
	}
	switch i.State {
	case "pending":
		i.State = "running"
	case "stopping":
		i.State = "stopped"
	case "shutting-down":
		i.State, i.Ended = "terminated", s.Now
		s.at(p).cutOff(i)
		s.after(remembered, vanishes, p, id)
	}
}

// ShutdownFromInside is the operating system's own shutdown: no call, no record, and protection does not matter.
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_ChangingDisableAPITermination.html
func (w *World) ShutdownFromInside(p event.Place, id string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.state.Accounts[p.Account] == nil {
		return fmt.Errorf("shut down %s: no account %s", id, p.Account)
	}
	i, ok := w.state.at(p).Instances[id]
	if !ok || i.State != "running" {
		return fmt.Errorf("shut down %s: no such running instance", id)
	}
	to := "stopping"
	if i.Shutdown == "terminate" {
		to = "shutting-down"
	}
	w.state.move(p, i, to, "Instance initiated (shutdown)")
	return w.save()
}
