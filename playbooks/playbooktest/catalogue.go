package playbooktest

import (
	"bytes"
	"encoding/json"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"

	"github.com/ripostehq/riposte/action/actiontest"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/playbook"
	"github.com/ripostehq/riposte/playbook/fixture"
)

// Open returns an access to an AWS that was built from an estate, with the rights that riposte would have in the accounts
// of the organisation, and the AWS's time.
type Open func(t *testing.T, f fixture.Fixture) (func(event.Place) aws.Config, time.Time)

// Catalogue tells the stories of every playbook's fixture. Of each record that fires, the suite tells what is the same for
// all playbooks: a copy that failed, or that AWS called, fires only where a trigger says so; where nothing may be read
// there is an error and no plan; twice the same record is the same finding; and no hostile copy makes it fail.
func Catalogue(t *testing.T, all []playbook.Definition, open Open) {
	for _, d := range all {
		t.Run(d.ID, func(t *testing.T) {
			for _, s := range []fixture.Sort{fixture.Fires, fixture.Quiet, fixture.Gone} {
				if s == fixture.Gone && len(d.Reads) == 0 {
					continue // it tells what a record says, and does not look whether that is still so
				}
				if !slices.ContainsFunc(d.Stories.Stories, func(x fixture.Story) bool { return x.Sort == s }) {
					t.Errorf("%s has no story of the sort %q: add one to its fixture (go doc ./playbook/fixture says how)", d.ID, s)
				}
			}
			for _, f := range d.Stories.Stories {
				t.Run(string(f.Sort)+"/"+f.Name, func(t *testing.T) { told(t, d, f, open) })
			}
		})
	}
}

// told tells one story of a fixture.
func told(t *testing.T, d playbook.Definition, f fixture.Story, open Open) {
	if f.Listed != nil {
		listed(t, d, f, open)
		return
	}
	config, now := open(t, d.Stories)
	s := storyOf(t, d, f, config, now)
	s.Tell(t, d)
	if leads, _ := s.leads(t, d); f.Sort == fixture.Gone && len(leads) == 0 {
		t.Error("nothing is looked at: a record that fires nothing is of the sort \"quiet\"")
	}
	if (f.Sort == fixture.Fires) != (len(f.Plans) > 0) && f.Sort != fixture.Hostile {
		t.Errorf("%d plans: what fires has some, what is quiet or gone has none", len(f.Plans))
	}
	if f.Sort == fixture.Fires {
		s.copies(t, d, config)
	}
}

// Suspects are what the record of a story gives alone; none where it has no record.
func Suspects(t *testing.T, d playbook.Definition, f fixture.Story) []playbook.StoredSuspect {
	t.Helper()
	if f.Listed != nil {
		return nil
	}
	leads, _ := storyOf(t, d, f, nil, time.Time{}).leads(t, d)
	return leads
}

// Proposals are what a look finds in a story of a fixture.
func Proposals(t *testing.T, d playbook.Definition, f fixture.Story, open Open) (all []playbook.Proposal) {
	t.Helper()
	if f.Listed != nil {
		return swept(t, d, f, open)
	}
	config, now := open(t, d.Stories)
	s := storyOf(t, d, f, config, now)
	leads, book := s.leads(t, d)
	for _, l := range leads {
		in := looking(playbook.In{AWS: actiontest.On(config).Reads(), Now: now, Organization: s.organization(), History: s.history(t, book), Names: s.Names(t, book)})
		found, err := book.Check(t.Context(), in, "c_1", l)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, found...)
	}
	return all
}

func storyOf(t *testing.T, d playbook.Definition, f fixture.Story, config func(event.Place) aws.Config, now time.Time) Story {
	return Story{
		Sort: Sort(f.Sort), Record: f.Record, Before: f.Before, Members: d.Stories.Organization, Environments: d.Stories.Environments, People: d.Stories.People, Known: known(t, d.Stories), Suspects: Any, Plans: f.Plans,
		AWS: func(*testing.T) (*actiontest.AWS, time.Time) { return actiontest.On(config), now },
		Configure: func(p any) error { // over the defaults, strictly
			if f.Params == "" {
				return nil
			}
			return yaml.NewDecoder(bytes.NewReader([]byte(f.Params)), yaml.Strict()).Decode(p)
		},
	}
}

// known is what a fixture says of the organisation, beside its accounts and people.
func known(t *testing.T, f fixture.Fixture) playbook.Organization {
	t.Helper()
	o := playbook.Organization{Vendors: map[string]string{}, Decoys: f.Decoys}
	for _, account := range f.Vendors {
		o.Vendors[account] = ""
	}
	for _, block := range f.Offices {
		p, err := netip.ParsePrefix(block)
		if err != nil {
			t.Fatalf("the offices of the fixture: %v", err)
		}
		o.Offices = append(o.Offices, p)
	}
	for _, line := range f.Automation {
		id, pattern, _ := strings.Cut(line, " ")
		o.Automation = append(o.Automation, playbook.Automation{ID: id, Playbooks: []string{pattern}, Said: "trusted[0]"})
	}
	return o
}

// copies tells of a record that fires what the suite knows by itself.
func (s Story) copies(t *testing.T, d playbook.Definition, open func(event.Place) aws.Config) {
	t.Helper()
	original, book := s.leads(t, d)
	denied := denying(open)
	t.Run("a read is not answered", func(t *testing.T) { s.unanswered(t, book, original, open) })
	if again, _ := s.leads(t, d); cmp.Diff(original, again) != "" {
		t.Errorf("the same record is another finding: %s", cmp.Diff(original, again))
	}
	t.Run("nothing may be read", func(t *testing.T) {
		if len(d.Reads) == 0 {
			t.SkipNow()
		}
		_, now := s.AWS(t)
		in := looking(playbook.In{AWS: denied.Reads(), Now: now, Organization: s.organization(), History: s.history(t, book), Names: s.Names(t, book)})
		for _, l := range original {
			if found, err := book.Check(t.Context(), in, "c_1", l); err == nil {
				t.Errorf("%s: %d plans, and no error: what can't be read is guessed", l.Title, len(found))
			}
		}
	})
	if event.Identify(json.RawMessage(s.Record)).Notice != nil {
		return // no call: it can't have failed, nor does a caller have a say in it
	}
	var also playbook.Calls // what any of the triggers says of the records that it fires on
	for _, one := range book.On {
		switch by := one.(type) {
		case playbook.Calls:
			also.Failed, also.ByAWS = also.Failed || by.Failed, also.ByAWS || by.ByAWS
		case playbook.Callers:
			also.Failed = also.Failed || by.Failed
		}
	}
	for _, copied := range []struct {
		how, keys string
		may       bool
	}{
		{"it failed", `{"errorCode": "AccessDenied", "errorMessage": "no"}`, also.Failed},
		{"AWS called", `{"userIdentity": {"type": "AWSService", "invokedBy": "ec2.amazonaws.com"}}`, also.ByAWS},
	} {
		other := s
		other.Record = patched(s.Record, copied.keys)
		if leads, _ := other.leads(t, d); len(leads) > 0 && !copied.may {
			t.Errorf("%s, and it fires all the same: %+v", copied.how, leads)
		}
	}
	s.hostile(t, d, book, original)
}
