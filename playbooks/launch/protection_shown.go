package launch

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/playbook"
	"github.com/ripostehq/riposte/playbooks/request"
)

// observeProtection returns what a record shows of protections, whatever caller made the call.
func observeProtection(e event.Event, p ProtectionParams) (all []playbook.Observation) {
	see := func(instance, attribute string, on bool) {
		if instance != "" {
			all = append(all, playbook.Observation{
				Resource: e.Place().In(event.Instance, instance), Of: attribute, On: on, At: e.Time.UTC(),
				Call: e.Name, By: e.Actor.ARN, Event: playbook.OriginOf(e).EventID,
			})
		}
	}
	made := call.OfEvent(e)
	for _, a := range p.Attributes {
		switch attribute := string(a); {
		case made == call.EC2TerminateInstances || made == call.EC2StopInstances:
			see(refusedFor(e, attribute), attribute, true)
		case e.Failed():
		case made == call.EC2RunInstances:
			// A launch that asks for a protection. What a template asks for stands in no launch's record.
			if on, set := protection(request.Of(e), attribute); set && on {
				for _, i := range request.Answer(e).At("instancesSet").Items() {
					see(i.At("instanceId").Scalar(), attribute, true)
				}
			}
		case made == call.EC2ModifyInstanceAttribute:
			in := request.Of(e)
			if on, set := protection(in, attribute); set {
				see(in.At("instanceId").Text(), attribute, on)
			}
		}
	}
	return all
}

// refusedFor returns the instance that a call was refused for because of a protection, "" where it was not: AWS names both, as
// in "The instance 'i-...' may not be terminated. Modify its 'disableApiTermination' instance attribute and try again."
func refusedFor(e event.Event, attribute string) string {
	if e.Error.Code != "Client.OperationNotPermitted" || !strings.Contains(e.Error.Message, "'"+attribute+"'") {
		return ""
	}
	quoted := strings.Split(e.Error.Message, "'")
	i := slices.IndexFunc(quoted, func(s string) bool { return strings.HasPrefix(s, "i-") })
	if i < 0 {
		return ""
	}
	return quoted[i]
}

// shown keeps the protections that a record showed to be on before the call; where none did for any, all are kept, and
// Shown stays empty.
func (f unprotected) shown(ctx context.Context, recall playbook.Recall) (unprotected, error) {
	var known, by []string
	for _, attribute := range f.Attributes {
		seen, err := recall(ctx, f.Instance, attribute, f.At)
		if err != nil {
			return f, fmt.Errorf("recall %s of instance %q: %w", attribute, f.Instance.ID, err)
		}
		if seen != nil && seen.On {
			known, by = append(known, attribute), append(by, fmt.Sprintf("%s by %s at %s", seen.Call, seen.By, seen.At.Format(time.RFC3339)))
		}
	}
	f.Shown = strings.Join(slices.Compact(by), ", ")
	if len(known) > 0 {
		f.Attributes = known
	}
	return f, nil
}
