package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/ledger/sqlite"
	"github.com/ripostehq/riposte/internal/mototest"
	"github.com/ripostehq/riposte/inventory"
	"github.com/ripostehq/riposte/playbook"
	"github.com/ripostehq/riposte/playbooks"
)

// idle is a playbook that looks for volumes without an attachment: what waste's does is its own matter.
func idle() playbook.Definition {
	type facts struct{ Size int32 }
	return playbook.Define(playbook.Spec[struct{}, facts]{
		ID: "test.idle-volume", Title: "A volume is attached to nothing", Why: "It costs.", Severity: playbook.Low, Concern: playbook.Cost, Tells: true,
		Lists: []playbook.Listing[struct{}, facts]{playbook.List(inventory.Volumes(), func(_ event.Resource, v types.Volume, _ struct{}) *playbook.Listed[facts] {
			if v.State != types.VolumeStateAvailable {
				return nil
			}
			return &playbook.Listed[facts]{Suspect: playbook.Suspect[facts]{Title: "volume " + aws.ToString(v.VolumeId) + " is attached to nothing", Facts: facts{aws.ToInt32(v.Size)}}}
		})},
		Ripe: func(k playbook.Streak, _ facts, _ time.Time, _ struct{}) bool { return k.Seen >= 7 },
	})
}

type sweeps struct {
	*testing.T
	now      time.Time
	out, err bytes.Buffer
}

func (s *sweeps) run(args ...string) int {
	s.Helper()
	return s.runIn(context.Background(), args...)
}

func (s *sweeps) runIn(ctx context.Context, args ...string) int {
	s.Helper()
	s.out.Reset()
	s.err.Reset()
	sh := &shell{in: strings.NewReader(""), out: &s.out, err: &s.err, now: func() time.Time { return s.now }}
	books := slices.DeleteFunc(playbooks.All(), func(d playbook.Definition) bool { return strings.HasPrefix(d.ID, "hardening.") }) // moto lacks GetInstanceMetadataDefaults
	sh.catalogue, sh.kinds = append(books, idle()), action.Kinds()
	return runOver(ctx, append([]string{"sweep"}, args...), sh)
}

