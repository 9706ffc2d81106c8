package setup

import (
	"slices"
	"strings"
)

// Example is the folder of deploy/terraform that the variables are for.
func Example(e *Estate) string {
	if e.Whole() {
		return "deploy/terraform/examples/organisation"
	}
	return "deploy/terraform/examples/single-account"
}

// Variables writes the variables of the Terraform example.
func Variables(e *Estate, c Choice) string {
	p := &page{}
	p.note(0, "Variables of %s, written by riposte init. Keep it: another external id locks out a riposte that runs.", Example(e))
	p.line("region      = %s", quoted(c.Region))
	p.line("home_region = %s", quoted(e.Home()))
	p.line("run_as      = %s", quoted(c.RunAs))
	p.line("external_id = %s", quoted(c.ExternalID))
	p.note(0, "audit reads, report files findings: enough to observe. contain, tag, destroy and author as you dare; name their roles in riposte.yaml, too.")
	p.line(`tiers = ["audit", "report"]`)
	p.note(0, "Who may press the brake and give orders from a machine of their own, as role riposte-operate:")
	p.note(0, "operators = [%s]", quoted("arn:"+e.Caller.Partition+":iam::"+c.Hub+":role/ROLE"))
	if e.Whole() {
		p.line("organization_id = %s", quoted(e.Organization.ID))
		p.note(0, "The root: every account, and those to come. Units instead, to begin smaller.")
		p.line("unit_ids = %s", list(e.roots(), quoted))
		p.line("regions  = %s", list(slices.DeleteFunc(slices.Clone(c.Regions), func(r string) bool { return r == c.Region || r == e.Home() }), quoted))
	} else if c.RunAs == Daemon {
		p.note(0, "Who may start riposte as its own role: you.")
		p.line("daemon_principals = %s", list([]string{e.Caller.ARN}, quoted))
	}
	if c.RunAs == Function {
		p.note(0, "From make lambda; and where the function reads its configuration, at its start and within a minute of each change.")
		p.line("lambda_zip      = %s", quoted(strings.Repeat("../", strings.Count(Example(e), "/")+1)+"bin/riposte-lambda-arm64.zip"))
		p.line("config_location = %s", quoted(location(Config(e, c), c)))
	}
	return p.String()
}

// roots are the roots that accounts are under.
func (e *Estate) roots() (all []string) {
	for _, a := range e.Accounts {
		if n := len(a.Units); n > 0 && unitID.MatchString(a.Units[n-1].ID) && !slices.Contains(all, a.Units[n-1].ID) {
			all = append(all, a.Units[n-1].ID)
		}
	}
	return all
}

// parameterMost is what a parameter holds, in the advanced tier: https://docs.aws.amazon.com/general/latest/gr/ssm.html
const parameterMost = 8 << 10

// location is where a function reads a configuration of this length: a parameter, which needs nothing else, or an object.
func location(config string, c Choice) string {
	if len(config) <= parameterMost {
		return "ssm:/riposte/config"
	}
	return "s3://" + bucket(c) + "/riposte.yaml"
}

func bucket(c Choice) string { return "riposte-config-" + c.Hub + "-" + c.Region }
