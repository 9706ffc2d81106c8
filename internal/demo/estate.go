package demo

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"strings"
	"text/template"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/internal/permissions"
	"github.com/ripostehq/riposte/playbook"
)

//go:embed estate.yaml
var estateText string

//go:embed riposte.yaml
var configText []byte

// trust lets riposte's user in, with the external id of the configuration.
const trust = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::999900001111:user/riposte"},` +
	`"Action":"sts:AssumeRole","Condition":{"StringEquals":{"sts:ExternalId":"riposte-demo"}}}]}`

// estate is the demo's world: riposte's rights in it are the very policies that `riposte permissions` prints, so that
// the demo fails where they fall short.
func estate(catalogue []playbook.Definition, kinds []action.Kind) ([]byte, error) {
	plain, err := block(catalogue, kinds)
	if err != nil {
		return nil, err
	}
	vault, err := block(catalogue, kinds, map[string]any{
		"name":   "ops",
		"trust":  `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::444455556666:user/nadia"},"Action":"sts:AssumeRole"}]}`,
		"inline": map[string]string{"work": `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"ec2:*","Resource":"*"}]}`},
	})
	if err != nil {
		return nil, err
	}
	persons, err := block(catalogue, kinds, map[string]any{
		"name": "admin", "path": "/people/",
		"trust":  `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::666677778888:root"},"Action":"sts:AssumeRole"}]}`,
		"inline": map[string]string{"work": `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"ec2:*","Resource":"*"}]}`},
	})
	if err != nil {
		return nil, err
	}
	shop, err := block(catalogue, kinds, map[string]any{
		"name":   "app",
		"trust":  `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}`,
		"inline": map[string]string{"deploy": `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"autoscaling:*","Resource":"*"}]}`}, // seed 003's
	})
	if err != nil {
		return nil, err
	}
	var machines []any
	for _, name := range []string{"crane", "barge"} {
		machines = append(machines, map[string]any{
			"name":   name,
			"trust":  `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}`,
			"inline": map[string]string{"work": `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"ec2:Describe*","Resource":"*"}]}`},
		})
	}
	harbour, err := block(catalogue, kinds, machines...)
	if err != nil {
		return nil, err
	}
	t, err := template.New("estate").Parse(estateText)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	err = t.Execute(&out, map[string]any{"Riposte": plain, "RiposteAndOps": vault, "RiposteAndApp": shop, "RiposteAndPeople": persons, "RiposteAndMachines": harbour, "Plant": herd("a", demolished), "Vault": herd("b", vaulted)})
	return out.Bytes(), err
}

// block is the part of an account's YAML that is riposte's. Other roles of the account stand among them.
func block(catalogue []playbook.Definition, kinds []action.Kind, others ...any) (string, error) {
	roles, policies, err := ripostes(catalogue, kinds)
	if err != nil {
		return "", err
	}
	r, err := json.Marshal(append(others, roles...)) // JSON is YAML
	if err != nil {
		return "", err
	}
	p, err := json.Marshal(policies)
	return fmt.Sprintf("roles: %s\n    policies: %s", r, p), err
}

// ripostes are riposte's in an account: one role per tier, and the policies that lie ready.
func ripostes(catalogue []playbook.Definition, kinds []action.Kind) (roles, policies []any, _ error) {
	tiers, err := permissions.Roles{}.For(catalogue, kinds)
	if err != nil {
		return nil, nil, err
	}
	for _, t := range tiers {
		doc, err := t.Document.JSON()
		if err != nil {
			return nil, nil, err
		}
		roles = append(roles, map[string]any{"name": t.Role, "trust": trust, "inline": map[string]string{"rights": string(doc)}})
	}
	ready, err := permissions.Predeployed()
	if err != nil {
		return nil, nil, err
	}
	for _, p := range ready {
		policies = append(policies, map[string]any{"name": p.Name, "document": string(p.Document)})
	}
	return roles, policies, nil
}

// cattle is one instance of the estate; some are protected against being stopped as well, which also forbids
// terminating them.
type cattle struct {
	ID          string
	Unstoppable bool
}

func herd(letter string, n int) (all []cattle) {
	for i := range n {
		all = append(all, cattle{instance(letter, i), i%4 == 2})
	}
	return all
}

// instance is an id in the form of EC2's: one letter, and a number.
func instance(letter string, i int) string {
	return "i-0" + strings.Repeat(letter, 14) + fmt.Sprintf("%02d", i)
}
