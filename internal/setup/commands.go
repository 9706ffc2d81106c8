package setup

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/ripostehq/riposte/internal/cloud"
)

// Names of the files that are written.
const (
	ConfigFile    = "riposte.yaml"
	VariablesFile = "riposte.tfvars"
)

// Step is something to type: lines of a shell, one after the other. What it says has no character that means something to a shell: zsh knows no comments
// where somebody types.
type Step struct {
	Says  string   `json:"says"`
	Lines []string `json:"lines"`
}

// Commands are what is typed from here on, in order, in the folder of the clone; the files lie in a folder. They can be pasted as one: a line that
// fails is the last but for what needs nothing of it.
func Commands(e *Estate, c Choice, folder string) []Step {
	k := commands{e: e, c: c, config: path(folder, ConfigFile), variables: path(folder, VariablesFile)}
	k.step("The binary, and which region is meant: riposte and terraform read the first, older aws the second.", "make build",
		fmt.Sprintf("export AWS_REGION=%s AWS_DEFAULT_REGION=%s", word(c.Region), word(c.Region)))
	if e.Whole() {
		k.organization()
	}
	if c.RunAs == Function {
		k.settings()
	}
	k.apply()
	if c.RunAs == Function {
		k.function()
	} else {
		k.daemon()
	}
	return k.steps
}

type commands struct {
	e                 *Estate
	c                 Choice
	config, variables string // as words of a shell
	steps             []Step
}

func (k *commands) step(says string, lines ...string) { k.steps = append(k.steps, Step{says, lines}) }

// path is a file as a word of a shell that any folder understands.
func path(folder, name string) string {
	if folder == "" || folder == "." {
		return `"$PWD"/` + name
	}
	if filepath.IsAbs(folder) {
		return word(filepath.Join(folder, name))
	}
	return `"$PWD"/` + word(filepath.Join(folder, name))
}

func (k *commands) organization() {
	const stackSets = "member.org.stacksets.cloudformation.amazonaws.com"
	k.step(fmt.Sprintf("With credentials of the management account, %s: the hub may deploy to the other accounts, and list them.", k.e.Organization.Management),
		"aws organizations enable-aws-service-access --service-principal "+stackSets,
		fmt.Sprintf("aws organizations register-delegated-administrator --service-principal %s --account-id %s", stackSets, k.c.Hub))
}

// hub says that the credentials change: what came before was the management account's to do.
func (k *commands) hub() string {
	return fmt.Sprintf("With credentials of the hub, %s, from here on", k.c.Hub)
}

// settings puts the configuration where the function reads it. It is there before the function is.
func (k *commands) settings() {
	says := k.hub() + ": the configuration, where the function reads it. The same again, with --overwrite, changes it."
	if in := location(Config(k.e, k.c), k.c); strings.HasPrefix(in, "ssm:") {
		k.step(says, "aws ssm put-parameter --name "+strings.TrimPrefix(in, "ssm:")+" --type SecureString --tier Intelligent-Tiering --value file://"+k.config)
	} else {
		k.step(strings.Replace(says, "The same again, with --overwrite, changes it.", "The second line again changes it.", 1),
			"aws s3 mb s3://"+bucket(k.c), "aws s3 cp "+k.config+" "+in)
	}
	k.step("The package of the function.", "make lambda")
}

func (k *commands) apply() {
	in, says := "terraform -chdir="+Example(k.e), "Queue, record, rules and roles. Without -auto-approve it asks first, and takes what follows for the answer."
	if k.e.Whole() && k.c.RunAs != Function { // a function's settings have named them, one step before
		says = k.hub() + ": q" + says[1:]
	}
	k.step(says,
		in+" init &&", in+" apply -auto-approve -var-file="+k.variables)
	where := "Where findings are to be filed."
	if k.e.Whole() {
		where = "Where findings are to be filed: the same in each account and region, or by a delegated administrator of Security Hub."
	}
	k.step(where, "aws securityhub enable-security-hub")
}

// role is that of riposte itself.
func (k *commands) role() string {
	return fmt.Sprintf("arn:%s:iam::%s:role/riposte-own", k.e.Caller.Partition, k.c.Hub)
}

func (k *commands) daemon() {
	if k.e.Whole() { // of an organisation nobody at a shell is let in
		k.step("On an instance or in a task that has the role riposte-own, with the binary and the file: what is not there yet, and how to mend it.",
			"bin/riposte doctor --config "+k.config)
		k.step("It observes until riposte.yaml says more. A SIGHUP takes a change.", "bin/riposte serve --config "+k.config)
		return
	}
	k.step("riposte as its own role, which only you may assume: yours has not its rights. It assumes the role again each hour, as long as your credentials are good.",
		"riposte() {",
		"  "+cloud.RoleEnv+"="+k.role()+` bin/riposte "$@"`,
		"}")
	k.step("What is not there yet, and how to mend it.", "riposte doctor --config "+k.config)
	k.step("It observes until riposte.yaml says more. A SIGHUP takes a change.", "riposte serve --config "+k.config)
}

func (k *commands) function() {
	k.step("It observes. What it finds, from the same record:", "bin/riposte cases --config "+k.config)
}

// Text writes steps as a block to paste.
func Text(steps []Step) string {
	p := &page{}
	for i, s := range steps {
		p.note(0, "%d. %s", i+1, s.Says)
		for _, l := range s.Lines {
			p.line("%s", l)
		}
	}
	return p.String()
}
