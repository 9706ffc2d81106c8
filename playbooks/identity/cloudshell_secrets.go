package identity

import (
	"context"
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/playbook"
	"github.com/ripostehq/riposte/playbooks/contain"
)

//go:embed testdata/cloudshell-secrets.txtar
var cloudShellStories string

// CloudShellParams are the parameters of identity.cloudshell-secrets.
type CloudShellParams struct {
	Environments []string      `yaml:"environments" help:"environments (organization.accounts) in which it counts; none: in all"`
	Users        bool          `yaml:"users" help:"whether IAM users count as people, beside the sessions of people.issuers and the root user"`
	Window       time.Duration `yaml:"window" help:"how long after CloudShell was opened it is decided: the secrets read meanwhile count"`
	Most         int           `yaml:"most" help:"how many secrets a person may read in it"`
}

// InEnvironments are those that it counts in, for what reads the configuration: one that no account is in is misspelt.
func (p CloudShellParams) InEnvironments() []string { return p.Environments }

// OfPersons says, for what reads the configuration, that it is about people alone, and whether IAM users are people to it.
func (p CloudShellParams) OfPersons() (users bool) { return p.Users }

// Validate refuses what can't be meant.
func (p CloudShellParams) Validate() error {
	switch {
	case p.Window <= 0 || p.Window > time.Hour:
		return playbook.Wrong{Path: []any{"window"}, Text: "want a time up to an hour"}
	case p.Most < 0:
		return playbook.Wrong{Path: []any{"most"}, Text: "is negative"}
	}
	return nil
}

// CloudShellSecrets finds the person's session that opens CloudShell and reads secrets there.
func CloudShellSecrets() playbook.Definition {
	return playbook.Define(playbook.Spec[CloudShellParams, cloudShell]{
		ID:       "identity.cloudshell-secrets",
		Title:    "Secrets were read while a person's session had CloudShell open",
		Why:      whyCloudShell,
		Severity: playbook.High,
		On:       []playbook.Trigger{playbook.Call(call.CloudShellCreateSession, call.CloudShellPutCredentials)},
		Reads:    append(contain.Reads(), call.CloudTrailLookupEvents),
		Changes:  playbook.Always[CloudShellParams](contain.Changes()...),
		Prevents: []playbook.Prevention{{
			Kind: playbook.ServiceControlPolicy,
			How:  "Deny CloudShell where it is not needed: a browser's stolen cookie then gives no shell, and no way for files to leave.",
			Document: `{"Version":"2012-10-17","Statement":[{"Sid":"NoCloudShell","Effect":"Deny",` +
				`"Action":["cloudshell:CreateEnvironment","cloudshell:CreateSession","cloudshell:GetFileDownloadUrls"],"Resource":"*"}]}`,
		}},
		Stories:  cloudShellStories,
		Defaults: CloudShellParams{Window: 15 * time.Minute, Most: 3},
		Window:   func(p CloudShellParams) time.Duration { return p.Window },
		Suspect:  suspectCloudShell,
		Check:    checkCloudShell,
		Plan:     planCloudShell,
	})
}

const whyCloudShell = `An intruder in a person's browser has no keys to copy, and opens CloudShell, which has the person's: reading secrets there
is more likely theft than work. CloudShell's own events say that it was opened; a user agent, which a caller can set, decides nothing. A quarter of an hour
later riposte looks into CloudTrail's event history for what the same session read meanwhile: Secrets Manager's and Parameter Store's values, each once, and what
reads many at once as more than a few; that files were downloaded beside is told. Above the limit every step asks: the person whether it was they, where AWS vouches for who that is (people.users, or who of
Identity Center assumed the role), and only their "not mine" denies the session; else approvers. Sessions of Identity Center
can't be denied from inside; the case then pages, and says who must act. Where the history could not be read whole, and what was read of it stays below the limit, the case says so and
asks too. Known false positives: administrators who rotate secrets by hand (raise most, or list their role as trusted for this playbook). CloudShell stays open beside the console,
so secrets that are read in the console count as well. Calls in other regions than CloudShell's do not.`

// cloudShell are the facts of one session.
type cloudShell struct {
	Actor   contain.Actor
	Place   event.Place
	Name    string // by which the history knows the session
	ID      string // of the principal
	At      time.Time
	Secrets int      `json:",omitempty"` // read, by the look
	Unseen  string   `json:",omitempty"` // why there may be more
	Calls   []string `json:",omitempty"`
	Files   bool     `json:",omitempty"` // it had files of CloudShell's handed out to a browser
}

