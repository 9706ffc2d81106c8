package identity

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// statement is one of a policy that is to be rewritten; what is not looked into is copied as it is.
type statement struct {
	Sid         string          `json:",omitempty"`
	Effect      string          `json:",omitempty"`
	Action      words           `json:",omitempty"`
	NotAction   json.RawMessage `json:",omitempty"`
	Resource    json.RawMessage `json:",omitempty"`
	NotResource json.RawMessage `json:",omitempty"`
	Condition   json.RawMessage `json:",omitempty"`
}

// words is a text or a list of them.
type words []string

// UnmarshalJSON takes both.
func (w *words) UnmarshalJSON(b []byte) error {
	var one string
	if json.Unmarshal(b, &one) == nil {
		*w = words{one}
		return nil
	}
	return json.Unmarshal(b, (*[]string)(w))
}

// narrow rewrites a policy so that what it allows on all groups and balancers it allows on the role's own. Statements that do not
// are copied as they are, other services' actions stay where they stood, and so do reads, which take no resource. It refuses,
// and says why, where that can't be said in a policy.
func (s scope) narrow(document string) (string, error) {
	var d struct {
		Version   json.RawMessage `json:",omitempty"`
		ID        json.RawMessage `json:"Id,omitempty"`
		Statement json.RawMessage
	}
	if err := json.Unmarshal([]byte(document), &d); err != nil {
		return "", fmt.Errorf("read policy: %w", err)
	}
	var stated, out []json.RawMessage
	if json.Unmarshal(d.Statement, &stated) != nil {
		stated = []json.RawMessage{d.Statement}
	}
	for _, one := range stated {
		rewritten, err := s.rewrite(d.Version, one)
		if err != nil {
			return "", err
		}
		out = append(out, rewritten...)
	}
	var err error
	if d.Statement, err = encode(out); err != nil {
		return "", err
	}
	b, err := encode(d)
	return string(b), err
}

// rewrite returns what stands in a statement's place.
func (s scope) rewrite(version, one json.RawMessage) ([]json.RawMessage, error) {
	alone, err := encode(struct {
		Version   json.RawMessage `json:",omitempty"`
		Statement json.RawMessage
	}{version, one})
	if err != nil {
		return nil, err
	}
	policy, err := placeless(alone)
	if err != nil {
		return nil, err
	}
	if len(s.wide(policy)) == 0 {
		return []json.RawMessage{one}, nil
	}
	var st statement
	if err := json.Unmarshal(one, &st); err != nil {
		return nil, fmt.Errorf("read statement: %w", err)
	}
	parts, err := s.split(st)
	if err != nil {
		return nil, err
	}
	var out []json.RawMessage
	for _, p := range parts {
		b, err := encode(p)
		if err != nil {
			return nil, err
		}
		out = append(out, b)
	}
	return out, nil
}

// split takes a statement apart: the rest, which keeps the name, the reads, and what changes groups and balancers.
func (s scope) split(st statement) (parts []statement, err error) {
	switch {
	case len(st.NotAction) > 0:
		return nil, fmt.Errorf("a statement allows all but some actions (NotAction): it has to be written anew as a list")
	case len(st.NotResource) > 0:
		return nil, fmt.Errorf("a statement allows all but some resources (NotResource): it has to be written anew as a list")
	case !slices.Contains(resources(st.Resource), "*"):
		return nil, fmt.Errorf("a statement has a list of resources of its own, in which one stands for all groups or balancers")
	}
	rest, reads, groups, balancers := st, st, st, st
	rest.Action, reads, groups, balancers = nil, st.with(), st.with(), st.with()
	for _, a := range st.Action {
		service, name, _ := strings.Cut(a, ":")
		into := map[string]*statement{"autoscaling": &groups, "elasticloadbalancing": &balancers}[strings.ToLower(service)]
		literal := strings.ToLower(name[:len(name)-len(strings.TrimLeft(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"))])
		whole := len(literal) == len(name) // no wildcard
		switch {
		case into == nil && strings.ContainsAny(service, "*?"):
			return nil, fmt.Errorf("action %q is of every service: the services that are needed have to be named", a)
		case into == nil:
			rest.Action = append(rest.Action, a)
		case strings.HasPrefix(literal, "describe"), strings.HasPrefix(literal, "get"):
			reads.Action = append(reads.Action, a)
		case name == "*":
			reads.Action = append(reads.Action, service+":Describe*", service+":Get*")
			into.Action = append(into.Action, a)
		case !whole && (strings.HasPrefix("describe", literal) || strings.HasPrefix("get", literal)):
			return nil, fmt.Errorf("action %q may mean reads and changes: the calls that are needed have to be named", a)
		default:
			into.Action = append(into.Action, a)
		}
	}
	if err := s.belonging(&groups, s.groupARNs()); err != nil {
		return nil, err
	}
	if err := s.belonging(&balancers, s.balancerARNs()); err != nil {
		return nil, err
	}
	for _, p := range []statement{rest, reads, groups, balancers} {
		if len(p.Action) > 0 && string(p.Resource) != "null" {
			parts = append(parts, p)
		}
	}
	return parts, nil
}

// belonging ties a statement to the role's own, by name or by the tag that they share: there on both sides, and not empty, which
// would be the same on both too.
func (s scope) belonging(st *statement, arns []string) (err error) {
	if s.Tag.Key == "" {
		st.Resource, err = encode(arns)
		return err
	}
	resource, principal := "aws:ResourceTag/"+s.Tag.Key, "aws:PrincipalTag/"+s.Tag.Key
	all := map[string]map[string]any{}
	if len(st.Condition) > 0 {
		if err := json.Unmarshal(st.Condition, &all); err != nil {
			return fmt.Errorf("read condition: %w", err)
		}
	}
	for _, c := range [][3]string{
		{"StringEquals", resource, "${" + principal + "}"}, {"StringNotEquals", principal, ""}, {"Null", resource, "false"}, {"Null", principal, "false"},
	} {
		if _, is := all[c[0]][c[1]]; is {
			return fmt.Errorf("a statement has a condition %s on %s already", c[0], c[1])
		}
		if all[c[0]] == nil {
			all[c[0]] = map[string]any{}
		}
		all[c[0]][c[1]] = c[2]
	}
	st.Condition, err = encode(all)
	return err
}

// with is the statement for other actions, which has no name: a name stands once in a policy.
func (st statement) with() statement { st.Sid, st.Action = "", nil; return st }

// resources are the texts of an element.
func resources(raw json.RawMessage) (all words) {
	if json.Unmarshal(raw, &all) != nil {
		return nil
	}
	return all
}

// encode writes JSON as people write it, "<" and "&" too.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, fmt.Errorf("write policy: %w", err)
	}
	return bytes.TrimSpace(b.Bytes()), nil
}
