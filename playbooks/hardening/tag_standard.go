package hardening

import (
	"context"
	_ "embed"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/inventory"
	"github.com/ripostehq/riposte/playbook"
	"github.com/ripostehq/riposte/playbooks/managed"
)

//go:embed testdata/tag-standard.txtar
var tagStories string

// TagParams are the parameters of hardening.tag-standard.
type TagParams struct {
	Required []RequiredTag `yaml:"required" help:"the tags that everything has to have, each {key, pattern, value}: a regular expression for the whole value (any), and what is put where the key is absent (nothing is put)"`
}

// RequiredTag is one of them.
type RequiredTag struct {
	Key     string `yaml:"key" help:"the tag's key, as it is to be written"`
	Pattern string `yaml:"pattern" help:"a regular expression for the whole value; none: any value"`
	Value   string `yaml:"value" help:"what is put where the key is absent, when a person says so; none: it is told only"`
}

// Validate refuses keys that no caller may write, and patterns that are none, or that the value breaks.
func (p TagParams) Validate() error {
	for i, r := range p.Required {
		whole, err := r.whole()
		switch {
		case r.Key == "" || strings.HasPrefix(strings.ToLower(r.Key), "aws:") || strings.HasPrefix(r.Key, action.TagPrefix):
			return playbook.Wrong{Path: []any{"required", i, "key"}, Text: fmt.Sprintf("%q: keys of aws: and riposte: are not yours to require", r.Key)}
		case err != nil:
			return playbook.Wrong{Path: []any{"required", i, "pattern"}, Text: fmt.Sprintf("%q is no regular expression: %v", r.Pattern, err)}
		case r.Value != "" && !whole.MatchString(r.Value):
			return playbook.Wrong{Path: []any{"required", i, "value"}, Text: fmt.Sprintf("%q does not fit the pattern %q", r.Value, r.Pattern)}
		}
	}
	return nil
}

// TagKeys are the keys that the playbook writes.
func (p TagParams) TagKeys() (keys []string) {
	for _, r := range p.Required {
		if r.Value != "" {
			keys = append(keys, r.Key)
		}
	}
	return keys
}

func (r RequiredTag) whole() (*regexp.Regexp, error) {
	return regexp.Compile(`^(?:` + r.Pattern + `)$`)
}

// TagStandard finds things without the tags that say whose they are, or with others than the standard has.
func TagStandard() playbook.Definition {
	return playbook.Define(playbook.Spec[TagParams, untagged]{
		ID:       "hardening.tag-standard",
		Title:    "Required tags are missing, or off the standard",
		Why:      whyTags,
		Severity: playbook.Low,
		Concern:  playbook.Ownership,
		Lists: []playbook.Listing[TagParams, untagged]{
			playbook.List(inventory.Instances(), func(at event.Resource, i types.Instance, p TagParams) *playbook.Listed[untagged] {
				if !alive(i) {
					return nil
				}
				return p.list(at, managed.Tags(i.Tags))
			}),
			playbook.List(inventory.Volumes(), func(at event.Resource, v types.Volume, p TagParams) *playbook.Listed[untagged] {
				return p.list(at, managed.Tags(v.Tags))
			}),
			playbook.List(inventory.Snapshots(), func(at event.Resource, s types.Snapshot, p TagParams) *playbook.Listed[untagged] {
				return p.list(at, managed.Tags(s.Tags))
			}),
		},
		Reads:   []call.ID{call.EC2DescribeInstances, call.EC2DescribeVolumes, call.EC2DescribeSnapshots},
		Changes: playbook.Always[TagParams](action.PutTags{}.About().Kind),
		Prevents: []playbook.Prevention{{
			Kind: playbook.ServiceControlPolicy,
			How:  "Deny what is made without the tag, key by key; a tag policy says which values there may be.",
			Document: `{"Version":"2012-10-17","Statement":[{"Sid":"OnlyWithOwner","Effect":"Deny","Action":["ec2:RunInstances","ec2:CreateVolume"],` +
				`"Resource":["arn:*:ec2:*:*:instance/*","arn:*:ec2:*:*:volume/*"],"Condition":{"Null":{"aws:RequestTag/owner":"true"}}}]}`,
		}},
		Stories: tagStories,
		Suspect: func(event.Event, TagParams) []playbook.Suspect[untagged] { return nil },
		Check:   checkTags,
		Plan: func(s playbook.Suspect[untagged], p TagParams) (plan action.Plan) {
			var put []action.Tag
			for _, r := range p.Required {
				if r.Value != "" && slices.Contains(s.Facts.Missing, r.Key) {
					put = append(put, action.Tag{Key: r.Key, Value: r.Value})
				}
			}
			if len(put) > 0 {
				plan.Steps = append(plan.Steps, action.Try(action.PutTags{Resource: s.Resource, Tags: put}).Asking("whether these tags are right is for its owner to say"))
			}
			return plan
		},
	})
}

