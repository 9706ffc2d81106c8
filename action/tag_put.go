package action

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
)

// putTagsKind tells people on the resource itself.
var putTagsKind = Define[PutTags](Kind{
	Name: "tag.put", Version: 1, Does: "put tags on a resource, and never over those that are there", Class: Mark, Tier: TierTag,
	Reads:  tagReads,
	Writes: []call.ID{call.EC2CreateTags, call.AutoScalingCreateOrUpdateTags, call.ELBAddTags, call.IAMTagRole, call.IAMTagUser, call.RDSAddTagsToResource, call.RedshiftCreateTags},
})

// removeTagsKind takes them off again, as far as they still say what riposte wrote.
var removeTagsKind = Define[RemoveTags](Kind{
	Name: "tag.remove", Version: 1, Does: "take riposte's own tags off a resource", Class: Mark, Tier: TierTag,
	Reads:  tagReads,
	Writes: []call.ID{call.EC2DeleteTags, call.AutoScalingDeleteTags, call.ELBRemoveTags, call.IAMUntagRole, call.IAMUntagUser, call.RDSRemoveTagsFromResource, call.RedshiftDeleteTags},
})

var tagReads = []call.ID{
	call.EC2DescribeInstances, call.EC2DescribeTags, call.AutoScalingDescribeAutoScalingGroups, call.ELBDescribeTags, call.IAMGetRole, call.IAMGetUser, call.RDSListTagsForResource, call.RedshiftDescribeClusters,
}

// TagPrefix begins the keys of riposte's own tags unless the configuration says otherwise.
const TagPrefix = "riposte:"

// CaseTags say on a changed resource which case and which playbook it was changed for. The keys alone are riposte's business: nothing is
// decided by a tag.
func CaseTags(prefix, caseID, playbook string) []Tag {
	return []Tag{{prefix + "case", caseID}, {prefix + "variance", playbook}}
}

// Tag is a tag.
type Tag struct{ Key, Value string }

// PutTags wants a resource to have some tags, all of them or none: one that is there with another value is another's, and stays.
type PutTags struct {
	Resource event.Resource
	Identity string // AIDA...: of a user, whom the name alone does not tell from another
	Tags     []Tag
	Launched bool // of a group: what it launches from now on gets them, too
}

// RemoveTags wants a resource to be without some tags; one with another value by now is another's, and stays.
type RemoveTags struct {
	Resource event.Resource
	Identity string
	Tags     []Tag
	Launched bool // of a group: they were for what it launches, too. That keeps them
}

// About is the action as data. Two cases that want other values want other effects.
func (p PutTags) About() About {
	return About{
		Kind: putTagsKind, Target: p.Resource, Identity: p.Identity, Facet: spellTags(p.Tags), Parts: tagKeys(p.Tags),
		Hits: "tags of " + event.Noun(p.Resource.Type) + " " + p.Resource.ID + ": " + spellTags(p.Tags),
	}
}
func (p PutTags) only(keys []string) Action {
	p.Tags = tagsOf(p.Tags, keys)
	return p
}

// Look reads the resource's tags. The way back takes off those of them that are not there yet.
func (p PutTags) Look(ctx context.Context, r access.Reads) (Look, error) {
	has, gone, err := readTags(ctx, r, p.Resource, p.Identity)
	if err != nil || gone != "" {
		return Look{Missing: gone}.unless(err)
	}
	var missing []Tag
	for _, t := range p.Tags {
		switch value, there := has[t.Key]; {
		case !there:
			missing = append(missing, t)
		case value != t.Value:
			return Look{Refused: fmt.Sprintf("the tag %s is there with another value, which stays", t.Key)}, nil
		}
	}
	if len(missing) == 0 {
		return Look{Satisfied: true}, nil
	}
	return Look{Inverse: RemoveTags{p.Resource, p.Identity, missing, p.Launched}}, nil
}

// Do writes them.
func (p PutTags) Do(ctx context.Context, w access.Writes) error {
	t, ok := taggingOf(p.Resource.Type)
	if !ok {
		return cannot(untaggable(p.Resource.Type))
	}
	return notTagged("tag", p.Resource, t.put(ctx, w, p))
}

// About is the action as data.
func (d RemoveTags) About() About {
	return About{
		Kind: removeTagsKind, Target: d.Resource, Identity: d.Identity, Facet: spellTags(d.Tags), Parts: tagKeys(d.Tags),
		Hits: "tags of " + event.Noun(d.Resource.Type) + " " + d.Resource.ID + ": " + spellTags(d.Tags),
	}
}
func (d RemoveTags) only(keys []string) Action {
	d.Tags = tagsOf(d.Tags, keys)
	return d
}

// back takes off the tags that are still there.
func (d RemoveTags) back(now Action, _ []Action) Back { return Back{Do: d.only(Parts(now))} }

// Look finds those of the tags that are there with their values.
func (d RemoveTags) Look(ctx context.Context, r access.Reads) (Look, error) {
	has, gone, err := readTags(ctx, r, d.Resource, d.Identity)
	if err != nil || gone != "" {
		return Look{Missing: gone}.unless(err)
	}
	still := slices.DeleteFunc(slices.Clone(d.Tags), func(t Tag) bool { value, there := has[t.Key]; return !there || value != t.Value })
	if len(still) == 0 {
		return Look{Satisfied: true}, nil
	}
	return Look{Inverse: PutTags{d.Resource, d.Identity, still, d.Launched}}, nil
}

// Do takes them off.
func (d RemoveTags) Do(ctx context.Context, w access.Writes) error {
	t, ok := taggingOf(d.Resource.Type)
	if !ok {
		return cannot(untaggable(d.Resource.Type))
	}
	return notTagged("untag", d.Resource, t.remove(ctx, w, d))
}

// notTagged says of a failed change whether it failed for good: a resource that is gone by now has no tags.
func notTagged(what string, r event.Resource, err error) error {
	what = fmt.Sprintf("%s %s %q", what, event.Noun(r.Type), r.ID)
	if Missing(err) {
		return fmt.Errorf("%s: %w: %w", what, ErrCannot, err)
	}
	return Refused(what, err)
}

func untaggable(kind string) string { return event.Noun(kind) + ": riposte knows no way to tag one" }

func tagsOf(tags []Tag, keys []string) []Tag {
	return slices.DeleteFunc(slices.Clone(tags), func(t Tag) bool { return !slices.Contains(keys, t.Key) })
}

func tagKeys(tags []Tag) (keys []string) {
	for _, t := range tags {
		keys = append(keys, t.Key)
	}
	return keys
}

func spellTags(tags []Tag) string {
	var all []string
	for _, t := range tags {
		all = append(all, t.Key+"="+t.Value)
	}
	return strings.Join(all, ", ")
}
