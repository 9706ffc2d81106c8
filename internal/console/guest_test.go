package console_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/console"
	"github.com/ripostehq/riposte/internal/ledger"
)

// edited is the record, of which one case is another.
type edited struct {
	console.Store
	edit func(*ledger.Case)
}

func (e edited) Load(ctx context.Context, id string) (*ledger.Case, error) {
	c, err := e.Store.Load(ctx, id)
	if err == nil {
		e.edit(c)
	}
	return c, err
}

func (e edited) Find(ctx context.Context, id string) (*ledger.Case, error) { return e.Load(ctx, id) }

const guests = `
people:
  domains: [example.com]
  address: "{session}@example.com"
  users: {"arn:aws:iam::111122223333:user/mallory": mal@example.com}
  groups: {security: {members: [ann@example.com, bob@example.com]}}
owners: {tags: [owner]}
approval: {approvers: [security]}
`

// A person whom the configuration does not name sees the case that asks whether it was they, and the one about what is theirs by a tag;
// nothing else, and no other's. Where no domain is named no further person comes in.
func TestAGuestSeesTheirOwnCaseAlone(t *testing.T) {
	asks := action.Try(action.Stop{Instance: ireland.In(event.Instance, "i-1")}).WasItYou()
	mends := action.Try(action.Start{Instance: ireland.In(event.Instance, "i-1")})
	for _, x := range []struct {
		story, who string
		step       action.Step
		tag        string
		want       int
	}{
		{"who is asked whether it was they", "mal@example.com", asks, "", http.StatusOK},
		{"somebody else, of that case", "tess@example.com", asks, "", http.StatusForbidden},
		{"who owns it by a tag, of what contains", "tess@example.com", asks, "tess@example.com", http.StatusForbidden},
		{"who owns it by a tag", "tess@example.com", mends, "tess@example.com", http.StatusOK},
		{"who owns it by a tag and did it: they were told as much", "mal@example.com", mends, "mal@example.com", http.StatusOK},
		{"somebody else, of what mends", "eve@example.com", mends, "tess@example.com", http.StatusForbidden},
		{"an approver", "ann@example.com", mends, "", http.StatusOK},
	} {
		t.Run(x.story, func(t *testing.T) {
			s := set(t, asking+guests)
			s.options.Store = edited{s.store, func(c *ledger.Case) {
				for i := range c.Suspects {
					c.Suspects[i].Tags = map[string]string{"owner": x.tag}
				}
				sealed, err := s.app.Codec.Seal(action.Plan{Steps: []action.Step{x.step}})
				s.must(err)
				c.Revisions[0].Plan, c.Revisions[0].Steps = sealed, []ledger.Step{{Verdict: "ask", Reason: "mode: it asks"}}
			}}
			p := s.signsIn()
			c := s.attack()
			if a := p.as(x.who); a.status != http.StatusOK {
				t.Fatal(a.status, a.body)
			}
			if a := s.get("/cases/" + c.ID); a.status != x.want {
				t.Fatalf("the case: %d %s", a.status, text(a.body))
			}
			if a := s.get("/cases/" + c.ID + "/dismiss"); x.who == x.tag && x.who == "mal@example.com" && a.status != http.StatusForbidden {
				t.Errorf("who did it says no: %d", a.status)
			}
			if x.who == "ann@example.com" {
				s.page("/cases")
				return
			}
			for _, path := range []string{"/", "/cases", "/incidents", "/incidents/" + c.ID, "/exceptions", "/exceptions/new", "/letters", "/playbooks", "/coverage", "/savings", "/surges", "/halt", "/changes", "/cases/c_none"} {
				if a := s.get(path); a.status != http.StatusForbidden || strings.Contains(a.body, c.Title) {
					t.Errorf("%s: %d", path, a.status)
				}
			}
		})
	}
	s := set(t, asking+strings.Replace(strings.Replace(guests, "  domains: [example.com]\n", "", 1), "owners: {tags: [owner]}", "", 1))
	p := s.signsIn()
	if a := p.as("mal@example.com"); a.status != http.StatusForbidden {
		t.Errorf("where no domain is named: %d", a.status)
	}
	if s := set(t, asking+guests); s.signsIn().as("eve@example.net").status != http.StatusForbidden {
		t.Error("somebody of elsewhere came in")
	}
}

// The person who is asked answers where the letter leads.
func TestAGuestAnswers(t *testing.T) {
	s := set(t, asking+guests)
	s.options.Store = edited{s.store, func(c *ledger.Case) {
		sealed, err := s.app.Codec.Seal(action.Plan{Steps: []action.Step{action.Try(action.Stop{Instance: ireland.In(event.Instance, "i-1")}).WasItYou()}})
		s.must(err)
		c.Revisions[0].Plan, c.Revisions[0].Steps = sealed, []ledger.Step{{Verdict: "ask", Reason: "mode: it asks"}}
	}}
	p := s.signsIn()
	c := s.attack()
	p.as("mal@example.com")
	if a := s.order(c.ID, "not-mine"); a.status != http.StatusSeeOther {
		t.Errorf("%d %s", a.status, text(a.body))
	}
	if a := s.get("/cases/" + c.ID + "/approve"); a.status != http.StatusForbidden {
		t.Errorf("an approval: %d", a.status)
	}
}