const whyTags = `What has no owner's tag is nobody's when it is to be asked about, and is paid for by everybody. The keys that are required, with a pattern for the values,
are parameters (required); without any the playbook finds nothing. Instances, volumes and snapshots are looked at. A key that is absent is put with the value
that the parameters give it, when a person says so; a tag that is there is never written over, also where it breaks its pattern or stands in another case:
that is told, and its owner puts it right. Known false positive: what a
service makes and tags by keys of its own; tag it riposte:keep, or leave the key out of required. Nothing is ever stopped or deleted for its tags. A tag says whose a thing is by the word of whoever may tag it: nothing is decided by it. Undo takes
the tags off that are still as they were put. AWS takes 50 tags a resource.`

// untagged are the facts.
type untagged struct {
	Missing []string `json:",omitempty"` // keys
	Off     []string `json:",omitempty"` // keys that are there in another case, or with a value that breaks the pattern
}

// list says what a resource lacks of the standard, nil where it lacks nothing.
func (p TagParams) list(at event.Resource, tags map[string]string) *playbook.Listed[untagged] {
	var f untagged
	for _, r := range p.Required {
		value, there := tags[r.Key]
		whole, err := r.whole()
		switch {
		case there && err == nil && whole.MatchString(value):
		case there || otherwise(tags, r.Key):
			f.Off = append(f.Off, r.Key)
		default:
			f.Missing = append(f.Missing, r.Key)
		}
	}
	var words []string
	if len(f.Missing) > 0 {
		words = append(words, "lacks the tags "+strings.Join(f.Missing, ", "))
	}
	if len(f.Off) > 0 {
		words = append(words, "has the tags "+strings.Join(f.Off, ", ")+" otherwise than they have to be")
	}
	if len(words) == 0 {
		return nil
	}
	return &playbook.Listed[untagged]{Suspect: playbook.Suspect[untagged]{
		Resource: at, Title: event.Noun(at.Type) + " " + at.ID + " " + strings.Join(words, ", and "), Facts: f,
	}}
}

// otherwise reports whether a key is there in another case: one more would be a second truth.
func otherwise(tags map[string]string, key string) bool {
	for k := range tags {
		if strings.EqualFold(k, key) {
			return true
		}
	}
	return false
}

// checkTags reads the tags of what was listed once more.
func checkTags(ctx context.Context, in playbook.In, s playbook.Suspect[untagged], p TagParams) ([]playbook.Suspect[untagged], error) {
	tags, there, err := readTags(ctx, in, s.Resource)
	if err != nil || !there {
		return nil, err
	}
	listed := p.list(s.Resource, tags)
	if listed == nil {
		return nil, nil
	}
	listed.Suspect.Tags = tags
	return []playbook.Suspect[untagged]{listed.Suspect}, nil
}

// readTags reads the tags of an instance, a volume or a snapshot; false where it is not there.
func readTags(ctx context.Context, in playbook.In, of event.Resource) (map[string]string, bool, error) {
	c := in.AWS.EC2(of.Place())
	switch of.Type {
	case event.Instance:
		i, err := describe(ctx, in.AWS, of)
		if err != nil || i == nil || !alive(*i) {
			return nil, false, err
		}
		return managed.Tags(i.Tags), true, nil
	case event.Volume:
		out, err := c.DescribeVolumes(ctx, &ec2.DescribeVolumesInput{VolumeIds: []string{of.ID}})
		if action.Missing(err) || err == nil && len(out.Volumes) != 1 {
			return nil, false, nil
		}
		if err != nil {
			return nil, false, fmt.Errorf("read volume %q: %w", of.ID, err)
		}
		return managed.Tags(out.Volumes[0].Tags), true, nil
	}
	out, err := c.DescribeSnapshots(ctx, &ec2.DescribeSnapshotsInput{SnapshotIds: []string{of.ID}})
	if action.Missing(err) || err == nil && len(out.Snapshots) != 1 {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, fmt.Errorf("read snapshot %q: %w", of.ID, err)
	}
	return managed.Tags(out.Snapshots[0].Tags), true, nil
}

// instanceOf is the id that EC2 gives.
func instanceOf(i types.Instance) string { return aws.ToString(i.InstanceId) }
