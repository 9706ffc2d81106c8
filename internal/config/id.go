package config

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/ripostehq/riposte/internal/strict"
)

// uniqueID is what IAM calls roles and users by, for good: 16 to 128 characters of which the first four say what it is.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
var uniqueID = regexp.MustCompile(`^(AROA|AIDA)[A-Z0-9]{12,124}$`)

// Principal is a user or role; an entry of the file may be its ARN alone.
type Principal struct {
	ARN string `yaml:"arn" help:"ARN of the role or user with its path, exact."`
	ID  string `yaml:"id" help:"Its unique id, AROA... or AIDA... (riposte doctor prints it): another that takes the ARN is not the same."`
}

// UnmarshalText reads an ARN, which is checked with the rest.
func (p *Principal) UnmarshalText(text []byte) error {
	p.ARN = string(text)
	return nil
}

// Kind is role, user or root.
func (p Principal) Kind() string {
	parts, _ := arn(p.ARN)
	kind, _, _ := strings.Cut(parts[len(parts)-1], "/")
	return kind
}

// String is the ARN, and the id where it is given.
func (p Principal) String() string {
	if p.ID == "" {
		return p.ARN
	}
	return fmt.Sprintf("%s (%s)", p.ARN, p.ID)
}

// id checks the id of a principal with a valid ARN. A caller that takes a free name has the ARN: worth a warning for each
// entry without an id.
func (k checker) id(at strict.Node, p Principal) {
	want := map[string]string{"role": "AROA", "user": "AIDA"}[p.Kind()]
	switch {
	case p.ID == "" && p.Kind() == "user":
		k.warn(at, "%s is known by its ARN alone, which any user can be renamed to: without an id it is not trusted and ends no containment; "+
			"add its id: AIDA... (riposte doctor prints it)", p.ARN)
	case p.ID == "" && want != "":
		k.warn(at, "%s is known by its ARN alone: if no principal has that name, a role made under it counts as this one, so every use pages; "+
			"add its id: AROA... (riposte doctor prints it)", p.ARN)
	case p.ID != "" && (want == "" || !uniqueID.MatchString(p.ID) || !strings.HasPrefix(p.ID, want)):
		at.At("id").Complain("%q is not the unique id of %s: want what riposte doctor prints, AROA... of a role, AIDA... of a user", p.ID, p.ARN)
	}
}
