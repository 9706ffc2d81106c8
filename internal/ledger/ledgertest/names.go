package ledgertest

import (
	"cmp"
	"fmt"
	"slices"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/names"
)

// RunNames tells the stories of the index of names, each to a store of its own.
func (suite Suite) RunNames(t *testing.T, open func(t *testing.T) ledger.Store) {
	for _, story := range []struct {
		name string
		tell func(*stage)
	}{
		{"a record is found by what it points to, over all accounts", referenced},
		{"a second read without changes writes nothing", unchangedNames},
		{"a zone is gone", zoneGone},
		{"a bucket is deleted, and made again elsewhere", bucketMoves},
		{"what is gone is forgotten in the end", forgotten},
		{"an event shows what changed, and comes late", learnt},
		{"names that an attacker chose keep nothing out", hostileNames},
		{"many records are written in parts", manyNames},
	} {
		t.Run(story.name, func(t *testing.T) { story.tell(&stage{t, open(t), Start()}) })
	}
}

func dns(account string) event.Place { return event.Place{Partition: "aws", Account: account} }

func bucketKey(name string) names.Key {
	return names.Key{Partition: "aws", Service: names.S3, ID: name}
}

// Pointing is a record of a zone that points to a key.
func Pointing(account, zone, name string, to names.Key) names.Entry {
	return names.Entry{Key: to, Points: true, Resource: dns(account).In(event.RecordSet, zone+"/CNAME/"+name)}
}

func bucketOf(account, name string) names.Entry {
	at := event.Place{Partition: "aws", Account: account, Region: "eu-west-1"}
	return names.Entry{Key: bucketKey(name), Resource: at.In(event.Bucket, name)}
}

func zoneOf(account, zone string) names.Source {
	return names.Source{Place: dns(account), Kind: event.RecordSet, Zone: zone}
}

func bucketsOf(account string) names.Source { return bucketOf(account, "x").Source() }

func (s *stage) keep(of names.Source, now ...names.Entry) int {
	s.Helper()
	n, err := s.KeepNames(s.Context(), s.now, of, now)
	s.must(err)
	return n
}

// known are the entries of a key, as "account id since", with "gone" or "points".
func (s *stage) known(k names.Key) []string {
	s.Helper()
	all, err := s.NamesOf(s.Context(), k)
	s.must(err)
	return inWords(all)
}

func inWords(all []names.Entry) (out []string) {
	for _, e := range all {
		line := e.Resource.Account + " " + e.Resource.ID
		switch {
		case e.Points && e.Private:
			line += " points privately"
		case e.Points:
			line += " points"
		case !e.Gone.IsZero():
			line += " gone"
		}
		out = append(out, line)
	}
	slices.Sort(out)
	return out
}

func (s *stage) want(what string, got []string, want ...string) {
	s.Helper()
	if d := gocmp.Diff(want, got); d != "" {
		s.Errorf("%s: %s", what, d)
	}
}

func referenced(s *stage) {
	shop := bucketKey("shop")
	private := Pointing("222233334444", "Z2", "in.example.com", shop)
	private.Private = true
	s.keep(zoneOf("111122223333", "Z1"), Pointing("111122223333", "Z1", "www.example.com", shop), Pointing("111122223333", "Z1", "img.example.com", bucketKey("img")))
	s.keep(zoneOf("222233334444", "Z2"), private)
	s.want("the bucket shop", s.known(shop), "111122223333 Z1/CNAME/www.example.com points", "222233334444 Z2/CNAME/in.example.com points privately")
	s.want("one that nothing points to", s.known(bucketKey("none")))
	s.mustVerify()
}

func unchangedNames(s *stage) {
	rows := []names.Entry{Pointing("111122223333", "Z1", "www.example.com", bucketKey("shop")), Pointing("111122223333", "Z1", "img.example.com", bucketKey("img"))}
	if n := s.keep(zoneOf("111122223333", "Z1"), rows...); n != 2 {
		s.Errorf("the first read wrote %d lines", n)
	}
	s.now = s.now.Add(24 * time.Hour)
	slices.Reverse(rows)
	if n := s.keep(zoneOf("111122223333", "Z1"), rows...); n != 0 {
		s.Errorf("the second read wrote %d lines", n)
	}
	if n := s.keep(zoneOf("111122223333", "Z1"), rows[0]); n != 1 {
		s.Errorf("a record less wrote %d lines", n)
	}
	s.want("what is left", s.known(bucketKey("shop")))
}

func zoneGone(s *stage) {
	s.keep(zoneOf("111122223333", "Z1"), Pointing("111122223333", "Z1", "www.example.com", bucketKey("shop")))
	s.keep(zoneOf("111122223333", "Z2"), Pointing("111122223333", "Z2", "www.example.org", bucketKey("shop")))
	sources := func() (zones []string) {
		all, err := s.NameSources(s.Context(), dns("111122223333"), event.RecordSet)
		s.must(err)
		for _, of := range all {
			zones = append(zones, of.Zone)
		}
		slices.Sort(zones)
		return zones
	}
	s.want("zones", sources(), "Z1", "Z2")
	s.now = s.now.Add(time.Hour)
	s.keep(zoneOf("111122223333", "Z1"))
	s.want("zones", sources(), "Z2")
	s.want("what is left", s.known(bucketKey("shop")), "111122223333 Z2/CNAME/www.example.org points")
}

