package cli

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/ledger/sqlite"
	"github.com/ripostehq/riposte/internal/mototest"
	"github.com/ripostehq/riposte/inventory"
	"github.com/ripostehq/riposte/playbook"
)

// laterBy is the environment's word by how much the clock of riposte-later goes before the machine's.
const laterBy = "RIPOSTE_TEST_LATER"

// sweepLater is a riposte whose clock goes before, so that what a killed one held is free without waiting.
func sweepLater() {
	ahead, err := time.ParseDuration(os.Getenv(laterBy))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(exitFailed)
	}
	sh := terminal()
	sh.now = func() time.Time { return time.Now().Add(ahead) }
	sh.catalogue, sh.kinds = []playbook.Definition{idle(), left()}, action.Kinds()
	os.Exit(runOver(context.Background(), os.Args[1:], sh))
}

// left is a playbook whose finds are cases at first sight.
func left() playbook.Definition {
	return playbook.Define(playbook.Spec[struct{}, string]{
		ID: "test.left-volume", Title: "A volume was left behind", Why: "It costs.", Severity: playbook.Low, Concern: playbook.Cost,
		Lists: []playbook.Listing[struct{}, string]{playbook.List(inventory.Volumes(), func(_ event.Resource, v types.Volume, _ struct{}) *playbook.Listed[string] {
			return &playbook.Listed[string]{Suspect: playbook.Suspect[string]{Title: aws.ToString(v.VolumeId) + " was left behind"}}
		}), playbook.List(inventory.Addresses(), func(_ event.Resource, a types.Address, _ struct{}) *playbook.Listed[string] {
			return &playbook.Listed[string]{Suspect: playbook.Suspect[string]{Title: aws.ToString(a.AllocationId) + " was left behind"}}
		})},
		Ripe:    func(playbook.Streak, string, time.Time, struct{}) bool { return true },
		Changes: func(struct{}) []action.Kind { return []action.Kind{action.PutTags{}.About().Kind} },
		Check: func(_ context.Context, _ playbook.In, s playbook.Suspect[string], _ struct{}) ([]playbook.Suspect[string], error) {
			return []playbook.Suspect[string]{s}, nil
		},
		Plan: func(s playbook.Suspect[string], _ struct{}) action.Plan {
			return action.Plan{Steps: []action.Step{action.Try(action.PutTags{Resource: s.Resource, Tags: []action.Tag{{Key: "riposte:case", Value: s.Case}}})}}
		},
	})
}

// deadly passes calls on to a server of an account that has few regions, and kills the process that it is aimed at when it makes its so-many-th: before that
// is answered, or after.
type deadly struct {
	*httptest.Server
	left  atomic.Int64
	after atomic.Bool
	aim   atomic.Pointer[os.Process]
}

func (d *deadly) kill() {
	if p := d.aim.Load(); p != nil {
		_ = p.Kill() // it may have ended
	}
}

var listedRegion = regexp.MustCompile(`(?s)<item>.*?<regionName>(.*?)</regionName>.*?</item>`)

func deadlyFor(t *testing.T, server *mototest.Server, regions ...string) *deadly {
	t.Helper()
	to, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	d, pass := &deadly{}, httputil.NewSingleHostReverseProxy(to)
	pass.ErrorLog = log.New(io.Discard, "", 0)
	pass.ModifyResponse = func(r *http.Response) error {
		body, err := io.ReadAll(r.Body)
		if err != nil || !bytes.Contains(body, []byte("DescribeRegionsResponse")) {
			r.Body = io.NopCloser(bytes.NewReader(body))
			return err
		}
		body = listedRegion.ReplaceAllFunc(body, func(item []byte) []byte {
			if slices.Contains(regions, string(listedRegion.FindSubmatch(item)[1])) {
				return item
			}
			return nil
		})
		r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
		r.Header.Set("Content-Length", strconv.Itoa(len(body)))
		return nil
	}
	d.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if d.left.Add(-1) == 0 {
			if d.after.Load() {
				defer d.kill()
			} else {
				d.kill()
			}
		}
		pass.ServeHTTP(w, r)
	}))
	t.Cleanup(d.Close)
	return d
}

