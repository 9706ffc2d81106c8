package identity

import (
	"context"
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/playbook"
	"github.com/ripostehq/riposte/playbooks/contain"
)

//go:embed testdata/decoy-used.txtar
var decoyStories string

// DecoyParams are the parameters of identity.decoy-used.
type DecoyParams struct {
	Keys       []string `yaml:"keys" help:"ids of access keys (AKIA...) that lie where only a thief looks: in an old repository, on a laptop's desktop"`
	Principals []string `yaml:"principals" help:"unique ids of decoy users (AIDA...) and roles (AROA...); an ARN can be another principal's tomorrow"`
}

// Validate refuses what is no id.
func (p DecoyParams) Validate() error {
	for i, id := range p.Keys {
		if !given("AKIA", id) {
			return playbook.Wrong{Path: []any{"keys", i}, Text: fmt.Sprintf("%q is no id of an access key: want AKIA and at least twelve capitals and digits; never name the secret here", id)}
		}
	}
	for i, id := range p.Principals {
		if !given("AIDA", id) && !given("AROA", id) {
			return playbook.Wrong{Path: []any{"principals", i}, Text: fmt.Sprintf("%q is no unique id: those of users are AIDA, those of roles AROA, and at least twelve capitals and digits", id)}
		}
	}
	return nil
}

// Decoys are what the gate and other checks know as decoys, too.
func (p DecoyParams) Decoys() playbook.Decoys { return slices.Concat(p.Keys, p.Principals) }

// DecoyUsed finds the caller that uses credentials which were laid out for thieves: any call, a refused one too, is a break-in.
func DecoyUsed() playbook.Definition {
	return playbook.Define(playbook.Spec[DecoyParams, decoyUsed]{
		ID:       "identity.decoy-used",
		Title:    "A decoy's credentials were used",
		Why:      whyDecoy,
		Severity: playbook.Critical,
		Watches: func(p DecoyParams) []playbook.Trigger {
			if len(p.Decoys()) == 0 {
				return nil
			}
			return []playbook.Trigger{playbook.Caller(p.Decoys()...).AlsoReads().AlsoFailed()}
		},
		Reads:   slices.Concat(contain.Reads(), []call.ID{call.IAMGetRole}, sourceReads()),
		Changes: playbook.Always[DecoyParams](append(contain.Changes(), action.Isolate{}.About().Kind, action.Stop{}.About().Kind)...),
		Prevents: []playbook.Prevention{{
			Kind: playbook.ServiceControlPolicy,
			How: "Nothing prevents the theft of a decoy, which is what it is for. Let its principal have no rights at all, so that a thief gets nothing from it; what it " +
				"was found beside is what needs protection. Name each decoy's ARN: a path or a name that says decoy is read by the thief's first call. `riposte decoy plant` denies its users " +
				"everything by a policy of their own already.",
			Document: `{"Version":"2012-10-17","Statement":[{"Sid":"DecoysMayNothing","Effect":"Deny","Action":"*","Resource":"*",` +
				`"Condition":{"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::111122223333:user/backup-reader"}}}]}`,
		}},
		Stories: decoyStories,
		Suspect: suspectDecoy,
		Check:   checkDecoy,
		Preempt: preemptDecoy,
		Plan: func(s playbook.Suspect[decoyUsed], _ DecoyParams) action.Plan {
			steps := s.Facts.Actor.Steps(action.Everything, s.Case)
			if s.Facts.Source != nil {
				steps = append(steps, s.Facts.Source.step())
			}
			return action.Plan{Steps: steps}
		},
		Behind: func(ctx context.Context, o playbook.Organization, s playbook.Suspect[decoyUsed], _ DecoyParams, openers []playbook.Minter) []action.Step {
			return s.Facts.Actor.Behind(ctx, o, openers, action.Everything, s.Case)
		},
	})
}

const whyDecoy = `Nothing works with a decoy's credentials, so each of their calls is made by a thief, or by an owner who tests
the trap. It does not matter what was called, nor that AWS refused it. The decoy alone is stopped: its key is switched off and its
user denied, or its session; nobody works with them, so no innocent caller is hit. Where an instance of the decoy's account has the address in the region of the call, a person is asked whether it is cut off. What matters is the finding: it says where
the credentials lay (by which decoy was used), from which address they were used, and when. Thieves look first whom a key belongs
to (sts:GetCallerIdentity), which is a read: rules must deliver reads for these callers, as the patterns that riposte permissions
--patterns prints with your configuration ask. Trusted automation never counts here, and what calls by a decoy is trusted by no other playbook. Whoever plants a decoy gives its id to keys or
principals; an alarm that you set off yourself is taken back with riposte undo. Known false positives: scanners of repositories
that try the keys that they find, which is an alarm by right; a key that lies where an owner's tools read it, which belongs out of keys.`