func TestSweepOverMoto(t *testing.T) {
	server := mototest.Start(t)
	lives(t, server)
	t.Chdir(t.TempDir())
	at := func(region string) *ec2.Client {
		return ec2.NewFromConfig(server.Config(event.Place{Partition: "aws", Account: mototest.Account, Region: region}))
	}
	for _, v := range []struct{ region, keep string }{{"eu-west-1", ""}, {"us-east-1", ""}, {"us-east-1", "2040-01-01"}} {
		in := &ec2.CreateVolumeInput{AvailabilityZone: aws.String(v.region + "a"), Size: aws.Int32(8)}
		if v.keep != "" {
			in.TagSpecifications = []types.TagSpecification{{ResourceType: types.ResourceTypeVolume, Tags: []types.Tag{{Key: aws.String("riposte:keep"), Value: &v.keep}}}}
		}
		if _, err := at(v.region).CreateVolume(t.Context(), in); err != nil {
			t.Fatal(err)
		}
	}
	s := &sweeps{T: t, now: time.Date(2030, 1, 7, 9, 0, 0, 0, time.UTC)}

	if code := s.run("--playbook", "test.idle-volume", "--format", "json"); code != exitDone {
		t.Fatalf("%d: %s%s", code, s.out.String(), s.err.String())
	}
	lines := strings.Split(strings.TrimSpace(s.out.String()), "\n")
	var first sweepLine
	var last struct{ Summary sweepSummary }
	if len(lines) != 4 || json.Unmarshal([]byte(lines[0]), &first) != nil || json.Unmarshal([]byte(lines[3]), &last) != nil {
		t.Fatalf("%s", s.out.String())
	}
	if first.Region != "eu-west-1" || first.Stage != stageLies || first.Seen != 1 || last.Summary.Suspects != 3 || last.Summary.Recorded || last.Summary.Failed != 0 {
		t.Errorf("%+v\n%+v", first, last.Summary)
	}

	if err := os.WriteFile("riposte.yaml", []byte(`organization: {accounts: [{id: "`+mototest.Account+`"}]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	for range 7 {
		if code := s.run(); code != exitDone {
			t.Fatalf("%d: %s%s", code, s.out.String(), s.err.String())
		}
		s.now = s.now.Add(24 * time.Hour)
	}
	if text := s.out.String(); strings.Count(text, "\n  ripe:") != 2 || !strings.Contains(text, "kept until 2031-01-07 by a tag") || !strings.Contains(text, "seen on 7 days") {
		t.Errorf("%s%s", text, s.err.String())
	}
	if code := s.run("--list", "--by", "account", "--playbook", "test.idle-volume"); code != exitDone || !strings.Contains(s.out.String(), mototest.Account+"  3 ") {
		t.Errorf("%d: %s%s", code, s.out.String(), s.err.String())
	}
	if code := s.run("--history", "30d", "--format", "json"); code != exitDone || strings.Count(s.out.String(), `"playbook":"test.idle-volume"`) != 7 {
		t.Errorf("%d: %s%s", code, s.out.String(), s.err.String())
	}
	if code := s.run("--when"); code != exitDone || !strings.Contains(s.out.String(), "2030-01-13") {
		t.Errorf("%d: %s%s", code, s.out.String(), s.err.String())
	}
}

// breaker stands before a server and counts: what breaks off after so many requests breaks off there on machines of any speed.
type breaker struct {
	left  atomic.Int64
	after atomic.Pointer[context.CancelFunc]
}

func (b *breaker) breakAfter(requests int64, do context.CancelFunc) {
	b.after.Store(&do)
	b.left.Store(requests)
}

// through is a breaker before a server, on the way that AWS's clients take.
func through(t *testing.T, server *mototest.Server) *breaker {
	t.Helper()
	to, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	b, proxy := &breaker{}, httputil.NewSingleHostReverseProxy(to)
	proxy.ErrorLog = log.New(io.Discard, "", 0) // of requests that were broken off
	way := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if b.left.Add(-1) == 0 {
			(*b.after.Load())()
		}
		proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(way.Close)
	t.Setenv("AWS_ENDPOINT_URL", way.URL)
	return b
}

// A sweep that is broken off again and again, and gone on with by another process, ends as one that was not: every suspect once, every coverage true.
func TestASweepThatIsBrokenOffEndsAsIfItWereNot(t *testing.T) {
	server := mototest.Start(t)
	lives(t, server)
	t.Chdir(t.TempDir())
	seeded := map[string]int{"eu-west-1": 12, "us-east-1": 7, "ap-southeast-2": 1}
	for region, n := range seeded {
		c := ec2.NewFromConfig(server.Config(event.Place{Partition: "aws", Account: mototest.Account, Region: region}))
		for range n {
			if _, err := c.CreateVolume(t.Context(), &ec2.CreateVolumeInput{AvailabilityZone: aws.String(region + "a"), Size: aws.Int32(8)}); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := os.WriteFile("riposte.yaml", []byte(`organization: {accounts: [{id: "`+mototest.Account+`"}]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	way := through(t, server)
	s := &sweeps{T: t, now: time.Date(2030, 1, 7, 9, 0, 0, 0, time.UTC)}
	lots, ended, broken := rand.New(rand.NewPCG(13, 2)), false, 0
	for ; !ended; broken++ {
		if broken > 100 {
			t.Fatalf("it comes to no end: %s%s", s.out.String(), s.err.String())
		}
		ctx, cancel := context.WithCancel(t.Context())
		way.breakAfter(int64(10+lots.IntN(60)), cancel)
		ended = s.runIn(ctx) == exitDone
		cancel()
		s.now = s.now.Add(6 * time.Minute) // longer than a duty is held by a process that died
	}
	if broken < 2 {
		t.Fatal("it was never broken off")
	}
	store, err := sqlite.Open(t.Context(), "riposte.db")
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	all, err := store.Coverages(t.Context(), mototest.Account)
	if err != nil {
		t.Fatal(err)
	}
	places := map[string]bool{}
	for _, c := range all {
		if c.Error != "" || c.Complete != 1 {
			t.Errorf("%s in %s: listed to the end %d times, %q", c.Kind, c.Place.Region, c.Complete, c.Error)
		}
		if c.Kind != event.Volume {
			continue
		}
		places[c.Place.Region] = true
		found, err := store.Streaks(t.Context(), c.Listing)
		if err != nil {
			t.Fatal(err)
		}
		once := map[string]bool{}
		for _, k := range found {
			once[k.Playbook+k.Resource.ID] = true
		}
		if n := seeded[c.Place.Region]; c.Listed != n || len(once) != len(found) || len(found) != n*c.Suspects/max(c.Listed, 1) || len(found) < n {
			t.Errorf("%s: %d listed, %d suspects, %d streaks of %d volumes", c.Place.Region, c.Listed, c.Suspects, len(found), n)
		}
	}
	if len(places) < 10 {
		t.Errorf("volumes were listed in %d regions", len(places))
	}
	if v, err := store.Verify(t.Context()); err != nil || len(v.Broken) > 0 {
		t.Errorf("the ledger: %+v, %v", v, err)
	}
}
