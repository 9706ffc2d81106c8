package hardening

import (
	_ "embed"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/inventory"
	"github.com/ripostehq/riposte/playbook"
	"github.com/ripostehq/riposte/playbooks/managed"
)

//go:embed testdata/imds-v1.txtar
var imdsStories string

// ImdsParams are the parameters of hardening.imds-v1.
type ImdsParams struct {
	Days     int      `yaml:"days" help:"days on each of which CloudWatch must show that nobody called without a token, before tokens are required and nobody is asked: 7 to 60"`
	CodeTags []string `yaml:"code_tags" help:"keys of tags by which your code (Terraform, Pulumi) marks what it manages: its case says what to change in the code, and nothing is changed"`
}

// Validate refuses fewer days than a job of once a week shows itself in, and more than CloudWatch keeps.
func (p ImdsParams) Validate() error {
	if p.Days < 7 || p.Days > 60 {
		return playbook.Wrong{Path: []any{"days"}, Text: fmt.Sprintf("%d days: want 7 to 60, a week being the least that shows a weekly job and 63 what CloudWatch keeps", p.Days)}
	}
	return nil
}

// IMDSv1 finds instances whose metadata service answers without a token, and requires tokens where no program calls without one.
func IMDSv1() playbook.Definition {
	return playbook.Define(playbook.Spec[ImdsParams, imds]{
		ID:       "hardening.imds-v1",
		Title:    "A metadata service answers without a token",
		Why:      whyIMDS,
		Severity: playbook.Medium,
		Lists: []playbook.Listing[ImdsParams, imds]{
			playbook.List(inventory.Instances(), listInstance), playbook.List(inventory.LaunchTemplates(), listTemplate),
			playbook.List(inventory.LaunchConfigurations(), listConfiguration), playbook.List(inventory.Settings(), listDefault),
		},
		Reads: []call.ID{
			call.EC2DescribeInstances, call.EC2DescribeLaunchTemplates, call.EC2DescribeLaunchTemplateVersions, call.EC2GetInstanceMetadataDefaults, call.EC2GetEbsEncryptionByDefault,
			call.EC2DescribeImages, call.AutoScalingDescribeLaunchConfigurations, call.AutoScalingDescribeAutoScalingGroups,
		},
		Changes: playbook.Always[ImdsParams](
			action.RequireTokens{}.About().Kind, action.TemplateVersion{}.About().Kind, action.MoveDefaultVersion{}.About().Kind, action.MetadataDefault{}.About().Kind,
		),
		Prevents: []playbook.Prevention{
			{
				Kind: playbook.DeclarativePolicy,
				How: "Let new instances require tokens in all accounts, wherever their launch says nothing (instance metadata defaults). A launch that says optional still gets it, unless " +
					"the same policy enforces tokens, which refuses such launches: first look at what launches so.",
				Document: `{"ec2_attributes":{"instance_metadata_defaults":{"http_tokens":{"@@assign":"required"},"http_put_response_hop_limit":{"@@assign":"2"}}}}`,
			},
			{
				Kind: playbook.ServiceControlPolicy,
				How:  "Deny launches that do not require tokens, in whichever way they come about. Services that launch for you are denied, too: try it in one account.",
				Document: `{"Version":"2012-10-17","Statement":[{"Sid":"OnlyWithTokens","Effect":"Deny","Action":"ec2:RunInstances","Resource":"arn:*:ec2:*:*:instance/*",` +
					`"Condition":{"StringNotEquals":{"ec2:MetadataHttpTokens":"required"}}}]}`,
			},
		},
		Stories:  imdsStories,
		Defaults: ImdsParams{Days: 14},
		Suspect:  func(event.Event, ImdsParams) []playbook.Suspect[imds] { return nil },
		Check:    checkIMDS,
		Plan:     planIMDS,
	})
}

const whyIMDS = `Version 1 of the metadata service gives an instance's credentials to whatever can make the instance fetch a page: one
forged request is enough, as in the largest theft of its kind. Version 2 wants a token first, which such a request can't get. Requiring
tokens cuts off software that speaks version 1 only, so it is done unasked only where CloudWatch's MetadataNoToken shows data for each of the
last days and not one call without a token. Where there were calls, a person is asked, and told how many there were; where there is no data,
the instance is stopped or is younger than those days, it is not known, and a person is asked, too. All metadata options are sent as they are,
so that none is reset: the hop limit, which containers need, is never lowered. An owner who allows version 1 again is not fought. What
CloudFormation, Beanstalk, EKS, EMR, Batch, Karpenter or another service manages, and what your code does (code_tags), is not
changed, since it would be changed back: the case says what to set there. Members of Auto Scaling groups and fleets are left out, being launched anew
as their template says: their launch template gets a version that is like its default and requires tokens, compared field by field with what EC2 made of it, and
becomes the default, unasked only where all running instances that were launched from it are quiet. Groups that follow the newest version launch by it at once;
what runs is replaced by nobody. Where the default is not the newest version, a further one would roll such groups back to the default, so that nothing is changed, and
the case says what to do. A template that leaves it to the account's default, or to its image, is as they say. Of a launch configuration, which nothing can change, the case
says what to put in its place. The region's default for launches that say nothing is set, too, unasked once there are instances in
the region, none answers without a token, and no template or launch configuration leaves it to the default. A disabled metadata service answers nobody, and is none of these. Undo gives the former options
back. Where something on the instance is refused for want of a token after the change, people are paged, and undo is their answer: riposte does not switch version 1 on
again by itself, since one request without a token, which an attacker can send, would be enough to have it do so. Known false positives: agents that try version 1 first and go on with version 2; a person who is asked
may answer yes for them. riposte:keep on the instance leaves it alone.`

