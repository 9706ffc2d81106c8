package launch

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/playbook"
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

// source is what launches again what ends: a fleet that maintains its size, or a persistent spot request.
type source struct {
	Launcher event.Resource
	Images   []string `json:",omitempty"` // that it launches and may not, once checked
	Breaks   string   `json:",omitempty"` // the rules that they break, once checked
	Doubt    string   `json:",omitempty"` // once checked: why stopping it needs a person
}

// machine is one instance.
type machine struct {
	ID         string
	Image      string   `json:",omitempty"`
	VPC        string   `json:",omitempty"`
	Breaks     string   `json:",omitempty"` // the rule that fired, once checked
	Doubt      string   `json:",omitempty"` // why it can't be said that it fired at the launch
	Hook       string   `json:",omitempty"` // of the group Member, that holds it before it enters service
	Member     string   `json:",omitempty"` // the group that it is in, which need not have launched it
	Old        bool     `json:",omitempty"` // launched longer ago than terminate_within
	Source     string   `json:",omitempty"` // the fleet or spot request that launched it, where it can't be told whether it will launch the next
	Interfaces []string `json:",omitempty"` // as checked
	Isolation  string   `json:",omitempty"` // the isolating security group of its VPC, where one is ready
	Session    *session `json:",omitempty"` // whose credentials it has, where it has a profile
}

// session is that of an instance's role.
type session struct {
	Role event.Resource
	ID   string // ROLEID:INSTANCE
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
	// What a person should know of who launched.
	m := f.Instances[0]
	if f.Spared != "" {
		what += "; the group is left alone: " + f.Spared
	}
	if f.Group == "" && m.Source != "" {
		what += "; " + m.Source + " launched it, and may replace what is ended: stop it there"
	}
	if f.Group == "" && f.Task == "" && m.Member != "" {
		what += "; it is in group " + m.Member + " now, which is not seen to launch it"
	}
	return what
}

// title says what a fleet or a spot request launches, once that is known.
func (s source) title() string {
	if len(s.Images) == 0 {
		return called(s.Launcher) + ", and what it launches"
	}
	what := called(s.Launcher) + " launches from " + distinct(slices.Clone(s.Images))
	if s.Breaks != "" {
		what += ": " + s.Breaks
	}
	return what
}

// called is what people call a fleet or a spot request.
func called(r event.Resource) string { return event.Noun(r.Type) + " " + r.ID }

// distinct joins what differs, in order, three of them at most.
func distinct(texts []string) string {
	slices.Sort(texts)
	texts = slices.DeleteFunc(slices.Compact(texts), func(s string) bool { return s == "" })
	if len(texts) > 3 {
		texts = append(texts[:3:3], fmt.Sprintf("%d more", len(texts)-3))
	}
	return strings.Join(texts, ", ")
}

// Found are the images: another instance of one is the same finding, another image is not.
func (f launched) Found() (of []string) {
	for _, m := range f.Instances {
		if m.Image != "" {
			of = append(of, "image "+m.Image)
		}
	}
	if len(f.Instances) == 0 && f.Source != nil {
		for _, image := range f.Source.Images {
			of = append(of, "image "+image)
		}
	}
	return of
}

// Related are the instances of the launch. That one has no group is known: AWS tags those that have.
func (f launched) Related(root event.Resource) []playbook.Related {
	out := make([]playbook.Related, 0, len(f.Instances))
	for _, m := range f.Instances {
		out = append(out, playbook.Related{Resource: root.Place().In(event.Instance, m.ID), Detail: map[string]string{
			playbook.DetailImage: m.Image, playbook.DetailGroup: f.Group, playbook.DetailLaunched: f.At.UTC().Format(time.RFC3339),
		}})
	}
	return out
}
