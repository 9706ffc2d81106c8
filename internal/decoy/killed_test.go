package decoy_test

import (
	"context"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/smithy-go/middleware"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/decoy"
	"github.com/ripostehq/riposte/internal/ledger"
)

// killed does something until a call: the process dies once AWS has made it, and before the answer is read, or before it is made.
func (g *ground) killed(at string, made bool, do func(decoy.Garden)) {
	g.Helper()
	dying, author := g.Garden, g.Garden.Author
	dying.Author = func(p event.Place, policy string) aws.Config {
		c := author(p, policy)
		die := middleware.InitializeMiddlewareFunc("die", func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
			dies := awsmiddleware.GetOperationName(ctx) == at
			if dies && !made {
				runtime.Goexit()
			}
			out, md, err := next.HandleInitialize(ctx, in)
			if dies {
				runtime.Goexit()
			}
			return out, md, err
		})
		c.APIOptions = append(c.APIOptions[:len(c.APIOptions):len(c.APIOptions)], func(s *middleware.Stack) error { return s.Initialize.Add(die, middleware.After) })
		return c
	}
	end, survived := make(chan struct{}), false
	go func() {
		defer close(end)
		do(dying)
		survived = true
	}()
	<-end
	if survived {
		g.Fatalf("it did not die of %s", at)
	}
}

// only is what the ledger has planted.
func (g *ground) only() decoy.Decoy {
	g.Helper()
	all, err := decoy.Planted(g.Context(), g.store)
	g.must(err)
	if len(all) != 1 {
		g.Fatalf("the ledger has %+v", all)
	}
	return all[0]
}

func (g *ground) there(name string) bool {
	_, err := g.admin.GetUser(g.Context(), &iam.GetUserInput{UserName: &name})
	return err == nil
}

func (g *ground) later(d time.Duration) {
	g.Helper()
	g.must(g.w.AdvanceTo(g.w.Now().Add(d)))
}

// What a planting that dies has made is listed, is taken away, and its name can be planted again.
func TestWhatAKilledPlantingLeftIsTakenAway(t *testing.T) {
	const name = "nightly-export"
	for _, c := range []struct {
		at         string
		made       bool
		user, keys int // that it leaves
		known      bool
	}{
		{"CreateUser", false, 0, 0, false},
		{"CreateUser", true, 1, 0, false},
		{"PutUserPolicy", false, 1, 0, true},
		{"PutUserPolicy", true, 1, 0, true},
		{"CreateAccessKey", false, 1, 0, true},
		{"CreateAccessKey", true, 1, 1, true},
	} {
		for _, served := range []bool{false, true} { // a riposte that serves the ledger dismisses what no process ends
			t.Run(c.at+map[bool]string{true: " made", false: " not made"}[c.made]+map[bool]string{true: ", served", false: ""}[served], func(t *testing.T) {
				g := inWorld(t)
				g.killed(c.at, c.made, func(dying decoy.Garden) { _, _, _ = dying.Plant(t.Context(), g.at, name) })
				d := g.only()
				if !d.Begun || (d.UserID != "") != c.known || d.ID() == "" || d.By != "ada" || d.User.ID != name {
					t.Fatalf("it is listed as %+v", d)
				}
				f := g.found(d)
				if (f.Gone == "") != (c.user == 1) || f.Odd != "" || len(f.Keys) != c.keys {
					t.Fatalf("it is found as %+v", f)
				}
				if _, _, err := g.Plant(t.Context(), g.at, name); err == nil || c.user == 1 && !strings.Contains(err.Error(), "riposte decoy remove "+d.ID()) {
					t.Errorf("planted again, it says %v", err)
				}
				if err := g.Remove(t.Context(), f); err == nil {
					t.Error("it was taken away while its planting may be under way")
				}
				g.later(6 * time.Minute)
				if served {
					g.dismissed()
				}
				g.must(g.Remove(t.Context(), f))
				if d := g.only(); !d.Removed || g.there(name) {
					t.Errorf("it is still listed as %+v, the user is there: %t", d, g.there(name))
				}
				if d, _, err := g.Plant(t.Context(), g.at, name); err != nil || d.Begun || !g.there(name) {
					t.Errorf("its name can't be planted again: %+v, %v", d, err)
				}
			})
		}
	}
}

// dismissed is what a riposte that serves makes of a case whose process died.
func (g *ground) dismissed() {
	g.Helper()
	claim, err := g.store.Claim(g.Context(), g.w.Now(), "serve", time.Minute)
	g.must(err)
	if claim == nil {
		g.Fatal("no case is due")
	}
	claim.Case.State, claim.Case.Due, claim.Case.Suspects[0].Checked = ledger.Dismissed, time.Time{}, "dismissed"
	g.must(g.store.Commit(g.Context(), claim.Case, ledger.Write{At: g.w.Now(), EndsLease: true}))
}

// A removal that dies is no removal: it is made again.
func TestAKilledRemovalIsMadeAgain(t *testing.T) {
	for _, at := range []string{"DeleteAccessKey", "DeleteUserPolicy", "DeleteUser"} {
		for _, made := range []bool{false, true} {
			g := inWorld(t)
			d, _ := g.planted("nightly-export")
			g.killed(at, made, func(dying decoy.Garden) { _ = dying.Remove(t.Context(), g.found(d)) })
			if d := g.only(); d.Removed {
				t.Errorf("%s: it is listed as %+v", at, d)
			}
			g.later(6 * time.Minute)
			g.must(g.Remove(t.Context(), g.found(d)))
			if d := g.only(); !d.Removed || g.there("nightly-export") {
				t.Errorf("%s: it is still listed as %+v", at, d)
			}
		}
	}
}

// Of a planting whose user's id is not known the name and the tag alone speak, which others may write: a user that was there before is not
// its, nor one that has no tag of it.
func TestAnInnocentUserIsNotWhatAKilledPlantingLeft(t *testing.T) {
	name := aws.String("nightly-export")
	for _, c := range []struct {
		story string
		user  func(g *ground, d decoy.Decoy) error
	}{
		{"made since by a person", func(g *ground, _ decoy.Decoy) error {
			_, err := g.admin.CreateUser(g.Context(), &iam.CreateUserInput{UserName: name})
			return err
		}},
		{"of long ago, renamed and tagged", func(g *ground, d decoy.Decoy) error {
			_, err := g.admin.UpdateUser(g.Context(), &iam.UpdateUserInput{UserName: aws.String("ann"), NewUserName: name})
			if err == nil {
				_, err = g.admin.TagUser(g.Context(), &iam.TagUserInput{UserName: name, Tags: []types.Tag{{Key: aws.String(decoy.Tag), Value: aws.String(d.Case)}}})
			}
			return err
		}},
	} {
		t.Run(c.story, func(t *testing.T) {
			g := inWorld(t)
			_, err := g.admin.CreateUser(t.Context(), &iam.CreateUserInput{UserName: aws.String("ann")})
			g.must(err)
			g.later(time.Hour)
			g.killed("CreateUser", false, func(dying decoy.Garden) { _, _, _ = dying.Plant(t.Context(), g.at, *name) })
			d := g.only()
			g.must(c.user(g, d))
			g.later(6 * time.Minute)
			f := g.found(d)
			if f.Gone == "" || f.UserID != "" {
				t.Fatalf("it is found as %+v", f)
			}
			g.must(g.Remove(t.Context(), f))
			if !g.there(*name) {
				t.Error("the innocent user was taken away")
			}
		})
	}
}