func bucketMoves(s *stage) {
	s.keep(bucketsOf("111122223333"), bucketOf("111122223333", "shop"), bucketOf("111122223333", "img"))
	s.now = s.now.Add(24 * time.Hour)
	s.keep(bucketsOf("111122223333"), bucketOf("111122223333", "img"))
	s.want("the deleted bucket", s.known(bucketKey("shop")), "111122223333 shop gone")
	s.keep(bucketsOf("222233334444"), bucketOf("222233334444", "shop"))
	s.want("made again elsewhere", s.known(bucketKey("shop")), "111122223333 shop gone", "222233334444 shop")
	s.now = s.now.Add(24 * time.Hour)
	s.keep(bucketsOf("111122223333"), bucketOf("111122223333", "img"), bucketOf("111122223333", "shop"))
	s.want("and here again", s.known(bucketKey("shop")), "111122223333 shop", "222233334444 shop")
	had, err := s.NamesHad(s.Context(), bucketOf("111122223333", "shop").Resource)
	s.must(err)
	if len(had) != 1 || had[0].Key != bucketKey("shop") || !had[0].Gone.IsZero() {
		s.Errorf("the bucket had %+v", had)
	}
}

func forgotten(s *stage) {
	s.keep(bucketsOf("111122223333"), bucketOf("111122223333", "shop"))
	s.now = s.now.Add(24 * time.Hour)
	s.keep(bucketsOf("111122223333"))
	s.now = s.now.Add(names.Remembered - time.Hour)
	s.keep(bucketsOf("111122223333"))
	s.want("a year later", s.known(bucketKey("shop")), "111122223333 shop gone")
	s.now = s.now.Add(2 * time.Hour)
	s.keep(bucketsOf("111122223333"))
	s.want("later still", s.known(bucketKey("shop")))
}

func learnt(s *stage) {
	www := Pointing("111122223333", "Z1", "www.example.com", bucketKey("shop"))
	www.Resource.Region = ""
	s.must(s.LearnNames(s.Context(), []names.Change{
		{Resource: www.Resource, At: s.now, Now: []names.Entry{www}},
		{Resource: bucketOf("111122223333", "shop").Resource, At: s.now, Now: []names.Entry{bucketOf("111122223333", "shop")}, Adds: true},
	}))
	s.want("made", s.known(bucketKey("shop")), "111122223333 Z1/CNAME/www.example.com points", "111122223333 shop")
	late := s.now.Add(-time.Minute)
	s.must(s.LearnNames(s.Context(), []names.Change{{Resource: bucketOf("111122223333", "shop").Resource, At: late}, {Resource: www.Resource, At: late}}))
	s.want("deletions that are older than what is known", s.known(bucketKey("shop")), "111122223333 Z1/CNAME/www.example.com points", "111122223333 shop")
	s.now = s.now.Add(time.Minute)
	other := www
	other.Key = bucketKey("other")
	s.must(s.LearnNames(s.Context(), []names.Change{{Resource: bucketOf("111122223333", "shop").Resource, At: s.now}, {Resource: www.Resource, At: s.now, Now: []names.Entry{other}}}))
	s.want("deleted", s.known(bucketKey("shop")), "111122223333 shop gone")
	s.want("repointed", s.known(bucketKey("other")), "111122223333 Z1/CNAME/www.example.com points")
	if n := s.keep(zoneOf("111122223333", "Z1"), other); n != 0 {
		s.Errorf("a read of what events had told wrote %d lines", n)
	}
}

func hostileNames(s *stage) {
	odd := []string{`\052.example.com`, "a'b.example.com", `a"b;--.example.com`, "a#b.example.com", "a%b.example.com", `a\057b.example.com`, "ａ.example.com"}
	var rows []names.Entry
	for _, name := range odd {
		rows = append(rows, Pointing("111122223333", "Z1", name, bucketKey("shop")))
	}
	s.keep(zoneOf("111122223333", "Z1"), rows...)
	if got := s.known(bucketKey("shop")); len(got) != len(odd) {
		s.Errorf("of %d names %d are found: %q", len(odd), len(got), got)
	}
	if n := s.keep(zoneOf("111122223333", "Z1"), rows...); n != 0 {
		s.Errorf("read again, %d lines were written", n)
	}
}

func manyNames(s *stage) {
	var rows []names.Entry
	for i := range 3*ledger.NamesAtOnce + 1 {
		rows = append(rows, Pointing("111122223333", "Z1", fmt.Sprintf("r%03d.example.com", i), bucketKey("shop")))
	}
	s.keep(zoneOf("111122223333", "Z1"), rows...)
	all, err := s.NamesOf(s.Context(), bucketKey("shop"))
	s.must(err)
	slices.SortFunc(all, func(a, b names.Entry) int { return cmp.Compare(a.Resource.ID, b.Resource.ID) })
	for i := range rows {
		rows[i].Since = s.now.Truncate(time.Second)
	}
	if d := gocmp.Diff(rows, all); d != "" {
		s.Error(d)
	}
}
