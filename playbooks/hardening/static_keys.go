package hardening

import (
	"context"
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/inventory"
	"github.com/ripostehq/riposte/playbook"
)

//go:embed testdata/static-keys.txtar
var keyStories string

// KeyParams are the parameters of hardening.static-keys.
type KeyParams struct {
	Age        int      `yaml:"age" help:"days after which an access key is old, however much it is used"`
	Unused     int      `yaml:"unused" help:"days without a call after which an access key is unused"`
	AllowUsers []string `yaml:"allow_users" help:"users whose keys may be old, by path and name (ci/mailer)"`
}

// Validate refuses what would find each key.
func (p KeyParams) Validate() error {
	if p.Age < 1 || p.Unused < 1 {
		return playbook.Wrong{Path: []any{"age"}, Text: "age and unused are days, at least one: every key would be found"}
	}
	return nil
}

// StaticKeys finds access keys that are old or unused.
func StaticKeys() playbook.Definition {
	return playbook.Define(playbook.Spec[KeyParams, staticKeys]{
		ID:       "hardening.static-keys",
		Title:    "An access key is old, or nobody uses it",
		Why:      whyKeys,
		Severity: playbook.Medium,
		Lists:    []playbook.Listing[KeyParams, staticKeys]{playbook.List(inventory.Credentials(), listKeys)},
		Reads:    []call.ID{call.IAMGenerateCredentialReport, call.IAMGetCredentialReport, call.IAMGetUser, call.IAMListAccessKeys, call.IAMGetAccessKeyLastUsed},
		Changes:  playbook.Always[KeyParams](action.RetireKey{}.About().Kind),
		Prevents: []playbook.Prevention{{
			Kind:     playbook.ServiceControlPolicy,
			How:      "Let nobody make access keys: people sign in by the identity centre, machines have roles, and what is outside AWS uses IAM Roles Anywhere or OIDC.",
			Document: `{"Version":"2012-10-17","Statement":[{"Sid":"NoStaticKeys","Effect":"Deny","Action":"iam:CreateAccessKey","Resource":"*"}]}`,
		}},
		Stories:  keyStories,
		Defaults: KeyParams{Age: 90, Unused: 45},
		Suspect:  func(event.Event, KeyParams) []playbook.Suspect[staticKeys] { return nil },
		Check:    checkKeys,
		Plan: func(s playbook.Suspect[staticKeys], _ KeyParams) (plan action.Plan) {
			for _, k := range s.Facts.Keys {
				plan.Steps = append(plan.Steps, action.Try(action.RetireKey{User: s.Resource, Key: k.ID, UserID: s.Facts.UserID}).
					Asking("whatever signs with key "+k.ID+", which is "+k.Why+", stops"))
			}
			return plan
		},
	})
}

const whyKeys = `An access key works from anywhere, for whoever has it, until it is switched off: keys that leak are old ones, in code, on laptops, in images. Keys older
than 90 days (age) and keys that were not used for 45 (unused) are found by IAM's credential report, two calls an account. A person is asked before a key is
switched off, always: a yearly job signs with it, too. It is switched off and not deleted, so undo switches it on again, and an owner who needs it and does the same is not
fought. A key of the account's root user, old or not, is told: only that user can delete it. Known false positives: break-glass users, whose keys rest in a safe
(allow_users).`

// staticKeys are the facts.
type staticKeys struct {
	Root   bool     `json:",omitempty"` // of the account's root user
	UserID string   `json:",omitempty"`
	Keys   []oldKey `json:",omitempty"` // once checked
}

// oldKey is a key with the reason.
type oldKey struct{ ID, Why string }

// Found are the keys: another key of the user is another finding.
func (s staticKeys) Found() (of []string) {
	for _, k := range s.Keys {
		of = append(of, "access key "+k.ID)
	}
	return of
}

// judge says why a key is found, "" where it is not.
func (p KeyParams) judge(k inventory.Key, now time.Time) string {
	used := k.Rotated
	if k.Used.After(used) {
		used = k.Used
	}
	switch {
	case now.Sub(k.Rotated) > time.Duration(p.Age)*day:
		return fmt.Sprintf("older than %d days", p.Age)
	case now.Sub(used) > time.Duration(p.Unused)*day:
		return fmt.Sprintf("unused for %d days", p.Unused)
	}
	return ""
}

