package pattern

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/playbook"
)

// Identity is the part of a pattern that concerns the caller.
type Identity struct {
	Type        []Value  `json:"type,omitempty"`
	PrincipalID []Value  `json:"principalId,omitempty"`
	AccessKeyID []Value  `json:"accessKeyId,omitempty"`
	ARN         []Value  `json:"arn,omitempty"`
	Session     *Session `json:"sessionContext,omitempty"`
	InvokedBy   []Value  `json:"invokedBy,omitempty"`
}

// Session is the part that concerns the role behind a session.
type Session struct {
	Issuer struct {
		ARN []Value `json:"arn"`
	} `json:"sessionIssuer"`
}

// perRule is how many names one rule is asked for: an ARN has at most about 600 characters, most have 60.
const perRule = 20

// callers returns the rules for triggers by caller. Each has a twin where global services are recorded: in a home region in which
// nothing else is defended the twin is there alone, and where both are none delivers what the other does.
func callers(playbooks []playbook.Definition) (out []Rule, err error) {
	for _, d := range playbooks {
		for _, t := range d.Callers() {
			for _, id := range identities(t) {
				for _, r := range byCaller(id, t) {
					if r.size() > Limit {
						return nil, fmt.Errorf("event pattern for the callers of %s: %d characters, and a rule holds %d", d.ID, r.size(), Limit)
					}
					if !slices.ContainsFunc(out, func(o Rule) bool { return reflect.DeepEqual(o.Pattern, r.Pattern) && o.State == r.State }) {
						out = append(out, r)
					}
				}
			}
		}
	}
	return out, nil
}

// identities says callers as EventBridge can: an instance's session by the shape of its id (ROLEID:i-...), the others by what
// the record repeats of them. A pattern joins its fields by "and", so there is one for each field.
func identities(t playbook.Callers) (all []Identity) {
	if t.Instances {
		all = append(all, Identity{PrincipalID: []Value{like("*:i-*")}})
	}
	if t.People != nil {
		all = append(all, people(*t.People)...)
	}
	for some := range slices.Chunk(t.Named, perRule) {
		var keys, users, issuers, ids []Value
		for _, name := range some {
			switch {
			case strings.Contains(name, ":role/"):
				issuers = append(issuers, Value(name))
			case strings.HasPrefix(name, "arn:"):
				users = append(users, Value(name))
			case strings.HasPrefix(name, "AROA"):
				ids = append(ids, Value(fmt.Sprintf(`{"prefix":%q}`, name+":")))
			case strings.HasPrefix(name, "AKIA"), strings.HasPrefix(name, "ASIA"):
				keys = append(keys, Value(name))
			default:
				ids = append(ids, Value(name))
			}
		}
		for _, id := range []Identity{{AccessKeyID: keys}, {ARN: users}, {PrincipalID: ids}} {
			if !reflect.DeepEqual(id, Identity{}) {
				all = append(all, id)
			}
		}
		if issuers != nil {
			s := &Session{}
			s.Issuer.ARN = issuers
			all = append(all, Identity{Session: s})
		}
	}
	return all
}

// people says those who are people as EventBridge can: by the type of who needs no role, and by the roles of the others' sessions. A star of EventBridge's
// takes more than one of riposte's: what is delivered for it alone is not looked at.
func people(p playbook.Persons) []Identity {
	all := []Identity{{Type: values(p.Types()...)}}
	for some := range slices.Chunk(p.Sessions(), perRule/2) { // operators are longer than names
		s := &Session{}
		for _, pattern := range some {
			for strings.Contains(pattern, "**") { // which EventBridge refuses
				pattern = strings.ReplaceAll(pattern, "**", "*")
			}
			s.Issuer.ARN = append(s.Issuer.ARN, like(pattern))
		}
		all = append(all, Identity{Session: s})
	}
	return all
}

func byCaller(id Identity, t playbook.Callers) []Rule {
	id.InvokedBy = []Value{absent} // what services call on a caller's behalf
	var global []string
	for _, s := range call.Services() {
		if s.Global {
			global = append(global, call.Source(s.Prefix))
		}
	}
	others, err := json.Marshal(map[string]any{"anything-but": global})
	if err != nil { // strings can be marshalled
		return nil
	}
	state := Writes
	if t.Reads {
		state = AllCalls
	}
	var readOnly []bool
	if t.People != nil {
		readOnly = []bool{false} // of data events, reads too reach a rule that asks for changes
	}
	rule := func(name string, global bool, sources ...Value) Rule {
		return Rule{Name: name, Global: global, State: state, Pattern: Pattern{
			Source: []Value{byAWS}, DetailType: values("AWS API Call via CloudTrail"), Detail: Detail{EventSource: sources, UserIdentity: &id, ReadOnly: readOnly},
		}}
	}
	return []Rule{rule("callers", false, Value(others)), rule("callers-global", true, values(global...)...)}
}

// By says whose calls a rule delivers, whatever they are; "" where it names calls.
func (r Rule) By() string {
	id := r.Pattern.Detail.UserIdentity
	if id == nil {
		return ""
	}
	if slices.Contains(id.PrincipalID, like("*:i-*")) {
		return "calls by instances' sessions"
	}
	if r.Pattern.Detail.ReadOnly != nil {
		return "changes by people"
	}
	return "calls by watched principals"
}
