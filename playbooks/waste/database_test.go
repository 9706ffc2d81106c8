package waste_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/world"
	"github.com/ripostehq/riposte/playbook"
	"github.com/ripostehq/riposte/playbooks/waste"
)

// days is CloudWatch with so many days of no connection; past is CloudTrail that says what it is told to.
type days int

func (d days) Daily(_ context.Context, q playbook.MetricQuery) (playbook.Series, error) {
	return playbook.Series{Days: int(q.To.Sub(q.From).Hours() / 24), Values: make([]float64, d)}, nil
}

type past struct{ err error }

func (p past) Calls(context.Context, event.Resource, time.Time) ([]playbook.PastCall, error) {
	return nil, p.err
}

// What can't be said of a database is an error, and never a plan.
func TestWithoutEvidenceADatabaseIsLetBe(t *testing.T) {
	for _, c := range []struct {
		name    string
		tags    string
		metrics playbook.Metrics
		past    playbook.Past
		told    bool
	}{
		{"CloudWatch can't be asked", "", nil, past{}, false},
		{"CloudWatch has data of 42 days alone", "", days(42), past{}, false},
		{"it was announced, and CloudTrail can't be believed", `{Key: "riposte:case", Value: c_1}`, days(45), past{playbook.ErrNoEvidence}, true},
		{"it was announced, and CloudTrail can't be asked", `{Key: "riposte:case", Value: c_1}`, days(45), nil, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			found, err := check(t, c.tags, c.metrics, c.past, c.told)
			if !errors.Is(err, playbook.ErrNoEvidence) || len(found) > 0 {
				t.Errorf("%d plans, %v", len(found), err)
			}
		})
	}
	const fiveDays = `{Key: "riposte:case", Value: c_1}], AutomaticRestartTime: "2030-01-09T09:00:00Z", DomainMemberships: [`
	if found, err := check(t, fiveDays, days(45), past{}, true); !errors.Is(err, playbook.ErrNoEvidence) || len(found) > 0 {
		t.Errorf("stopped for five days of six, and there are %d plans, %v", len(found), err)
	}
	if found, err := check(t, "", days(43), past{}, false); err != nil || len(found) != 1 {
		t.Errorf("43 days of 45 have data, and there are %d plans, %v", len(found), err)
	}
}

// check looks at the one database of a world.
func check(t *testing.T, tags string, metrics playbook.Metrics, calls playbook.Past, told bool) ([]playbook.Proposal, error) {
	t.Helper()
	w, err := world.New([]byte(`
now: 2030-01-07T09:00:00Z
accounts:
  - id: "111122223333"
    users: [{name: operator, attached: ["arn:aws:iam::aws:policy/AdministratorAccess"], keys: [{id: AKIAOPERATOR00000001, secret: operator}]}]
    regions:
      eu-west-1:
        rows: {rds.db-instance: [{DBInstanceIdentifier: reports, DbiResourceId: db-A, DBInstanceStatus: available, Engine: postgres, DBInstanceClass: db.m5.large, TagList: [`+tags+`]}]}
`), world.Options{})
	if err != nil {
		t.Fatal(err)
	}
	reads := access.ClientReads(func(p event.Place) aws.Config {
		return w.Config(p, aws.Credentials{AccessKeyID: "AKIAOPERATOR00000001", SecretAccessKey: "operator"})
	})
	book, err := waste.IdleDatabase().Default()
	if err != nil {
		t.Fatal(err)
	}
	in := playbook.In{AWS: reads, Now: w.Now(), Metrics: metrics, Past: calls, Prices: unpriced{}, Streak: &playbook.Streak{Since: w.Now().AddDate(0, 0, -46), First: w.Now().AddDate(0, 0, -46), Seen: 46}}
	if told {
		in.Streak.Told = w.Now().AddDate(0, 0, -14)
	}
	for page, err := range book.Sweeps[0].Listing.Pages(t.Context(), reads, event.Place{Partition: "aws", Account: "111122223333", Region: "eu-west-1"}) {
		if err != nil {
			t.Fatal(err)
		}
		seen, err := book.Sweeps[0].Judge(page)
		if err != nil || len(seen) != 1 {
			t.Fatalf("%d suspects, %v", len(seen), err)
		}
		if !strings.Contains(seen[0].Suspect.Title, "may be idle") {
			t.Errorf("a listing shows no connections, and says %q", seen[0].Suspect.Title)
		}
		seen[0].Suspect.Origin = playbook.Origin{Sweep: "2030-01-07/111122223333", Received: w.Now()}
		return book.Check(t.Context(), in, "c_1", seen[0].Suspect)
	}
	t.Fatal("nothing was listed")
	return nil, nil
}

type unpriced struct{}

func (unpriced) Price(context.Context, playbook.PriceItem) (playbook.Price, error) {
	return playbook.Price{}, playbook.ErrNoPrice
}
