package cli

import (
	"context"
	"fmt"
	"slices"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/internal/config"
	"github.com/ripostehq/riposte/internal/deployment"
	"github.com/ripostehq/riposte/internal/origin"
	"github.com/ripostehq/riposte/internal/permissions"
	"github.com/ripostehq/riposte/playbook"
)

type permissionsVerb struct {
	configFlag
	IDs          []string `arg:"" optional:"" name:"id" help:"Playbooks to grant for. Default: all that the configuration lets act or ask, and all reads."`
	Tier         string   `enum:",audit,tag,report,contain,author,destroy,own,operate" default:"" placeholder:"TIER" help:"Print this tier's document alone: audit, tag, report, contain, author, destroy, own, operate."`
	Principal    string   `placeholder:"ARN" help:"The role that riposte runs as, which the tiers' roles let in."`
	Organization string   `placeholder:"ID" help:"The organisation that this role must be in, o-...: one more condition of the trust policies."`
	Deployer     []string `placeholder:"ARN" help:"ARN of a role that deploys riposte, * allowed: the guardrail lets it. Repeatable."`
	Patterns     bool     `xor:"what" help:"Print the EventBridge rules instead: exactly the calls that riposte looks at."`
	Cost         *float64 `xor:"what" placeholder:"EVENTS" help:"Estimate the monthly bill instead, from so many delivered events a day."`
}

// Run prints the policies, or what else is asked for.
func (v permissionsVerb) Run(ctx context.Context, sh *shell) error {
	if err := v.check(sh.format); err != nil {
		return err
	}
	wanted, c, err := v.wanted(ctx, sh)
	if err != nil {
		return err
	}
	switch {
	case v.Cost != nil:
		sh.bill(*v.Cost, wanted, c)
		return nil
	case v.Patterns:
		return sh.rules(wanted)
	case sh.format == terraformFormat:
		return sh.deployable(deployment.Terraform(wanted, sh.kinds))
	case sh.format == cloudFormationFormat:
		return sh.deployable(deployment.CloudFormation(wanted, sh.kinds))
	}
	grants, err := v.granted(c, sh.kinds).all(wanted)
	if err != nil {
		return err
	}
	if v.Tier != "" {
		i := slices.IndexFunc(grants, func(g grant) bool { return g.Tier == v.Tier })
		switch {
		case i < 0:
			return fmt.Errorf("nothing that is enabled needs the tier %s", v.Tier)
		case sh.json():
			sh.object(grants[i])
		default:
			sh.document(grants[i].Document)
		}
		return nil
	}
	if v.Principal == "" {
		sh.remark("the trust policies name HUB_ACCOUNT: --principal ARN says which role riposte runs as")
	}
	for i, g := range grants {
		sh.grant(g, i == 0)
	}
	return nil
}

// wanted are the playbooks that rights are printed for, and the configuration, nil where it does not count: a playbook that
// only observes changes nothing.
func (v permissionsVerb) wanted(ctx context.Context, sh *shell) (of []playbook.Definition, c *config.Config, err error) {
	for _, id := range v.IDs {
		d, err := sh.find(id)
		if err != nil {
			return nil, nil, err
		}
		of = append(of, d)
	}
	if len(of) > 0 {
		return of, nil, nil
	}
	c, err = v.load(ctx, sh)
	if err != nil {
		return nil, nil, err
	}
	if c.File == "" {
		return sh.catalogue, nil, nil
	}
	for _, p := range c.Playbooks {
		d := p.Definition // as it is bound: with the changes that its parameters leave
		if c.Boldest(d.ID) == config.Observe {
			d.Reads = slices.Clone(d.Reads) // it still looks at what it would do
			for _, k := range d.Changes {
				d.Reads = append(d.Reads, k.Reads...)
			}
			d.Changes = nil
			if !d.Tells {
				sh.remark("%s only observes: it needs no more than audit", d.ID)
			}
		}
		of = append(of, d)
	}
	return of, c, nil
}

// granted is the deployment that the configuration describes; without one, a customary one that uses everything.
func (v permissionsVerb) granted(c *config.Config, kinds []action.Kind) granting {
	g := granting{
		kinds:     kinds,
		deployers: v.Deployer, hub: permissions.AnyHub(), roles: permissions.Roles{Principal: v.Principal},
		trustee: permissions.Trustee{Principal: "arn:aws:iam::HUB_ACCOUNT:role/riposte-own", ExternalID: "EXTERNAL_ID", Organization: v.Organization},
	}
	if v.Principal != "" {
		g.trustee.Principal = v.Principal
	}
	if c == nil {
		return g
	}
	r := c.Organization.Roles
	if r.ExternalID != "" {
		g.trustee.ExternalID = r.ExternalID
	}
	g.roles.ByTier = map[string]string{
		permissions.Audit: r.Audit, "tag": r.Tag, permissions.Report: r.Report, "contain": r.Contain, "mend": r.Mend, "author": r.Author, "destroy": r.Destroy,
	}
	g.roles.TagPrefix = c.Tags.Prefix
	g.roles.Unreported, g.hub = !c.Report.SecurityHub, hubOf(c)
	return g
}

// aboutMoney reports whether a playbook that is on says what its findings cost.
func aboutMoney(c *config.Config) bool {
	return slices.ContainsFunc(c.Playbooks, func(p playbook.Playbook) bool { return p.Saves != nil })
}

// hubOf is what the configuration uses of riposte's own account.
func hubOf(c *config.Config) permissions.Hub {
	h := permissions.Hub{Bus: c.Report.EventBus.String(), Discover: c.Organization.Discover, Prices: aboutMoney(c)}
	h.Setting, _ = origin.Parameter(c.File)
	if bucket, key, ok := origin.Object(c.File); ok {
		h.Object = bucket + "/" + key
	}
	for _, s := range c.Sources {
		if s.SQS != nil {
			h.Queues = append(h.Queues, s.SQS.QueueURL)
		}
		if s.S3 != nil {
			h.Buckets = append(h.Buckets, s.S3.Bucket)
		}
		if s.S3 != nil && s.S3.QueueURL != "" {
			h.Queues = append(h.Queues, s.S3.QueueURL)
		}
	}
	for _, s := range c.Code.States {
		if bucket, _ := s.Bucket(); bucket != "" && !slices.Contains(h.States, s.S3) {
			h.States = append(h.States, s.S3)
		}
	}
	h.Queues = append(h.Queues, c.Lambda.Queues...)
	if c.Lambda.WakeQueue != "" {
		h.Wake = append(h.Wake, c.Lambda.WakeQueue)
	}
	if c.Lambda.AnswerQueue != "" {
		h.Answers = append(h.Answers, c.Lambda.AnswerQueue)
	}
	if c.Ledger.Driver == config.DynamoDB {
		h.Table = c.Ledger.Name
	}
	if r := c.Report; r.Mail.SES.Region != "" {
		h.Mail = permissions.Sender{Address: r.Mail.From, Region: r.Mail.SES.Region}
	}
	for _, s := range slices.Concat(c.Report.Secrets(), c.Code.Secrets()) {
		if name := s.Parameter(); name != "" && !slices.Contains(h.Secrets, name) {
			h.Secrets = append(h.Secrets, name)
		}
	}
	if !h.Discover {
		for _, a := range c.Organization.Accounts {
			h.Accounts = append(h.Accounts, a.ID)
		}
	}
	return h
}
