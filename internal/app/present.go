package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/cloud"
	"github.com/ripostehq/riposte/internal/config"
	"github.com/ripostehq/riposte/playbook"
)

// Present is the state of the accounts now, as the audit role reads it, for judging suspects of the past. What was read once is not read
// again. It is safe for concurrent use.
type Present struct {
	reads access.Reads
	org   *Organization
	facts playbook.Organization
	looks playbook.Lookups
	now   func() time.Time
}

// onePresent is how long the look at one suspect may take.
const onePresent = time.Minute

// NewPresent asks AWS Organizations where the configuration says so. With an error it is Present all the same, and knows of the accounts
// that the configuration lists.
func NewPresent(ctx context.Context, c *config.Config, base func(event.Place) aws.Config, now func() time.Time) (*Present, error) {
	var catalogue []playbook.Definition
	for _, b := range c.Playbooks {
		catalogue = append(catalogue, b.Definition)
	}
	reading := cloud.New(cloud.Options{
		Base: newAnswers().remembering(base), Roles: cloud.RolesOf(c.Organization.Roles), ExternalID: c.Organization.Roles.ExternalID,
		Guard: cloud.GuardFor(catalogue, nil), Now: now,
	})
	home := func() event.Place { return cloud.Home(base) }
	p := &Present{reads: reading.Reads(), org: organization(c, home, reading, now, slog.New(slog.DiscardHandler)), facts: c.Facts(), now: now}
	p.facts.Accounts = p.org.Member
	if !c.Organization.Discover {
		return p, nil
	}
	return p, p.org.Look(ctx)
}

// Check asks a playbook what of a suspect the present confirms: nothing means dismissed. A history of records there is not.
func (p *Present) Check(ctx context.Context, book playbook.Playbook, s playbook.StoredSuspect) (found []playbook.Proposal, err error) {
	defer func() { // what a record holds may be hostile
		if v := recover(); v != nil {
			err = panicked(v)
		}
	}()
	ctx, cancel := context.WithTimeout(ctx, onePresent)
	defer cancel()
	return book.Check(ctx, playbook.In{
		AWS: p.reads, Now: p.now(), Origin: s.Origin, Organization: p.facts,
		History: playbook.History{Recall: playbook.Nothing, Calls: p.looks.Calls(p.reads, p.now())},
	}, "", s)
}

// Standing is what modes refer to of an account.
func (p *Present) Standing(account string) config.Standing { return p.org.standing(account) }

// Names are the names of the accounts that are known, by id.
func (p *Present) Names() map[string]string {
	names := map[string]string{}
	for _, m := range p.org.Members() {
		names[m.ID] = m.Name
	}
	return names
}

// ImageOwner is whose an image is: AWS's alias where it has one, else an account; "" where EC2 shows no such image any more.
func (p *Present) ImageOwner(ctx context.Context, at event.Place, image string) (string, error) {
	out, err := p.reads.EC2(at).DescribeImages(ctx, &ec2.DescribeImagesInput{
		ImageIds: []string{image}, IncludeDeprecated: aws.Bool(true), IncludeDisabled: aws.Bool(true),
	})
	switch {
	case access.Answered(err, "InvalidAMIID.NotFound", "InvalidAMIID.Unavailable", "InvalidAMIID.Malformed"):
		return "", nil
	case err != nil:
		return "", fmt.Errorf("read image %q: %w", image, err)
	case len(out.Images) != 1:
		return "", nil
	}
	if alias := aws.ToString(out.Images[0].ImageOwnerAlias); alias != "" && alias != "self" {
		return alias, nil
	}
	if owner := aws.ToString(out.Images[0].OwnerId); owner != "" {
		return owner, nil
	}
	return "", errors.New("EC2 names no owner")
}
