package cli

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ripostehq/riposte/internal/cloud"
	"github.com/ripostehq/riposte/internal/config"
	"github.com/ripostehq/riposte/internal/region"
	"github.com/ripostehq/riposte/internal/setup"
)

type initVerb struct {
	Org        bool     `help:"The organisation that the credentials are of, or nothing."`
	Account    bool     `help:"The account of the credentials alone, whatever organisation it is in."`
	Hub        string   `placeholder:"ACCOUNT" help:"The account that riposte is to live in, of an organisation: any but the management account. Default: that of the credentials."`
	Region     string   `placeholder:"REGION" help:"The region that riposte is to live in. Default: that of the credentials."`
	Regions    []string `placeholder:"REGION" help:"Regions that are looked at and defended. Repeatable. Default: those that any account has enabled. Of one account it is the one that riposte lives in, and no other."`
	RunAs      string   `placeholder:"FORM" help:"daemon or lambda. Default: what fits what was found."`
	Role       string   `default:"OrganizationAccountAccessRole" placeholder:"NAME" help:"The role, with its path, by which the caller enters other accounts; under Control Tower AWSControlTowerExecution. Default OrganizationAccountAccessRole."`
	AllowOwner []string `placeholder:"OWNER" help:"An account or alias whose images may be launched. Repeatable. The organisation's own may be anyway."`
	Trust      []string `placeholder:"ARN" help:"A role or user that launches instances, and may. Repeatable."`
	Days       int      `default:"90" placeholder:"90" help:"How far back launches are looked at. Default 90, which is all that CloudTrail keeps."`
	Out        string   `default:"." placeholder:"FOLDER" help:"Where the files are written. Default: here."`
}

// Run looks, asks where somebody sits at a terminal, writes, and says what to type.
func (v initVerb) Run(ctx context.Context, sh *shell) error {
	if err := v.check(); err != nil {
		return err
	}
	if err := setup.Free(v.Out, setup.ConfigFile, setup.VariablesFile); err != nil {
		return err
	}
	base, err := cloud.Load(ctx)
	if err != nil {
		return err
	}
	reads, err := setup.Open(ctx, base, v.Role)
	if err != nil {
		return err
	}
	found, err := v.look(ctx, sh, reads, reads.Caller())
	if err != nil {
		return err
	}
	return v.settle(sh, found)
}

// look looks at what there is.
func (v initVerb) look(ctx context.Context, sh *shell, reads setup.Reads, caller setup.Caller) (*setup.Estate, error) {
	b := &counter{sh: sh, started: sh.now()}
	found, err := setup.Look(ctx, reads, caller, setup.Options{
		Alone: v.Account, Regions: v.Regions, Past: time.Duration(v.Days) * 24 * time.Hour, Now: sh.now, Progress: b.progress,
	})
	b.clear()
	if err != nil {
		return nil, stopped{fmt.Errorf("stopped: nothing was written")}
	}
	if v.Org && !found.Whole() {
		for _, m := range found.Missing {
			sh.remark("could not be read: %s", m.Says())
		}
		return nil, errors.New("--org: the organisation's accounts can't be listed with these credentials; without --org the one account is set up")
	}
	return found, nil
}

// settle proposes, asks what only a person can say, and writes.
func (v initVerb) settle(sh *shell, found *setup.Estate) error {
	c := setup.Propose(found)
	c.At, c.Version, c.ExternalID = sh.now(), version(), rand.Text()
	if err := v.choose(found, &c); err != nil {
		return err
	}
	if !sh.json() {
		sh.estate(found)
	}
	if sh.asks && !sh.json() {
		v.ask(&asker{sh: sh}, found, &c)
	}
	if found.Whole() && c.Hub == "" {
		return wrongUsage("name the account that riposte is to live in, --hub ACCOUNT: one of its own, and not the management account, which no service control policy binds")
	}
	text := setup.Config(found, c)
	if _, err := config.Parse(setup.ConfigFile, []byte(text), sh.catalogue); err != nil {
		return fmt.Errorf("what would be written is no valid configuration, so nothing was written: %w", err)
	}
	files := []setup.File{{Name: setup.ConfigFile, Text: text}, {Name: setup.VariablesFile, Text: setup.Variables(found, c)}}
	if err := setup.Write(v.Out, files...); err != nil {
		return err
	}
	return v.tell(sh, found, c, files)
}

func (v initVerb) check() error {
	switch {
	case v.Org && v.Account:
		return wrongUsage("--org or --account, not both")
	case v.RunAs != "" && v.RunAs != setup.Daemon && v.RunAs != setup.Function:
		return wrongUsage("--run-as is daemon or lambda")
	case v.Days < 1 || v.Days > 90:
		return wrongUsage("--days is from 1 to 90: CloudTrail keeps no more")
	}
	for _, r := range append(slices.Clone(v.Regions), v.Region) {
		if _, known := region.Of(r); r != "" && !known && !region.Possible(r) {
			return wrongUsage("%q is not a region%s", r, region.Hint(r))
		}
	}
	return nil
}

