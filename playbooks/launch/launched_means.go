package launch

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/playbook"
	"github.com/ripostehq/riposte/playbooks/contain"
)

// means finds what there is to stop an instance by besides its end, which its launch may have forbidden. What can't be read
// is a rung less, and no reason to wait.
type means struct {
	in         playbook.In
	place      event.Place
	configured map[string]string // isolating groups by VPC
	ready      map[string]string // as found
}

func (f means) find(ctx context.Context, m *machine, i types.Instance) (err error) {
	if m.Isolation, err = f.isolation(ctx, m.VPC); err != nil || i.IamInstanceProfile == nil {
		return err
	}
	instance := f.place.In(event.Instance, m.ID)
	a, found, err := contain.OfInstance(ctx, f.in.AWS, instance, aws.ToString(i.IamInstanceProfile.Arn))
	switch {
	case access.Unreadable(err):
		return nil
	case err != nil:
		return fmt.Errorf("find the session of instance %q: %w", m.ID, err)
	case found && a.Others() == "":
		m.Session = &session{a.Holder, a.UserID}
	}
	return nil
}

// isolation is the group that isolates in a VPC: the configured one, else the one that the deployment has ready.
func (f means) isolation(ctx context.Context, vpc string) (string, error) {
	if group := f.configured[vpc]; group != "" || vpc == "" {
		return group, nil
	}
	if group, asked := f.ready[vpc]; asked {
		return group, nil
	}
	group, _, err := action.FindIsolation(ctx, f.in.AWS, f.place, vpc)
	if access.Unreadable(err) {
		err = nil
	}
	f.ready[vpc] = group
	return group, err
}

// rungs are the ways to stop an instance that can be taken back. Before anything is read it is as deployed: its VPC has an
// isolating group.
func (m machine) rungs(instance event.Resource, caseID string) (rungs []action.Action) {
	if m.Isolation != "" {
		rungs = append(rungs, action.Isolate{Instance: instance, Interfaces: m.Interfaces, Groups: []string{m.Isolation}})
	} else if !m.checked() {
		rungs = append(rungs, action.Isolate{Instance: instance})
	}
	rungs = append(rungs, action.Stop{Instance: instance})
	if m.Session != nil {
		rungs = append(rungs, action.DenySession{Role: m.Session.Role, UserID: m.Session.ID, Case: caseID, Scope: action.Everything})
	}
	return rungs
}
