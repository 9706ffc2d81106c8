package app

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/internal/spelling"
)

var accountID = regexp.MustCompile(`^[0-9]{12}$`)

// Scope refuses a brake that would stop nothing.
func Scope(s string, playbooks []string) error {
	kind, name, _ := strings.Cut(s, ":")
	classes := []string{string(action.Contain), string(action.Mend), string(action.Mark), string(action.Destroy)}
	switch {
	case s == "all":
		return nil
	case kind == "account" && accountID.MatchString(name):
		return nil
	case kind == "playbook" && slices.Contains(playbooks, name):
		return nil
	case kind == "playbook":
		return fmt.Errorf("there is no playbook %q%s", name, spelling.Among(name, playbooks))
	case kind == "class" && slices.Contains(classes, name):
		return nil
	}
	return fmt.Errorf("%q is no scope: want all, account:ID of twelve digits, playbook:ID, or class:%s", s, strings.Join(classes, ", class:"))
}
