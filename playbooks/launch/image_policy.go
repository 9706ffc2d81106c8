package launch

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ripostehq/riposte/playbook"
)

// Trait is something about an image that the policy may deny.
type Trait string

const (
	Public     Trait = "public"     // any account may launch it, and any may have made it
	Deprecated Trait = "deprecated" // its owner's date for that has passed
	Unlisted   Trait = "unlisted"   // its owner is in the organisation, and allow_owners does not name it
)

// Enum lists the traits.
func (Trait) Enum() []string { return []string{string(Public), string(Deprecated), string(Unlisted)} }

// ImagePolicy says which images may be launched: an allowed owner's that keep every rule that is set, and beside them those
// that are named by id, since an id can't be forged. A name or a tag alone allows nothing: the maker of an image writes both.
type ImagePolicy struct {
	Deny        []Trait           `yaml:"deny" help:"traits of images that may not be launched: public (an owner that allow_owners names by id or alias may be), deprecated, unlisted (the organisation's own count only where allow_owners names them)"`
	AllowOwners []string          `yaml:"allow_owners" help:"whose images may be launched beside those of self (the account that launches) and organization (any account of the organisation): account ids, or an alias of AWS's such as amazon"`
	AllowIDs    []string          `yaml:"allow_ids" help:"ids of images that may be launched beside those, whatever the other rules say"`
	AllowNames  []string          `yaml:"allow_names" help:"patterns of names (* and ?) that an allowed owner's image must have; empty: any name"`
	RequireTags map[string]string `yaml:"require_tags" help:"tags that an allowed owner's image must have, with a pattern for the value; the tags of other accounts' images can't be seen"`
	MaxAge      time.Duration     `yaml:"max_age" help:"oldest image that may be launched, by its creation date (90d); 0: any age"`
}

// Validate refuses what can't be meant.
func (p ImagePolicy) Validate() error {
	var errs []error
	for i, o := range p.AllowOwners {
		if why := wrongOwner(o); why != "" {
			errs = append(errs, playbook.Wrong{Path: []any{"allow_owners", i}, Text: why, Value: o, Known: ownerNames()})
		}
	}
	for i, id := range p.AllowIDs {
		if why := wrongID("ami-", "an image", id); why != "" {
			errs = append(errs, playbook.Wrong{Path: []any{"allow_ids", i}, Text: why})
		}
	}
	if slices.Contains(p.Deny, Unlisted) && len(p.AllowOwners)+len(p.AllowIDs) == 0 {
		errs = append(errs, errors.New("deny holds unlisted, and allow_owners names no owner: no image could be launched; list self, organization or an account there"))
	}
	if slices.Contains(p.AllowNames, "") {
		errs = append(errs, errors.New("allow_names holds an empty pattern, which no image's name matches"))
	}
	if p.MaxAge < 0 {
		errs = append(errs, fmt.Errorf("max_age %s is negative", p.MaxAge))
	}
	return errors.Join(errs...)
}

// Strangers says, for what reads the configuration, what becomes of accounts that are not known to be the organisation's.
func (p ImagePolicy) Strangers() string { return "what is launched from their images is answered" }

// Unwise warns where Amazon's own images are answered and the parameters do not say that they should be.
func (p ImagePolicy) Unwise() []playbook.Wrong {
	if len(p.AllowOwners)+len(p.AllowIDs) > 0 {
		return nil
	}
	return []playbook.Wrong{{Path: []any{"allow_owners"}, Text: "allow_owners names no owner, so all but the organisation's own images are answered, Amazon's public ones too " +
		"(nodes of EKS, ECS, Elastic Beanstalk); add amazon where they are used, or self to say that they are not"}}
}

// judge says which rule an image breaks when it is launched at a moment. What is certain counts more than what may have
// changed since: a rule about the owner, the name and the age is of what never changes.
func (p ImagePolicy) judge(i types.Image, o owner, at time.Time) verdict {
	if slices.Contains(p.AllowIDs, aws.ToString(i.ImageId)) {
		return verdict{}
	}
	var doubtful verdict
	for _, rule := range []func(types.Image, owner, time.Time) verdict{p.source, p.name, p.tags, p.age, p.deprecated} {
		switch v := rule(i, o, at); {
		case v.breaks != "" && v.doubt == "":
			return v
		case doubtful.breaks == "":
			doubtful = v
		}
	}
	return doubtful
}

