package action

import (
	"context"
	"slices"
	"time"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
)

// announceKind tells on a resource what will become of it. A caller that takes the tags off says no, and is not fought.
var announceKind = Define[Announce](Kind{
	Name: "tag.announce", Version: 2, Does: "say on a resource, by tags, what will become of it and when", Class: Mend, Tier: TierTag, Yields: true,
	WayBack: removeTagsKind.Name,
	Reads:   []call.ID{call.EC2DescribeInstances, call.EC2DescribeTags, call.ELBDescribeTags, call.IAMGetUser, call.RDSListTagsForResource, call.RedshiftDescribeClusters},
	Writes:  []call.ID{call.EC2CreateTags, call.ELBAddTags, call.IAMTagUser, call.RDSAddTagsToResource, call.RedshiftCreateTags},
})

// The tags of what is announced, under riposte's own prefix whatever prefix the configuration has for what was changed: policies of the
// destroy tier are written for them.
const (
	CaseTag        = TagPrefix + "case"          // on a resource that is to be deleted, and on what keeps a way back
	PlaybookTag    = TagPrefix + "playbook"      // which found it
	UnusedSinceTag = TagPrefix + "unused-since"  // a day
	DeletesTag     = TagPrefix + "deletes-after" // a day
	KeepUntilTag   = TagPrefix + "keep-until"    // of a snapshot: a day
	OfTag          = TagPrefix + "of"            // of a snapshot and of what is made of it: the id of the volume that there was
)

// Announce wants a resource to have tags that tell people what was found and what comes next, all of them or none.
type Announce struct {
	Resource event.Resource
	Identity string `json:",omitempty"` // AIDA...: of a user, whom the name alone does not tell from another
	Tags     []Tag
}

// Announced are the tags of a resource that is to be deleted.
func Announced(caseID, playbook string, since, deletes time.Time) []Tag {
	return []Tag{{CaseTag, caseID}, {PlaybookTag, playbook}, {UnusedSinceTag, since.UTC().Format(time.DateOnly)}, {DeletesTag, deletes.UTC().Format(time.DateOnly)}}
}

func (a Announce) put() PutTags {
	return PutTags{Resource: a.Resource, Identity: a.Identity, Tags: a.Tags}
}

// About is the action as data.
func (a Announce) About() About {
	about := a.put().About()
	about.Kind = announceKind
	return about
}
func (a Announce) only(keys []string) Action {
	a.Tags = tagsOf(a.Tags, keys)
	return a
}

// Look reads the resource's tags. Its keys are riposte's own: what they say of an earlier case is said anew, or one old tag would keep every later
// case from being told. The way back takes them off, and never puts back what they said: it would let another case delete.
func (a Announce) Look(ctx context.Context, r access.Reads) (Look, error) {
	has, gone, err := readTags(ctx, r, a.Resource, a.Identity)
	if err != nil || gone != "" {
		return Look{Missing: gone}.unless(err)
	}
	unsaid := slices.DeleteFunc(slices.Clone(a.Tags), func(t Tag) bool { value, there := has[t.Key]; return there && value == t.Value })
	if len(unsaid) == 0 {
		return Look{Satisfied: true}, nil
	}
	return Look{Inverse: RemoveTags{Resource: a.Resource, Identity: a.Identity, Tags: unsaid}}, nil
}

// Do writes them.
func (a Announce) Do(ctx context.Context, w access.Writes) error {
	t, ok := taggingOf(a.Resource.Type)
	if !ok {
		return cannot(untaggable(a.Resource.Type))
	}
	return notTagged("announce on", a.Resource, t.put(ctx, w, a.put()))
}

// announcedBy says why a resource is not, or is no longer, announced as the case's to delete; "" where it is. Its tag is the condition
// under which the destroy tier may delete.
func announcedBy(tags map[string]string, caseID string) string {
	switch tags[CaseTag] {
	case caseID:
		return ""
	case "":
		return "its tag " + CaseTag + ", which announced this, is not there: taken off by somebody, or never put"
	}
	return "its tag " + CaseTag + " names another case"
}
