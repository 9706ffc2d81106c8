package deployment

import (
	"strings"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/internal/pattern"
	"github.com/ripostehq/riposte/internal/permissions"
	"github.com/ripostehq/riposte/playbook"
)

// CloudFormation returns the template of a StackSet over accounts and regions: in every region the rules that deliver events to
// the hub's bus, and in the home region alone what is global: roles, policies, rules for global services.
func CloudFormation(playbooks []playbook.Definition, kinds []action.Kind) ([]byte, error) {
	r, err := of(playbooks, kinds)
	if err != nil {
		return nil, err
	}
	rules, err := pattern.For(playbooks)
	if err != nil {
		return nil, err
	}
	resources := delivery(rules)
	if err := r.roles(resources); err != nil {
		return nil, err
	}
	if err := r.policies(resources); err != nil {
		return nil, err
	}
	return text(object{
		"AWSTemplateFormatVersion": "2010-09-09",
		"Description": "riposte in a member account. " + generated + "Deploy it as a StackSet over all accounts and regions, the home region first: " +
			"there the roles and policies are made, everywhere the rules that deliver to the hub.",
		"Parameters": r.parameters(),
		"Conditions": r.conditions(),
		"Resources":  resources,
	})
}

// delivery returns the rules, and the role by which EventBridge puts events on the hub's bus.
func delivery(rules []pattern.Rule) object {
	out := object{"EventsRole": object{
		"Type": "AWS::IAM::Role", "Condition": "Home",
		"Properties": object{
			"RoleName": "riposte-events", "Path": ref("RolePath"), "Description": "EventBridge delivers to riposte's hub by it.",
			"AssumeRolePolicyDocument": object{"Version": "2012-10-17", "Statement": []any{object{
				"Effect": "Allow", "Principal": object{"Service": "events.amazonaws.com"}, "Action": "sts:AssumeRole",
				"Condition": object{"StringEquals": object{"aws:SourceAccount": ref("AWS::AccountId")}},
			}}},
			"Policies": []any{object{"PolicyName": "deliver", "PolicyDocument": object{"Version": "2012-10-17", "Statement": []any{object{
				"Effect": "Allow", "Action": "events:PutEvents", "Resource": ref("HubBusArn"),
			}}}}},
		},
	}}
	for _, r := range rules {
		rule := object{"Type": "AWS::Events::Rule", "Properties": object{
			"Name": "riposte-" + r.Name, "Description": "Calls that riposte looks at.", "State": r.State, "EventPattern": r.Pattern,
			"Targets": []any{object{
				"Id": "hub", "Arn": ref("HubBusArn"),
				"RoleArn": sub("arn:${AWS::Partition}:iam::${AWS::AccountId}:role${RolePath}riposte-events"),
			}},
		}}
		if r.Global {
			rule["Condition"] = "Home"
		}
		out[logical(r.Name)+"Rule"] = rule
	}
	return out
}

// roles adds the tiers' roles, each where its parameter grants it.
func (r rights) roles(to object) error {
	entry, err := trust(ref("PrincipalArn"), object{
		"sts:ExternalId":     ref("ExternalId"),
		"aws:PrincipalOrgID": when("InOrganization", ref("OrganizationId"), ref("AWS::NoValue")),
	})
	if err != nil {
		return err
	}
	for _, t := range r.tiers {
		doc, err := document(t.Document, r.ownARNs(t))
		if err != nil {
			return err
		}
		to[logical(t.Tier)+"Role"] = object{
			"Type": "AWS::IAM::Role", "Condition": logical(t.Tier),
			"Properties": object{
				"RoleName": t.Role, "Path": ref("RolePath"), "Description": "riposte: " + t.For, "MaxSessionDuration": 3600,
				"AssumeRolePolicyDocument": entry,
				"Policies":                 []any{object{"PolicyName": "rights", "PolicyDocument": doc}},
			},
		}
	}
	return nil
}

// ownARNs returns riposte's own roles as the role of one tier sees them: itself, and those that are granted beside it.
func (r rights) ownARNs(of permissions.TierPolicy) []any {
	own := []any{ref("PrincipalArn")}
	for _, t := range r.tiers {
		arn := sub("arn:*:iam::*:role${RolePath}" + t.Role)
		if t.Tier != of.Tier {
			arn = when(logical(t.Tier), arn, ref("AWS::NoValue"))
		}
		own = append(own, arn)
	}
	return own
}

// policies adds what the contain tier attaches.
func (r rights) policies(to object) error {
	for _, p := range r.denies {
		doc, err := nested(p.Document)
		if err != nil {
			return err
		}
		to[logical(p.Name)+"Policy"] = object{
			"Type": "AWS::IAM::ManagedPolicy", "Condition": logical(contain),
			"Properties": object{"ManagedPolicyName": p.Name, "Description": p.For, "PolicyDocument": doc},
		}
	}
	return nil
}

func (r rights) parameters() object {
	out := object{
		"PrincipalArn":   parameter("ARN of the role that riposte runs as, in the hub account.", `^arn:aws[a-z-]*:(iam|sts)::[0-9]{12}:.+$`, nil),
		"ExternalId":     parameter("organization.roles.external_id of riposte's configuration.", `^[A-Za-z0-9+=,.@:/_-]{2,1224}$`, nil),
		"OrganizationId": parameter("The organisation that riposte's role must be in; empty: its ARN says enough.", `^(o-[a-z0-9]{10,32})?$`, ""),
		"RolePath":       parameter("Path of the tiers' roles.", `^/([A-Za-z0-9+=,.@_-]+/)*$`, "/"),
		"HubBusArn":      parameter("ARN of the hub's event bus.", `^arn:aws[a-z-]*:events:[a-z0-9-]+:[0-9]{12}:event-bus/.+$`, nil),
		"HomeRegion":     parameter("Where the records of global services arrive: us-east-1, cn-north-1, us-gov-west-1.", `^[a-z]{2,}(-[a-z]+)+-[0-9]+$`, "us-east-1"),
	}
	for _, t := range r.tiers {
		granted := "false"
		if t.Tier == permissions.Audit || t.Tier == permissions.Report {
			granted = "true"
		}
		out["Grant"+logical(t.Tier)] = object{"Type": "String", "AllowedValues": []any{"true", "false"}, "Default": granted, "Description": t.For}
	}
	return out
}

func (r rights) conditions() object {
	out := object{
		"Home":           object{"Fn::Equals": []any{ref("AWS::Region"), ref("HomeRegion")}},
		"InOrganization": object{"Fn::Not": []any{object{"Fn::Equals": []any{ref("OrganizationId"), ""}}}},
	}
	for _, t := range r.tiers {
		out[logical(t.Tier)] = object{"Fn::And": []any{
			object{"Condition": "Home"}, object{"Fn::Equals": []any{ref("Grant" + logical(t.Tier)), "true"}},
		}}
	}
	return out
}

func parameter(description, pattern string, preset any) object {
	p := object{"Type": "String", "Description": description, "AllowedPattern": pattern}
	if preset != nil {
		p["Default"] = preset
	}
	return p
}

// logical returns a name as CloudFormation takes it: letters and digits.
func logical(name string) string {
	var b strings.Builder
	for _, part := range strings.Split(name, "-") {
		b.WriteString(strings.ToUpper(part[:1]) + part[1:])
	}
	return b.String()
}

func ref(name string) object { return object{"Ref": name} }

func sub(text string) object { return object{"Fn::Sub": text} }

func when(condition string, yes, no any) object { return object{"Fn::If": []any{condition, yes, no}} }