// Evidence is what CloudWatch shows of calls without a token.
type evidence string

const (
	quiet   evidence = "quiet" // none, on any of the days
	used    evidence = "used"
	unknown evidence = "unknown"
)

// imds are the facts. They say nothing that differs from day to day, or each day would ask anew.
type imds struct {
	Options  action.MetadataOptions
	Managed  string   `json:",omitempty"` // by what
	Evidence evidence `json:",omitempty"` // "" before it was looked at
	Version  *version `json:",omitempty"` // of a launch template
	Behind   bool     `json:",omitempty"` // the default of a launch template is not its newest version
	Told     string   `json:",omitempty"` // how much it is used, or why that is not known
}

// listInstance wants what answers without a token. Of what ends, and of what is still being launched, nothing is to be changed.
func listInstance(at event.Resource, i types.Instance, p ImdsParams) *playbook.Listed[imds] {
	options, told := action.MetadataOptionsOf(i)
	if !told || i.State == nil || options.Tokens != string(types.HttpTokensStateOptional) || options.Endpoint != string(types.InstanceMetadataEndpointStateEnabled) {
		return nil
	}
	tags := managed.Tags(i.Tags)
	if s := i.State.Name; s != types.InstanceStateNameRunning && s != types.InstanceStateNameStopped || launched(tags) {
		return nil
	}
	f := imds{Options: options, Managed: managed.By(tags, i.Operator, p.CodeTags)}
	return &playbook.Listed[imds]{Suspect: f.of(at)}
}

// of says the facts of what answers, or launches what does.
func (f imds) of(at event.Resource) playbook.Suspect[imds] {
	title, there := "instance "+at.ID+" answers metadata requests without a token", "its metadata options"
	switch at.Type {
	case event.LaunchTemplate:
		title = "launch template " + at.ID + " launches instances that answer metadata requests without a token"
	case event.LaunchConfiguration:
		title = "launch configuration " + managed.Short(at.ID) + " launches instances that answer metadata requests without a token; it can't be changed: put a launch template in its place, " +
			"with HttpTokens required in its metadata options"
	case event.Setting:
		title, there = "launches in "+at.ID+" that say nothing of it answer metadata requests without a token", "the metadata defaults"
	}
	if f.Managed == "" && f.Behind {
		title += "; its default is not its newest version, and one more would bring the default to what follows the newest: set HttpTokens to required in a version of your own"
	}
	if f.Managed != "" {
		title += "; " + f.Managed + " manages it: set HttpTokens to required in " + there + " there"
	}
	return playbook.Suspect[imds]{Resource: at, Title: title, Facts: f}
}

// planIMDS requires tokens, unasked only where it was seen that no program calls without one.
func planIMDS(s playbook.Suspect[imds], _ ImdsParams) (plan action.Plan) {
	if s.Facts.Managed != "" || s.Facts.Behind {
		return plan
	}
	changes := s.Facts.changes(s.Resource)
	for i, do := range changes {
		step := s.Facts.asking(action.Try(do))
		if i == 0 && len(changes) > 1 {
			step = step.Required() // a default moves to no version that is not there
		}
		plan.Steps = append(plan.Steps, step)
	}
	return plan
}

// changes are what requires tokens.
func (f imds) changes(of event.Resource) []action.Action {
	switch of.Type {
	case event.Instance:
		return []action.Action{action.RequireTokens{Instance: of, Keeps: f.Options}}
	case event.Setting:
		return []action.Action{action.MetadataDefault{Region: of, Tokens: string(types.HttpTokensStateRequired)}}
	case event.LaunchTemplate:
		v := version{}
		if f.Version != nil {
			v = *f.Version
		}
		return []action.Action{
			action.TemplateVersion{Template: of, Source: v.Source, Next: v.Next, Keeps: f.Options, Like: v.Like}, action.MoveDefaultVersion{Template: of, Version: v.Next},
		}
	}
	return nil
}

// asking has a person say, unless it was seen that no program calls without a token.
func (f imds) asking(step action.Step) action.Step {
	switch f.Evidence {
	case quiet:
		return step
	case used:
		return step.Asking("the metadata service is called without a token, " + f.Told + ": what calls so would be cut off")
	case unknown:
		return step.Asking("whether the metadata service is called without a token is not known: " + f.Told)
	}
	return step.Asking("whether the metadata service is called without a token was not looked at")
}

// often is how many calls a day there are, by the power of ten: what is said more exactly would be another question each day.
func often(a float64) string {
	switch {
	case a < 1:
		return "less than once a day"
	case a < 10:
		return "some times a day"
	case a < 100:
		return "tens of times a day"
	case a < 1000:
		return "hundreds of times a day"
	}
	return "thousands of times a day"
}

// ran reports whether an instance runs.
func ran(i types.Instance) bool {
	return i.State != nil && i.State.Name == types.InstanceStateNameRunning
}
