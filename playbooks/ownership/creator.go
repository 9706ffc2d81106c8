// Package ownership holds the playbooks that say whose resources are, and tell owners what people do by hand.
package ownership

import (
	_ "embed"
	"regexp"
	"slices"
	"strings"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/playbook"
)

//go:embed testdata/creator.txtar
var creatorStories string

// CreatorParams are the parameters of ownership.creator.
type CreatorParams struct {
	Key string `yaml:"key" help:"the tag that names the creator; the tag role's policy has to know it (riposte permissions --config)"`
}

// TagKeys are the keys that the playbook writes.
func (p CreatorParams) TagKeys() []string { return []string{p.Key} }

// tagKey is what all services take in a key.
var tagKey = regexp.MustCompile(`^[\p{L}\p{N}_.:/=+@ -]+$`)

// Validate refuses what can be no owner's tag.
func (p CreatorParams) Validate() error {
	reserved := []string{action.IsolationTag}
	for _, t := range action.CaseTags(action.TagPrefix, "", "") {
		reserved = append(reserved, t.Key)
	}
	switch {
	case !tagKey.MatchString(p.Key) || len([]rune(p.Key)) > 128 || strings.HasPrefix(strings.ToLower(p.Key), "aws:"):
		return playbook.Wrong{Path: []any{"key"}, Text: "want a tag's key of at most 128 characters, not aws:"}
	case slices.Contains(reserved, p.Key):
		return playbook.Wrong{Path: []any{"key"}, Text: p.Key + " means something else"}
	}
	return nil
}

// Creator tags what is made with its maker.
func Creator() playbook.Definition {
	return playbook.Define(playbook.Spec[CreatorParams, created]{
		ID:       "ownership.creator",
		Title:    "A resource does not say who created it",
		Why:      whyCreator,
		Severity: playbook.Low,
		On:       []playbook.Trigger{playbook.Call(tagged()...)},
		Reads:    action.PutTags{}.About().Kind.Reads,
		Changes:  playbook.Always[CreatorParams](action.PutTags{}.About().Kind),
		Prevents: []playbook.Prevention{{
			Kind: playbook.ServiceControlPolicy,
			How: "Let nothing be launched that does not name its owner. The tag's name is yours; a launch by hand then ends in AWS's bare denial, so say before what " +
				"it wants.",
			Document: `{"Version":"2012-10-17","Statement":[{"Sid":"EachInstanceHasAnOwner","Effect":"Deny","Action":"ec2:RunInstances","Resource":"arn:aws:ec2:*:*:instance/*",` +
				`"Condition":{"Null":{"aws:RequestTag/owner":"true"}}}]}`,
		}},
		Stories:  creatorStories,
		Defaults: CreatorParams{Key: action.TagPrefix + "creator"},
		Suspect:  suspectCreated,
		Check:    checkCreated,
		Plan:     planCreated,
	})
}

const whyCreator = `In an incident the first question is whose a thing is. What is created is tagged with its creator: the person, where the
session's issuer is one of people.issuers, else the ARN of the role, user or root. The name of a person is the session's, as it was given at
sign-in: a hint for whom to ask, and no proof. A tag that is there with that key is never written over, and one that is taken off stays off. What an Auto
Scaling group launches gets the group's tag by Auto Scaling itself, so that a thousand launches cost nothing here; a group that has thirty tags already is
tagged alone, since an instance may have fifty and a launch with more fails. Instances that AWS launches for fleets are not tagged, the fleet is. Of one call
fifty resources are tagged. Cases of this playbook are kept and reported to no one. Known false positives: infrastructure as code takes off tags
that it does not know, and shows them as drift (Terraform: ignore_tags; or set key to a tag that your code sets already, and what has it is left
alone); a pipeline's role says which pipeline, not whose change it was.`

// created are the facts of one call.
type created struct {
	Made     []resource
	Creator  string `json:",omitempty"` // known to the check alone, which knows the people
	Key      string
	More     int  `json:",omitempty"` // made by the same call, and left out
	Launches bool `json:",omitempty"` // of a group: what it launches gets the tag, too
}

// resource is one that was made.
type resource struct {
	Resource event.Resource
	ID       string `json:",omitempty"` // AIDA...: of a user
}

func planCreated(s playbook.Suspect[created], p CreatorParams) (plan action.Plan) {
	f := s.Facts
	for _, r := range f.Made {
		plan.Steps = append(plan.Steps, action.Try(action.PutTags{
			Resource: r.Resource, Identity: r.ID, Tags: []action.Tag{{Key: p.Key, Value: f.Creator}}, Launched: f.Launches && r.Resource.Type == event.Group,
		}))
	}
	return plan
}
