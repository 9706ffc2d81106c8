package sqlite_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/ledger/ledgertest"
	"github.com/ripostehq/riposte/internal/ledger/sqlite"
	"github.com/ripostehq/riposte/names"
)

// BenchmarkNamesOfAMillionRecordsVersusTenThousand is a lookup in the index of 10,000 zones with 1,000,000 records against one of 10,000 records, what the
// larger file takes, and which share of its lines a second sweep without changes writes.
func BenchmarkNamesOfAMillionRecordsVersusTenThousand(b *testing.B) {
	var small, large time.Duration
	var bytes, rewritten float64
	for b.Loop() {
		var lines, again int
		s, _ := indexed(b, 100, &lines)
		small += lookUp(b, s, 100)
		b.StopTimer()
		s.Close()
		b.StartTimer()
		var path string
		if s, path = indexed(b, 10_000, &lines); lines == 0 {
			b.Fatal("nothing was written")
		}
		for z := range 10_000 {
			again += keepZone(b, s, z, ledgertest.Start().Add(24*time.Hour))
		}
		rewritten = float64(again) / float64(lines)
		large += lookUp(b, s, 10_000)
		s.Close()
		i, err := os.Stat(path)
		if err != nil {
			b.Fatal(err)
		}
		bytes = float64(i.Size())
	}
	b.ReportMetric(float64(large)/float64(small), "ratio")
	b.ReportMetric(bytes/1e6, "MB")
	b.ReportMetric(rewritten*100, "%-rewritten")
}

// recordsAZone, of which five in eight point to something of AWS.
const recordsAZone = 100

func indexed(b *testing.B, zones int, lines *int) (*sqlite.Store, string) {
	path := filepath.Join(b.TempDir(), "riposte.db")
	s, err := sqlite.Open(b.Context(), path)
	if err != nil {
		b.Fatal(err)
	}
	*lines = 0
	for z := range zones {
		*lines += keepZone(b, s, z, ledgertest.Start())
	}
	return s, path
}

func keepZone(b *testing.B, s *sqlite.Store, z int, at time.Time) int {
	place := event.Place{Partition: "aws", Account: "111122223333"}
	zone := fmt.Sprintf("Z%019d", z)
	var all []names.Entry
	for i := range recordsAZone {
		name := fmt.Sprintf("r%d.zone%d.example.com", i, z)
		r := names.Record{Name: name, Type: "CNAME", Values: []string{targetOf(z*recordsAZone + i)}}
		for _, k := range r.Keys() {
			all = append(all, names.Entry{Key: k, Points: true, Resource: place.In(event.RecordSet, zone+"/CNAME/"+name)})
		}
	}
	n, err := s.KeepNames(b.Context(), at, names.Source{Place: place, Kind: event.RecordSet, Zone: zone}, all)
	if err != nil {
		b.Fatal(err)
	}
	return n
}

func targetOf(i int) string {
	switch i % 8 {
	case 0:
		return fmt.Sprintf("dualstack.web%d-%d.eu-west-1.elb.amazonaws.com", i, 1_000_000_000+i)
	case 1:
		return fmt.Sprintf("d%013d.cloudfront.net", i)
	case 2:
		return fmt.Sprintf("ec2-52-%d-%d-%d.eu-west-1.compute.amazonaws.com", i>>16&255, i>>8&255, i&255)
	case 3:
		return fmt.Sprintf("app%d.us-east-1.elasticbeanstalk.com", i)
	case 4:
		return fmt.Sprintf("api%07d.execute-api.eu-west-1.amazonaws.com", i)
	}
	return fmt.Sprintf("host%d.saas.example", i)
}

// lookUp is the median of many.
func lookUp(b *testing.B, s *sqlite.Store, zones int) time.Duration {
	var took []time.Duration
	for i := range 2000 {
		k := names.Parse(targetOf((i*7919%(zones*recordsAZone))/8*8), "")[0]
		began := time.Now()
		found, err := s.NamesOf(b.Context(), k)
		took = append(took, time.Since(began))
		if err != nil || len(found) == 0 {
			b.Fatalf("%s is not found: %v", k, err)
		}
	}
	slices.Sort(took)
	return took[len(took)/2]
}
