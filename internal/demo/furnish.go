package demo

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/goccy/go-yaml"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/playbook"
	"github.com/ripostehq/riposte/playbook/fixture"
)

// Furnish returns the estate of a fixture with riposte in it: in every account of its organisation the roles, rights and
// policies that `riposte permissions` prints, and an account of its own.
func Furnish(f fixture.Fixture, catalogue []playbook.Definition, kinds []action.Kind) ([]byte, error) {
	var estate struct {
		Now      string           `yaml:"now" json:"now,omitempty"`
		Accounts []map[string]any `yaml:"accounts" json:"accounts"`
	}
	if err := yaml.Unmarshal([]byte(f.World), &estate); err != nil {
		return nil, fmt.Errorf("its world: %w", err)
	}
	if len(estate.Accounts) == 0 {
		return nil, errors.New("its world has no accounts")
	}
	roles, policies, err := ripostes(catalogue, kinds)
	if err != nil {
		return nil, err
	}
	for _, a := range estate.Accounts {
		if id, _ := a["id"].(string); slices.Contains(f.Organization, id) {
			a["roles"], a["policies"] = append(list(a["roles"]), roles...), append(list(a["policies"]), policies...)
		}
	}
	estate.Accounts = append(estate.Accounts, map[string]any{"id": security, "name": "security", "users": []any{map[string]any{
		"name": "riposte", "keys": []any{map[string]any{"id": credentials("riposte").AccessKeyID, "secret": credentials("riposte").SecretAccessKey}},
		"inline": map[string]any{"assume": json.RawMessage(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Resource":"arn:aws:iam::*:role/riposte-*"}]}`)},
	}}})
	return json.Marshal(estate) // JSON is YAML
}

func list(v any) []any { l, _ := v.([]any); return l }