// run runs a sweep, killed as kill -9 does it when it makes its so-many-th call, and reports whether it ended by itself before.
func (d *deadly) run(t *testing.T, calls int, ahead time.Duration) (ended bool) {
	t.Helper()
	var said bytes.Buffer
	cmd := exec.Command("riposte-later", "sweep")
	cmd.Stdout, cmd.Stderr, cmd.Env = &said, &said, append(os.Environ(), laterBy+"="+ahead.String(), "AWS_ENDPOINT_URL="+d.URL)
	d.left.Store(int64(calls))
	d.after.Store(calls%2 == 0)
	d.aim.Store(nil)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	d.aim.Store(cmd.Process)
	if d.left.Load() <= 0 {
		d.kill()
	}
	err := cmd.Wait()
	if err != nil && cmd.ProcessState.Exited() {
		t.Fatalf("it ended with %v: %s", err, said.String())
	}
	return err == nil
}

// A sweep that is killed again and again, wherever it is, and gone on with by the next process, ends as one that was not: every suspect there once,
// with one case where it is to have one, and every coverage true.
func TestASweepThatIsKilledEndsAsIfItWereNot(t *testing.T) {
	server := mototest.Start(t)
	lives(t, server)
	t.Chdir(t.TempDir())
	seeded := map[string]int{"eu-west-1": 9, "us-east-1": 4, "ap-southeast-2": 0, "sa-east-1": 1, "eu-north-1": 2, "ca-central-1": 3}
	for region, n := range seeded {
		c := ec2.NewFromConfig(server.Config(event.Place{Partition: "aws", Account: mototest.Account, Region: region}))
		for range n {
			_, err := c.CreateVolume(t.Context(), &ec2.CreateVolumeInput{AvailabilityZone: aws.String(region + "a"), Size: aws.Int32(8)})
			if err == nil {
				_, err = c.AllocateAddress(t.Context(), &ec2.AllocateAddressInput{})
			}
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	config := `{organization: {accounts: [{id: "` + mototest.Account + `"}]}, playbooks: {test.left-volume: {mode: ask}}}`
	if err := os.WriteFile("riposte.yaml", []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	d := deadlyFor(t, server, slices.Collect(maps.Keys(seeded))...)
	morning := time.Until(time.Date(2030, 1, 7, 9, 0, 0, 0, time.UTC)) // the day must not change meanwhile
	lots, kills := rand.New(rand.NewPCG(13, 4)), 0
	for ; !d.run(t, 1+lots.IntN(3)+kills, morning+time.Duration(kills)*6*time.Minute); kills++ { // longer than a duty is held by a process that died
		if kills > 60 { // each may make one call more than the one before
			t.Fatal("it comes to no end")
		}
	}
	if kills < 3 {
		t.Fatalf("it was killed %d times", kills)
	}
	t.Logf("killed %d times", kills)
	countSwept(t, seeded)
}

// countSwept counts what the ledger has of a sweep of so many volumes and addresses in each region.
func countSwept(t *testing.T, seeded map[string]int) {
	t.Helper()
	store, err := sqlite.Open(t.Context(), "riposte.db")
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	all, err := store.Coverages(t.Context(), mototest.Account)
	if err != nil {
		t.Fatal(err)
	}
	cases, err := store.Cases(t.Context(), ledger.Filter{})
	if err != nil {
		t.Fatal(err)
	}
	opened := map[string]int{}
	for _, c := range cases {
		opened[c.Root.Region+" "+c.Root.Type]++
	}
	if len(all) != 2*len(seeded) {
		t.Errorf("%d listings, want volumes and addresses of %d regions", len(all), len(seeded))
	}
	for _, c := range all {
		found, err := store.Streaks(t.Context(), c.Listing)
		if err != nil {
			t.Fatal(err)
		}
		once := map[string]bool{}
		for _, k := range found {
			once[k.Playbook+" "+k.Resource.ID] = true
		}
		n := seeded[c.Place.Region]
		want := n // addresses: by one playbook, volumes by two
		if c.Kind == event.Volume {
			want = 2 * n
		}
		if c.Error != "" || c.Complete != 1 || c.Listed != n || c.Suspects != want || len(found) != want || len(once) != want || opened[c.Place.Region+" "+c.Kind] != n {
			t.Errorf("%s in %s: %+v; %d streaks, %d cases of %d", c.Kind, c.Place.Region, c, len(found), opened[c.Place.Region+" "+c.Kind], n)
		}
	}
	duties, err := store.Duties(t.Context(), "")
	if err != nil || len(duties) != 1 || duties[0].Ended.IsZero() || duties[0].Error != "" || !strings.HasSuffix(duties[0].Name(), "/"+mototest.Account) {
		t.Errorf("duties %+v, %v", duties, err)
	}
	if v, err := store.Verify(t.Context()); err != nil || len(v.Broken) > 0 {
		t.Errorf("the ledger: %+v, %v", v, err)
	}
}
