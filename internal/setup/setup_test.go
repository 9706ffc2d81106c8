package setup_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/ripostehq/riposte/internal/config"
	"github.com/ripostehq/riposte/internal/setup"
	"github.com/ripostehq/riposte/playbooks"
)

func look(t interface {
	Helper()
	Fatal(...any)
}, c *company, who string) *setup.Estate {
	t.Helper()
	e, err := setup.Look(context.Background(), c, caller(who), options())
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// An organisation becomes a configuration that observes, and says what each line was drawn from. What an attacker could have brought
// about stands there as a comment.
func TestAnOrganisationBecomesAConfigurationThatObserves(t *testing.T) {
	e := look(t, ordinary(), hub)
	c := setup.Propose(e)
	c.ExternalID = "hard-to-guess"
	text := setup.Config(e, c)
	read, err := config.Parse("riposte.yaml", []byte(text), playbooks.All())
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	if len(read.Warnings) != 1 || !strings.Contains(read.Warnings[0].String(), "no playbook acts") { // which is what it is for
		t.Errorf("it warns of %v", read.Warnings)
	}
	for _, p := range read.Playbooks {
		if read.Boldest(p.ID) != config.Observe {
			t.Errorf("%s: %s", p.ID, read.Boldest(p.ID))
		}
	}
	if c.RunAs != setup.Function || c.Hub != hub || len(read.Trusted) != 0 || !read.Organization.Discover {
		t.Errorf("proposed %+v, trusted %v", c, read.Trusted)
	}
	for _, want := range []string{
		"# Organisation o-exampleorg1, management account 999988887777: 3 accounts that are active.",
		"# Trail org, of the organisation: logging, in every region, all management events, into bucket org-trail",
		"  # " + deploy + " launched 40 of 70 instances in the last 90 days, in 1 account\n  # - {issuer: \"" + deploy + "\", id: \"AROAEXAMPLEDEPLOY0001\", playbooks: [\"launch.*\"]}\n",
		"AWSServiceRoleForAutoScaling launched 20 of 70 instances in the last 90 days, in 1 account; a service-linked role",
		"        # 40 instances of images of " + canonical + ", one of them ubuntu/24.04 in 2 accounts\n        # - \"" + canonical + "\"",
		"        # 4 instances of images of amazon (137112412989) in 1 account\n        - \"amazon\"\n",
		"        # 2 instances of images of an owner that can't be told",
		"    # ou-ab12-aaaaaaaa: ask   # Security, 1 account\n    # ou-ab12-bbbbbbbb: ask   # Workloads, 2 accounts\n",
		`lambda: {queues: ["https://sqs.eu-west-1.amazonaws.com/111122223333/riposte-events"]`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("it does not say %q:\n%s", want, text)
		}
	}
	unit := "# ou-ab12-aaaaaaaa: ask   # Security"
	if _, err := config.Parse("riposte.yaml", []byte(strings.Replace(text, unit, unit[2:], 1)), playbooks.All()); err != nil {
		t.Errorf("the mode that it proposes for a unit can't be taken as it stands: %v", err)
	}
	if strings.Contains(text, "elsewhere\", id") {
		t.Error("a role of another company's is offered for trust")
	}
	c.Owners, c.Trusted = append(c.Owners, canonical), []string{deploy}
	read, err = config.Parse("riposte.yaml", []byte(setup.Config(e, c)), playbooks.All())
	if err != nil || len(read.Trusted) != 1 || read.Trusted[0].ID != "AROAEXAMPLEDEPLOY0001" {
		t.Errorf("what a person chose: %v, %v", read, err)
	}
}

