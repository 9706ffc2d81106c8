package ownership

import (
	"context"
	_ "embed"
	"time"

	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/playbook"
)

//go:embed testdata/by-hand.txtar
var byHandStories string

// ByHandParams are the parameters of ownership.by-hand.
type ByHandParams struct {
	Environments []string      `yaml:"environments" help:"environments (organization.accounts) in which people change nothing by hand; none: in all; an account whose environment is not said counts too"`
	Record       Width         `yaml:"record" help:"what is asked for and kept: changes (every mutating call of a person), or deletions alone, which costs next to nothing"`
	Users        bool          `yaml:"users" help:"whether IAM users count as people, beside the sessions of people.issuers and the root user: only where no automation has a user of its own"`
	Window       time.Duration `yaml:"window" help:"how long after its first call a case is decided: what the same person calls in an account until then is one case, and one telling"`
}

// Width is how much of what people do is kept.
type Width string

const (
	Changes   Width = "changes"
	Deletions Width = "deletions"
)

// Enum lists the widths.
func (Width) Enum() []string { return []string{string(Changes), string(Deletions)} }

// InEnvironments are those that it counts in, for what reads the configuration: one that no account is in is misspelt.
func (p ByHandParams) InEnvironments() []string { return p.Environments }

// OfPersons says, for what reads the configuration, that it is about people alone, and whether IAM users are people to it.
func (p ByHandParams) OfPersons() (users bool) { return p.Users }

// Validate refuses what can't be meant.
func (p ByHandParams) Validate() error {
	if p.Window < time.Minute || p.Window > 24*time.Hour {
		return playbook.Wrong{Path: []any{"window"}, Text: "want a time of a minute to a day"}
	}
	return nil
}

// ByHand tells of what people delete by hand, and keeps what else they change.
func ByHand() playbook.Definition {
	return playbook.Define(playbook.Spec[ByHandParams, byHand]{
		ID:       "ownership.by-hand",
		Title:    "A person changed production by hand",
		Why:      whyByHand,
		Severity: playbook.Low,
		Tells:    true,
		Watches: func(p ByHandParams) []playbook.Trigger {
			on := []playbook.Trigger{playbook.Call(deleting()...).ByPerson(p.Users)}
			if p.Record == Changes {
				on = append(on, playbook.CallerPerson(p.Users))
			}
			return on
		},
		Prevents: []playbook.Prevention{{
			Kind: playbook.ServiceControlPolicy,
			How: "Let no session of Identity Center delete what pipelines own, attached to production's unit. People read AWS's bare denial, which does not say why nor whom " +
				"to ask: tell them before (services that pass a person's call on, as CloudFormation, are left out of it), and keep a break-glass permission set for the day on which the pipeline is broken.",
			Document: `{"Version":"2012-10-17","Statement":[{"Sid":"PeopleDeleteNothing","Effect":"Deny","Action":["elasticbeanstalk:TerminateEnvironment","s3:DeleteBucket",` +
				`"elasticloadbalancing:DeleteLoadBalancer","rds:DeleteDBInstance","rds:DeleteDBCluster","dynamodb:DeleteTable","cloudformation:DeleteStack"],` +
				`"Resource":"*","Condition":{"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::*:role/aws-reserved/sso.amazonaws.com/*"},"BoolIfExists":{"aws:ViaAWSService":"false"}}}]}`,
		}},
		Stories:  byHandStories,
		Defaults: ByHandParams{Environments: []string{"production"}, Record: Changes, Window: 5 * time.Minute},
		Window:   func(p ByHandParams) time.Duration { return p.Window },
		Suspect:  suspectByHand,
		Join:     joinByHand,
		Check:    checkByHand,
	})
}

const whyByHand = `What people change by hand in production came by no pipeline and no review, is not in the code, and comes as a surprise the next time
the code is applied. Every mutating call of a person is kept: which calls, by whom, in which account. Deletions are told: of environments and applications
of Elastic Beanstalk, buckets, load balancers, databases, tables, stacks, groups, functions, clusters, hosted zones, distributions, keys. Nothing is answered, in no
mode: what is deleted is gone, and a person may have had a reason. What one person calls in one account within five minutes is one case; which kinds of
calls they were is kept, not how often, which CloudTrail has. It has at most a hundred deletions and a hundred kinds of other calls, and says
where there were more. A person is known by the issuer of the session (people.issuers), never by a session's name or a user agent; the root user
counts too, IAM users where you say so. What CloudFormation, Auto Scaling or another service calls in a person's name came by a template and does not count, nor does what was
refused. Known false positives: an incident's responders (list their role, with its id, as trusted for this playbook: its calls are not even kept), a pipeline that runs under a
person's session, Terraform on a laptop. With record: changes, EventBridge delivers every change that people make, in all accounts; riposte permissions --cost
says what so many events cost.`

// deleting are the calls of the table of deletions.
func deleting() (all []call.ID) {
	for _, d := range deletions {
		all = append(all, d.call)
	}
	return all
}

// checkByHand asks whether the caller is a person and the account one of production. The present has nothing to say: what is deleted is gone.
func checkByHand(_ context.Context, in playbook.In, s playbook.Suspect[byHand], p ByHandParams) ([]playbook.Suspect[byHand], error) {
	if !in.Organization.ByPerson(in.Origin.Actor, p.Users) || !in.Organization.InEnvironment(s.Facts.Account, p.Environments) {
		return nil, nil
	}
	return []playbook.Suspect[byHand]{s.Facts.told(s)}, nil
}
