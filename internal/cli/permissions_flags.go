package cli

import (
	"math"
	"regexp"
	"strings"
)

// Whom rights are for, as IAM and Organizations name them: an account's role or user with its path.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-arns
// https://docs.aws.amazon.com/organizations/latest/APIReference/API_Organization.html
var (
	principalARN   = regexp.MustCompile(`^arn:aws[a-z-]*:iam::[0-9]{12}:(role|user)/[\w+=,.@/-]+$`)
	deployerARN    = regexp.MustCompile(`^arn:(aws[a-z-]*|\*):iam::([0-9]{12}|\*):(role|user)/[\w+=,.@/-][\w+=,.@/*-]*$`)
	organizationID = regexp.MustCompile(`^o-[a-z0-9]{10,32}$`)
)

// check refuses what would make a policy that AWS refuses, or, worse, takes; and flags that the answer has no place for.
func (v permissionsVerb) check(format string) error {
	if v.Cost != nil && (!(*v.Cost > 0) || math.IsInf(*v.Cost, 0)) {
		return wrongUsage("--cost wants the events of a day, a number above 0")
	}
	if v.Principal != "" && !principalARN.MatchString(v.Principal) {
		return wrongUsage("--principal wants the ARN of a role or user, arn:aws:iam::ACCOUNT:role/NAME, found %q", v.Principal)
	}
	if v.Organization != "" && !organizationID.MatchString(v.Organization) {
		return wrongUsage("--organization wants the organisation's id, like o-a1b2c3d4e5, found %q", v.Organization)
	}
	for _, d := range v.Deployer {
		if !deployerARN.MatchString(d) {
			return wrongUsage("--deployer wants the ARN of a role, arn:aws:iam::ACCOUNT:role/NAME, in which * may stand for the account and behind the name's beginning, found %q", d)
		}
	}
	if format == textFormat || format == jsonFormat {
		return nil
	}
	var idle []string
	for _, f := range []struct {
		name string
		set  bool
	}{
		{"--tier", v.Tier != ""}, {"--principal", v.Principal != ""}, {"--organization", v.Organization != ""}, {"--deployer", len(v.Deployer) > 0},
		{"--patterns", v.Patterns}, {"--cost", v.Cost != nil},
	} {
		if f.set {
			idle = append(idle, f.name)
		}
	}
	if len(idle) > 0 {
		return wrongUsage("--format %s prints the whole file, in which variables stand for principals: %s would not count", format, strings.Join(idle, ", "))
	}
	return nil
}
