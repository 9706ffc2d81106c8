package app

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/internal/region"
	"github.com/ripostehq/riposte/internal/spelling"
)

var accountID = regexp.MustCompile(`^[0-9]{12}$`)

// unitID is the id of a unit, or of a root: https://docs.aws.amazon.com/organizations/latest/APIReference/API_OrganizationalUnit.html
var unitID = regexp.MustCompile(`^(ou-[0-9a-z]{4,32}-[a-z0-9]{8,32}|r-[0-9a-z]{4,32})$`)

// Scope refuses a brake that would stop nothing.
func Scope(s string, playbooks []string) error {
	kind, name, _ := strings.Cut(s, ":")
	classes := []string{string(action.Contain), string(action.Mend), string(action.Mark), string(action.Destroy)}
	switch {
	case s == "all":
		return nil
	case kind == "account" && accountID.MatchString(name):
		return nil
	case kind == "surge" && slices.Contains(playbooks, name): // riposte puts it on itself
		return nil
	case kind == "playbook" && slices.Contains(playbooks, name):
		return nil
	case kind == "playbook", kind == "surge":
		return fmt.Errorf("there is no playbook %q%s", name, spelling.Among(name, playbooks))
	case kind == "class" && slices.Contains(classes, name):
		return nil
	case kind == "ou" && unitID.MatchString(name):
		return nil
	case kind == "region":
		if _, known := region.Of(name); known || region.Possible(name) {
			return nil
		}
		return fmt.Errorf("%q is not a region%s", name, region.Hint(name))
	}
	return fmt.Errorf("%q is no scope: want all, account:ID of twelve digits, ou:ID of a unit or a root, region:NAME, playbook:ID, or class:%s", s, strings.Join(classes, ", class:"))
}
