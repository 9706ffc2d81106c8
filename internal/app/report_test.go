package app_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/aws/smithy-go"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/internal/demo"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/ledger/sqlite"
	"github.com/ripostehq/riposte/playbooks"
)

// Security Hub refuses while seed 000's attack is answered: the answer does not wait for it, and in the end there is one
// finding for each case that was confirmed, none for any other.
func TestFindingsOutliveASilentSecurityHub(t *testing.T) {
	ctx, dir := context.Background(), t.TempDir()
	store, err := sqlite.Open(ctx, filepath.Join(dir, "riposte.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	stage, err := demo.Open(demo.Options{Catalogue: playbooks.All(), Kinds: action.Kinds(), Store: store, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	stage.World.Fail("securityhub", "BatchImportFindings", 8, &smithy.GenericAPIError{Code: "InternalException", Message: "no"})
	if err := stage.Play(ctx, demo.Attacks()[:1]); err != nil {
		t.Fatal(err)
	}
	if err := stage.Settle(ctx); err != nil {
		t.Fatal(err)
	}
	var want []string
	for _, c := range cases(t, store) {
		if c.Report.Owed() || c.Report.Error != "" {
			t.Errorf("case %s was not told: %+v", c.ID, c.Report)
		}
		if len(c.Revisions) > 0 {
			want = append(want, "riposte/"+c.ID+" "+string(c.State))
		}
	}
	slices.Sort(want)
	if got := findings(t, stage, filepath.Join(dir, "world")); !slices.Equal(got, want) || len(got) < 2 {
		t.Errorf("Security Hub has\n%q, want\n%q", got, want)
	}
}

func cases(t testing.TB, s ledger.Store) []*ledger.Case {
	t.Helper()
	all, err := s.Cases(context.Background(), ledger.Filter{})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// findings are read from the world at rest: in it only the account's own people may list them.
func findings(t *testing.T, s *demo.Stage, file string) (out []string) {
	t.Helper()
	if err := s.World.Save(file); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var at struct {
		Accounts map[string]struct {
			Rows map[string]map[string]map[string]json.RawMessage // by region, by type, by id
		}
	}
	if err := json.Unmarshal(b, &at); err != nil {
		t.Fatal(err)
	}
	for _, account := range at.Accounts {
		for _, region := range account.Rows {
			for id, row := range region["securityhub.finding"] {
				var f struct{ ProductFields map[string]string }
				if err := json.Unmarshal(row, &f); err != nil {
					t.Fatal(err)
				}
				out = append(out, id+" "+f.ProductFields["riposte/state"])
			}
		}
	}
	slices.Sort(out)
	return out
}
