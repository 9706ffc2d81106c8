package identity

import (
	"cmp"
	"context"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/iam"
	"github.com/ripostehq/riposte/playbook"
)

// try evaluates the lock against what the role's instances were recorded to call, and finds one that it would cut off.
func (l *locking) try(ctx context.Context) error {
	document, err := action.CredentialLock{Role: l.found.Role, WaysOut: l.found.WaysOut}.Document()
	if err != nil {
		return err
	}
	policy, err := iam.Parse(document)
	if err != nil {
		return fmt.Errorf("evaluate the lock of %q: %w", l.found.Role.ID, err)
	}
	for _, f := range l.machines {
		out, shown := waysOut{aws: l.in.AWS, at: f.at}, map[string]bool{}
		for _, m := range f.all {
			called, err := l.in.History.Calls(ctx, playbook.Session{
				Place: f.at, Name: m.id, UserID: aws.ToString(l.of.RoleId) + ":" + m.id, From: l.since(m), To: l.in.Now,
			})
			if err != nil {
				return err
			}
			if called.Unseen != "" {
				l.doubt("not all calls of the role's instances were seen: %s", called.Unseen)
			}
			for _, c := range called.Calls {
				if c.Error != "" || c.Call == call.STSGetCallerIdentity || c.At.Before(l.since(m)) || l.gone(c) {
					continue // what was refused is not missed; what no policy can refuse, and others replay, is not cut off
				}
				if from := sources(c.From); c.InvokedBy == "" && c.Endpoint == "" && slices.ContainsFunc(from, func(a netip.Addr) bool { return !public(a) }) {
					l.doubt("%s by %s is recorded from %s without its endpoint: whether the lock would cut it off is not known", c.Call, m.id, c.From)
					continue
				}
				shown[m.subnet] = shown[m.subnet] || c.InvokedBy == ""
				if cut, err := cuts(ctx, &out, policy, f.at, m, c); err != nil || cut != "" {
					l.found.Cuts = cut
					return err
				}
			}
		}
		for _, m := range f.all {
			if !shown[m.subnet] {
				l.doubtFirst("no call from the network %s of instance %s is recorded: by what ways it goes out is not shown", m.subnet, m.id)
			}
		}
	}
	return nil
}

// gone reports whether a call came by a way out that the lock that stands is to, and that the inventory does not show any more: a
// gateway that was replaced. To keep the new one out for its sake would cut off all calls.
func (l *locking) gone(c playbook.RecordedCall) bool {
	return slices.ContainsFunc(sources(c.From), func(a netip.Addr) bool {
		way := netip.PrefixFrom(a, a.BitLen()).String()
		return c.Endpoint == "" && slices.Contains(l.was, way) && !slices.Contains(l.found.WaysOut, way)
	})
}

// since is from when on an instance's calls show its present ways out: a start moves it, and so does another address.
func (l *locking) since(m machine) time.Time {
	since := l.in.Now.AddDate(0, 0, -l.days)
	if slices.Contains(idsOf(l.moved.Instances), m.id) && l.moved.Moved.After(since) {
		since = l.moved.Moved
	}
	if m.launched.After(since) {
		since = m.launched
	}
	return since
}

// cuts says of a call in words how a lock denies it, "" where it does not. The keys are those that AWS sets: of a call by the
// internet its address, of one through an endpoint the network of that, and of one that a service makes on behalf, that.
func cuts(ctx context.Context, out *waysOut, lock iam.Policy, place event.Place, m machine, c playbook.RecordedCall) (string, error) {
	keys := map[string]string{"ec2:SourceInstanceARN": place.In(event.Instance, m.id).ARN(), "aws:EC2InstanceSourceVPC": m.vpc, "aws:ViaAWSService": "false"}
	from, key, value := sources(c.From), "aws:SourceIp", ""
	switch {
	case c.InvokedBy != "" || len(from) == 0: // a service's name, or "AWS Internal"
		from, key, value = []netip.Addr{{}}, "aws:ViaAWSService", "true"
	case c.Endpoint != "":
		vpc, err := out.networkOf(ctx, c.Endpoint)
		if err != nil {
			return "", err
		}
		from, key, value = from[:1], "aws:SourceVpc", cmp.Or(vpc, c.Endpoint) // an unknown one is no machine's
	}
	for _, a := range from {
		if keys[key] = cmp.Or(value, a.String()); denied(keys, c.Call, lock) {
			return strings.TrimSuffix(fmt.Sprintf("%s by %s at %s from %s through %s", c.Call, m.id, c.At.UTC().Format(time.RFC3339), a, c.Endpoint), " through "), nil
		}
	}
	return "", nil
}

// denied reports whether policies deny a call on anything, whatever others allow.
func denied(keys map[string]string, made call.ID, by ...iam.Policy) bool {
	d := iam.Evaluate(iam.Request{Action: string(made), Resource: "*", Context: iam.ContextOf(keys)}, iam.Policies{Identity: by})
	return d.Effect == iam.ExplicitDeny
}
