package launch

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/playbook"
	"github.com/ripostehq/riposte/playbooks/request"
)

// launched are the facts about one launch, as far as one root is concerned: a group, a fleet, or an instance without one.
type launched struct {
	Group     string    `json:",omitempty"` // that launched them, as the record or its own configuration shows
	Recorded  string    `json:",omitempty"` // the group that the record names
	ByGroup   bool      `json:",omitempty"` // Auto Scaling called
	Doubt     string    `json:",omitempty"` // once checked: why stopping the group needs a person
	Spared    string    `json:",omitempty"` // once checked: why the group is left alone
	Task      string    `json:",omitempty"` // that puts the image under a running instance
	Token     string    `json:",omitempty"` // of a launch whose answer the record left out
	Asked     string    `json:",omitempty"` // the image that such a launch asked for, where its question names one
	Noticed   bool      `json:",omitempty"` // EC2 told of it, and no record has yet
	Guessed   bool      `json:",omitempty"` // the instances are taken for the launch's by its time alone
	Source    *source   `json:",omitempty"` // the fleet or spot request that launches again what ends; without instances, it is what was asked for
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
	Doubt      string   `json:",omitempty"` // why nobody can say that it fired at the launch
	Member     string   `json:",omitempty"` // the group that it is in, whoever launched it
	Old        bool     `json:",omitempty"` // launched longer ago than terminate_within
	Source     string   `json:",omitempty"` // the fleet or spot request that launched it, where nobody can tell whether it will launch the next
	Interfaces []string `json:",omitempty"` // as checked
	Isolation  string   `json:",omitempty"` // the isolating security group of its VPC, where one is ready
	Session    *session `json:",omitempty"` // whose credentials it has, where it has a profile
}

// session is that of an instance's role.
type session struct {
	Role event.Resource
	ID   string // ROLEID:INSTANCE
}

// suspectLaunch makes one suspect for each group of the launch and for each instance without one. The image stands in the
// answer; the question need not name it (a template, resolve:ssm). Where the record left the answer out, the launch
// itself is the suspect, to be found by its token.
func suspectLaunch(e event.Event, p ImageParams) []playbook.Suspect[launched] {
	if e.Kind == event.Notice {
		return suspectNotice(e)
	}
	if call.OfEvent(e) == call.EC2CreateReplaceRootVolumeTask {
		return suspectRoot(e, p)
	}
	if call.OfEvent(e) == call.EC2RunInstances {
		return suspectInstances(e, p)
	}
	return suspectRequest(e)
}

func suspectInstances(e event.Event, p ImageParams) []playbook.Suspect[launched] {
	answer := request.Answer(e).At("instancesSet").Items()
	if len(answer) == 0 {
		return []playbook.Suspect[launched]{unanswered(e)}
	}
	var out []playbook.Suspect[launched]
	for _, i := range answer {
		m := machine{ID: i.At("instanceId").Scalar(), Image: i.At("imageId").Scalar(), VPC: i.At("vpcId").Scalar()}
		if m.ID != "" && !slices.Contains(p.AllowIDs, m.Image) {
			group := i.At("tagSet").Tag(groupTag)
			m.Member = group
			of := launched{Group: group, Recorded: group, ByGroup: byGroup(e.Actor), At: e.Time}
			if group == "" {
				of.Source = taggedSource(e.Place(), i.At("tagSet").Tag)
			}
			out = gather(out, e.Place(), of, m)
		}
	}
	return out
}

// groupTag names the owning group. Nobody but AWS can write tags that begin with aws:. On the answer to a launch it says who
// launched; later it only says where the instance is: AttachInstances writes it on whatever somebody else has launched, and
// DetachInstances takes it off.
const groupTag = "aws:autoscaling:groupName"

// byGroup reports whether Auto Scaling called, under the role that only AWS can make.
func byGroup(a event.Actor) bool {
	return strings.HasPrefix(a.IssuerName(), "role/aws-service-role/autoscaling.amazonaws.com/")
}

// requested is the group whose tag the question asks for: it says who launches where the answer was left out.
func requested(in request.Value) string {
	for _, s := range in.At("tagSpecificationSet").Items() {
		if group := s.At("tags").Tag(groupTag); group != "" {
			return group
		}
	}
	return ""
}

// unanswered is a launch of which the record does not tell what came of it: too large, AWS writes {"omitted": true}.
func unanswered(e event.Event) playbook.Suspect[launched] {
	in := request.Of(e)
	token := in.At("clientToken").Scalar()
	id := cmp.Or(token, e.RequestID, e.ID, e.Time.UTC().Format(time.RFC3339))
	return playbook.Suspect[launched]{
		Resource: e.Place().In(event.Launch, id),
		Title:    "a launch whose instances the record leaves out",
		Facts: launched{
			Recorded: requested(in), ByGroup: byGroup(e.Actor), Token: token, At: e.Time, Asked: in.At("instancesSet").First("imageId"),
		},
	}
}

// gather adds an instance to the suspect of its root; of is what all of that root have in common.
func gather(all []playbook.Suspect[launched], p event.Place, of launched, m machine) []playbook.Suspect[launched] {
	root := p.In(event.Instance, m.ID)
	switch {
	case of.Group != "":
		root = p.In(event.Group, of.Group)
	case of.Source != nil:
		root = of.Source.Launcher
	}
	i := slices.IndexFunc(all, func(s playbook.Suspect[launched]) bool { return s.Resource == root })
	if i < 0 {
		all = append(all, playbook.Suspect[launched]{Resource: root, Facts: of})
		i = len(all) - 1
	}
	all[i].Facts.Instances = append(all[i].Facts.Instances, m)
	all[i].Title = all[i].Facts.title()
	return all
}

// title says what was launched where and, once that is known, which rule it broke.
func (f launched) title() string {
	if len(f.Instances) == 0 {
		return f.Source.title()
	}
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
	} else if f.Source != nil {
		what += " of " + called(f.Source.Launcher)
	}
	if f.Task != "" {
		what += " given the disk of " + distinct(images)
	} else if from := distinct(images); from != "" {
		what += " launched from " + from
	} else {
		what += " launched"
	}
	if reason := distinct(why); reason != "" {
		what += ": " + reason
	}
	return what + f.remarks()
}

// remarks are what a person should know of who launched.
func (f launched) remarks() (what string) {
	if f.Spared != "" {
		what += "; the group is left alone: " + f.Spared
	}
	if m := f.Instances[0]; f.Group == "" && m.Source != "" {
		what += "; " + m.Source + " launched it, and may replace what is ended: stop it there"
	}
	if m := f.Instances[0]; f.Group == "" && f.Task == "" && m.Member != "" {
		what += "; it is in group " + m.Member + " now, which is not seen to launch it"
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
