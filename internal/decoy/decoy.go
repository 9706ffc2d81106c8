// Package decoy plants IAM users without any right, whose keys are laid out for thieves, shows what became of them, and takes them
// away. It is a person's tool: no playbook and no action makes or deletes a principal.
package decoy

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsiam "github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/iam"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/playbook"
)

// ID is what the record of planting and removing is filed under. It is no playbook of the catalogue: it answers nothing.
const ID = "riposte.decoy"

// Tag is on every decoy; its value is the case that tells of its planting. Who may read IAM sees it, and that the user may do nothing.
const Tag = "riposte:decoy"

// policyName is the inline policy by which a decoy may do nothing, whatever it is granted by accident.
const policyName = "deny-all"

// Decoy is one that was planted, as the ledger tells it.
type Decoy struct {
	User    event.Resource `json:"user"` // as it was called when it was planted
	UserID  string         `json:"user_id"`
	Key     string         `json:"access_key_id,omitempty"` // "": its planting was interrupted before it was known
	By      string         `json:"by"`
	At      time.Time      `json:"at"`
	Case    string         `json:"case"`
	Begun   bool           `json:"begun,omitempty"` // its planting has not ended, as far as the ledger knows: the user may be there or not
	Removed bool           `json:"removed,omitempty"`
}

// ID is what a decoy is taken away by: its user's unique id, or, while that is not known, the case of its planting.
func (d Decoy) ID() string { return cmp.Or(d.UserID, d.Case) }

func (d Decoy) title() string {
	if d.UserID == "" {
		return fmt.Sprintf("decoy %s of case %s", d.User, d.Case)
	}
	return fmt.Sprintf("decoy %s of user %s", d.User, d.UserID)
}

// Garden is where decoys are planted: an AWS, and the ledger that keeps who did what.
type Garden struct {
	Reads  access.Reads
	Author func(at event.Place, session string) aws.Config // of the author tier, narrowed by a policy
	Store  interface {
		ledger.Inbox
		ledger.Leases
		ledger.Cases
	}
	Now func() time.Time
	By  string // the person who asks, unproven
}

// Reads are the calls of the audit role.
func Reads() []call.ID {
	return []call.ID{call.IAMGetAccessKeyLastUsed, call.IAMGetUser, call.IAMListAccessKeys, call.IAMListUsers}
}

// Writes are the calls of the author role.
func Writes() []call.ID {
	return []call.ID{
		call.IAMCreateAccessKey, call.IAMCreateUser, call.IAMDeleteAccessKey, call.IAMDeleteUser, call.IAMDeleteUserPolicy, call.IAMPutUserPolicy, call.IAMTagUser,
	}
}

// Session returns the policy of a session that may plant and take away one user.
func Session(user event.Resource) (string, error) {
	text, err := iam.Document{Statement: []iam.Statement{{
		Effect: "Allow", Action: call.Actions(Writes()...), Resource: []string{user.String()},
	}}}.JSON()
	return string(text), err
}

// Playbook dismisses what a planting that was interrupted left in the ledger: its record stays, and nothing is done about it.
func Playbook() playbook.Playbook {
	return playbook.Playbook{
		Definition: playbook.Definition{ID: ID, Title: "A decoy was planted or taken away", Severity: playbook.Low},
		Suspects:   func(event.Event) ([]playbook.StoredSuspect, error) { return nil, nil },
		Check: func(context.Context, playbook.In, string, playbook.StoredSuspect) ([]playbook.Proposal, error) {
			return nil, nil
		},
		Preview: func(playbook.StoredSuspect) (action.Plan, error) { return action.Plan{}, nil },
	}
}

// name is a user's name without its path.
func name(user event.Resource) string { return user.ID[strings.LastIndexByte(user.ID, '/')+1:] }

// Free reports an error where a user of a name is there, or may be.
func (g Garden) Free(ctx context.Context, user event.Resource) error {
	_, err := g.Reads.IAM(user.Place()).GetUser(ctx, &awsiam.GetUserInput{UserName: aws.String(name(user))})
	switch {
	case access.Answered(err, "NoSuchEntity"):
		return nil
	case err != nil:
		return fmt.Errorf("see whether the name %q is free: %w", name(user), err)
	}
	all, err := Planted(ctx, g.Store)
	for _, d := range all {
		if d.User == user && d.Begun && !d.Removed {
			return fmt.Errorf("a planting of %s was interrupted, or is under way: riposte decoy remove %s takes away what it left", user, d.ID())
		}
	}
	return errors.Join(fmt.Errorf("account %s has a user %q already: choose another name", user.Account, name(user)), err)
}
