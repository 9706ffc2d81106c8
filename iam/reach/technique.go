package reach

import (
	"slices"
	"strings"
)

// Technique is one way to gain a principal, as data: a row of the table that docs/paths.md prints.
type Technique struct {
	ID     string
	Refs   []string // identifiers of pathfinding.cloud
	Gain   Gain
	Kind   Kind    // what is gained, or taken over; of Escalate and Join, the kind of principal that can do it: "" is both
	To     string  // service that the role must trust (Pass, Deputy)
	Needs  [][]Ask // all of them; of one need any ask
	Maybe  string  // why it is never sure
	Center bool    // only in Identity Center's account
	Bare   bool    // of Pass to EC2: the role need not have a profile, one is made
}

// Gain says what a technique gives.
type Gain int

const (
	Impersonate Gain = iota // the target principal itself
	Elevate                 // the target with any policy on it; its boundary and guardrails still hold
	Escalate                // oneself with any policy, likewise
	Create                  // a new principal with any policy, the guardrails still holding
	Unbound                 // oneself without a boundary
	Join                    // oneself with a group's policies too
	Revert                  // oneself with another version of a policy that one has
	Pass                    // a role that trusts a service, by something new of that service
	Takeover                // the role of something that exists
	Deputy                  // any role that trusts a service, by something that launches for the caller
	Federate                // a role that trusts an identity provider of the account
)

// On says which resource an action is asked about.
type On int

const (
	Target    On = iota // the principal or compute that is gained
	Passed              // the role that is passed
	New                 // a name that the caller chooses, of the ask's form
	Self                // the caller
	OwnPolicy           // a customer managed policy attached to the target; to the caller, where it gains itself
	OwnGroup            // a group that the caller is in
	AnyGroup            // a group of the account
)

// Ask is one action on one resource.
type Ask struct {
	Action string
	On     On
	Form   string // of New: "service:type/", "" for an action without resources
}

// Actions are those of the table, each once, in order; those that define an administrator among them.
func Actions() []string {
	out := Administration()
	for _, t := range Table() {
		for _, need := range t.Needs {
			for _, a := range need {
				out = append(out, a.Action)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Administration are the actions by which an administrator is known, each on names of its own choice.
func Administration() []string {
	return []string{"iam:CreateUser", "iam:CreatePolicy", "iam:AttachUserPolicy", "iam:AttachRolePolicy", "iam:PutRolePolicy", "iam:CreatePolicyVersion"}
}

// formOf is the form of the resource that an administration action is asked about.
func formOf(action string) string {
	switch {
	case strings.HasSuffix(action, "User"), strings.Contains(action, "UserPolicy"):
		return "iam:user/"
	case strings.Contains(action, "Role"):
		return "iam:role/"
	}
	return "iam:policy/"
}

// Table is every technique, in the order in which ways are preferred.
func Table() []Technique {
	return slices.Concat(identityTable(), passTable(), takeoverTable())
}

func on(o On, actions ...string) (out []Ask) {
	for _, a := range actions {
		out = append(out, Ask{Action: a, On: o})
	}
	return out
}

func fresh(form string, actions ...string) (out []Ask) {
	for _, a := range actions {
		out = append(out, Ask{Action: a, On: New, Form: form})
	}
	return out
}

func either(lists ...[]Ask) []Ask { return slices.Concat(lists...) }

func all(needs ...[]Ask) [][]Ask { return needs }

func refs(service string, numbers ...string) (out []string) {
	for _, n := range numbers {
		out = append(out, service+"-"+n)
	}
	return out
}
