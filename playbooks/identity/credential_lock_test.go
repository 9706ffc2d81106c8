package identity_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/world"
	"github.com/ripostehq/riposte/playbook"
	"github.com/ripostehq/riposte/playbook/fixture"
	"github.com/ripostehq/riposte/playbooks/identity"
)

// reasons are what a person is asked in the stories of a lock, each for one condition of its own.
var reasons = map[string]string{
	"an address of its own, and riposte asks":                                "192.0.2.11/32, an address of its own",
	"no call was recorded from the network, and riposte asks":                "no call from the network subnet-0silent",
	"more calls than are looked at, and riposte asks":                        "not all calls of the role's instances were seen: a look reads 10 pages",
	"a call by a private address without its endpoint, and riposte asks":     "is recorded from 100.64.9.9 without its endpoint",
	"a way out is new to the lock, and riposte asks":                         "new to the role's lock: 192.0.2.21/32",
	"the gateway was replaced, and riposte asks":                             "new to the role's lock: 192.0.2.20/32, 192.0.2.21/32",
	"the lock was edited, and riposte asks":                                  "riposte-credential-lock is not as riposte writes it",
	"others assume the role, and riposte asks":                               "trusted to others than EC2",
	"a node of a cluster, and riposte asks":                                  "a node of a cluster",
	"behind a transit gateway, and riposte asks":                             "leads through another, whose ways out this account does not show",
	"the role reads objects, and riposte asks":                               "URLs that it signs for others",
	"the only one in its region, and riposte asks":                           "no other instance of the role than those of this call",
	"an address comes to an instance, and riposte asks":                      "192.0.2.10/32, an address of its own",
	"an address leaves an instance":                                          "no instance of the role goes out by 192.0.2.19/32 now",
	"a lock to an address that is gone":                                      "no instance of the role goes out by 192.0.2.19/32 now",
	"a lock of another author's that locks nothing":                          "",
	"a deny of all of one service's is no lock":                              "",
	"a deny from everywhere is no lock":                                      "",
	"a lock of some services alone":                                          "",
	"a list of one trusts EC2, and who the role is was asked from elsewhere": "",
	"a node of EKS, and riposte asks":                                        "a node of a cluster",
	"no lock, and a gateway":                                                 "",
	"launched by a group":                                                    "",
	"a profile comes to an instance":                                         "",
	"a call that the lock would cut off":                                     "",
	"a call through another network's endpoint":                              "",
}

func TestAPersonIsAskedForOneReasonAtATime(t *testing.T) {
	d := identity.CredentialLock()
	for _, s := range d.Stories.Stories {
		if s.Sort != fixture.Fires {
			continue
		}
		want, known := reasons[s.Name]
		if !known {
			t.Errorf("%s: no reason is named here", s.Name)
		}
		for _, p := range looked(t, d, s) {
			got := ""
			for _, step := range p.Plan.Steps {
				got += step.Ladder[0].Ask
			}
			if (got == "") != (want == "") || !strings.Contains(got, want) || strings.Count(got, "; ") > strings.Count(want, "new to") && !strings.Contains(want, "leads through") {
				t.Errorf("%s: asks %q, want %q alone", s.Name, got, want)
			}
		}
	}
}

// looked is what a look finds in a story of a fixture's world.
func looked(t *testing.T, d playbook.Definition, s fixture.Story) (all []playbook.Proposal) {
	t.Helper()
	book, err := d.Default()
	if err != nil {
		t.Fatal(err)
	}
	e, err := event.Decode([]byte(s.Record))
	if err != nil {
		t.Fatal(err)
	}
	users := strings.Replace(d.Stories.World, "    roles:", `    users: [{name: reader, attached: ["arn:aws:iam::aws:policy/AdministratorAccess"], keys: [{id: AKIAREADER0000000001, secret: s}]}]`+"\n    roles:", 1)
	w, err := world.New([]byte(users), world.Options{})
	if err != nil {
		t.Fatal(err)
	}
	reads := access.ClientReads(func(p event.Place) aws.Config {
		if p.Region == "" {
			p.Region = "us-east-1"
		}
		return w.Config(p, aws.Credentials{AccessKeyID: "AKIAREADER0000000001", SecretAccessKey: "s"})
	})
	var seen []playbook.Observation
	for _, record := range s.Before {
		b, err := event.Decode([]byte(record))
		if err != nil {
			t.Fatal(err)
		}
		seen = append(seen, book.Observes(b)...)
	}
	suspects, err := book.Suspects(e)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range suspects {
		found, err := book.Check(t.Context(), playbook.In{AWS: reads, Now: w.Now(), History: playbook.History{Recall: recalling(seen), Calls: new(playbook.Lookups).Calls(reads, w.Now())}}, "c_1", l)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, found...)
	}
	return all
}

// recalling remembers what was observed.
func recalling(seen []playbook.Observation) playbook.Recall {
	return func(_ context.Context, r event.Resource, of string, before time.Time) (*playbook.Observation, error) {
		for i, o := range seen {
			if o.Resource == r && o.Of == of && o.Counts(before) {
				return &seen[i], nil
			}
		}
		return nil, nil
	}
}
