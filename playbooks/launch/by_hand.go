package launch

import (
	_ "embed"
	"errors"
	"time"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/playbook"
	"github.com/ripostehq/riposte/playbooks/contain"
)

//go:embed testdata/by-hand.txtar
var byHandStories string

// ByHandParams are the parameters of launch.by-hand.
type ByHandParams struct {
	Environments    []string          `yaml:"environments" help:"environments (organization.accounts) in which people launch nothing by hand; none: in all; an account whose environment is not said counts too"`
	Users           bool              `yaml:"users" help:"whether IAM users count as people, beside the sessions of people.issuers and the root user: only where no automation has a user of its own"`
	Window          time.Duration     `yaml:"window" help:"how long after a launch it is decided: what the same person launches this long before and after counts together"`
	Most            int               `yaml:"most" help:"up to so many instances in the window are quarantined; more are taken for a bulk job"`
	Bulk            BulkAnswer        `yaml:"bulk" help:"what becomes of a bulk job: ask, or leave"`
	DeleteAfter     time.Duration     `yaml:"delete_after" help:"how long after its quarantine an instance that is still there is terminated (30d); 0: never"`
	IsolationGroups map[string]string `yaml:"isolation_groups" help:"for each VPC's id the security group that isolates; where a VPC is not listed, the group riposte-isolation that the deployment has there"`
}

// BulkAnswer is what becomes of many instances that one person launches at once.
type BulkAnswer string

const (
	AskAboutBulk BulkAnswer = "ask"
	LeaveBulk    BulkAnswer = "leave"
)

// Enum lists the answers.
func (BulkAnswer) Enum() []string { return []string{string(AskAboutBulk), string(LeaveBulk)} }

// InEnvironments are those that it counts in, for what reads the configuration: one that no account is in is misspelt.
func (p ByHandParams) InEnvironments() []string { return p.Environments }

// OfPersons says, for what reads the configuration, that it is about people alone, and whether IAM users are people to it.
func (p ByHandParams) OfPersons() (users bool) { return p.Users }

// Validate refuses what can't be meant.
func (p ByHandParams) Validate() error {
	errs := []error{wrongIsolation(p.IsolationGroups)}
	for _, w := range []struct {
		key   string
		wrong bool
		why   string
	}{
		{"window", p.Window < 0 || p.Window > 24*time.Hour, "want a time up to a day"},
		{"most", p.Most < 1, "want at least one instance"},
		{"delete_after", p.DeleteAfter < 0, "is negative"},
		{"delete_after", p.DeleteAfter > 0 && p.DeleteAfter < 24*time.Hour, "want a day at least, so that the owner learns of it before"},
	} {
		if w.wrong {
			errs = append(errs, playbook.Wrong{Path: []any{w.key}, Text: w.why})
		}
	}
	return errors.Join(errs...)
}

// ByHand finds instances that a person launched where pipelines launch.
func ByHand() playbook.Definition {
	return playbook.Define(playbook.Spec[ByHandParams, byHand]{
		ID:       "launch.by-hand",
		Title:    "A person launched instances by hand in production",
		Why:      whyByHand,
		Severity: playbook.Medium,
		On:       []playbook.Trigger{playbook.Call(call.EC2RunInstances)},
		Reads:    append(contain.InstanceReads(), call.EC2DescribeInstances, call.EC2DescribeSecurityGroups),
		Changes: func(p ByHandParams) []action.Kind {
			kinds := []action.Kind{action.Isolate{}.About().Kind, action.Stop{}.About().Kind, action.DenySession{}.About().Kind}
			if p.DeleteAfter > 0 {
				kinds = append(kinds, action.Terminate{}.About().Kind)
			}
			return kinds
		},
		Prevents: []playbook.Prevention{{
			Kind: playbook.ServiceControlPolicy,
			How: "Let no session of Identity Center launch instances, attached to production's unit: whatever people need there, pipelines launch. They read AWS's " +
				"bare denial, which does not say why nor whom to ask: tell them before. Services that pass a person's call on, as CloudFormation, are left out of it.",
			Document: `{"Version":"2012-10-17","Statement":[{"Sid":"PeopleLaunchNothing","Effect":"Deny","Action":"ec2:RunInstances","Resource":"arn:aws:ec2:*:*:instance/*",` +
				`"Condition":{"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::*:role/aws-reserved/sso.amazonaws.com/*"},"BoolIfExists":{"aws:ViaAWSService":"false"}}}]}`,
		}},
		Stories:  byHandStories,
		Defaults: ByHandParams{Environments: []string{"production"}, Window: 15 * time.Minute, Most: 5, Bulk: AskAboutBulk, DeleteAfter: 30 * 24 * time.Hour},
		Window:   func(p ByHandParams) time.Duration { return p.Window },
		Counts:   func(s playbook.Suspect[byHand]) int { return s.Facts.Launched },
		Suspect:  suspectByHand,
		Check:    checkByHand,
		Plan:     planByHand,
	})
}

const whyByHand = `What a person launches by hand bypasses the pipeline's image, network and review, and is forgotten. An instance that is
launched so in production is quarantined, and ended after 30 days if it is still there and nothing was taken back: cut off by the isolating group, and its
session denied, so that the instance's own credentials serve nothing else. A person is known by the issuer of the session (people.issuers),
never by a session's name or a user agent; the root user counts too, IAM users where you say so. What CloudFormation or Auto Scaling launches in a
person's name does not count: it came by a template. The decision waits for a quarter of an hour, in which all that the same person launches counts
together. Up to five instances are quarantined; more are a bulk job, a script, and ask, so that being louder is no way around. An
attack is not waited for here: launch.unapproved-image answers at once. Known false positives: an incident's responders (list their role as trusted for this
playbook), a pipeline that runs under a person's session, Terraform on a laptop (both launch by hand as far as AWS can tell), and image
builders that people start (Packer ends its instance within the window mostly; trust its role, or raise window). Running it in observe for some
weeks shows whom it would hit.`
