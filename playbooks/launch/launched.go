package launch

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/playbook"
)

// launched are the facts about one launch, as far as one root is concerned: a group, or an instance without one.
type launched struct {
	Group     string    `json:",omitempty"`
	Token     string    `json:",omitempty"` // of a launch whose answer the record left out
	At        time.Time // of the call
	Instances []machine `json:",omitempty"`
	Pin       *pinning  `json:",omitempty"` // once checked, where the group is to be pinned
}

// machine is one instance.
type machine struct {
	ID         string
	Image      string   `json:",omitempty"`
	VPC        string   `json:",omitempty"`
	Breaks     string   `json:",omitempty"` // the rule that fired, once checked
	Unseen     bool     `json:",omitempty"` // AWS shows no such image
	Old        bool     `json:",omitempty"` // launched longer ago than terminate_within
	Interfaces []string `json:",omitempty"` // as checked
}

// suspectLaunch makes one suspect for each group of the launch and for each instance without one. The image stands in the
// answer; the question need not name it (a template, resolve:ssm). Where the record left the answer out, the launch
// itself is the suspect, to be found by its token.
func suspectLaunch(e event.Event, p ImageParams) []playbook.Suspect[launched] {
	if e.Failed() {
		return nil
	}
	answer := parse(e.Response).at("instancesSet").items()
	if len(answer) == 0 {
		return []playbook.Suspect[launched]{unanswered(e)}
	}
	var out []playbook.Suspect[launched]
	for _, i := range answer {
		m := machine{ID: i.at("instanceId").scalar(), Image: i.at("imageId").scalar(), VPC: i.at("vpcId").scalar()}
		if m.ID != "" && !slices.Contains(p.AllowIDs, m.Image) {
			out = gather(out, e.Place(), i.at("tagSet").tag(groupTag), e.Time, m)
		}
	}
	return out
}

// groupTag names the owning group. Nobody but AWS can write tags that begin with aws:.
const groupTag = "aws:autoscaling:groupName"

// unanswered is a launch of which the record does not tell what came of it: too large, AWS writes {"omitted": true}.
func unanswered(e event.Event) playbook.Suspect[launched] {
	token := parse(e.Request).at("clientToken").scalar()
	id := cmp.Or(token, e.RequestID, e.ID, e.Time.UTC().Format(time.RFC3339))
	return playbook.Suspect[launched]{
		Resource: e.Place().In(event.Launch, id),
		Title:    "a launch whose instances the record leaves out",
		Facts:    launched{Token: token, At: e.Time},
	}
}

// gather adds an instance to the suspect of its root.
func gather(all []playbook.Suspect[launched], p event.Place, group string, at time.Time, m machine) []playbook.Suspect[launched] {
	root := p.In(event.Instance, m.ID)
	if group != "" {
		root = p.In(event.Group, group)
	}
	i := slices.IndexFunc(all, func(s playbook.Suspect[launched]) bool { return s.Resource == root })
	if i < 0 {
		all = append(all, playbook.Suspect[launched]{Resource: root, Facts: launched{Group: group, At: at}})
		i = len(all) - 1
	}
	all[i].Facts.Instances = append(all[i].Facts.Instances, m)
	all[i].Title = all[i].Facts.title()
	return all
}

// title says what was launched where and, once that is known, which rule it broke.
func (f launched) title() string {
	var images, why []string
	for _, m := range f.Instances {
		images, why = append(images, m.Image), append(why, m.Breaks)
	}
	what := "instance " + f.Instances[0].ID
	if n := len(f.Instances); n > 1 {
		what = fmt.Sprintf("%d instances", n)
	}
	if f.Group != "" {
		what += " of group " + f.Group
	}
	what += " launched from " + distinct(images)
	if reason := distinct(why); reason != "" {
		what += ": " + reason
	}
	return what
}

// distinct joins what differs, in order, three of them at most.
func distinct(texts []string) string {
	slices.Sort(texts)
	texts = slices.DeleteFunc(slices.Compact(texts), func(s string) bool { return s == "" })
	if len(texts) > 3 {
		texts = append(texts[:3:3], fmt.Sprintf("%d more", len(texts)-3))
	}
	return strings.Join(texts, ", ")
}