// source holds against a stranger's image what the stranger can't take back: that it is private says nothing for it. An image of an
// allowed owner may have been made public by an attacker who wants the groups stopped that launch it.
func (p ImagePolicy) source(i types.Image, o owner, _ time.Time) verdict {
	public := slices.Contains(p.Deny, Public) && aws.ToBool(i.Public)
	switch {
	case public && o.allowed && !o.vouched:
		return verdict{breaks: "it is public", doubt: "it may be so since the launch", recent: madePublic}
	case public && !o.allowed:
		return verdict{breaks: "it is public"}
	case !o.allowed:
		return verdict{breaks: fmt.Sprintf("its owner %s is not allowed", aws.ToString(i.OwnerId))}
	}
	return verdict{}
}

func (p ImagePolicy) name(i types.Image, _ owner, _ time.Time) verdict {
	name := aws.ToString(i.Name)
	if len(p.AllowNames) == 0 || slices.ContainsFunc(p.AllowNames, func(pattern string) bool { return matches(pattern, name) }) {
		return verdict{}
	}
	return verdict{breaks: fmt.Sprintf("its name %q is not allowed", name)}
}

// tags can be taken off an image that had them.
func (p ImagePolicy) tags(i types.Image, _ owner, _ time.Time) verdict {
	for _, key := range slices.Sorted(maps.Keys(p.RequireTags)) {
		if !slices.ContainsFunc(i.Tags, func(t types.Tag) bool {
			return aws.ToString(t.Key) == key && matches(p.RequireTags[key], aws.ToString(t.Value))
		}) {
			return verdict{breaks: fmt.Sprintf("it lacks the tag %s", key), doubt: "whether its image had the tag when it was launched can't be told"}
		}
	}
	return verdict{}
}

func (p ImagePolicy) age(i types.Image, _ owner, at time.Time) verdict {
	if p.MaxAge == 0 {
		return verdict{}
	}
	made, err := time.Parse(time.RFC3339, aws.ToString(i.CreationDate))
	if err != nil {
		return verdict{breaks: "its creation date can't be read"}
	}
	if at.Sub(made) > p.MaxAge {
		return verdict{breaks: fmt.Sprintf("it is of %s, older than allowed", made.Format(time.DateOnly))}
	}
	return verdict{}
}

// fresh is what may belong to an incident by its time alone: the deprecation of an image, whose date the owner of the image
// chooses; a version of a template.
const fresh = 24 * time.Hour

// deprecated holds at the launch: a date that came later is none of its.
func (p ImagePolicy) deprecated(i types.Image, _ owner, at time.Time) verdict {
	if !slices.Contains(p.Deny, Deprecated) || aws.ToString(i.DeprecationTime) == "" {
		return verdict{}
	}
	since, err := time.Parse(time.RFC3339, aws.ToString(i.DeprecationTime))
	switch {
	case err != nil:
		return verdict{breaks: "its date of deprecation can't be read", doubt: "its date of deprecation can't be read"}
	case at.Before(since):
		return verdict{}
	}
	v := verdict{breaks: fmt.Sprintf("it is deprecated since %s", since.Format(time.DateOnly))}
	if at.Sub(since) < fresh {
		v.doubt = "its image was deprecated less than a day before it was launched"
	}
	return v
}

// matches compares a text with a pattern of * and ?, which match any character, slashes included.
func matches(pattern, text string) bool {
	for i := range len(pattern) {
		if pattern[i] == '*' {
			for from := i; from <= len(text); from++ {
				if matches(pattern[i+1:], text[from:]) {
					return true
				}
			}
			return false
		}
		if i == len(text) || pattern[i] != '?' && pattern[i] != text[i] {
			return false
		}
	}
	return len(pattern) == len(text)
}
