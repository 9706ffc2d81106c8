package hardening_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/action/actiontest"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/world"
	"github.com/ripostehq/riposte/playbook"
	"github.com/ripostehq/riposte/playbooks/playbooktest"
)

var (
	here     = event.Place{Partition: "aws", Account: "111122223333", Region: "eu-west-1"}
	operator = aws.Credentials{AccessKeyID: "AKIAOPERATOR00000001", SecretAccessKey: "operator"}
	blind    = aws.Credentials{AccessKeyID: "AKIABLIND00000000001", SecretAccessKey: "blind"}
)

// estate is an account with what a region has.
func estate(region, user string) string {
	if user != "" {
		user = "      - " + user + "\n"
	}
	return `
now: 2030-01-07T09:00:00Z
accounts:
  - id: "111122223333"
    users:
      - {name: operator, attached: ["arn:aws:iam::aws:policy/AdministratorAccess"], keys: [{id: AKIAOPERATOR00000001, secret: operator}]}
      - {name: blind, keys: [{id: AKIABLIND00000000001, secret: blind}]}
` + user + `    regions:
      eu-west-1:
        images: [{id: ami-0bbbbbbbbbbbbbbbb, name: golden, created: 2029-11-01T00:00:00Z}]
` + region
}

// story is a place that is swept, and what comes of it.
type story struct {
	name        string
	region      string // what the region has
	user        string // of the account, in YAML
	params      string // YAML, over the defaults
	metrics     playbook.Metrics
	streak      *playbook.Streak
	then        func(*world.World, *actiontest.AWS) error // what happens between listing and look
	environment string                                    // of the account
	only        string                                    // the type of resource that is looked at; "": all
	want        []string                                  // plans, as playbooktest.Lines writes them
}

// tell tells stories of what the playbook lists, or of one of its types.
func tell(t *testing.T, d playbook.Definition, stories []story, only ...string) {
	for _, s := range stories {
		s.only = strings.Join(only, "")
		t.Run(s.name, func(t *testing.T) {
			if diff := cmp.Diff(s.want, s.sweep(t, d)); diff != "" {
				t.Errorf("plans (-want +got):\n%s", diff)
			}
		})
	}
}

// sweep lists all that the playbook wants, looks at each suspect twice, and returns what is planned, by resource.
func (s story) sweep(t *testing.T, d playbook.Definition) (got []string) {
	t.Helper()
	w, c := s.open(t)
	book, seen := s.listed(t, d, c)
	if s.then != nil {
		if err := s.then(w, c); err != nil {
			t.Fatal(err)
		}
	}
	in := playbook.In{AWS: c.Reads(), Now: w.Now(), Metrics: s.metrics, Streak: s.streak, Organization: playbook.Organization{Environments: map[string]string{here.Account: s.environment}}}
	for _, x := range seen {
		c.Calls()
		found, err := book.Check(t.Context(), in, "c_1", x)
		if err != nil {
			t.Fatal(err)
		}
		for _, id := range c.Calls() {
			if !slices.Contains(d.Reads, id) {
				t.Errorf("%s calls %s, which it does not declare", d.ID, id)
			}
		}
		for _, p := range found {
			got = append(got, playbooktest.Lines(p))
			again, err := book.Check(t.Context(), in, "c_1", p.Suspect)
			if err != nil || len(again) != 1 || cmp.Diff(p, again[0]) != "" {
				t.Errorf("looked at again, it is another finding: %v, %v", again, err)
			}
		}
		if s.environment != "" && len(s.want) == 0 {
			continue // it reads nothing of what it is not for
		}
		denied := in
		denied.AWS = actiontest.On(func(p event.Place) aws.Config { return w.Config(p, blind) }).Reads()
		if _, err := book.Check(t.Context(), denied, "c_1", x); err == nil {
			t.Errorf("%s: nothing may be read, and there is no error: it is guessed", x.Title)
		}
	}
	slices.Sort(got)
	return got
}

func opened(t *testing.T, region string) (*world.World, *actiontest.AWS) {
	t.Helper()
	return story{region: region}.open(t)
}

func (s story) open(t *testing.T) (*world.World, *actiontest.AWS) {
	t.Helper()
	w, err := world.New([]byte(estate(s.region, s.user)), world.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return w, actiontest.On(func(p event.Place) aws.Config { return w.Config(p, operator) })
}

// listed is what the playbook looks for among all that it lists.
func (s story) listed(t *testing.T, d playbook.Definition, c *actiontest.AWS) (playbook.Playbook, []playbook.StoredSuspect) {
	t.Helper()
	book, err := d.Bind(func(p any) error {
		if s.params == "" {
			return nil
		}
		return yaml.NewDecoder(strings.NewReader(s.params), yaml.Strict()).Decode(p)
	})
	if err != nil {
		t.Fatal(err)
	}
	return book, slices.DeleteFunc(sightings(t, book, c.Reads()), func(x playbook.StoredSuspect) bool { return s.only != "" && x.Resource.Type != s.only })
}

func sightings(t *testing.T, book playbook.Playbook, aws access.Reads) (all []playbook.StoredSuspect) {
	t.Helper()
	for _, sweep := range book.Sweeps {
		for page, err := range sweep.Listing.Pages(t.Context(), aws, here) {
			if err != nil {
				t.Fatal(err)
			}
			seen, err := sweep.Judge(page)
			if err != nil {
				t.Fatal(err)
			}
			for _, x := range seen {
				if _, err := book.Preview(x.Suspect); err != nil {
					t.Errorf("preview: %v", err)
				}
				all = append(all, x.Suspect)
			}
		}
	}
	return all
}

// measured is what CloudWatch has, by the metric's name; of others there is no evidence.
type measured map[string]playbook.Series

func (m measured) Daily(_ context.Context, q playbook.MetricQuery) (playbook.Series, error) {
	s, ok := m[q.Name]
	if !ok {
		return playbook.Series{}, playbook.ErrNoEvidence
	}
	if s.Days == 0 {
		s.Days = int(q.To.Sub(q.From) / (24 * time.Hour))
	}
	return s, nil
}

// broken is a CloudWatch that does not answer.
type broken struct{}

var errThrottled = errors.New("throttled")

func (broken) Daily(context.Context, playbook.MetricQuery) (playbook.Series, error) {
	return playbook.Series{}, errThrottled
}

// year is a streak that has lasted for a year.
func year() playbook.Streak {
	first := time.Date(2029, 1, 7, 9, 0, 0, 0, time.UTC)
	return playbook.Streak{Since: first, First: first, Last: first.AddDate(1, 0, 0), Seen: 365}
}

// each is a value for each of some days.
func each(days int, value float64) (all []float64) {
	for range days {
		all = append(all, value)
	}
	return all
}
