package world

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/ripostehq/riposte/event"
	policy "github.com/ripostehq/riposte/iam"
)

func (a snapshotAccount) buildIAM(st *state) error {
	in := &st.Accounts[a.ID].IAM
	*in = iamState{Users: map[string]*user{}, Roles: map[string]*role{}, Policies: map[string]*managedPolicy{}, Sessions: map[string]*session{}}
	here := event.Place{Account: a.ID}
	for _, p := range a.Policies {
		doc, err := document(p.Document)
		if err != nil {
			return fmt.Errorf("policy %s: %w", p.Name, err)
		}
		path := orElse(p.Path, "/")
		arn := st.arn(here, "iam", "policy"+path+p.Name)
		in.Policies[arn] = &managedPolicy{
			Name: p.Name, Path: path, ARN: arn, ID: st.uniqueID("ANPA"), Created: st.Now, Default: "v1", Versions: map[string]string{"v1": doc},
		}
	}
	for _, u := range a.Users {
		made, err := u.build(st, here)
		if err != nil {
			return fmt.Errorf("user %s: %w", u.Name, err)
		}
		in.Users[u.Name] = made
	}
	for _, r := range a.Roles {
		made, err := r.build(st, here)
		if err != nil {
			return fmt.Errorf("role %s: %w", r.Name, err)
		}
		in.Roles[r.Name] = made
	}
	return in.check()
}

func (u snapshotUser) build(st *state, here event.Place) (*user, error) {
	path := orElse(u.Path, "/")
	inline, err := documents(u.Inline)
	made := &user{
		Name: u.Name, Path: path, ARN: st.arn(here, "iam", "user"+path+u.Name), ID: st.uniqueID("AIDA"), Created: st.Now,
		Inline: inline, Attached: u.Attached, Boundary: u.Boundary,
	}
	for _, k := range u.Keys {
		made.Keys = append(made.Keys, &accessKey{ID: k.ID, Secret: k.Secret, Inactive: k.Inactive, Created: st.Now})
	}
	return made, err
}

func (r snapshotRole) build(st *state, here event.Place) (*role, error) {
	path := orElse(r.Path, "/")
	trust, err := document(r.Trust)
	if err != nil {
		return nil, fmt.Errorf("trust: %w", err)
	}
	inline, err := documents(r.Inline)
	return &role{
		Name: r.Name, Path: path, ARN: st.arn(here, "iam", "role"+path+r.Name), ID: st.uniqueID("AROA"), Created: st.Now,
		Trust: trust, Inline: inline, Attached: r.Attached, Boundary: r.Boundary,
	}, err
}

// check finds what would make a snapshot's account refuse everything later: a policy that can't be evaluated, or one that
// is attached and not there.
func (in *iamState) check() error {
	for _, p := range in.Policies {
		if _, err := policy.Parse([]byte(p.Versions[p.Default])); err != nil {
			return fmt.Errorf("policy %s: %w", p.Name, err)
		}
	}
	for _, u := range in.Users {
		if err := in.checkHolder(u.holder()); err != nil {
			return fmt.Errorf("user %s: %w", u.Name, err)
		}
	}
	for _, r := range in.Roles {
		if _, err := policy.ParseTrust([]byte(r.Trust)); err != nil {
			return fmt.Errorf("role %s: trust: %w", r.Name, err)
		}
		if err := in.checkHolder(r.holder()); err != nil {
			return fmt.Errorf("role %s: %w", r.Name, err)
		}
	}
	return nil
}

func (in *iamState) checkHolder(h holder) error {
	for _, name := range h.names() {
		if _, err := policy.Parse([]byte(h.inline[name])); err != nil {
			return fmt.Errorf("inline policy %s: %w", name, err)
		}
	}
	for _, arn := range *h.attached {
		if in.managed(arn) == nil {
			return fmt.Errorf("attached policy %s does not exist", arn)
		}
	}
	if *h.boundary != "" && in.managed(*h.boundary) == nil {
		return fmt.Errorf("boundary %s does not exist", *h.boundary)
	}
	return nil
}

func documents(named map[string]any) (map[string]string, error) {
	out := map[string]string{}
	for name, d := range named {
		text, err := document(d)
		if err != nil {
			return nil, fmt.Errorf("inline policy %s: %w", name, err)
		}
		out[name] = text
	}
	return out, nil
}

// document is a policy as JSON text, whether the snapshot writes it as that or as YAML.
func document(d any) (string, error) {
	if text, ok := d.(string); ok {
		if !json.Valid([]byte(text)) {
			return "", fmt.Errorf("its document is not JSON")
		}
		return text, nil
	}
	b, err := json.Marshal(d)
	return string(b), err
}

// uniqueID is IAM's id of a principal or policy: a prefix that tells its kind, and 17 letters and digits.
func (s *state) uniqueID(prefix string) string { return prefix + strings.ToUpper(s.mint(17)) }
