package launch

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/playbook"
	"github.com/ripostehq/riposte/playbooks/contain"
	"github.com/ripostehq/riposte/playbooks/request"
)

// byHand are the facts of one launch.
type byHand struct {
	Place     event.Place
	At        time.Time
	Caller    string    // ARN
	Launched  int       // how many instances, by the record
	IDs       []string  `json:",omitempty"`
	Token     string    `json:",omitempty"` // of a launch whose instances the record leaves out
	Instances []machine `json:",omitempty"` // those that are there, once checked
	Doubt     string    `json:",omitempty"` // why it is asked about
}

// Found are the instances: another launch by the same person is another finding.
func (f byHand) Found() (of []string) {
	for _, id := range f.IDs {
		of = append(of, "launch of instance "+id)
	}
	return of
}

// Related are the instances; the root is the person's session.
func (f byHand) Related(event.Resource) (out []playbook.Related) {
	for _, m := range f.Instances {
		out = append(out, playbook.Related{Resource: f.Place.In(event.Instance, m.ID), Detail: map[string]string{playbook.DetailImage: m.Image}})
	}
	return out
}

func (f byHand) title() string {
	what := strconv.Itoa(f.Launched) + " instances"
	switch {
	case len(f.IDs) == 1:
		what = "instance " + f.IDs[0]
	case f.Launched == 1:
		what = "an instance"
	}
	title := fmt.Sprintf("%s launched %s by hand", f.Caller, what)
	if f.Doubt != "" {
		title += "; " + f.Doubt
	}
	return title
}

// suspectByHand takes any launch that a principal made itself, and not by a machine's credentials. Whether it is a person, the check asks the
// organisation.
func suspectByHand(e event.Event, p ByHandParams) []playbook.Suspect[byHand] {
	a := e.Actor
	root := contain.ActorOf(a, e.Time).Root()
	if a.InvokedBy != "" || a.Instance != "" || a.Kind == event.UserActor && !p.Users || root.Account == "" {
		return nil
	}
	f := byHand{Place: e.Place(), At: e.Time.UTC(), Caller: a.ARN}
	for _, i := range request.Answer(e).At("instancesSet").Items() {
		if id := i.At("instanceId").Scalar(); wrongID("i-", "an instance", id) == "" {
			f.IDs = append(f.IDs, id)
		}
	}
	slices.Sort(f.IDs)
	if f.Launched = len(f.IDs); f.Launched == 0 { // too large, AWS leaves the answer out
		asked, _ := strconv.Atoi(request.Of(e).At("instancesSet").First("maxCount"))
		f.Launched, f.Token = min(max(1, asked), 1000), request.Of(e).At("clientToken").Scalar()
	}
	if f.Token == "" && len(f.IDs) == 0 {
		f.Doubt = "the record names no instance: what was launched at that time is taken for this"
	}
	return []playbook.Suspect[byHand]{{Resource: root, Title: f.title(), Facts: f}}
}
