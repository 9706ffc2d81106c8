package identity

import (
	"context"
	_ "embed"
	"fmt"
	"slices"
	"time"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/playbook"
	"github.com/ripostehq/riposte/playbooks/contain"
	"github.com/ripostehq/riposte/playbooks/request"
)

//go:embed testdata/by-hand-user.txtar
var byHandUserStories string

const byHandUserID = "identity.by-hand-user"

// ByHandUserParams are the parameters of identity.by-hand-user.
type ByHandUserParams struct {
	Environments []string      `yaml:"environments" help:"environments (organization.accounts) in which people create no users; none: in all; an account whose environment is not said counts too"`
	Users        bool          `yaml:"users" help:"whether IAM users count as people, beside the sessions of people.issuers and the root user"`
	DenyWithin   time.Duration `yaml:"deny_within" help:"a user created longer ago is denied only after asking: something may rely on it by now"`
	DeleteAfter  time.Duration `yaml:"delete_after" help:"how long after its denial a person is asked whether a user that is still there, and still denied, may be deleted; 0: never"`
}

// InEnvironments are those that it counts in, for what reads the configuration: one that no account is in is misspelt.
func (p ByHandUserParams) InEnvironments() []string { return p.Environments }

// OfPersons says, for what reads the configuration, that it is about people alone, and whether IAM users are people to it.
func (p ByHandUserParams) OfPersons() (users bool) { return p.Users }

// Validate refuses what can't be meant.
func (p ByHandUserParams) Validate() error {
	switch {
	case p.DenyWithin < 0:
		return playbook.Wrong{Path: []any{"deny_within"}, Text: "is negative"}
	case p.DeleteAfter < 0:
		return playbook.Wrong{Path: []any{"delete_after"}, Text: "is negative"}
	case p.DeleteAfter > 0 && p.DeleteAfter < 24*time.Hour:
		return playbook.Wrong{Path: []any{"delete_after"}, Text: "want a day at least, so that the owner learns of it before"}
	}
	return nil
}

// ByHandUser finds the IAM user that a person created.
func ByHandUser() playbook.Definition {
	return playbook.Define(playbook.Spec[ByHandUserParams, byHandUser]{
		ID:       byHandUserID,
		Title:    "A person created an IAM user by hand in production",
		Why:      whyByHandUser,
		Severity: playbook.Medium,
		On:       []playbook.Trigger{playbook.Call(call.IAMCreateUser)},
		Reads:    contain.Reads(),
		Changes: func(p ByHandUserParams) []action.Kind {
			kinds := []action.Kind{action.AttachUserDeny{}.About().Kind, action.DenyUser{}.About().Kind, action.BoundUser{}.About().Kind}
			if p.DeleteAfter > 0 {
				kinds = append(kinds, action.Announce{}.About().Kind, action.DeleteUser{}.About().Kind)
			}
			return kinds
		},
		Prevents: []playbook.Prevention{{
			Kind: playbook.ServiceControlPolicy,
			How:  "Let no person create users and long-lived keys, attached to production's unit: people sign in through Identity Center, machines have roles. Services that pass a person's call on, as CloudFormation, are left out of it.",
			Document: `{"Version":"2012-10-17","Statement":[{"Sid":"PeopleCreateNoUsers","Effect":"Deny","Action":["iam:CreateUser","iam:CreateAccessKey","iam:CreateLoginProfile"],` +
				`"Resource":"*","Condition":{"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::*:role/aws-reserved/sso.amazonaws.com/*"},"BoolIfExists":{"aws:ViaAWSService":"false"}}}]}`,
		}},
		Stories:  byHandUserStories,
		Defaults: ByHandUserParams{Environments: []string{"production"}, DenyWithin: time.Hour, DeleteAfter: 48 * time.Hour},
		Suspect:  suspectByHandUser,
		Check:    checkByHandUser,
		Plan:     planByHandUser,
	})
}

const whyByHandUser = `An IAM user's keys never expire, belong to no pipeline, and are where most stolen credentials come from; one that was made by
hand is also how an intruder in a person's session stays. The new user is denied everything, which covers its keys, its password, and what it is given later.
Nothing relies on it yet; a user whose record came late asks. Its creator is not contained. Tags on the user say what comes; two days later, if the deny
still stands, a person is asked whether the user may go, and is told what it has by then. Undo lifts the deny and takes the tags off; a deletion has none: a user
that is made again has another id, and neither its keys nor its password. The case keeps the names of its groups and its policies, for the person who makes
another. A user that somebody let work again, whose tag was taken off, or that has an MFA device, certificates, SSH keys or credentials of single
services is not deleted. A person is known by the issuer of the session (people.issuers), never by its
name; the root user counts too. Known false positives: a vendor's installation guide that wants a user, break-glass users being prepared: list the role
that prepares them as trusted for this playbook. A user that is listed as a decoy is left alone. What CloudFormation creates in a person's name came by a template and does not count.`

