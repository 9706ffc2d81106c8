package hardening

import (
	"context"
	_ "embed"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/inventory"
	"github.com/ripostehq/riposte/playbook"
	"github.com/ripostehq/riposte/playbooks/managed"
)

//go:embed testdata/termination-protection.txtar
var terminationStories string

// TerminationParams are the parameters of hardening.termination-protection.
type TerminationParams struct {
	Environments []string `yaml:"environments" help:"environments whose instances are to be protected"`
	CodeTags     []string `yaml:"code_tags" help:"keys of tags by which your code (Terraform, Pulumi) marks what it manages: its case says what to change in the code, and nothing is changed"`
}

// Validate refuses a playbook that would protect nothing.
func (p TerminationParams) Validate() error {
	if len(p.Environments) == 0 {
		return playbook.Wrong{Path: []any{"environments"}, Text: "environments is empty: nothing would be protected"}
	}
	return nil
}

// TerminationProtection finds instances in production that one call ends.
func TerminationProtection() playbook.Definition {
	return playbook.Define(playbook.Spec[TerminationParams, unprotected]{
		ID:       "hardening.termination-protection",
		Title:    "An instance in production is not protected from termination",
		Why:      whyTermination,
		Severity: playbook.Low,
		Lists:    []playbook.Listing[TerminationParams, unprotected]{playbook.List(inventory.Instances(), listProtectable)},
		Reads:    []call.ID{call.EC2DescribeInstances, call.EC2DescribeInstanceAttribute},
		Changes:  playbook.Always[TerminationParams](action.KeepProtected{}.About().Kind),
		Prevents: []playbook.Prevention{{
			Kind: playbook.ServiceControlPolicy,
			How: "Let nobody switch the protection off but by the console with MFA, or by the deployment's role, which then has to be excepted by its exact ARN. Launches can't be made to protect " +
				"what they launch; launch.termination-unprotected has a policy for users alone.",
			Document: `{"Version":"2012-10-17","Statement":[{"Sid":"ProtectionStays","Effect":"Deny","Action":"ec2:ModifyInstanceAttribute","Resource":"*",` +
				`"Condition":{"StringEqualsIgnoreCase":{"ec2:Attribute/DisableApiTermination":"false"},"BoolIfExists":{"aws:MultiFactorAuthPresent":"false"}}}]}`,
		}},
		Stories:  terminationStories,
		Defaults: TerminationParams{Environments: []string{"production"}},
		Suspect:  func(event.Event, TerminationParams) []playbook.Suspect[unprotected] { return nil },
		Check:    checkProtection,
		Plan: func(s playbook.Suspect[unprotected], _ TerminationParams) (plan action.Plan) {
			if s.Facts.Managed == "" {
				plan.Steps = append(plan.Steps, action.Try(action.KeepProtected{Instance: s.Resource}))
			}
			return plan
		},
	})
}

const whyTermination = `An instance without termination protection is ended by one call, by mistake or on purpose. With it, the attacker has to switch
it off first, which riposte sees (launch.termination-unprotected). It is switched on for instances of the environments named that nothing
launches again: members of Auto Scaling groups and fleets are meant to end, and Spot instances have no protection. What CloudFormation, another
service or your code (code_tags) manages is told and not changed. EC2 shows the protection of one instance at a time, so each is looked at once, when it is first
listed; what is switched off later is the other playbook's. Whoever switches it off to end the instance is not fought. Nothing takes the protection off
again, not even an undo: an owner does. It stops neither Auto Scaling nor a shutdown from inside. Known false positives: machines that a pipeline launches and
ends by itself, which then fails to; name their tag in code_tags.`

// unprotected are the facts.
type unprotected struct {
	Managed string `json:",omitempty"` // by what
}

// listProtectable wants whatever could be protected; whether it is, the listing does not show.
func listProtectable(at event.Resource, i types.Instance, p TerminationParams) *playbook.Listed[unprotected] {
	tags := managed.Tags(i.Tags)
	if !alive(i) || i.InstanceLifecycle != "" || launched(tags) {
		return nil
	}
	f := unprotected{Managed: managed.By(tags, i.Operator, p.CodeTags)}
	return &playbook.Listed[unprotected]{Suspect: playbook.Suspect[unprotected]{
		Resource: at, Title: "whether instance " + at.ID + " is protected from termination is to be seen", Facts: f,
	}}
}

// checkProtection reads the attribute of an instance that is in one of the environments.
func checkProtection(ctx context.Context, in playbook.In, s playbook.Suspect[unprotected], p TerminationParams) ([]playbook.Suspect[unprotected], error) {
	if !in.Organization.InEnvironment(s.Resource.Account, p.Environments) {
		return nil, nil
	}
	i, err := describe(ctx, in.AWS, s.Resource)
	if err != nil || i == nil {
		return nil, err
	}
	listed := listProtectable(s.Resource, *i, p)
	if listed == nil {
		return nil, nil
	}
	out, err := in.AWS.EC2(s.Resource.Place()).DescribeInstanceAttribute(ctx, &ec2.DescribeInstanceAttributeInput{
		InstanceId: aws.String(s.Resource.ID), Attribute: types.InstanceAttributeNameDisableApiTermination,
	})
	switch {
	case action.Missing(err):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("read whether instance %q is protected: %w", s.Resource.ID, err)
	case out.DisableApiTermination == nil || out.DisableApiTermination.Value == nil:
		return nil, fmt.Errorf("read whether instance %q is protected: EC2 does not say", s.Resource.ID)
	case *out.DisableApiTermination.Value:
		return nil, nil
	}
	found := listed.Suspect
	found.Title, found.Tags = "instance "+s.Resource.ID+" is not protected from termination", managed.Tags(i.Tags)
	if m := found.Facts.Managed; m != "" {
		found.Title += "; " + m + " manages it: set DisableApiTermination to true there"
	}
	return []playbook.Suspect[unprotected]{found}, nil
}