// Whatever can't be read is named with what it would have taken, and stops nothing else.
func TestWhatCantBeReadIsSaid(t *testing.T) {
	for _, c := range []struct {
		name  string
		who   string
		spoil func(*company)
		whole bool
		wants []string
	}{
		{"no organisation", hub, func(c *company) { c.org = nil }, false, nil},
		{"whether there is one is not said", hub, func(c *company) { c.orgErr = denied() }, false,
			[]string{"whether there is an organisation: AccessDenied; it takes organizations:DescribeOrganization"}},
		{"a member lists nothing", shop, func(c *company) { c.accounts, c.listErr = nil, denied() }, false, []string{"the organisation's accounts and units: AccessDenied; it takes organizations:ListAccounts"}},
		{"the units alone are not said", hub, func(c *company) {
			c.listErr = denied()
			for i := range c.accounts {
				c.accounts[i].OUs, c.accounts[i].Names = nil, nil
			}
		}, true, []string{"the organisation's accounts and units"}},
		{"accounts that don't let in", hub, func(c *company) { c.shut = map[string]error{shop: denied(), lab: denied()} }, true,
			[]string{"what runs there, in 2 accounts (444455556666, 777788889999): AccessDenied; it takes sts:AssumeRole of the role that --role names"}},
		{"the history is closed", hub, func(c *company) { c.silent = denied() }, true, []string{"who launched what runs, in 2 accounts"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			world := ordinary()
			c.spoil(world)
			e := look(t, world, c.who)
			p := setup.Propose(e)
			p.ExternalID = "hard-to-guess"
			text := setup.Config(e, p)
			if _, err := config.Parse("riposte.yaml", []byte(text), playbooks.All()); err != nil || e.Whole() != c.whole {
				t.Errorf("whole %v, %v", e.Whole(), err)
			}
			if !c.whole && (p.RunAs != setup.Daemon || len(e.Accounts) != 1 || e.Accounts[0].ID != c.who) {
				t.Errorf("the one account: %+v, %+v", p, e.Accounts)
			}
			if len(e.Missing) != len(c.wants) {
				t.Errorf("missing %+v", e.Missing)
			}
			for _, want := range c.wants {
				if !strings.Contains(text, want) {
					t.Errorf("it does not say %q:\n%s", want, text)
				}
			}
		})
	}
}

// In the management account nobody but a person can say where riposte is to live.
func TestTheManagementAccountIsNoHub(t *testing.T) {
	if c := setup.Propose(look(t, ordinary(), manager)); c.Hub != "" {
		t.Errorf("proposed %s", c.Hub)
	}
}

// hostile is a text that somebody else has written.
func hostile() *rapid.Generator[string] {
	return rapid.OneOf(
		rapid.String(),
		rapid.StringOfN(rapid.RuneFrom([]rune("\n\r\t\x00\x1b[31m\u0085\u2028\u2029\u202e\ufeff\x7f'\"\\#:{}[]&*!|>%@`,-? $")), 0, 40, -1),
		rapid.Just("x\ntrusted: [{issuer: '*'}]\n"), rapid.Just("\xff\xfe"), rapid.Just("]}, mode: act"), rapid.Just("${aws_iam_role.own}"), rapid.Just("%{ for x in y }"),
	)
}

// Names that others choose are data: the files stay valid, mean the same, and hold nothing that a terminal obeys.
func TestHostileNamesAreData(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := ordinary()
		name := hostile()
		for i := range c.accounts {
			c.accounts[i].Name = name.Draw(t, "account")
			for j := range c.accounts[i].Names {
				c.accounts[i].Names[j] = name.Draw(t, "unit")
			}
		}
		c.trails[0].Name, c.trails[0].Bucket = name.Draw(t, "trail"), name.Draw(t, "bucket")
		for id, i := range c.images {
			i.Name = name.Draw(t, "image")
			c.images[id] = i
		}
		c.images["ami-1"] = setup.Image{Owner: name.Draw(t, "owner"), Alias: name.Draw(t, "alias")}
		c.launches[shop] = append(c.launches[shop], setup.Launch{Issuer: name.Draw(t, "issuer"), ID: name.Draw(t, "id"), Instances: 3},
			setup.Launch{Issuer: "arn:aws:iam::" + shop + ":role/" + name.Draw(t, "role"), ID: "AROAEXAMPLEEVIL000001", Instances: 900})
		who := rapid.SampledFrom([]string{hub, "222233334444"}).Draw(t, "who")
		if who != hub {
			c.org = nil
		}
		e := look(t, c, who)
		if who != hub {
			e.Accounts[0].Name = name.Draw(t, "own")
		}
		p := setup.Propose(e)
		p.ExternalID = "hard-to-guess"
		for _, l := range e.Trustable() {
			p.Trusted = append(p.Trusted, l.ARN)
		}
		text := setup.Config(e, p)
		read, err := config.Parse("riposte.yaml", []byte(text), playbooks.All())
		if err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		if len(read.Trusted) != len(p.Trusted) {
			t.Fatalf("trusted %v, want %v", read.Trusted, p.Trusted)
		}
		for _, b := range read.Playbooks {
			if read.Boldest(b.ID) != config.Observe {
				t.Fatalf("%s acts:\n%s", b.ID, text)
			}
		}
		if who != hub && !strings.Contains(e.Accounts[0].Name, "${") && read.Organization.Accounts[0].Name != strings.ToValidUTF8(e.Accounts[0].Name, "\uFFFD") {
			t.Fatalf("the account is called %q, want %q", read.Organization.Accounts[0].Name, e.Accounts[0].Name)
		}
		for _, file := range []string{text, setup.Variables(e, p)} {
			if strings.ContainsAny(file, "\x1b\r\x00\u0085\u2028\u2029\u202e\ufeff\x7f") {
				t.Fatalf("a terminal obeys it: %q", file)
			}
		}
	})
}