// byHandUser are the facts of one user.
type byHandUser struct {
	User   contain.Actor // who was created
	Caller string        // ARN
	At     time.Time
	Late   bool `json:",omitempty"` // longer ago than deny_within
}

// Found is the user by its id: one made anew under the name is another.
func (f byHandUser) Found() []string { return []string{"user " + f.User.UserID} }

// Spared is a user that was made to be a decoy: it has no right to take, and nobody works with it.
func (f byHandUser) Spared(_ context.Context, _ event.Resource, o playbook.Organization) (said, why string, err error) {
	if !slices.Contains(o.Decoys, f.User.UserID) {
		return "", "", nil
	}
	return "playbooks.identity.decoy-used", "user " + f.User.UserID + " is a decoy", nil
}

func (f byHandUser) title() string {
	title := fmt.Sprintf("%s created user %s by hand", f.Caller, f.User.Holder.ID)
	if now := f.User.Renamed(); now != "" {
		title += "; " + now
	}
	return title
}

// suspectByHandUser reads the user from the answer: it alone has the id.
func suspectByHandUser(e event.Event, p ByHandUserParams) []playbook.Suspect[byHandUser] {
	user := request.Answer(e).At("user")
	made := event.Actor{
		Kind: event.UserActor, Partition: e.Place().Partition, Account: e.Place().Account, ARN: user.At("arn").Scalar(),
		UserName: user.At("userName").Scalar(), PrincipalID: user.At("userId").Scalar(),
	}
	f := byHandUser{User: contain.ActorOf(made, e.Time), Caller: e.Actor.ARN, At: e.Time.UTC()}
	byMachine := e.Actor.InvokedBy != "" || e.Actor.Instance != "" || e.Actor.Kind == event.UserActor && !p.Users
	if byMachine || f.User.UserID == "" || f.User.Holder.ID == "" || f.User.Holder.Account == "" {
		return nil
	}
	return []playbook.Suspect[byHandUser]{{Resource: f.User.Root(), Title: f.title(), Facts: f}}
}

// checkByHandUser asks whether the caller is a person and the account one of production, and finds the user, whatever it is called by now.
func checkByHandUser(ctx context.Context, in playbook.In, s playbook.Suspect[byHandUser], p ByHandUserParams) ([]playbook.Suspect[byHandUser], error) {
	f := &s.Facts
	if !in.Organization.ByPerson(in.Origin.Actor, p.Users) || !in.Organization.InEnvironment(f.User.Place.Account, p.Environments) {
		return nil, nil
	}
	if said, _, err := f.Spared(ctx, s.Resource, in.Organization); said != "" || err != nil {
		return nil, err
	}
	found, err := action.FindUser(ctx, in.AWS, f.User.Holder, f.User.UserID, "")
	if err != nil {
		return nil, fmt.Errorf("find user %q: %w", f.User.Holder.ID, err)
	}
	if found.Gone != "" {
		return nil, nil
	}
	f.User.Holder, f.Late = found.User, in.Now.Sub(f.At) > p.DenyWithin
	s.Title = f.title()
	return []playbook.Suspect[byHandUser]{s}, nil
}

// planByHandUser denies the user, says on it what comes, and ends it when a person agrees.
func planByHandUser(s playbook.Suspect[byHandUser], p ByHandUserParams) action.Plan {
	f := s.Facts
	steps := f.User.Steps(action.Everything, s.Case)
	if p.DeleteAfter > 0 {
		steps = append(steps, action.Try(action.Announce{
			Resource: f.User.Holder, Identity: f.User.UserID, Tags: []action.Tag{
				{Key: action.CaseTag, Value: s.Case}, {Key: action.PlaybookTag, Value: byHandUserID}, {Key: action.DeletesTag, Value: f.At.Add(p.DeleteAfter).Format(time.DateOnly)},
			},
		}))
	}
	for i := range steps {
		if f.Late {
			steps[i] = steps[i].Asking("the user was created longer ago than deny_within, and something may rely on it")
		}
	}
	if p.DeleteAfter > 0 {
		end := action.Try(action.DeleteUser{User: f.User.Holder, UserID: f.User.UserID, Case: s.Case}).
			Asking("a deleted user has no way back: look first whether anything waits for its keys")
		end.After = p.DeleteAfter
		steps = append(steps, end)
	}
	return action.Plan{Steps: steps}
}
