package launch

import (
	_ "embed"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/playbook"
)

//go:embed testdata/unapproved-template.txtar
var templateStories string

// UnapprovedTemplate finds what would launch an unapproved image, before it does: the deputy is stopped before it is
// confused. Its parameters are the image policy alone.
func UnapprovedTemplate() playbook.Definition {
	return playbook.Define(playbook.Spec[ImagePolicy, prepared]{
		ID:       "launch.unapproved-template",
		Title:    "A launch template, configuration or group would launch an unapproved image",
		Why:      whyTemplate,
		Severity: playbook.High,
		On: []playbook.Trigger{playbook.Call(
			call.EC2CreateLaunchTemplate, call.EC2CreateLaunchTemplateVersion, call.EC2ModifyLaunchTemplate,
			call.AutoScalingCreateLaunchConfiguration, call.AutoScalingCreateAutoScalingGroup, call.AutoScalingUpdateAutoScalingGroup,
			call.AutoScalingStartInstanceRefresh, call.SSMPutParameter, call.SSMLabelParameterVersion,
		).AlsoByAWS()},
		Reads: []call.ID{
			call.AutoScalingDescribeAutoScalingGroups, call.AutoScalingDescribeInstanceRefreshes, call.AutoScalingDescribeLaunchConfigurations, call.EC2DescribeImages,
			call.EC2DescribeLaunchTemplates, call.EC2DescribeLaunchTemplateVersions, call.SSMGetParameter,
		},
		Changes: playbook.Always[ImagePolicy](action.DefaultVersion{}.About().Kind, action.Suspend{}.About().Kind),
		Prevents: append(preventImages(), playbook.Prevention{
			Kind: playbook.ServiceControlPolicy,
			How: "Let only the deployment pipeline and riposte change versions of launch templates, and groups: fill in the pipeline's role, exactly, since a pattern would spare a " +
				"caller that makes a role which fits it, and those of services that change groups for you (Elastic Beanstalk, CodeDeploy). What makes new templates or groups is not covered.",
			Document: `{"Version":"2012-10-17","Statement":[{"Sid":"TemplatesByPipeline","Effect":"Deny",` +
				`"Action":["ec2:CreateLaunchTemplateVersion","ec2:ModifyLaunchTemplate","autoscaling:UpdateAutoScalingGroup"],"Resource":"*",` +
				`"Condition":{"ArnNotLike":{"aws:PrincipalArn":["arn:aws:iam::111122223333:role/ci/deploy","arn:aws:iam::111122223333:role/riposte-contain","arn:aws:iam::111122223333:role/riposte-author"]}}}]}`,
		}),
		Stories:  templateStories,
		Defaults: ImagePolicy{Deny: []Trait{Public}},
		Observes: observeDefault,
		Suspect:  suspectTemplate,
		Check:    (&references{known: map[event.Place]seenAt{}}).check,
		Plan:     planTemplate,
	})
}

const whyTemplate = `Between the change of a template and the next launch there is time: a group replaces an instance after a
minute or two, or at night. The default version goes back to what was the default before, by the records that riposte has
seen, or to its first version, where all others are the caller's; never to one that the caller made or made the default, since
an approved image may come with another author's user data. Where nothing shows what was the default before, a person is asked
about the highest lower version that the image policy allows, and the groups that follow the default get their Launch
suspended meanwhile. So does a group that follows $Latest or names the version itself, and every group where no lower version
is left. A version that neither the default nor a group would launch is left alone: it does nothing until one of them
moves, and that is seen. Use the same image policy as in launch.unapproved-image, which answers where this one was late.
Known false positives: templates of EKS, ECS, Beanstalk, EMR and Karpenter name Amazon's public images; put amazon into allow_owners where they are used.`

// planTemplate moves the default back, and suspends the groups that this does not help. Before the check, what would be
// done is told as far as the event shows it.
func planTemplate(s playbook.Suspect[prepared], _ ImagePolicy) action.Plan {
	place, f := s.Resource.Place(), s.Facts
	processes := []string{"Launch"}
	if f.Refresh {
		processes = append(processes, "InstanceRefresh")
	}
	stop := func(group string) action.Suspend {
		return action.Suspend{Group: place.In(event.Group, group), Processes: processes}
	}
	var plan action.Plan
	move := s.Resource.Type == event.LaunchTemplate && (f.Back > 0 || !f.Checked)
	back := action.DefaultVersion{Template: s.Resource, Version: f.Back}
	if move && !f.Guess {
		// One step for each group that follows the default, so that where it can't be moved each of them is stopped: once it is
		// moved, the other steps find it so.
		for _, group := range f.Follow {
			plan.Steps = append(plan.Steps, action.Try(back).Else(stop(group)))
		}
		if len(f.Follow) == 0 {
			plan.Steps = []action.Step{action.Try(back)}
		}
	}
	for _, group := range f.Groups {
		plan.Steps = append(plan.Steps, action.Try(stop(group)))
	}
	if move && f.Guess {
		plan.Steps = append(plan.Steps, action.Try(back).Asking("nothing shows which version was the default before: this one may have been planted"))
	}
	if why := f.doubt(); why != "" {
		for i := range plan.Steps {
			plan.Steps[i] = plan.Steps[i].Asking(why)
		}
	}
	return plan
}
