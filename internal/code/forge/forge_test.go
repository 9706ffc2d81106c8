package forge_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/ripostehq/riposte/internal/code/forge"
	"github.com/ripostehq/riposte/internal/code/forge/forgetest"
	"github.com/ripostehq/riposte/internal/config"
)

const (
	main  = "resource \"aws_eip\" \"a\" {\n}\n\nresource \"aws_eip\" \"b\" {\n}\n"
	after = "resource \"aws_eip\" \"b\" {\n}\n"
)

func token(context.Context) (string, error) { return forgetest.Token, nil }

// both are the forge of either sort, over a repository of its own.
func both(t *testing.T, story func(t *testing.T, f *forge.Forge, fake *forgetest.Forge)) {
	for name, of := range map[string]func(url string) config.Repository{
		"GitHub": func(url string) config.Repository { return config.Repository{GitHub: "acme/dns", URL: url} },
		"GitLab": func(url string) config.Repository { return config.Repository{GitLab: "acme/dns", URL: url} },
	} {
		t.Run(name, func(t *testing.T) {
			fake := forgetest.New(t, map[string]string{"dns/main.tf": main, "README": "read me"})
			story(t, forge.New(of(fake.URL), token), fake)
		})
	}
}

// draft is a change of what the repository holds now.
func draft(t *testing.T, f *forge.Forge) forge.Draft {
	t.Helper()
	tree, base, err := f.Tree(t.Context(), []string{"dns"})
	if err != nil {
		t.Fatal(err)
	}
	m, err := tree.Module("dns")
	if err != nil {
		t.Fatal(err)
	}
	b, err := m.Resource("aws_eip.a")
	if err != nil {
		t.Fatal(err)
	}
	c, err := b.Drop()
	if err != nil {
		t.Fatal(err)
	}
	return forge.Draft{Branch: "riposte/c_1", Base: base, Change: c, Title: "Remove it", Body: "because", Message: "riposte: c_1"}
}

// A change becomes a branch with one commit and one proposal; proposing it again finds them.
func TestAProposalIsMadeOnce(t *testing.T) {
	both(t, func(t *testing.T, f *forge.Forge, fake *forgetest.Forge) {
		d := draft(t, f)
		if p, err := f.Find(t.Context(), d.Branch); p != nil || err != nil {
			t.Fatalf("found before it was made: %v, %v", p, err)
		}
		fake.Fail(nil)
		p, err := f.Propose(t.Context(), d)
		if err != nil || p.State != forge.Open || !strings.HasPrefix(p.URL, fake.URL) {
			t.Fatalf("%+v, %v", p, err)
		}
		if n := len(fake.Requests()); n > 10 {
			t.Errorf("%d requests: %v", n, fake.Requests())
		}
		if got := fake.Files("riposte/c_1"); got["dns/main.tf"] != after || got["README"] != "read me" || fake.Files("main")["dns/main.tf"] != main {
			t.Errorf("the branch holds %q", got)
		}
		fake.Fail(nil)
		if again, err := f.Propose(t.Context(), d); err != nil || *again != *p || len(fake.Proposals) != 1 || len(fake.Requests()) != 1 {
			t.Errorf("again: %+v, %v, %d proposals, %v", again, err, len(fake.Proposals), fake.Requests())
		}
		for _, state := range []forge.State{forge.Merged, forge.Closed} {
			fake.Settle(string(state))
			if p, err := f.Propose(t.Context(), d); err != nil || p.State != state || len(fake.Proposals) != 1 {
				t.Errorf("%s: %+v, %v, %d proposals", state, p, err, len(fake.Proposals))
			}
		}
	})
}

// Who may only fork the repository can name a branch of the fork after a case, and close the request: that is nobody's no.
func TestARequestFromAForkIsNobodysNo(t *testing.T) {
	both(t, func(t *testing.T, f *forge.Forge, fake *forgetest.Forge) {
		d := draft(t, f)
		for range 120 {
			fake.Proposals = append(fake.Proposals, &forgetest.Proposal{Branch: d.Branch, Onto: "main", State: "closed", Fork: true})
		}
		if p, err := f.Find(t.Context(), d.Branch); p != nil || err != nil {
			t.Fatalf("a fork's counts: %+v, %v", p, err)
		}
		if p, err := f.Propose(t.Context(), d); err != nil || p.State != forge.Open || len(fake.Proposals) != 121 {
			t.Errorf("%+v, %v", p, err)
		}
		for range 120 {
			fake.Proposals = append(fake.Proposals, &forgetest.Proposal{Branch: d.Branch, Onto: "main", State: "merged", Fork: true})
		}
		if p, err := f.Find(t.Context(), d.Branch); err != nil || p == nil || p.State != forge.Open {
			t.Errorf("among a fork's: %+v, %v", p, err)
		}
	})
}

