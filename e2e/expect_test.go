package e2e

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/securityhub"

	"github.com/ripostehq/riposte/action"
)

// expected is what must have become of what was launched, by the resource that a case is about.
type expected struct {
	state    string // of the case
	instance string
	ended    bool   // the instance is terminated
	group    string // suspended; "" for an instance without one
}

// patience is how long a case may take to its end on a machine that does much else beside; a minute and a half of it is
// verification.
const patience = 8 * time.Minute

// ends waits until every case is at its end, and each resource has one.
func (r *replica) ends(within time.Duration, want map[string]expected) {
	r.t.Helper()
	every(r.t, 5*time.Second, within, "every case is at its end", func() error {
		cases, err := r.cases()
		if err != nil {
			return err
		}
		return met(want, cases)
	})
}

// met compares the cases with what was expected: each once, none beside them, each at its end.
func met(want map[string]expected, got []shown) error {
	var wrong []error
	seen := map[string]int{}
	for _, c := range got {
		seen[c.Resource]++
		w, ok := want[c.Resource]
		switch {
		case !ok:
			wrong = append(wrong, fmt.Errorf("case %s is about %s, which nobody launched", c.Case, c.Resource))
		case c.State != w.state:
			wrong = append(wrong, fmt.Errorf("case %s of %s is %s, want %s: %s %v", c.Case, c.Resource, c.State, w.state, c.Reason, c.Actions))
		}
	}
	for resource := range want {
		if n := seen[resource]; n != 1 {
			wrong = append(wrong, fmt.Errorf("%s has %d cases, want one", resource, n))
		}
	}
	if n := len(wrong); n > 5 {
		wrong = append(wrong[:5], fmt.Errorf("and %d more", n-5))
	}
	return errors.Join(wrong...)
}

// stands compares AWS with what was expected.
func (h *shop) stands(want map[string]expected) error {
	states := map[string]types.InstanceStateName{}
	pages := ec2.NewDescribeInstancesPaginator(h.ec2, &ec2.DescribeInstancesInput{})
	for pages.HasMorePages() {
		page, err := pages.NextPage(h.ctx)
		if err != nil {
			return err
		}
		for _, r := range page.Reservations {
			for _, i := range r.Instances {
				states[*i.InstanceId] = i.State.Name
			}
		}
	}
	suspended, err := h.suspended()
	if err != nil {
		return err
	}
	var wrong []error
	for resource, w := range want {
		if is := states[w.instance] == types.InstanceStateNameTerminated; is != w.ended {
			wrong = append(wrong, fmt.Errorf("%s: instance %s is %s", resource, w.instance, states[w.instance]))
		}
		if w.group != "" && !slices.Equal(suspended[w.group], slices.Sorted(slices.Values(action.Processes()))) {
			wrong = append(wrong, fmt.Errorf("%s: suspended are %v", resource, suspended[w.group]))
		}
	}
	return errors.Join(wrong...)
}

// told wants one finding of each case in which something was done, and none beside them.
func (h *shop) told(want map[string]expected) error {
	seen := map[string]int{}
	pages := securityhub.NewGetFindingsPaginator(h.findings, &securityhub.GetFindingsInput{})
	for pages.HasMorePages() {
		page, err := pages.NextPage(h.ctx)
		if err != nil {
			return err
		}
		for _, f := range page.Findings {
			seen[*f.Id]++
		}
	}
	for id, n := range seen {
		if n > 1 {
			return fmt.Errorf("finding %s is there %d times", id, n)
		}
	}
	if len(seen) != ended(want) {
		return fmt.Errorf("%d findings, want %d", len(seen), ended(want))
	}
	return nil
}

// suspended are the processes that stand still, in order, by group.
func (h *shop) suspended() (map[string][]string, error) {
	out := map[string][]string{}
	pages := autoscaling.NewDescribeAutoScalingGroupsPaginator(h.scaling, &autoscaling.DescribeAutoScalingGroupsInput{})
	for pages.HasMorePages() {
		page, err := pages.NextPage(h.ctx)
		if err != nil {
			return nil, err
		}
		for _, g := range page.AutoScalingGroups {
			for _, p := range g.SuspendedProcesses {
				out[*g.AutoScalingGroupName] = append(out[*g.AutoScalingGroupName], *p.ProcessName)
			}
			slices.Sort(out[*g.AutoScalingGroupName])
		}
	}
	return out, nil
}
