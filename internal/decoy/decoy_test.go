package decoy_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/cloud"
	"github.com/ripostehq/riposte/internal/decoy"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/ledger/sqlite"
	"github.com/ripostehq/riposte/internal/mototest"
	"github.com/ripostehq/riposte/internal/world"
)

const estate = `
now: 2030-01-07T09:00:00Z
accounts:
  - id: "111122223333"
    users: [{name: riposte, attached: ["arn:aws:iam::aws:policy/AdministratorAccess"], keys: [{id: AKIARIPOSTE000000001, secret: s}]}]
`

// ground is an AWS to plant in, and a garden on it.
type ground struct {
	testing.TB
	decoy.Garden
	at    event.Place
	as    func(aws.Credentials) aws.Config
	admin *iam.Client
	store ledger.Store
	w     *world.World // nil: another AWS
}

func open(t *testing.T, at event.Place, base func(event.Place) aws.Config, now func() time.Time) *ground {
	t.Helper()
	store, err := sqlite.Open(t.Context(), sqlite.Memory)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	c := cloud.New(cloud.Options{Base: base, Guard: cloud.Guard{cloud.Audit: decoy.Reads(), cloud.Author: decoy.Writes()}, Now: now})
	return &ground{
		TB: t, at: at, admin: iam.NewFromConfig(base(at)), store: store,
		as: func(key aws.Credentials) aws.Config {
			cfg := base(at)
			cfg.Credentials = aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) { return key, nil })
			return cfg
		},
		Garden: decoy.Garden{
			Reads: c.Reads(), Author: func(at event.Place, policy string) aws.Config { return c.Author(at, "test", policy) }, Store: store, Now: now, By: "ada",
		},
	}
}

func inWorld(t *testing.T) *ground {
	t.Helper()
	w, err := world.New([]byte(estate), world.Options{})
	if err != nil {
		t.Fatal(err)
	}
	at := event.Place{Partition: "aws", Account: "111122223333", Region: "us-east-1"}
	g := open(t, at, func(p event.Place) aws.Config {
		p.Account = at.Account
		return w.Config(p, aws.Credentials{AccessKeyID: "AKIARIPOSTE000000001", SecretAccessKey: "s"})
	}, w.Now)
	g.w = w
	return g
}

func (g *ground) must(err error) {
	g.Helper()
	if err != nil {
		g.Fatal(err)
	}
}

// planted is a decoy of a name, as the ledger has it.
func (g *ground) planted(name string) (decoy.Decoy, decoy.Secret) {
	g.Helper()
	d, secret, err := g.Plant(g.Context(), g.at, name)
	g.must(err)
	all, err := decoy.Planted(g.Context(), g.store)
	g.must(err)
	last := all[len(all)-1]
	last.Case = d.Case
	if last.UserID != d.UserID || last.Key != d.Key || last.By != "ada" || last.Removed {
		g.Fatalf("the ledger has %+v of %+v", all, d)
	}
	return d, secret
}

func (g *ground) found(d decoy.Decoy) decoy.Found {
	g.Helper()
	f, err := g.Look(g.Context(), d)
	g.must(err)
	return f
}

// history is everything that the ledger says.
func (g *ground) history() string {
	g.Helper()
	cases, err := g.store.Cases(g.Context(), ledger.Filter{})
	g.must(err)
	var b strings.Builder
	for _, c := range cases {
		fmt.Fprintf(&b, "%s %s %+v\n", c.State, c.Reason, c)
		entries, err := g.store.History(g.Context(), c.ID)
		g.must(err)
		for _, e := range entries {
			fmt.Fprintf(&b, "%s %s\n", e.Notes, e.Bytes)
		}
	}
	return b.String()
}

func TestADecoyIsPlantedMayDoNothingAndIsTakenAway(t *testing.T) { inWorld(t).story() }

func TestADecoyIsPlantedOnMoto(t *testing.T) {
	s := mototest.Start(t)
	at := event.Place{Partition: "aws", Account: mototest.Account, Region: "us-east-1"}
	open(t, at, s.Config, time.Now).story()
}

