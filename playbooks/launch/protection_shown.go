package launch

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/playbook"
	"github.com/ripostehq/riposte/playbooks/request"
)

// ofLaunch is what is observed of an instance beside its protections: who launched it.
const ofLaunch = "launch"

// observeProtection returns what a record shows of protections, and of who launched an instance, whatever caller made the call.
func observeProtection(e event.Event, p ProtectionParams) (all []playbook.Observation) {
	see := func(instance, of string, on bool) {
		if instance != "" {
			all = append(all, playbook.Observation{
				Resource: e.Place().In(event.Instance, instance), Of: of, On: on, Value: e.Actor.UniqueID(), At: e.Time.UTC(),
				Call: e.Name, By: e.Actor.ARN, Event: playbook.OriginOf(e).EventID,
			})
		}
	}
	in, made := request.Of(e), call.OfEvent(e)
	if made == call.EC2RunInstances && !e.Failed() {
		for _, i := range request.Answer(e).At("instancesSet").Items() {
			seeLaunch(e, i, p, see)
		}
		return all
	}
	for _, a := range p.Attributes {
		switch attribute := string(a); {
		case made == call.EC2TerminateInstances || made == call.EC2StopInstances:
			see(refusedFor(e, attribute), attribute, true)
		case made == call.EC2ModifyInstanceAttribute && !e.Failed():
			if on, set := protection(in, attribute); set {
				see(in.At("instanceId").Text(), attribute, on)
			}
		}
	}
	return all
}

// seeLaunch sees who launched one instance of a launch's answer, and with which protections. A call that repeats another's client token is
// answered with the instance of that one, and shows nothing.
func seeLaunch(e event.Event, i request.Value, p ProtectionParams, see func(instance, of string, on bool)) {
	id, when := i.At("instanceId").Scalar(), launchedBy(e, i)
	if when == launchedBefore {
		return
	}
	if when == launchedNow {
		see(id, ofLaunch, true)
	}
	for _, a := range p.Attributes {
		attribute := string(a)
		switch on, set := protection(request.Of(e), attribute); {
		// To stop and not to terminate is EC2's default, which tools write out: no sign that anybody wanted it.
		case set && on && attribute != action.AgainstShutdown:
			see(id, attribute, true)
		case !on && (set || attribute != action.AgainstShutdown) && when == launchedNow && plain(e):
			see(id, attribute, false)
		}
	}
}

// plain reports whether a launch's record shows all that it asked for. What a template asks for stands in no launch's record, and
// CloudTrail writes "disableApiTermination": false where the caller said nothing. Of what AWS launches, and where CloudTrail left the parameters out,
// nothing is known either: a launch without template names its image.
func plain(e event.Event) bool {
	in := request.Of(e)
	return !e.Actor.ByAWS() && e.Actor.InvokedBy == "" && in.Named("launchTemplate").IsNull() && in.At("instancesSet").First("imageId") != ""
}

// launchMoment is what a launch's answer shows of when an instance was launched.
type launchMoment int

const (
	launchUnsaid   launchMoment = iota
	launchedNow                 // by this call
	launchedBefore              // by an earlier one
)

// launchedBy reports whether the call launched the instance. A start makes launchTime new; the attachment of the first interface
// stays that of the launch.
// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Instance.html
// https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-idempotency.html
func launchedBy(e event.Event, i request.Value) launchMoment {
	times := []request.Value{i.At("launchTime")}
	for _, n := range i.At("networkInterfaceSet").Items() {
		if n.At("attachment", "deviceIndex").Scalar() == "0" {
			times = append(times, n.At("attachment", "attachTime"))
		}
	}
	said := 0
	for _, t := range times {
		ms, err := strconv.ParseInt(t.Scalar(), 10, 64)
		if err != nil {
			continue
		}
		if said++; e.Time.Sub(time.UnixMilli(ms)).Abs() > time.Minute {
			return launchedBefore
		}
	}
	if said < 2 {
		return launchUnsaid
	}
	return launchedNow
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

// ownFor is how long what a caller launched is its own to take down again: a deployment that is rolled back, a test's machine.
const ownFor = 30 * time.Minute

// ownLaunch reports whether the caller launched the instance, a moment ago, whatever was made of its protections since: an attacker
// neither makes an older instance one of these, nor another principal's.
func (f unprotected) ownLaunch(ctx context.Context, recall playbook.Recall) (bool, error) {
	launch, err := recall(ctx, f.Instance, ofLaunch, f.At)
	if err != nil {
		return false, fmt.Errorf("recall the launch of instance %q: %w", f.Instance.ID, err)
	}
	id, _, _ := strings.Cut(f.Actor.UserID, ":") // of the role behind a session
	return launch != nil && id != "" && id == launch.Value && f.At.Sub(launch.At) < ownFor, nil
}

// shown keeps the protections that a record showed to be on before the call; where none did for any, those are kept that no record showed
// to have been off since the launch, and Shown stays empty.
func (f unprotected) shown(ctx context.Context, recall playbook.Recall) (unprotected, error) {
	var known, unknown, by []string
	for _, attribute := range f.Attributes {
		switch seen, never, err := f.before(ctx, recall, attribute); {
		case err != nil:
			return f, err
		case seen != nil && seen.On:
			known, by = append(known, attribute), append(by, fmt.Sprintf("%s by %s at %s", seen.Call, seen.By, seen.At.Format(time.RFC3339)))
		case !never:
			unknown = append(unknown, attribute)
		}
	}
	f.Shown, f.Attributes, f.Own = strings.Join(slices.Compact(by), ", "), unknown, false
	if len(known) == 0 {
		return f, nil
	}
	f.Attributes = known
	var err error
	f.Own, err = f.ownLaunch(ctx, recall)
	return f, err
}

// mostOff is how many calls that switched a protection off are gone back over.
const mostOff = 10

// before recalls how a protection was before the call, and whether it was never on: a launch without it, and nothing since but calls that
// switched it off. A switch-off alone proves nothing: riposte may have put back what it took, and the record of that not be here yet.
func (f unprotected) before(ctx context.Context, recall playbook.Recall, attribute string) (latest *playbook.Observation, never bool, err error) {
	at := f.At
	for range mostOff {
		seen, err := recall(ctx, f.Instance, attribute, at)
		if err != nil {
			return nil, false, fmt.Errorf("recall %s of instance %q: %w", attribute, f.Instance.ID, err)
		}
		if latest == nil {
			latest = seen
		}
		if seen == nil || seen.On || seen.Call == call.EC2RunInstances.Name() {
			return latest, seen != nil && !seen.On, nil
		}
		at = seen.At
	}
	return latest, false, nil
}
