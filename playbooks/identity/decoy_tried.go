package identity

import (
	"context"
	_ "embed"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/playbook"
	"github.com/ripostehq/riposte/playbooks/contain"
	"github.com/ripostehq/riposte/playbooks/request"
)

//go:embed testdata/decoy-tried.txtar
var triedStories string

// TriedParams are the parameters of identity.decoy-tried.
type TriedParams struct {
	Roles []string `yaml:"roles" help:"ARNs of decoy roles, which nobody has a reason to assume; give their unique ids to identity.decoy-used, too"`
}

var roleARN = regexp.MustCompile(`^arn:[a-z-]+:iam::\d{12}:role/\S+$`)

// Validate refuses what is no role. An ARN may be another role's tomorrow: what is told of it then answers nothing.
func (p TriedParams) Validate() error {
	for i, arn := range p.Roles {
		if !roleARN.MatchString(arn) {
			return playbook.Wrong{Path: []any{"roles", i}, Text: fmt.Sprintf("%q is no ARN of a role: want arn:aws:iam::ACCOUNT:role/NAME; a call to assume a role names it so, and not by its unique id", arn)}
		}
	}
	return nil
}

// DecoyTried tells which callers tried to assume a role that was laid out for thieves, whether or not AWS let them.
func DecoyTried() playbook.Definition {
	return playbook.Define(playbook.Spec[TriedParams, tried]{
		ID:       "identity.decoy-tried",
		Title:    "A caller tried to assume a decoy role",
		Why:      whyTried,
		Severity: playbook.High,
		Tells:    true,
		Watches: func(p TriedParams) []playbook.Trigger {
			if len(p.Roles) == 0 {
				return nil
			}
			return []playbook.Trigger{playbook.Call(call.STSAssumeRole).AlsoFailed()}
		},
		Prevents: []playbook.Prevention{{
			Kind:     playbook.ServiceControlPolicy,
			How:      "Let nobody assume a decoy role: the attempt is recorded all the same. Name each ARN, since a path or a name that says decoy is read by the thief's first call.",
			Document: `{"Version":"2012-10-17","Statement":[{"Sid":"DecoysAreNotAssumed","Effect":"Deny","Action":"sts:AssumeRole","Resource":"arn:aws:iam::111122223333:role/backup-admin"}]}`,
		}},
		Stories: triedStories,
		Window:  func(TriedParams) time.Duration { return scanning },
		Suspect: suspectTried,
		Check:   checkTried,
		Join:    joinTried,
	})
}

// scanning is how long what one caller tries is one finding: a scanner tries all roles in a row.
const scanning = 5 * time.Minute

const whyTried = `Nobody has a reason to assume a decoy role, and whoever looks for a way up tries the roles that it finds. The caller of such an attempt is told, whether AWS
refused it or not, with the address; what one caller tries within five minutes is one finding. Nothing is answered, in no mode: scanners of an organisation's own try every role that they can list, and a
person mistypes a name. What calls by the decoy's session afterwards is identity.decoy-used's, which stops that session: give the role's unique id to its
principals, too. CloudTrail calls AssumeRole a read, so that a rule has to deliver reads: the patterns that riposte permissions --patterns prints with your
configuration do, of every AssumeRole of the accounts, which are many (riposte permissions --cost). CloudTrail of the caller's account has the attempt; one by a caller outside the
organisation that AWS refuses may be recorded nowhere here. Federated sign-ins (SAML, web identity) name no caller that could be told, and do not count. Known false positives: scanners
of the cloud's posture and of ways up that try every role: list their roles with their ids as trusted for this playbook, and their attempts are not even kept.`

// tried are the facts: which decoys a caller tried to assume, and from where.
type tried struct {
	Roles []string       // ARNs
	From  string         `json:",omitempty"` // address
	Let   bool           `json:",omitempty"` // AWS let it assume one
	Root  event.Resource // the caller
}

// Found is the decoys: another attempt at the same is the same finding.
func (t tried) Found() (all []string) {
	for _, arn := range t.Roles {
		all = append(all, "attempt to assume "+arn)
	}
	return all
}

func (t tried) suspect() playbook.Suspect[tried] {
	title, end := "tried to assume decoy "+strings.Join(t.Roles, ", "), ", and AWS refused"
	if t.From != "" {
		title += " from " + t.From
	}
	if t.Let {
		end = ", and AWS let it"
	}
	return playbook.Suspect[tried]{Resource: t.Root, Title: title + end, Facts: t}
}

func suspectTried(e event.Event, p TriedParams) []playbook.Suspect[tried] {
	arn := request.Of(e).At("roleArn").Text()
	root := contain.ActorOf(e.Actor, e.Time).Root()
	if !slices.Contains(p.Roles, arn) || root.Account == "" || e.Actor.InvokedBy != "" {
		return nil
	}
	t := tried{Roles: []string{arn}, Let: !e.Failed(), Root: root}
	if from, ok := e.Address(); ok {
		t.From = from.String()
	}
	return []playbook.Suspect[tried]{t.suspect()}
}

// checkTried has nothing to read: the attempt was made, whatever the role is by now.
func checkTried(_ context.Context, _ playbook.In, s playbook.Suspect[tried], _ TriedParams) ([]playbook.Suspect[tried], error) {
	return []playbook.Suspect[tried]{s.Facts.suspect()}, nil
}

// joinTried names all decoys that the caller tried, which are no more than the configuration names.
func joinTried(one, two playbook.Suspect[tried]) playbook.Suspect[tried] {
	t := one.Facts
	t.Roles = append(slices.Clone(t.Roles), two.Facts.Roles...)
	slices.Sort(t.Roles)
	t.Roles, t.Let = slices.Compact(t.Roles), t.Let || two.Facts.Let
	return t.suspect()
}
