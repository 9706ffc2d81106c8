package deployment

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/internal/permissions"
	"github.com/ripostehq/riposte/playbook"
)

// Terraform returns one file in Terraform's JSON syntax: the tiers' roles with their rights and trust, each there where
// var.tiers names it, and the policies that must lie ready. It is a module of its own, or part of one.
func Terraform(playbooks []playbook.Definition, kinds []action.Kind) ([]byte, error) {
	r, err := of(playbooks, kinds)
	if err != nil {
		return nil, err
	}
	documents, names := object{}, []string{}
	for _, t := range r.tiers {
		names = append(names, t.Tier)
		if documents[t.Tier], err = document(t.Document, "${local.riposte_own}"); err != nil {
			return nil, err
		}
	}
	denies := object{}
	for _, p := range r.denies {
		doc, err := nested(p.Document)
		if err != nil {
			return nil, err
		}
		denies[p.Name] = object{"for": p.For, "document": doc}
	}
	entry, err := trust("${var.principal_arn}",
		`${merge({ "sts:ExternalId" = var.external_id }, var.organization_id == "" ? {} : { "aws:PrincipalOrgID" = var.organization_id })}`)
	if err != nil {
		return nil, err
	}
	return text(object{
		"//": generated + "The roles that riposte enters this account by, one per tier of rights, and the policies that it attaches. " +
			"IAM is global: apply it once in an account, and with tiers = [] wherever else the module is used.",
		"variable": variables(names),
		"locals": object{
			"riposte_own":    `${concat([for tier in var.tiers : "arn:*:iam::*:role${var.role_path}riposte-${tier}"], [var.principal_arn])}`,
			"riposte_trust":  entry,
			"riposte_rights": documents,
			"riposte_denies": denies,
		},
		"resource": object{
			"aws_iam_role": object{"tier": object{
				"for_each": "${toset(var.tiers)}", "name": "riposte-${each.key}", "path": "${var.role_path}",
				"description": "riposte: ${each.key}", "assume_role_policy": "${jsonencode(local.riposte_trust)}", "max_session_duration": 3600,
			}},
			"aws_iam_role_policy": object{"tier": object{
				"for_each": "${aws_iam_role.tier}", "name": "rights", "role": "${each.value.name}",
				"policy": "${jsonencode(local.riposte_rights[each.key])}",
			}},
			"aws_iam_policy": object{"deny": object{
				"for_each": `${{ for name, policy in local.riposte_denies : name => policy if contains(var.tiers, "` + contain + `") }}`,
				"name":     "${each.key}", "description": "${each.value.for}", "policy": "${jsonencode(each.value.document)}",
			}},
		},
		"output": object{
			"role_arns": object{"value": "${{ for tier, role in aws_iam_role.tier : tier => role.arn }}", "description": "The tiers' roles."},
			"roles": object{
				"value":       `${{ for tier, role in aws_iam_role.tier : tier => trimprefix("${role.path}${role.name}", "/") }}`,
				"description": "Their names, with path: organization.roles of riposte's configuration.",
			},
		},
	})
}

// trust returns the roles' trust policy, with expressions of the language for the principals that it names and for what must be
// equal: whether that includes the organisation is known where it is deployed.
func trust(principal, equal any) (object, error) {
	d, err := permissions.Trust(permissions.Trustee{Principal: "principal", ExternalID: "external id"})
	if err != nil {
		return nil, err
	}
	b, err := d.JSON()
	if err != nil {
		return nil, err
	}
	var out struct {
		Version   string
		Statement []struct {
			Sid, Effect, Action  string
			Principal, Condition object
		}
	}
	if err := json.Unmarshal(b, &out); err != nil {
		return nil, fmt.Errorf("write trust policy: %w", err)
	}
	for _, s := range out.Statement {
		s.Principal["AWS"], s.Condition["StringEquals"] = principal, equal
	}
	return object{"Version": out.Version, "Statement": out.Statement}, nil
}

// variables returns what the file expects.
func variables(tiers []string) object {
	list := `"` + strings.Join(tiers, `", "`) + `"`
	return object{
		"principal_arn": variable("string", "ARN of the role that riposte runs as, in the hub account: the only one that the tiers' roles let in.",
			"${can(regex(\"^arn:aws[a-z-]*:(iam|sts)::[0-9]{12}:\", var.principal_arn))}", "It is the ARN of an IAM role or user.", nil),
		"external_id": variable("string", "organization.roles.external_id of riposte's configuration: passed whenever a role is assumed.",
			"${can(regex(\"^[A-Za-z0-9+=,.@:/_-]{2,}$\", var.external_id)) && length(var.external_id) <= 1224}", "2 to 1,224 letters, digits and +=,.@:/-_ make an external id.", nil),
		"organization_id": variable("string", "The organisation that riposte's role must be in, o-...; empty: its ARN says enough.",
			"${can(regex(\"^(o-[a-z0-9]{10,32})?$\", var.organization_id))}", "An organisation's id is o- and 10 to 32 letters and digits.", ""),
		"tiers": variable("list(string)", "The tiers of rights to grant: any of "+strings.Join(tiers, ", ")+". audit is enough to observe.",
			"${length(setsubtract(var.tiers, ["+list+"])) == 0}", "The tiers are "+strings.Join(tiers, ", ")+".", []string{permissions.Audit, permissions.Report}),
		"role_path": variable("string", "Path of the tiers' roles, in front of their names.",
			"${can(regex(\"^/([A-Za-z0-9+=,.@_-]+/)*$\", var.role_path))}", "A path begins and ends with /.", "/"),
	}
}

// variable declares one with its check; without a preset it has to be given.
func variable(sort, description, condition, message string, preset any) object {
	v := object{"type": sort, "description": description, "validation": object{"condition": condition, "error_message": message}}
	if preset != nil {
		v["default"] = preset
	}
	return v
}
