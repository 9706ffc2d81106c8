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
)

// Enum lists the traits.
func (Trait) Enum() []string { return []string{string(Public), string(Deprecated)} }

// ImagePolicy says which images may be launched. Every rule that is set must be kept; an image that is named by its id may
// be launched whatever the rest says, since nobody can forge an id.
type ImagePolicy struct {
	Deny        []Trait           `yaml:"deny" help:"traits of images that may not be launched: public, deprecated; an owner in allow_owners other than self may be public"`
	AllowOwners []string          `yaml:"allow_owners" help:"account ids, self (the account that launches), or an alias of AWS's such as amazon; empty: any owner"`
	AllowIDs    []string          `yaml:"allow_ids" help:"ids of images that may be launched whatever the other rules say"`
	AllowNames  []string          `yaml:"allow_names" help:"patterns of names (* and ?); empty: any name; a name proves nothing, so combine it with allow_owners"`
	RequireTags map[string]string `yaml:"require_tags" help:"tags that the image must have, with a pattern for the value; the tags of other accounts' images can't be seen"`
	MaxAge      time.Duration     `yaml:"max_age" help:"oldest image that may be launched, by its creation date (2160h are 90 days); 0: any age"`
}

// Validate refuses what can't be meant.
func (p ImagePolicy) Validate() error {
	errs := []error{checkOwners("allow_owners", p.AllowOwners), checkImageIDs("allow_ids", p.AllowIDs)}
	if slices.Contains(p.AllowNames, "") {
		errs = append(errs, errors.New("allow_names holds an empty pattern, which no image's name matches"))
	}
	if p.MaxAge < 0 {
		errs = append(errs, fmt.Errorf("max_age %s is negative", p.MaxAge))
	}
	return errors.Join(errs...)
}

// breaks says which rule an image breaks when an account launches it now, "" where it breaks none.
func (p ImagePolicy) breaks(i types.Image, launcher string, now time.Time) string {
	if slices.Contains(p.AllowIDs, aws.ToString(i.ImageId)) {
		return ""
	}
	for _, rule := range []func(types.Image, string, time.Time) string{p.public, p.source, p.name, p.tags, p.age, p.deprecated} {
		if why := rule(i, launcher, now); why != "" {
			return why
		}
	}
	return ""
}

func (p ImagePolicy) public(i types.Image, launcher string, _ time.Time) string {
	vouched := slices.ContainsFunc(p.AllowOwners, func(o string) bool { return o != "self" && owns(o, i, launcher) })
	if slices.Contains(p.Deny, Public) && aws.ToBool(i.Public) && !vouched {
		return "it is public"
	}
	return ""
}

// source asks for an allowed owner. With ids alone, only these are allowed.
func (p ImagePolicy) source(i types.Image, launcher string, _ time.Time) string {
	switch {
	case len(p.AllowOwners) == 0 && len(p.AllowIDs) == 0:
		return ""
	case len(p.AllowOwners) == 0:
		return "it is none of the allowed images"
	case slices.ContainsFunc(p.AllowOwners, func(o string) bool { return owns(o, i, launcher) }):
		return ""
	}
	return fmt.Sprintf("its owner %s is not allowed", aws.ToString(i.OwnerId))
}

func owns(owner string, i types.Image, launcher string) bool {
	if owner == "self" {
		return aws.ToString(i.OwnerId) == launcher
	}
	return owner == aws.ToString(i.OwnerId) || owner == aws.ToString(i.ImageOwnerAlias) && owner != ""
}

func (p ImagePolicy) name(i types.Image, _ string, _ time.Time) string {
	name := aws.ToString(i.Name)
	if len(p.AllowNames) == 0 || slices.ContainsFunc(p.AllowNames, func(pattern string) bool { return matches(pattern, name) }) {
		return ""
	}
	return fmt.Sprintf("its name %q is not allowed", name)
}

func (p ImagePolicy) tags(i types.Image, _ string, _ time.Time) string {
	for _, key := range sortedKeys(p.RequireTags) {
		if !slices.ContainsFunc(i.Tags, func(t types.Tag) bool {
			return aws.ToString(t.Key) == key && matches(p.RequireTags[key], aws.ToString(t.Value))
		}) {
			return fmt.Sprintf("it lacks the tag %s", key)
		}
	}
	return ""
}

func (p ImagePolicy) age(i types.Image, _ string, now time.Time) string {
	if p.MaxAge == 0 {
		return ""
	}
	made, err := time.Parse(time.RFC3339, aws.ToString(i.CreationDate))
	if err != nil {
		return "its creation date can't be read"
	}
	if now.Sub(made) > p.MaxAge {
		return fmt.Sprintf("it is of %s, older than allowed", made.Format(time.DateOnly))
	}
	return ""
}

func (p ImagePolicy) deprecated(i types.Image, _ string, now time.Time) string {
	if !slices.Contains(p.Deny, Deprecated) || aws.ToString(i.DeprecationTime) == "" {
		return ""
	}
	at, err := time.Parse(time.RFC3339, aws.ToString(i.DeprecationTime))
	if err != nil {
		return "its date of deprecation can't be read"
	}
	if !now.Before(at) {
		return fmt.Sprintf("it is deprecated since %s", at.Format(time.DateOnly))
	}
	return ""
}
