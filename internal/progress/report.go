package main

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
)

// event is a line of go test -json. See go doc test2json; what a build says has no package.
type event struct {
	Action, Package, Test, Output string
}

// report prints a line per package, and what tests that failed had to say.
type report struct {
	out     io.Writer
	total   int
	done    int
	failed  []string
	running []string                     // packages
	said    map[string]map[string]string // by package and test, "" for the package itself: what was not told yet
}

func newReport(out io.Writer, total int) *report {
	return &report{out: out, total: total, said: map[string]map[string]string{}}
}

// take takes one line. What is no event is printed as it is.
func (r *report) take(line []byte) {
	var e event
	if err := json.Unmarshal(line, &e); err != nil {
		fmt.Fprintf(r.out, "%s", line)
		return
	}
	switch e.Action {
	case "build-output":
		fmt.Fprint(r.out, e.Output)
	case "start":
		r.running = append(r.running, e.Package)
		r.said[e.Package] = map[string]string{}
	case "output":
		if r.said[e.Package] != nil && !strings.HasPrefix(e.Output, "=== ") {
			r.said[e.Package][e.Test] += e.Output
		}
	case "pass", "skip":
		if e.Test != "" {
			delete(r.said[e.Package], e.Test)
			return
		}
		r.end(e)
	case "fail":
		if e.Test == "" {
			r.end(e)
		}
	}
}

// end tells of a package that is done: its own last line, and before it, where it failed, what is left of its tests.
func (r *report) end(e event) {
	r.done++
	said := r.said[e.Package]
	delete(r.said, e.Package)
	r.running = slices.DeleteFunc(r.running, func(p string) bool { return p == e.Package })
	if e.Action == "fail" {
		r.failed = append(r.failed, e.Package)
		for _, test := range tests(said) {
			fmt.Fprint(r.out, said[test])
		}
		fmt.Fprintf(r.out, "[%d/%d] FAIL\t%s\n", r.done, r.total, e.Package)
		return
	}
	lines := strings.Split(strings.TrimSpace(said[""]), "\n")
	fmt.Fprintf(r.out, "[%d/%d] %s\n", r.done, r.total, lines[len(lines)-1])
}

// tests are the names that something is said under, the package's own last.
func tests(said map[string]string) (out []string) {
	for name := range said {
		if name != "" {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return append(out, "")
}

// tick tells what is at work, so that a long silence is seen to be none.
func (r *report) tick() {
	if len(r.running) > 0 {
		fmt.Fprintf(r.out, "[%d/%d] at work: %s\n", r.done, r.total, strings.Join(r.running, ", "))
	}
}

// sum says which packages failed, where that was not the build.
func (r *report) sum() string {
	return fmt.Sprintf("%d of %d packages done, failed: %s", r.done, r.total, strings.Join(r.failed, ", "))
}
