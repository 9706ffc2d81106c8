package console_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/console"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/ledger/sqlite"
	"github.com/ripostehq/riposte/playbook"
)

// Pages at 50,000 cases, of which 200 are open: p95 in milliseconds of each, and what the pages keep in memory.
func BenchmarkPages(b *testing.B) {
	s := set(b, asking) // for a configuration and a codec; its own ledger is not looked at
	store, err := sqlite.Open(b.Context(), sqlite.Memory)
	if err != nil {
		b.Fatal(err)
	}
	defer store.Close()
	last := filled(b, store, s.w.Now(), 50_000)
	o := s.options
	o.Store = store
	o.Front = console.Front{}
	before := heap()
	pages, err := console.New(o)
	if err != nil {
		b.Fatal(err)
	}
	handler := pages.Handler()
	cookie := enter(b, handler)
	ask := func(path string) int {
		r := httptest.NewRequestWithContext(b.Context(), http.MethodGet, path, nil)
		r.Host = "127.0.0.1"
		r.Header.Set("Cookie", cookie)
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		if w.Code != http.StatusOK {
			b.Fatal(path, w.Code)
		}
		return w.Body.Len()
	}
	ask("/")
	for name, path := range map[string]string{"list": "/cases?all=on", "case": "/cases/" + last, "overview": "/", "rare": "/cases?state=failed", "coverage": "/coverage", "incident": "/incidents/" + last} {
		b.Run(name, func(b *testing.B) {
			var took []time.Duration
			size := 0
			for b.Loop() {
				began := time.Now()
				size = ask(path)
				took = append(took, time.Since(began))
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[(len(took)*95+99)/100-1].Microseconds())/1000, "p95-ms")
			b.ReportMetric(float64(size), "bytes")
		})
	}
	kept := heap() - before
	runtime.KeepAlive(pages)
	b.Run("kept", func(b *testing.B) {
		for b.Loop() { // nothing: what the pages keep was measured above
		}
		b.ReportMetric(float64(kept>>10), "KB")
	})
}

func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

func enter(b *testing.B, handler http.Handler) (cookie string) {
	b.Helper()
	r := httptest.NewRequestWithContext(b.Context(), http.MethodPost, "/login?key="+key, nil)
	r.Host = "127.0.0.1"
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.PostForm = map[string][]string{"key": {key}}
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, r)
	for _, c := range w.Result().Cookies() {
		return c.Name + "=" + c.Value
	}
	b.Fatal("the key opens nothing", w.Code)
	return ""
}

// filled puts cases into a ledger, all but the newest 200 of them closed, and returns the newest.
func filled(b *testing.B, store *sqlite.Store, now time.Time, most int) (last string) {
	b.Helper()
	for i := range most {
		at := now.Add(time.Duration(i-most) * 40 * time.Second) // some three weeks
		ads, err := store.Admit(b.Context(), at, []playbook.StoredSuspect{{
			Playbook: "launch.unapproved-image", Severity: playbook.High, Title: "instance launched from a foreign image", Resource: ireland.In(event.Group, fmt.Sprint("g", i)), Facts: []byte("{}"),
			Origin: playbook.Origin{EventID: fmt.Sprint("e", i), Name: "RunInstances", Source: "ec2.amazonaws.com", Occurred: at.Add(-6 * time.Second), Received: at, Place: ireland,
				Actor: event.Actor{Kind: event.RoleActor, ARN: fmt.Sprintf("arn:aws:sts::111122223333:assumed-role/r/s%d", i)}},
			Found: []string{"image ami-0aaaaaaaaaaaaaaaa"}, Actors: []string{fmt.Sprint("actor ", i)},
		}}, ledger.FirstClaim{Holder: "bench", Lease: time.Minute})
		if err != nil {
			b.Fatal(err)
		}
		c := ads[0].Claim.Case
		last = c.ID
		c.State, c.Due, c.Times.Contained = ledger.Dismissed, time.Time{}, at.Add(time.Second)
		if i >= most-200 {
			c.State, c.Due = ledger.Asked, now.Add(time.Hour)
		}
		if err := store.Commit(b.Context(), c, ledger.Write{At: at, Notes: []string{"as it is"}, EndsLease: true}); err != nil {
			b.Fatal(err)
		}
	}
	return last
}
