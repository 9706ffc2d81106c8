package takeover

import (
	"context"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/inventory"
	"github.com/ripostehq/riposte/names"
	"github.com/ripostehq/riposte/playbook"
)

// listRecord wants records that point to what anybody can take, and those that point to what may have been ours; names decide which.
func listRecord(at event.Resource, r inventory.Record, p DanglingParams) *playbook.Listed[dangling] {
	if r.Set.Type == "NS" {
		return nil
	}
	var l playbook.Listed[dangling]
	points := r.Points()
	for _, t := range targets(points) {
		keys := names.Parse(t, points.Name)
		if len(keys) == 0 || p.vendor(t) {
			continue
		}
		if keys[0].Claimable().By == names.Anybody {
			l.Free = append(l.Free, keys[0])
		} else {
			l.Lost = append(l.Lost, keys...)
		}
		l.Suspect.Facts.Keys = append(l.Suspect.Facts.Keys, keys...)
	}
	if len(l.Suspect.Facts.Keys) == 0 {
		return nil
	}
	name, kind := spoken(at)
	l.Suspect.Title = fmt.Sprintf("record %s %s points to %s %s", name, kind, l.Suspect.Facts.Keys[0].Service, l.Suspect.Facts.Keys[0].ID)
	return &l
}

func targets(r names.Record) []string {
	if r.Alias != "" {
		return []string{r.Alias}
	}
	return r.Values
}

// checkDangling looks at a record, or for the records that point to what was deleted.
func checkDangling(ctx context.Context, in playbook.In, s playbook.Suspect[dangling], p DanglingParams) ([]playbook.Suspect[dangling], error) {
	if in.Names == nil {
		return nil, fmt.Errorf("nothing lists names: switch sweeps on: %w", playbook.ErrNoEvidence)
	}
	if s.Resource.Type == event.RecordSet {
		return record{in, s.Facts, p}.look(ctx, s.Resource, false)
	}
	there, err := stillThere(ctx, in.AWS, s.Resource)
	if err != nil || there {
		return nil, err
	}
	f := s.Facts
	had, err := in.Names.NamesHad(ctx, s.Resource)
	if err != nil {
		return nil, fmt.Errorf("find the names of %s: %w", s.Resource.ID, err)
	}
	for _, e := range had {
		if !slices.Contains(f.Keys, e.Key) {
			f.Keys = append(f.Keys, e.Key)
		}
	}
	return pointing(ctx, record{in, f, p})
}

// pointing are the records of all accounts that point to what was deleted, each a finding of its own.
func pointing(ctx context.Context, r record) (all []playbook.Suspect[dangling], err error) {
	var seen []event.Resource
	for _, k := range r.f.Keys {
		entries, err := r.in.Names.NamesOf(ctx, k)
		if err != nil {
			return nil, fmt.Errorf("find what points to %s: %w", k, err)
		}
		for _, e := range entries {
			if !e.Points || e.Resource.Type != event.RecordSet || slices.Contains(seen, e.Resource) {
				continue
			}
			seen = append(seen, e.Resource)
			found, err := r.look(ctx, e.Resource, e.Private)
			if err != nil {
				return nil, err
			}
			all = append(all, found...)
		}
	}
	return all, nil
}

// stillThere reports whether the account has the resource, made anew or never gone.
func stillThere(ctx context.Context, r access.Reads, of event.Resource) (bool, error) {
	switch of.Type {
	case event.Bucket:
		out, err := r.S3(of.Place()).ListBuckets(ctx, &s3.ListBucketsInput{Prefix: &of.ID})
		if err != nil {
			return false, fmt.Errorf("read whether bucket %q is there: %w", of.ID, err)
		}
		for _, b := range out.Buckets {
			if aws.ToString(b.Name) == of.ID {
				return true, nil
			}
		}
		return false, nil
	case event.Address:
		a, err := action.LookAddress(ctx, r, of)
		return a != nil, err
	case event.LoadBalancer:
		out, err := r.ELB(of.Place()).DescribeLoadBalancers(ctx, &elb.DescribeLoadBalancersInput{LoadBalancerArns: []string{of.ARN()}})
		if access.Answered(err, "LoadBalancerNotFound") {
			return false, nil
		}
		if err != nil {
			return false, fmt.Errorf("read whether load balancer %q is there: %w", of.ID, err)
		}
		return len(out.LoadBalancers) > 0, nil
	}
	return false, fmt.Errorf("nothing reads whether a %s is there", event.Noun(of.Type))
}

// planDangling deletes the record, or takes out the values that are nothing of ours. Before the look nothing is known.
func planDangling(s playbook.Suspect[dangling], p DanglingParams) (plan action.Plan) {
	f := s.Facts
	if f.Set == nil || len(f.Targets) == 0 || !p.acts(f.claim()) {
		return plan
	}
	steps := []action.Step{action.Try(action.DeleteRecord{Record: s.Resource, Set: *f.Set})}
	if f.Kept > 0 {
		steps = nil
		set := *f.Set
		for _, t := range f.Targets {
			steps = append(steps, action.Try(action.TakeValueOut{Record: s.Resource, Set: set, Value: t.Text}))
			set = set.Without(t.Text)
		}
	}
	for _, step := range steps {
		if f.Asks != "" {
			step = step.Asking(f.Asks)
		}
		plan.Steps = append(plan.Steps, step)
	}
	return plan
}