// Whichever request is lost, before it was taken or after, there is one proposal in the end, and one branch.
func TestWhateverIsLostThereIsOneProposal(t *testing.T) {
	both(t, func(t *testing.T, f *forge.Forge, fake *forgetest.Forge) {
		fake.Fail(nil)
		d := draft(t, f)
		fake.Fail(nil)
		if _, err := f.Propose(t.Context(), d); err != nil {
			t.Fatal(err)
		}
		all := len(fake.Requests())
		for at := 1; at <= all; at++ {
			for _, how := range []forgetest.Failure{{Lost: true}, {Status: http.StatusBadGateway}, {Status: http.StatusServiceUnavailable, Header: map[string]string{"Retry-After": "5"}}} {
				both := forgetest.New(t, map[string]string{"dns/main.tf": main})
				again := forge.New(config.Repository{GitHub: "acme/dns", URL: both.URL}, token)
				if strings.HasPrefix(fake.Requests()[0], "GET /api/v4") {
					again = forge.New(config.Repository{GitLab: "acme/dns", URL: both.URL}, token)
				}
				d := draft(t, again)
				both.Fail(func(n int, r *http.Request) forgetest.Failure {
					if n == at || n == at+1 && how.Lost && r.Method == http.MethodGet { // net/http asks again by itself, where nothing was to be changed
						return how
					}
					return forgetest.Failure{}
				})
				_, first := again.Propose(t.Context(), d)
				both.Fail(nil)
				p, err := again.Propose(t.Context(), d)
				if err != nil || p.State != forge.Open || len(both.Proposals) != 1 || both.Branches() != 1 {
					t.Errorf("request %d, %+v (%v): %+v, %v, %d proposals, %d branches", at, how, first, p, err, len(both.Proposals), both.Branches())
				}
			}
		}
	})
}

// A branch that a person pushed to is let alone.
func TestABranchThatSomebodyPushedTo(t *testing.T) {
	for story, push := range map[string]map[string]string{
		"something else too": {"dns/main.tf": after, "dns/more.tf": "# mine"}, "something else": {"README": "mine"}, "another change of it": {"dns/main.tf": "# nothing"},
	} {
		t.Run(story, func(t *testing.T) {
			both(t, func(t *testing.T, f *forge.Forge, fake *forgetest.Forge) {
				d := draft(t, f)
				fake.Push(d.Branch, push)
				was := fake.Files(d.Branch)
				p, err := f.Propose(t.Context(), d)
				if !errors.Is(err, forge.ErrPushed) || p != nil || len(fake.Proposals) != 0 {
					t.Errorf("%+v, %v", p, err)
				}
				if is := fake.Files(d.Branch); len(is) != len(was) || is["dns/main.tf"] != was["dns/main.tf"] {
					t.Errorf("the branch was touched: %v", is)
				}
			})
		})
	}
}

// What a forge refuses is told by what it means; no token is, and nothing that the forge answered.
func TestWhatAForgeRefuses(t *testing.T) {
	var wait forge.Later
	for story, c := range map[string]struct {
		how  forgetest.Failure
		want error
		wait time.Duration
	}{
		"401":                {forgetest.Failure{Status: 401}, forge.ErrToken, 0},
		"403":                {forgetest.Failure{Status: 403}, forge.ErrRights, 0},
		"404":                {forgetest.Failure{Status: 404}, forge.ErrAbsent, 0},
		"409":                {forgetest.Failure{Status: 409}, nil, 0},
		"422":                {forgetest.Failure{Status: 422}, nil, 0},
		"429":                {forgetest.Failure{Status: 429, Header: map[string]string{"Retry-After": "90"}}, nil, 90 * time.Second},
		"429, for a year":    {forgetest.Failure{Status: 429, Header: map[string]string{"Retry-After": "31536000"}}, nil, 24 * time.Hour},
		"429, not how long":  {forgetest.Failure{Status: 429}, nil, time.Hour},
		"403, the limit":     {forgetest.Failure{Status: 403, Header: map[string]string{"X-RateLimit-Remaining": "0"}}, nil, time.Hour},
		"500":                {forgetest.Failure{Status: 500}, nil, 0},
		"no answer":          {forgetest.Failure{Lost: true}, nil, 0},
		"sent on, elsewhere": {forgetest.Failure{Status: 302, Header: map[string]string{"Location": "http://127.0.0.1:1/x?token=" + forgetest.Token}}, nil, 0},
	} {
		t.Run(story, func(t *testing.T) {
			both(t, func(t *testing.T, f *forge.Forge, fake *forgetest.Forge) {
				fake.Fail(func(int, *http.Request) forgetest.Failure { return c.how })
				_, _, err := f.Tree(t.Context(), nil)
				if err == nil || c.want != nil && !errors.Is(err, c.want) || strings.Contains(err.Error(), forgetest.Token) {
					t.Errorf("%v", err)
				}
				if errors.As(err, &wait) != (c.wait > 0) || c.wait > 0 && wait.After != c.wait {
					t.Errorf("wants to be left alone for %s: %v", wait.After, err)
				}
			})
		})
	}
	fake := forgetest.New(t, nil)
	f := forge.New(config.Repository{GitHub: "acme/dns", URL: fake.URL}, func(context.Context) (string, error) { return "", errors.New("there is nothing at env:TOKEN") })
	if _, err := f.Find(t.Context(), "riposte/c_1"); err == nil || !strings.Contains(err.Error(), "env:TOKEN") || len(fake.Requests()) != 0 {
		t.Errorf("without a token: %v, %v", err, fake.Requests())
	}
}

// A look says which branch proposals are for, makes nothing, and tells of a token that is not accepted and a branch that is not there.
func TestALookMakesNothing(t *testing.T) {
	both(t, func(t *testing.T, f *forge.Forge, fake *forgetest.Forge) {
		if branch, err := f.Look(t.Context()); err != nil || branch == "" {
			t.Errorf("%q, %v", branch, err)
		}
		for _, r := range fake.Requests() {
			if !strings.HasPrefix(r, "GET") {
				t.Errorf("a look makes %v", r)
			}
		}
		fake.Fail(func(int, *http.Request) forgetest.Failure { return forgetest.Failure{Status: 401} })
		if _, err := f.Look(t.Context()); !errors.Is(err, forge.ErrToken) {
			t.Errorf("%v", err)
		}
	})
}
