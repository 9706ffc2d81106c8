package playbooktest

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ripostehq/riposte/action/actiontest"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/playbook"
	"github.com/ripostehq/riposte/playbook/fixture"
)

// listed tells a story of what a sweep lists: the sweep's page, the rule, the streak, the look, the plan.
func listed(t *testing.T, d playbook.Definition, f fixture.Story, open Open) {
	of, err := d.Stories.Holding(f.Listed)
	if err != nil {
		t.Fatal(err)
	}
	config, now := open(t, of)
	s := storyOf(t, d, f, config, now)
	book, err := d.Knowing(event.People{Issuers: s.People}).Bind(s.Configure)
	if err != nil {
		t.Fatal(err)
	}
	aws := actiontest.On(config)
	index := s.namesIn(t, book, aws, f.Listed.Region, time.Time{})
	seen := sighted(t, book, aws, event.Place{Partition: "aws", Account: f.Listed.Account, Region: f.Listed.Region}, index)
	if f.Sort == fixture.Gone {
		config, _ = open(t, d.Stories)
		aws = actiontest.On(config)
		if len(seen) == 0 {
			t.Error("nothing is looked at: what no rule wants is of the sort \"quiet\"")
		}
	}
	var got []string
	for _, one := range seen {
		in := s.sweeping(f.Listed, &one, aws, now)
		in.Names = index
		if ripe, err := book.Ripe(*in.Streak, one.Suspect, now); err != nil || !ripe {
			if err != nil {
				t.Fatal(err)
			}
			continue
		}
		got = append(got, s.confirmed(t, d, book, in, one, aws)...)
		if f.Sort == fixture.Fires {
			in.AWS = denying(config).Reads()
			if found, err := book.Check(t.Context(), in, "c_1", one.Suspect); err == nil {
				t.Errorf("%s: nothing may be read, and there are %d plans and no error: it is guessed", one.Suspect.Title, len(found))
			}
		}
	}
	if diff := cmp.Diff(f.Plans, got); diff != "" {
		t.Errorf("plans (-want +got):\n%s", diff)
	}
	if (f.Sort == fixture.Fires) != (len(f.Plans) > 0) && f.Sort != fixture.Hostile {
		t.Errorf("%d plans: what fires has some, what is quiet or gone has none", len(f.Plans))
	}
}

// sweeping is what a look at a sweep's suspect may use, of which it says whence it comes.
func (s Story) sweeping(l *fixture.Listed, one *playbook.Sighting, aws *actiontest.AWS, now time.Time) playbook.In {
	in := Evidence(l, one, now)
	in.AWS, in.Organization = aws.Reads(), s.organization()
	return looking(in)
}

// Evidence is what a story tells a look of what it lists, beside what the look reads: since when it is so, what metrics, the event history and
// prices say. It gives the sighting its origin.
func Evidence(l *fixture.Listed, one *playbook.Sighting, now time.Time) playbook.In {
	one.Suspect.Origin = playbook.Origin{Sweep: now.Format(time.DateOnly) + "/" + l.Account, Received: now}
	return playbook.In{Now: now, Streak: streak(l, *one, now), Past: past{l, now}, Prices: prices{l}, Metrics: metrics{l}}
}

// swept are the proposals of what a sweep lists in a story.
func swept(t *testing.T, d playbook.Definition, f fixture.Story, open Open) (all []playbook.Proposal) {
	t.Helper()
	of, err := d.Stories.Holding(f.Listed)
	if err != nil {
		t.Fatal(err)
	}
	config, now := open(t, of)
	s, aws := storyOf(t, d, f, config, now), actiontest.On(config)
	book, err := d.Bind(s.Configure)
	if err != nil {
		t.Fatal(err)
	}
	index := s.namesIn(t, book, aws, f.Listed.Region, time.Time{})
	for _, one := range sighted(t, book, aws, event.Place{Partition: "aws", Account: f.Listed.Account, Region: f.Listed.Region}, index) {
		in := s.sweeping(f.Listed, &one, aws, now)
		in.Names = index
		found, err := book.Check(t.Context(), in, "c_1", one.Suspect)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, found...)
	}
	return all
}

// sighted is what a playbook looks for among all that it lists in a place.
func sighted(t *testing.T, book playbook.Playbook, aws *actiontest.AWS, at event.Place, index playbook.Names) (seen []playbook.Sighting) {
	t.Helper()
	for _, sweep := range book.Sweeps {
		for page, err := range sweep.Listing.Pages(t.Context(), aws.Reads(), at) {
			if err != nil {
				t.Fatal(err)
			}
			found, err := sweep.Judge(page)
			if err != nil {
				t.Fatal(err)
			}
			for _, one := range found {
				wanted, err := one.Wanted(t.Context(), index)
				if err != nil {
					t.Fatal(err)
				}
				if wanted {
					seen = append(seen, one)
				}
			}
		}
	}
	for _, one := range seen {
		if _, err := book.Preview(one.Suspect); err != nil {
			t.Errorf("preview: %v", err)
		}
	}
	return seen
}

