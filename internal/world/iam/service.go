// Package iam is IAM in the world: users, roles, policies and sessions; it authenticates and authorizes the world's calls.
package iam

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"strings"
	"time"

	policy "github.com/ripostehq/riposte/iam"
	"github.com/ripostehq/riposte/internal/world/core"
)

// Service is IAM.
func Service() *core.Service {
	words := core.QueryWords()
	words.Recorded = func(r *core.Refusal) string { // IAM's own errors are recorded by their types
		if r.Typed != nil {
			return r.Code + "Exception"
		}
		return r.Code
	}
	return &core.Service{
		Name: "iam", SDK: "IAM", Reference: "https://docs.aws.amazon.com/IAM/latest/APIReference/API_",
		Words: words, Global: true, HidesDenied: true,
		Resources: []core.Resource{
			userResource(), accessKeyResource(), reportResource(), detailsResource(), accessedResource(), roleResource(), holderPolicies(), policyResource(), {Shelf: &sessions}, {Shelf: &histories},
		},
	}
}

// Estate is what an account has of it in YAML.
type Estate struct {
	Users    []userEstate   `yaml:"users"`
	Roles    []roleEstate   `yaml:"roles"`
	Policies []policyEstate `yaml:"policies"`
}

// holderEstate is what users and roles share. Documents are YAML, or JSON as text.
type holderEstate struct {
	Name     string            `yaml:"name"`
	Path     string            `yaml:"path"`
	ID       string            `yaml:"id"`       // AIDA..., AROA...; made where it is left out
	Inline   map[string]any    `yaml:"inline"`   // documents by name
	Attached []string          `yaml:"attached"` // ARNs
	Boundary string            `yaml:"boundary"`
	Tags     map[string]string `yaml:"tags"`
}

type userEstate struct {
	Policies holderEstate `yaml:",inline"`
	Password bool         `yaml:"password"`
	Groups   []string     `yaml:"groups"`
	Factors  []string     `yaml:"mfa"` // serial numbers of devices
	Keys     []struct {
		ID       string `yaml:"id"`
		Secret   string `yaml:"secret"`
		Inactive bool   `yaml:"inactive"`

		Created time.Time `yaml:"created"` // now
		Used    time.Time `yaml:"used"`    // last
	} `yaml:"keys"`
}

type roleEstate struct {
	Policies holderEstate `yaml:",inline"`
	Trust    any          `yaml:"trust"`

	Created  time.Time            `yaml:"created"`  // now
	Accessed map[string]time.Time `yaml:"accessed"` // actions that IAM tracks, with when each was accessed last; null: never
}

type policyEstate struct {
	Name     string `yaml:"name"`
	Path     string `yaml:"path"`
	Document any    `yaml:"document"`
}

// Build makes what an estate has, and refuses what would make the account refuse everything later.
func (e Estate) Build(at core.At) error {
	for _, p := range e.Policies {
		doc, err := document(p.Document)
		if err != nil {
			return fmt.Errorf("policy %s: %w", p.Name, err)
		}
		policies.Put(at, &managedPolicy{
			Name: p.Name, Path: cmp.Or(p.Path, "/"), ARN: iamARN(at, "policy", &p.Path, &p.Name), ID: uniqueID(at.State, "ANPA"),
			Created: at.Now, Default: "v1", Versions: map[string]string{"v1": doc},
		})
	}
	for _, u := range e.Users {
		h, err := u.Policies.build(at, "user")
		if err != nil {
			return fmt.Errorf("user %s: %w", h.Name, err)
		}
		made := users.Put(at, &user{holder: h, Password: u.Password, Groups: u.Groups, Factors: u.Factors})
		for _, k := range u.Keys {
			made.Keys = append(made.Keys, &accessKey{ID: k.ID, Secret: k.Secret, Inactive: k.Inactive, Created: cmp.Or(k.Created, at.Now), Used: k.Used})
		}
	}
	for _, r := range e.Roles {
		trust, err := document(r.Trust)
		if err != nil {
			return fmt.Errorf("role %s: trust: %w", r.Policies.Name, err)
		}
		h, err := r.Policies.build(at, "role")
		if err != nil {
			return fmt.Errorf("role %s: %w", h.Name, err)
		}
		h.Created = cmp.Or(r.Created, h.Created)
		roles.Put(at, &role{holder: h, Trust: trust, Accessed: r.Accessed})
	}
	return check(at)
}

func (e holderEstate) build(at core.At, kind string) (holder, error) {
	h := newHolder(at, kind, e.Name, e.Path)
	h.ID = cmp.Or(e.ID, h.ID)
	h.Attached, h.Boundary = e.Attached, e.Boundary
	maps.Copy(h.Tags, e.Tags)
	for name, d := range e.Inline {
		text, err := document(d)
		if err != nil {
			return h, fmt.Errorf("inline policy %s: %w", name, err)
		}
		h.Inline[name] = text
	}
	return h, nil
}

// check finds a policy that can't be evaluated, or one that is attached and not there.
func check(at core.At) error {
	for _, p := range policies.Of(at) {
		if _, err := policy.Parse([]byte(p.Versions[p.Default])); err != nil {
			return fmt.Errorf("policy %s: %w", p.Name, err)
		}
	}
	for _, u := range users.Of(at) {
		if err := checkHolder(at, &u.holder); err != nil {
			return fmt.Errorf("user %s: %w", u.Name, err)
		}
	}
	for _, r := range roles.Of(at) {
		if _, err := policy.ParseTrust([]byte(r.Trust)); err != nil {
			return fmt.Errorf("role %s: trust: %w", r.Name, err)
		}
		if err := checkHolder(at, &r.holder); err != nil {
			return fmt.Errorf("role %s: %w", r.Name, err)
		}
	}
	return nil
}

func checkHolder(at core.At, h *holder) error {
	for _, name := range h.names() {
		if _, err := policy.Parse([]byte(h.Inline[name])); err != nil {
			return fmt.Errorf("inline policy %s: %w", name, err)
		}
	}
	for _, arn := range h.Attached {
		if managed(at, arn) == nil {
			return fmt.Errorf("attached policy %s does not exist", arn)
		}
	}
	if h.Boundary != "" && managed(at, h.Boundary) == nil {
		return fmt.Errorf("boundary %s does not exist", h.Boundary)
	}
	return nil
}

// document is a policy as JSON text, whether the estate has it as that or as YAML.
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
func uniqueID(s *core.State, prefix string) string { return prefix + strings.ToUpper(s.Mint(17)) }
