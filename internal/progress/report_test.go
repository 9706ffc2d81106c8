package main

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// Two packages run beside each other; the one that began later ends first and is told first.
func TestAPackageIsToldWhenItIsDone(t *testing.T) {
	var out bytes.Buffer
	r := newReport(&out, 3)
	for _, line := range []string{
		`{"Action":"start","Package":"x/slow"}`,
		`{"Action":"start","Package":"x/quick"}`,
		`{"Action":"output","Package":"x/quick","Test":"TestA","Output":"=== RUN   TestA\n"}`,
		`{"Action":"output","Package":"x/quick","Test":"TestA","Output":"    a_test.go:1: not asked\n"}`,
		`{"Action":"pass","Package":"x/quick","Test":"TestA"}`,
		`{"Action":"output","Package":"x/quick","Output":"ok  \tx/quick\t0.1s\n"}`,
		`{"Action":"pass","Package":"x/quick"}`,
		"tick",
		`{"Action":"output","Package":"x/slow","Test":"TestB","Output":"=== RUN   TestB\n"}`,
		`{"Action":"output","Package":"x/slow","Test":"TestB","Output":"    b_test.go:2: got 1, want 2\n"}`,
		`{"Action":"output","Package":"x/slow","Test":"TestB","Output":"--- FAIL: TestB\n"}`,
		`{"Action":"fail","Package":"x/slow","Test":"TestB"}`,
		`{"Action":"output","Package":"x/slow","Output":"FAIL\n"}`,
		`{"Action":"fail","Package":"x/slow"}`,
		"tick",
		`{"Action":"start","Package":"x/none"}`,
		`{"Action":"output","Package":"x/none","Output":"?   \tx/none\t[no test files]\n"}`,
		`{"Action":"skip","Package":"x/none"}`,
		`{"Action":"build-output","Output":"x/broken/a.go:1: undefined\n"}`,
		"no event\n",
	} {
		if line == "tick" {
			r.tick()
			continue
		}
		r.take([]byte(line))
	}
	want := "[1/3] ok  \tx/quick\t0.1s\n" +
		"[1/3] at work: x/slow\n" +
		"    b_test.go:2: got 1, want 2\n--- FAIL: TestB\nFAIL\n[2/3] FAIL\tx/slow\n" +
		"[3/3] ?   \tx/none\t[no test files]\n" +
		"x/broken/a.go:1: undefined\n" +
		"no event\n"
	if d := cmp.Diff(want, out.String()); d != "" {
		t.Error(d)
	}
	if got, want := r.sum(), "3 of 3 packages done, failed: x/slow"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// The exit code is go test's: a package that does not exist, a test that passes.
func TestWhatGoTestSaysCounts(t *testing.T) {
	var out bytes.Buffer
	if err := test(t.Context(), "../spelling", []string{"-run", "TestHint"}, &out, make(chan time.Time)); err != nil || !strings.HasPrefix(out.String(), "[1/1] ok  \t") {
		t.Errorf("got %v, %s", err, out.String())
	}
	if err := test(t.Context(), "../nothing", nil, &out, make(chan time.Time)); err == nil {
		t.Error("a package that is not there is no error")
	}
	if err := test(t.Context(), "../spelling", []string{"-run", "TestHint", "-nonsense"}, &out, make(chan time.Time)); err == nil {
		t.Error("a run that fails is no error")
	}
}