// streak is what the story says of how long it was seen; what AWS proves counts where that is longer.
func streak(l *fixture.Listed, one playbook.Sighting, now time.Time) *playbook.Streak {
	k := &playbook.Streak{Since: now.Add(-l.For), First: now.Add(-l.For), Last: now, Seen: l.Seen}
	if !one.Since.IsZero() && one.Since.Before(k.Since) {
		k.Since = one.Since
	}
	if l.Told > 0 {
		k.Told = now.Add(-l.Told)
	}
	return k
}

// confirmed are the plans of one suspect, which it must have again when it is looked at again.
func (s Story) confirmed(t *testing.T, d playbook.Definition, book playbook.Playbook, in playbook.In, one playbook.Sighting, aws *actiontest.AWS) (got []string) {
	t.Helper()
	aws.Calls()
	found, err := book.Check(t.Context(), in, "c_1", one.Suspect)
	if (err != nil) != (s.Sort == Denied) {
		t.Fatalf("check: %v", err)
	}
	for _, id := range aws.Calls() {
		if !slices.Contains(d.Reads, id) {
			t.Errorf("%s calls %s, which it does not declare", d.ID, id)
		}
	}
	for _, p := range found {
		got = append(got, waiting(p))
		declared(t, book, p.Plan)
		steady(t, book, in, p)
	}
	return got
}

// waiting writes a plan as Lines does, and behind each step how long it waits.
func waiting(p playbook.Proposal) string {
	lines := strings.Split(Lines(p), "\n")
	for i, s := range p.Plan.Steps {
		if s.After > 0 {
			lines[i+1] += " after " + s.After.String()
		}
	}
	return strings.Join(lines, "\n")
}

// past is the event history that a story tells.
type past struct {
	of  *fixture.Listed
	now time.Time
}

// Calls are the story's, whatever the resource.
func (p past) Calls(_ context.Context, of event.Resource, since time.Time) (all []playbook.PastCall, _ error) {
	if p.of.Blind {
		return nil, playbook.ErrNoEvidence
	}
	for _, c := range p.of.Past {
		id := call.ID(c.Call)
		heard := id.Events()[0]
		if at := p.now.Add(-c.Ago); !at.Before(since) {
			all = append(all, playbook.PastCall{Own: c.Own, Event: event.Event{
				Kind: event.Call, Source: heard.Source, Name: heard.Name, Time: at, Account: of.Account, Region: of.Region,
				Actor: event.Actor{InvokedBy: c.By},
			}})
		}
	}
	return all, nil
}

// prices are those of us-east-1, in any region.
type prices struct{ of *fixture.Listed }

func unitPrices() map[string]float64 {
	return map[string]float64{
		"EBS:VolumeUsage.gp3": .08, "EBS:VolumeUsage.gp2": .1, "EBS:VolumeUsage.piops": .125, "EBS:VolumeUsage.io2": .125, "EBS:VolumeUsage.st1": .045, "EBS:VolumeUsage.sc1": .015,
		"EBS:VolumeUsage": .05, "EBS:VolumeP-IOPS.gp3": .005, "EBS:VolumeP-Throughput.gp3": 40.96, "EBS:VolumeP-IOPS.piops": .065, "EBS:SnapshotUsage": .05, "PublicIPv4:IdleAddress": .005,
		"InstanceUsage:db.m5.large": .178, "InstanceUsage:db.t3.micro": .018, "RDS:GP3-Storage": .115, "RDS:GP2-Storage": .115, "RDS:ChargedBackupUsage": .095,
		"Node:ra3.4xlarge": 3.26, "PaidSnapshots": .024,
	}
}

// Price of one unit, as a table of a test's has it.
func (p prices) Price(_ context.Context, item playbook.PriceItem) (playbook.Price, error) {
	dollars, known := unitPrices()[item.Usage]
	if !known || p.of.Unpriced {
		return playbook.Price{}, playbook.ErrNoPrice
	}
	return playbook.Price{Dollars: dollars, Unit: "test", Source: "table of the tests"}, nil
}

// metrics are CloudWatch as a story tells it.
type metrics struct{ of *fixture.Listed }

// Daily is what the story has of the metric.
func (m metrics) Daily(_ context.Context, q playbook.MetricQuery) (playbook.Series, error) {
	values, known := m.of.Metrics[q.Name]
	if !known {
		return playbook.Series{}, playbook.ErrNoEvidence
	}
	return playbook.Series{Days: int(q.To.Sub(q.From) / (24 * time.Hour)), Values: slices.Clone(values)}, nil
}
