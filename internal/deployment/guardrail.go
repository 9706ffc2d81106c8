package deployment

import (
	"strings"

	"github.com/ripostehq/riposte/internal/permissions"
)

// Guardrail returns a Terraform module of one file: the service control policy that keeps what riposte attaches and runs on,
// attached to roots, OUs or accounts. It is applied in the organisation's management account, once the spokes are there.
func Guardrail() ([]byte, error) {
	const principal, deployer = "arn:aws:iam::111122223333:role/principal", "arn:aws:iam::111122223333:role/deployer"
	d, err := permissions.Roles{Principal: principal}.Guardrail([]string{deployer})
	if err != nil {
		return nil, err
	}
	b, err := d.JSON()
	if err != nil {
		return nil, err
	}
	doc, err := nested(b)
	if err != nil {
		return nil, err
	}
	return text(object{
		"//":     generated + permissions.GuardrailNote,
		"locals": object{"guardrail": expressed(doc, map[string]string{principal: "var.principal_arn", deployer: "var.deployer_arns"})},
		"variable": object{
			"principal_arn": object{"type": "string", "description": "ARN of the role that riposte runs as."},
			"deployer_arns": variable("list(string)", "ARN patterns of the roles that deploy riposte; of StackSets: arn:*:iam::*:role/stacksets-exec-*",
				"${length(var.deployer_arns) > 0}", "Name the principals that may deploy: no other will be able to change riposte.", nil),
			"target_ids": object{"type": "set(string)", "description": "Roots, OUs and accounts to attach it to."},
		},
		"resource": object{
			"aws_organizations_policy": object{"guardrail": object{
				"name": "riposte-guardrail", "description": "Keeps what riposte attaches and runs on.", "type": "SERVICE_CONTROL_POLICY",
				"content": "${jsonencode(local.guardrail)}",
			}},
			"aws_organizations_policy_attachment": object{"guardrail": object{
				"for_each": "${var.target_ids}", "policy_id": "${aws_organizations_policy.guardrail.id}", "target_id": "${each.value}",
			}},
		},
	})
}

// expressed puts an expression in place of each list that holds a stand-in: the rest of the list, and what the variable
// holds.
func expressed(v any, variables map[string]string) any {
	switch v := v.(type) {
	case object:
		for key, value := range v {
			v[key] = expressed(value, variables)
		}
	case []any:
		var fixed, added []string
		for i, value := range v {
			text, ok := value.(string)
			if !ok {
				v[i] = expressed(value, variables)
				continue
			}
			if name, stands := variables[text]; stands {
				added = append(added, name)
				continue
			}
			fixed = append(fixed, `"`+text+`"`)
		}
		if len(added) > 0 {
			return "${flatten([" + strings.Join(append(fixed, added...), ", ") + "])}"
		}
	}
	return v
}