// Both files are written or none, and none over one that is there.
func TestNothingIsOverwritten(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "first")
	both := []setup.File{{Name: "riposte.yaml", Text: "a"}, {Name: "riposte.tfvars", Text: "b"}}
	if err := errors.Join(setup.Free(dir, "riposte.yaml"), setup.Write(dir, both...)); err != nil {
		t.Fatal(err)
	}
	if err := setup.Free(dir, "riposte.yaml"); err == nil || !strings.Contains(err.Error(), "is there already") {
		t.Errorf("%v", err)
	}
	if err := os.Remove(filepath.Join(dir, "riposte.yaml")); err != nil {
		t.Fatal(err)
	}
	both[0].Text = "another"
	if err := setup.Write(dir, both...); err == nil {
		t.Error("it is written over the variables")
	}
	all, err := os.ReadDir(dir)
	if err != nil || len(all) != 1 || all[0].Name() != "riposte.tfvars" {
		t.Errorf("left over: %v, %v", all, err)
	}
	info, err := os.Stat(filepath.Join(dir, "riposte.tfvars"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
}

// A look that is ended ends, and says so.
func TestALookThatIsStopped(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if _, err := setup.Look(ctx, ordinary(), caller(hub), options()); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

var _ setup.Reads = (*setup.AWS)(nil)

// In zsh a comment that is pasted is a command: an apostrophe in it would swallow all that follows.
func TestWhatIsPastedMeansNothingElseToAShell(t *testing.T) {
	plain := regexp.MustCompile(`^[A-Za-z0-9 ,.:/-]+$`)
	for who, spoil := range map[string]func(*company){hub: func(*company) {}, shop: func(c *company) { c.org = nil }} {
		world := ordinary()
		spoil(world)
		e := look(t, world, who)
		for _, form := range []string{setup.Daemon, setup.Function} {
			c := setup.Propose(e)
			c.RunAs = form
			steps := setup.Commands(e, c, "it's here")
			if assumes := strings.Contains(setup.Text(steps), "RIPOSTE_ROLE="); assumes != (form == setup.Daemon && !e.Whole()) {
				t.Errorf("%s for %s, whom the role may not let in", form, who)
			}
			if tells := strings.Count(setup.Text(steps), "With credentials of the hub, "+c.Hub+", from here on"); e.Whole() && tells != 1 {
				t.Errorf("%s for %s says %d times that the credentials change from the management account's to the hub's", form, who, tells)
			}
			for _, s := range steps {
				if !plain.MatchString(s.Says) {
					t.Errorf("%q", s.Says)
				}
			}
			if text := setup.Text(steps); !strings.Contains(text, `"$PWD"/'it'\''s here/riposte.`) {
				t.Errorf("the folder is not one word:\n%s", text)
			}
		}
	}
}