func (g *ground) story() {
	g.Helper()
	d, secret := g.planted("nightly-export")
	if f := g.found(d); f.Gone != "" || f.Odd != "" || len(f.Keys) != 1 || !f.Keys[0].Active {
		g.Errorf("it stands as %+v", f)
	}
	if text := g.history() + fmt.Sprint(secret, d) + fmt.Sprintf("%#v", secret); strings.Contains(text, string(secret)) || len(secret) < 20 {
		g.Error("the secret stands in the ledger, or is printed by accident")
	}
	out, err := g.admin.GetUserPolicy(g.Context(), &iam.GetUserPolicyInput{UserName: aws.String("nightly-export"), PolicyName: aws.String("deny-all")})
	if err != nil || !strings.Contains(*out.PolicyDocument, "Deny") {
		g.Errorf("it is not denied everything: %v", err)
	}
	if g.w != nil {
		g.must(g.w.AdvanceTo(g.w.Now().Add(time.Minute))) // IAM's changes take a while to count
		key := g.as(aws.Credentials{AccessKeyID: d.Key, SecretAccessKey: string(secret)})
		if _, err := iam.NewFromConfig(key).ListUsers(g.Context(), &iam.ListUsersInput{}); err == nil {
			g.Error("it may list users")
		}
		if who, err := sts.NewFromConfig(key).GetCallerIdentity(g.Context(), &sts.GetCallerIdentityInput{}); err != nil || *who.UserId != d.UserID {
			g.Errorf("a thief can't ask whose key it is, which is what the trap hears: %v", err)
		}
	}
	if _, _, err := g.Plant(g.Context(), g.at, "nightly-export"); err == nil {
		g.Error("a name that is taken was planted again")
	}
	g.must(g.Remove(g.Context(), g.found(d)))
	if f := g.found(d); f.Gone == "" {
		g.Errorf("it stands still: %+v", f)
	}
	if all, err := decoy.Planted(g.Context(), g.store); err != nil || len(all) != 1 || !all[0].Removed {
		g.Errorf("the ledger has %+v, %v", all, err)
	}
}

// What is not surely riposte's, or was given more since, is left as it is.
func TestWhatRiposteDidNotPlantIsLeftAlone(t *testing.T) {
	name := aws.String("nightly-export")
	for _, c := range []struct {
		story  string
		change func(g *ground, d decoy.Decoy) error
		want   string
	}{
		{"its tag was taken off", func(g *ground, _ decoy.Decoy) error {
			_, err := g.admin.UntagUser(g.Context(), &iam.UntagUserInput{UserName: name, TagKeys: []string{decoy.Tag}})
			return err
		}, "has not the tag riposte:decoy"},
		{"its tag is of another record", func(g *ground, _ decoy.Decoy) error {
			_, err := g.admin.TagUser(g.Context(), &iam.TagUserInput{UserName: name, Tags: []types.Tag{{Key: aws.String(decoy.Tag), Value: aws.String("c_other")}}})
			return err
		}, "has not the tag riposte:decoy"},
		{"it has a key more", func(g *ground, _ decoy.Decoy) error {
			_, err := g.admin.CreateAccessKey(g.Context(), &iam.CreateAccessKeyInput{UserName: name})
			return err
		}, "which riposte did not make"},
		{"it was given a policy", func(g *ground, _ decoy.Decoy) error {
			_, err := g.admin.PutUserPolicy(g.Context(), &iam.PutUserPolicyInput{UserName: name, PolicyName: aws.String("x"), PolicyDocument: aws.String(
				`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`)})
			return err
		}, "it has more than riposte gave it"},
	} {
		t.Run(c.story, func(t *testing.T) {
			g := inWorld(t)
			d, _ := g.planted(*name)
			g.must(c.change(g, d))
			if err := g.Remove(t.Context(), g.found(d)); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v, want %q", err, c.want)
			}
			if _, err := g.admin.GetUserPolicy(t.Context(), &iam.GetUserPolicyInput{UserName: name, PolicyName: aws.String("deny-all")}); err != nil {
				t.Errorf("it is not denied everything any more: %v", err)
			}
		})
	}
}

// A user under the old name, made since, is another.
func TestAnotherUserOfTheNameIsNotTheDecoy(t *testing.T) {
	g, name := inWorld(t), aws.String("nightly-export")
	d, _ := g.planted(*name)
	g.must(g.Remove(t.Context(), g.found(d)))
	_, err := g.admin.CreateUser(t.Context(), &iam.CreateUserInput{UserName: name, Tags: []types.Tag{{Key: aws.String(decoy.Tag), Value: aws.String(d.Case)}}})
	g.must(err)
	f := g.found(d)
	if f.Gone == "" {
		t.Fatalf("another user is taken for it: %+v", f)
	}
	g.must(g.Remove(t.Context(), f))
	if _, err := g.admin.GetUser(t.Context(), &iam.GetUserInput{UserName: name}); err != nil {
		t.Errorf("the other user was taken away: %v", err)
	}
}

// A planting that fails half way leaves nothing, and the ledger says why.
func TestAPlantingThatFailsLeavesNothing(t *testing.T) {
	for _, call := range []string{"CreateUser", "PutUserPolicy", "CreateAccessKey"} {
		g := inWorld(t)
		g.w.Fail("iam", call, 20, errors.New("no"))
		_, secret, err := g.Plant(t.Context(), g.at, "nightly-export")
		if err == nil || secret != "" {
			t.Fatalf("%s failed, and it was planted", call)
		}
		if _, err := g.admin.GetUser(t.Context(), &iam.GetUserInput{UserName: aws.String("nightly-export")}); err == nil {
			t.Errorf("%s failed, and the user is there", call)
		}
		if said := g.history(); !strings.Contains(said, "failed decoy arn:aws:iam::111122223333:user/nightly-export was not planted") {
			t.Errorf("%s failed, and the ledger says %s", call, said)
		}
	}
}