// decoyUsed are the facts of one call.
type decoyUsed struct {
	Actor contain.Actor
	Decoy string // the id that was configured
	Call  call.ID
	From  string `json:",omitempty"` // address
	At    event.Place
	// Source is the instance that has the address; nil where none was found.
	Source *decoySource `json:",omitempty"`
}

// Found is the decoy: another call with it is the same finding.
func (d decoyUsed) Found() []string { return []string{"decoy " + d.Decoy} }

func suspectDecoy(e event.Event, p DecoyParams) []playbook.Suspect[decoyUsed] {
	d := decoyUsed{Actor: contain.ActorOf(e.Actor, e.Time), Call: call.OfEvent(e)}
	for _, id := range p.Decoys() {
		if id == e.Actor.AccessKey || id == e.Actor.UniqueID() {
			d.Decoy = id
		}
	}
	root := d.Actor.Root()
	if d.Decoy == "" || root.Account == "" {
		return nil
	}
	if from, ok := e.Address(); ok {
		d.From, d.At = from.String(), e.Place()
		d.At.Account = d.Actor.Place.Account // the decoy's, whichever account was told of the call
	}
	return []playbook.Suspect[decoyUsed]{{Resource: root, Title: d.title(), Facts: d}}
}

func (d decoyUsed) title() string {
	title := fmt.Sprintf("decoy %s was used for %s", d.Decoy, d.Call)
	if d.From != "" {
		title += " from " + d.From
	}
	if d.Source != nil {
		title += ", which is instance " + d.Source.Instance.ID
	}
	for _, more := range []string{d.Actor.Renamed(), d.Actor.Others()} {
		if more != "" {
			title += "; " + more
		}
	}
	return title
}

// preemptDecoy stops the decoy while AWS does not say where its user is by now, or which instance has the address: in a region of the thief's choice.
// What a decoy's id says needs no look.
func preemptDecoy(_ context.Context, _ playbook.Recall, s playbook.Suspect[decoyUsed], _ DecoyParams) (action.Plan, error) {
	return action.Plan{Steps: s.Facts.Actor.Steps(action.Everything, s.Case)}, nil
}

// checkDecoy looks where the decoy's user or role is by now. One that was deleted meanwhile is nothing to stop.
func checkDecoy(ctx context.Context, in playbook.In, s playbook.Suspect[decoyUsed], _ DecoyParams) ([]playbook.Suspect[decoyUsed], error) {
	a := &s.Facts.Actor
	switch a.Holder.Type {
	case event.User:
		found, err := action.FindUser(ctx, in.AWS, a.Holder, a.UserID, a.Key)
		if err != nil {
			return nil, fmt.Errorf("find the decoy's user %q: %w", a.Holder.ID, err)
		}
		if found.Gone != "" {
			return nil, nil
		}
		a.Holder, a.UserID = found.User, found.ID
	case event.Role:
		out, err := in.AWS.IAM(a.Place).GetRole(ctx, &iam.GetRoleInput{RoleName: aws.String(a.Holder.ID[strings.LastIndexByte(a.Holder.ID, '/')+1:])})
		if access.Answered(err, "NoSuchEntity") {
			return nil, nil
		}
		if err != nil {
			return nil, fmt.Errorf("read the decoy's role %q: %w", a.Holder.ID, err)
		}
		if id, _, _ := strings.Cut(a.UserID, ":"); out.Role == nil || aws.ToString(out.Role.RoleId) != id {
			return nil, nil // another role has the name by now
		}
	}
	traced, err := a.Traced(ctx, in)
	if err != nil {
		return nil, err
	}
	s.Facts.Actor = traced
	if s.Facts.Source, err = sourceOf(ctx, in, s.Facts.At, s.Facts.From, s.Facts.Actor.Seen); err != nil {
		return nil, err
	}
	s.Title = s.Facts.title()
	return []playbook.Suspect[decoyUsed]{s}, nil
}
