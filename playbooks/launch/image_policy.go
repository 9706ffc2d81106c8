package launch

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

// Trait is something about an image that the policy may deny.
type Trait string

const (
	Public     Trait = "public"     // anybody may launch it, and anybody may have made it
	Deprecated Trait = "deprecated" // its owner's date for that has passed
	Unlisted   Trait = "unlisted"   // its owner is in the organisation, and allow_owners does not name it
)

// Enum lists the traits.
func (Trait) Enum() []string { return []string{string(Public), string(Deprecated), string(Unlisted)} }

// ImagePolicy says which images may be launched: an allowed owner's that keep every rule that is set, and beside them those
// that are named by id, since nobody can forge an id. A name or a tag alone allows nothing: whoever makes an image writes
// both.
type ImagePolicy struct {
	Deny        []Trait           `yaml:"deny" help:"traits of images that may not be launched: public (an owner that allow_owners names by id or alias may be), deprecated, unlisted (the organisation's own count only where allow_owners names them)"`
	AllowOwners []string          `yaml:"allow_owners" help:"whose images may be launched beside those of self (the account that launches) and organization (any account of the organisation): account ids, or an alias of AWS's such as amazon"`
	AllowIDs    []string          `yaml:"allow_ids" help:"ids of images that may be launched beside those, whatever the other rules say"`
	AllowNames  []string          `yaml:"allow_names" help:"patterns of names (* and ?) that an allowed owner's image must have; empty: any name"`
	RequireTags map[string]string `yaml:"require_tags" help:"tags that an allowed owner's image must have, with a pattern for the value; the tags of other accounts' images can't be seen"`
	MaxAge      time.Duration     `yaml:"max_age" help:"oldest image that may be launched, by its creation date (2160h are 90 days); 0: any age"`
}

// Validate refuses what can't be meant.
func (p ImagePolicy) Validate() error {
	errs := []error{checkOwners("allow_owners", p.AllowOwners), checkImageIDs("allow_ids", p.AllowIDs)}
	if slices.Contains(p.Deny, Unlisted) && len(p.AllowOwners)+len(p.AllowIDs) == 0 {
		errs = append(errs, errors.New("deny holds unlisted, and allow_owners names nobody: no image could be launched; list self, organization or an account there"))
	}
	if slices.Contains(p.AllowNames, "") {
		errs = append(errs, errors.New("allow_names holds an empty pattern, which no image's name matches"))
	}
	if p.MaxAge < 0 {
		errs = append(errs, fmt.Errorf("max_age %s is negative", p.MaxAge))
	}
	return errors.Join(errs...)
}

// owners are the allowed ones. Naming one takes nothing from the others: who allows Amazon's images goes on launching their
// own.
func (p ImagePolicy) owners() []string {
	if slices.Contains(p.Deny, Unlisted) {
		return p.AllowOwners
	}
	return append(defaultOwners(), p.AllowOwners...)
}

// judge says which rule an image breaks when it is launched at a moment. What is certain counts more than what may have
// changed since: a rule about the owner, the name and the age is of what never changes.
func (p ImagePolicy) judge(i types.Image, o owner, at time.Time) verdict {
	if slices.Contains(p.AllowIDs, aws.ToString(i.ImageId)) {
		return verdict{}
	}
	var doubtful verdict
	for _, rule := range []func(types.Image, owner, time.Time) verdict{p.public, p.source, p.name, p.tags, p.age, p.deprecated} {
		switch v := rule(i, o, at); {
		case v.breaks != "" && v.doubt == "":
			return v
		case doubtful.breaks == "":
			doubtful = v
		}
	}
	return doubtful
}

// public holds against a stranger's image what the stranger can take back: that it is private says nothing for it, which is
// the source's rule. An image of an allowed owner may have been made public by whoever wants the groups stopped that launch it.
func (p ImagePolicy) public(i types.Image, o owner, _ time.Time) verdict {
	switch {
	case !slices.Contains(p.Deny, Public) || !aws.ToBool(i.Public) || o.vouched:
		return verdict{}
	case o.allowed:
		return verdict{breaks: "it is public", doubt: "it may be so since the launch", recent: madePublic}
	}
	return verdict{breaks: "it is public"}
}

func (p ImagePolicy) source(i types.Image, o owner, _ time.Time) verdict {
	if o.allowed {
		return verdict{}
	}
	return verdict{breaks: fmt.Sprintf("its owner %s is not allowed", aws.ToString(i.OwnerId))}
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
	for _, key := range sortedKeys(p.RequireTags) {
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

// fresh is what may belong to an incident by its time alone: the deprecation of an image, whose date is the choice of whoever
// may deprecate it; a version of a template.
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