// Found is the session: what it reads further is the same finding.
func (f cloudShell) Found() []string { return []string{"CloudShell of " + f.ID} }

func (f cloudShell) title() string {
	title := fmt.Sprintf("%s opened CloudShell", f.Actor.ARN)
	if f.Secrets > 0 {
		title += fmt.Sprintf(" and read %d secrets (%s)", f.Secrets, strings.Join(f.Calls, ", "))
	}
	if f.Files {
		title += ", and downloaded files"
	}
	if f.Unseen != "" {
		title += "; what else it did is not known: " + f.Unseen
	}
	if others := f.Actor.Others(); others != "" {
		title += "; " + others
	}
	return title
}

func suspectCloudShell(e event.Event, p CloudShellParams) []playbook.Suspect[cloudShell] {
	a := e.Actor
	f := cloudShell{Actor: contain.ActorOf(a, e.Time), Place: e.Place(), Name: a.Session, ID: a.PrincipalID, At: e.Time.UTC()}
	if a.Kind == event.UserActor {
		f.Name = a.UserName
	}
	root := f.Actor.Root()
	if a.Instance != "" || a.Kind == event.UserActor && !p.Users || f.Name == "" || f.ID == "" || root.Account == "" {
		return nil
	}
	return []playbook.Suspect[cloudShell]{{Resource: root, Title: f.title(), Facts: f}}
}

// fileDownload is the call behind "Download file", which goes with what was read and is no theft by itself.
// https://docs.aws.amazon.com/cloudshell/latest/userguide/logging-and-monitoring.html
const fileDownload call.ID = "cloudshell:GetFileDownloadUrls"

// many is as how many secrets a call counts that reads several at once.
const many = 10

// secretsRead says as how many secrets a call counts.
func secretsRead(id call.ID) int {
	switch id {
	case call.SecretsManagerGetSecretValue, call.SSMGetParameter:
		return 1
	case call.SecretsManagerBatchGetSecretValue, call.SSMGetParameters, call.SSMGetParametersByPath:
		return many
	}
	return 0
}

// checkCloudShell asks whether the session is a person's, and what it has read within the window.
func checkCloudShell(ctx context.Context, in playbook.In, s playbook.Suspect[cloudShell], p CloudShellParams) ([]playbook.Suspect[cloudShell], error) {
	f := &s.Facts
	if !in.Organization.ByPerson(in.Origin.Actor, p.Users) || !in.Organization.InEnvironment(f.Place.Account, p.Environments) {
		return nil, nil
	}
	found, err := in.History.Calls(ctx, playbook.Session{Place: f.Place, Name: f.Name, UserID: f.ID, From: f.At.Add(-time.Minute), To: f.At.Add(p.Window)})
	if err != nil {
		return nil, fmt.Errorf("read what %q did: %w", f.Name, err)
	}
	f.Secrets, f.Calls, f.Files, f.Unseen = 0, nil, false, found.Unseen
	for _, c := range found.Calls {
		n := secretsRead(c.Call)
		f.Files = f.Files || c.Call == fileDownload && c.Error == ""
		if n == 0 || c.Error != "" || c.InvokedBy != "" {
			continue
		}
		if f.Secrets += n; !slices.Contains(f.Calls, string(c.Call)) {
			f.Calls = append(f.Calls, string(c.Call))
		}
	}
	slices.Sort(f.Calls)
	if f.Secrets > p.Most {
		f.Unseen = ""
	} else if f.Unseen == "" {
		return nil, nil
	}
	if f.Actor, err = f.Actor.Present(ctx, in.AWS); err != nil {
		return nil, err
	}
	s.Title = f.title()
	return []playbook.Suspect[cloudShell]{s}, nil
}

func planCloudShell(s playbook.Suspect[cloudShell], _ CloudShellParams) action.Plan {
	steps := s.Facts.Actor.Steps(action.Everything, s.Case)
	for i, s := range steps {
		own := s.Ladder[0].Ask == "" // and not that of who opened the session, which others may use
		for n, r := range s.Ladder {
			if r.Do.About().Kind.Name == (action.RevokeSessions{}).About().Kind.Name && r.Ask == "" {
				s.Ladder[n].Ask = "it ends every older session of its role"
			}
		}
		if steps[i] = s.Asking("the person may have read them; approve where it was another"); own {
			steps[i] = steps[i].WasItYou()
		}
	}
	return action.Plan{Steps: steps}
}
