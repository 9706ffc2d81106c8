package doctor

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/ripostehq/riposte/internal/code/forge"
	"github.com/ripostehq/riposte/internal/code/owners"
	"github.com/ripostehq/riposte/internal/config"
)

// What holds all mends, a state that can't be read, and what keeps a proposal from being made, are told before.
func TestADoctorLooksAtCode(t *testing.T) {
	c := &config.Config{Code: config.Code{States: []config.TerraformState{{S3: "acme-states/dns/"}, {File: "web.tfstate"}}}}
	p := Parts{Config: c, Call: time.Minute,
		States: func(context.Context) []owners.Place {
			return []owners.Place{
				{Name: "s3://acme-states/dns/", States: 2, Unread: []string{"state a can't be read: it is encrypted", "state b can't be read: it ends too soon"}},
				{Name: "web.tfstate", States: 1},
			}
		},
		Repositories: []Repository{
			{"acme/dns", func(context.Context) (string, error) { return "main", nil }},
			{"acme/web", func(context.Context) (string, error) { return "", forge.ErrToken }},
		},
	}
	var got []string
	run(t.Context(), p.code(), func(f Finding) { got = append(got, fmt.Sprint(f.Check, " ", f.State, " ", f.Says, " ", f.Mend)) })
	for i, want := range []string{
		"code failed state a can't be read: it is encrypted; so it is with 1 more until it can be read, nothing is mended or destroyed that it may hold",
		"code ok 1 states of Terraform's are read at web.tfstate ",
		"code ok repository acme/dns is read, and proposals are for main",
		"code failed repository acme/web: the token is not accepted look at code.repositories",
	} {
		if i >= len(got) || !strings.HasPrefix(got[i], want) {
			t.Errorf("%d: %q, want %q", i, got, want)
		}
	}
	if none := (Parts{Config: &config.Config{}}).code(); len(none) > 0 {
		t.Errorf("%d checks of code that nothing names", len(none))
	}
}