const day = 24 * time.Hour

// listKeys wants users with a key that is old or unused, and a root user with any.
func listKeys(at event.Resource, c inventory.Credential, p KeyParams) *playbook.Listed[staticKeys] {
	if c.User == inventory.Root {
		if len(c.Keys) == 0 {
			return nil
		}
		return &playbook.Listed[staticKeys]{Suspect: playbook.Suspect[staticKeys]{
			Resource: at.Place().In(event.Account, at.Account), Title: "the root user of account " + at.Account + " has an access key: sign in as it, and delete the key",
			Severity: playbook.High, Facts: staticKeys{Root: true},
		}}
	}
	found := slices.ContainsFunc(c.Keys, func(k inventory.Key) bool { return p.judge(k, c.At) != "" })
	if !found || slices.Contains(p.AllowUsers, c.User) {
		return nil
	}
	return &playbook.Listed[staticKeys]{Suspect: playbook.Suspect[staticKeys]{Resource: at, Title: "user " + at.ID + " has an access key that is old or unused"}}
}

// checkKeys reads the user's keys as they are by now. Of the root user, the report is all that there is.
func checkKeys(ctx context.Context, in playbook.In, s playbook.Suspect[staticKeys], p KeyParams) ([]playbook.Suspect[staticKeys], error) {
	if s.Facts.Root {
		return checkRoot(ctx, in, s, p)
	}
	c, name := in.AWS.IAM(s.Resource.Place()), s.Resource.ID[strings.LastIndexByte(s.Resource.ID, '/')+1:]
	user, err := c.GetUser(ctx, &iam.GetUserInput{UserName: aws.String(name)})
	if action.Missing(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read user %q: %w", name, err)
	}
	found := playbook.Suspect[staticKeys]{Resource: s.Resource, Facts: staticKeys{UserID: aws.ToString(user.User.UserId)}}
	keys, err := c.ListAccessKeys(ctx, &iam.ListAccessKeysInput{UserName: aws.String(name)}) // two at most
	if err != nil {
		return nil, fmt.Errorf("read access keys of %q: %w", name, err)
	}
	var reasons []string
	for _, k := range keys.AccessKeyMetadata {
		if k.Status != types.StatusTypeActive || k.CreateDate == nil {
			continue
		}
		used, err := c.GetAccessKeyLastUsed(ctx, &iam.GetAccessKeyLastUsedInput{AccessKeyId: k.AccessKeyId})
		if err != nil {
			return nil, fmt.Errorf("read when access key %q was used: %w", aws.ToString(k.AccessKeyId), err)
		}
		key := inventory.Key{Rotated: *k.CreateDate}
		if used.AccessKeyLastUsed != nil {
			key.Used = aws.ToTime(used.AccessKeyLastUsed.LastUsedDate)
		}
		if why := p.judge(key, in.Now); why != "" {
			found.Facts.Keys = append(found.Facts.Keys, oldKey{ID: aws.ToString(k.AccessKeyId), Why: why})
			reasons = append(reasons, "key "+aws.ToString(k.AccessKeyId)+" of user "+s.Resource.ID+" is "+why)
		}
	}
	if len(reasons) == 0 || slices.Contains(p.AllowUsers, s.Resource.ID) {
		return nil, nil
	}
	found.Title = strings.Join(reasons, ", ")
	return []playbook.Suspect[staticKeys]{found}, nil
}

// checkRoot reads the report again.
func checkRoot(ctx context.Context, in playbook.In, s playbook.Suspect[staticKeys], p KeyParams) ([]playbook.Suspect[staticKeys], error) {
	for page, err := range inventory.Credentials().Pages(ctx, in.AWS, s.Resource.Place()) {
		if err != nil {
			return nil, err
		}
		for _, c := range page {
			if c.User == inventory.Root && len(c.Keys) > 0 {
				return []playbook.Suspect[staticKeys]{s}, nil
			}
		}
	}
	return nil, nil
}
