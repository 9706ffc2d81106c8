package slack

import (
	"context"
	"slices"
	"strings"
	"time"

	api "github.com/slack-go/slack"
)

// fresh is how long what Slack says of a person is believed: who was removed a while ago orders nothing.
const fresh = 5 * time.Minute

// mostPeople is how many persons are remembered: clicks of a whole company must not fill the memory.
const mostPeople = 1000

// person is a member as Slack describes them.
type person struct {
	id, team  string
	address   string // lower case
	confirmed bool
	lacks     string // why they count for nobody, whatever their address; ""
	at        time.Time
	refused   time.Time // when they were last told of a refusal
}

func describe(u *api.User) *person {
	p := &person{id: u.ID, team: u.TeamID, address: strings.ToLower(strings.TrimSpace(u.Profile.Email)), confirmed: u.IsEmailConfirmed}
	switch {
	case u.Deleted:
		p.lacks = "the account is deactivated"
	case u.IsBot, u.IsAppUser, u.IsWorkflowBot, u.IsConnectorBot, u.ID == "USLACKBOT":
		p.lacks = "it is a program"
	case u.IsStranger:
		p.lacks = "it belongs to another company"
	case u.IsRestricted, u.IsUltraRestricted:
		p.lacks = "it is a guest"
	case u.IsInvitedUser:
		p.lacks = "the invitation was not accepted yet"
	}
	return p
}

// unfit returns why nothing that a person clicks counts, "" where it does.
func (p *person) unfit(team string, domains []string) string {
	switch {
	case p.team == "" || p.team != team:
		return "the account is of another workspace"
	case p.lacks != "":
		return p.lacks
	case !p.confirmed:
		return "the address is not confirmed"
	case !within(p.address, domains):
		return "the address is in no domain of people.domains"
	}
	return ""
}

// within reports whether a text is an address, and of one of the domains, exactly: of a subdomain somebody else may decide. No domains are
// any, as in the configuration.
func within(address string, domains []string) bool {
	name, domain, ok := strings.Cut(strings.ToLower(address), "@")
	return ok && name != "" && domain != "" && !strings.ContainsAny(address, " \t\r\n<>,;\"") && !strings.Contains(domain, "@") &&
		(len(domains) == 0 || slices.ContainsFunc(domains, func(d string) bool { return strings.ToLower(d) == domain }))
}

// who asks Slack who somebody is, at most once in five minutes.
func (c *Channel) who(ctx context.Context, id string) (*person, error) {
	c.mu.Lock()
	known := c.people[id]
	c.mu.Unlock()
	if now := c.Now(); known != nil && !now.Before(known.at) && now.Sub(known.at) < fresh {
		return known, nil
	}
	u, err := c.api.GetUserInfoContext(ctx, id)
	if err != nil {
		return nil, c.failure(err)
	}
	p := describe(u)
	if p.at = c.Now(); p.id != id {
		p.lacks = "Slack describes somebody else"
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if known != nil {
		p.refused = known.refused
	}
	if len(c.people) >= mostPeople {
		clear(c.people)
	}
	c.people[id] = p
	return p, nil
}