// choose takes what the command line says in place of what is proposed.
func (v initVerb) choose(found *setup.Estate, c *setup.Choice) error {
	if v.Region != "" {
		c.Region = v.Region
		if !found.Whole() {
			c.Regions = []string{v.Region}
		}
	}
	if len(v.Regions) > 0 {
		c.Regions = slices.Compact(slices.Sorted(slices.Values(v.Regions)))
	}
	if !found.Whole() && !slices.Equal(c.Regions, []string{c.Region}) {
		return wrongUsage("--regions %s: of one account the events of the region that riposte lives in are heard, %s, and no others: leave it out, or name another with --region",
			strings.Join(c.Regions, ","), c.Region)
	}
	if v.RunAs != "" {
		c.RunAs, c.Why = v.RunAs, ""
	}
	if err := hub(v.Hub, found, c); err != nil {
		return err
	}
	for _, o := range v.AllowOwner {
		if !slices.Contains(c.Owners, o) {
			c.Owners = append(c.Owners, o)
		}
	}
	for _, arn := range v.Trust {
		if !slices.ContainsFunc(found.Trustable(), func(l setup.Launcher) bool { return l.ARN == arn }) {
			return wrongUsage("--trust %s: no role or user of these accounts with that ARN was seen to launch anything; write it into trusted yourself, with its id", arn)
		}
	}
	c.Trusted = slices.Clone(v.Trust)
	return nil
}

// hub takes an account for the hub.
func hub(id string, found *setup.Estate, c *setup.Choice) error {
	switch {
	case id == "":
		return nil
	case !found.Whole() && id != c.Hub:
		return wrongUsage("--hub %s: without an organisation riposte lives in the account of the credentials, %s", id, c.Hub)
	case found.Whole() && id == found.Organization.Management:
		return wrongUsage("--hub %s is the management account, which no service control policy binds: name another", id)
	case found.Whole() && !slices.ContainsFunc(found.Accounts, func(a setup.Account) bool { return a.ID == id }):
		return wrongUsage("--hub %s is no active account of the organisation", id)
	}
	c.Hub = id
	return nil
}

// started is what --format json prints.
type started struct {
	Account      string            `json:"account"`
	Organization string            `json:"organization,omitempty"`
	Hub          string            `json:"hub"`
	RunAs        string            `json:"run_as"`
	Regions      []string          `json:"regions"`
	Accounts     int               `json:"accounts"`
	Instances    int               `json:"instances"`
	Trails       []string          `json:"trails"`
	Missing      []string          `json:"missing"`
	Files        []string          `json:"files"`
	Commands     []setup.Step      `json:"commands"`
	Undecided    map[string]string `json:"undecided"` // owners and launchers that only a person can vouch for, with the evidence
}

// tell says what was written, and what to type.
func (v initVerb) tell(sh *shell, e *setup.Estate, c setup.Choice, files []setup.File) error {
	steps := setup.Commands(e, c, v.Out)
	if sh.json() {
		out := started{Account: e.Caller.Account, Hub: c.Hub, RunAs: c.RunAs, Regions: c.Regions, Accounts: len(e.Accounts), Commands: steps,
			Trails: []string{}, Missing: []string{}, Undecided: map[string]string{}}
		if e.Organization != nil {
			out.Organization = e.Organization.ID
		}
		for _, a := range e.Accounts {
			out.Instances += a.Running
		}
		for _, t := range e.Trails {
			out.Trails = append(out.Trails, t.Says())
		}
		for _, m := range e.Missing {
			out.Missing = append(out.Missing, m.Says())
		}
		for _, f := range files {
			out.Files = append(out.Files, f.Name)
		}
		for _, o := range e.Doubtful() {
			if !slices.Contains(c.Owners, o.Account) {
				out.Undecided[o.Account] = o.Evidence()
			}
		}
		for _, l := range e.Trustable() {
			if !slices.Contains(c.Trusted, l.ARN) {
				out.Undecided[l.ARN] = e.Evidence(l)
			}
		}
		sh.object(out)
		return nil
	}
	why := ""
	if c.Why != "" {
		why = " (" + c.Why + ")"
	}
	sh.remark("runs as    %s%s", c.RunAs, why)
	sh.remark("written    %s, which observes, and %s: only you may read them, since they hold the external id", files[0].Name, files[1].Name)
	if e.Whole() {
		sh.remark("Now type this in the folder of the clone, each step with the credentials that it names.\n")
	} else {
		sh.remark("Now type this in the folder of the clone; it can be pasted.\n")
	}
	sh.text(strings.TrimRight(setup.Text(steps), "\n") + "\n")
	return nil
}
