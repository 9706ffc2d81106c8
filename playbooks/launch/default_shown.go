package launch

import (
	"context"
	"fmt"
	"strconv"

	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/playbook"
	"github.com/ripostehq/riposte/playbooks/request"
)

const defaultVersion = "default version" // as an observation

// observeDefault returns what a record shows of a template's default version: the template itself does not tell what it was before.
func observeDefault(e event.Event, _ ImagePolicy) []playbook.Observation {
	if made := call.OfEvent(e); e.Failed() || made != call.EC2CreateLaunchTemplate && made != call.EC2ModifyLaunchTemplate {
		return nil
	}
	t := request.Answer(e).At("launchTemplate")
	id, version := t.Named("launchTemplateId").Scalar(), t.Named("defaultVersionNumber").Scalar()
	if n, err := strconv.ParseInt(version, 10, 64); id == "" || err != nil || n < first {
		return nil
	}
	return []playbook.Observation{{
		Resource: e.Place().In(event.LaunchTemplate, id), Of: defaultVersion, Value: version, At: e.Time.UTC(),
		Call: e.Name, By: e.Actor.ARN, Event: playbook.OriginOf(e).EventID,
	}}
}

// remembered is how many of the latest observations of a default are gone through: an attacker who moves it to and fro must not keep the
// answer waiting.
const remembered = 10

// wasDefault returns the version that records show to have been the default before the incident: the latest that another hand than
// the caller's made the default, if it may still be launched; 0 where no record shows one.
func (r reader) wasDefault(ctx context.Context, template event.Resource, versions map[int64]version, bad int64) (int64, error) {
	if r.in.History.Recall == nil {
		return 0, nil
	}
	before := r.since.at
	for range remembered {
		o, err := r.in.History.Recall(ctx, template, defaultVersion, before)
		if err != nil {
			return 0, fmt.Errorf("recall the default of %s: %w", template, err)
		}
		if o == nil {
			return 0, nil
		}
		before = o.At
		n, err := strconv.ParseInt(o.Value, 10, 64)
		if err != nil || n == bad || r.since.by != "" && principal(o.By) == r.since.by {
			continue
		}
		if fit, err := r.fit(ctx, versions, n, bad); err != nil || fit {
			return n, err
		}
	}
	return 0, nil
}
