package differential

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

var (
	oracle = flag.String("oracle", "", "folder with node_modules/@cloud-copilot/iam-simulate; make differential sets it")
	cases  = flag.Int("cases", 100_000, "how many cases are compared")
	seed   = flag.Uint64("seed", 1, "what they are drawn by")
)

// Each case is decided by both. A difference that no row of the table explains fails.
func TestDifferential(t *testing.T) {
	if *oracle == "" {
		t.Skip("make differential compares with another evaluator")
	}
	g := generator{rand.New(rand.NewPCG(*seed, 0))}
	drawn := make([]testCase, *cases)
	for i := range drawn {
		drawn[i] = g.draw()
	}
	answers := ask(t, drawn)
	explained, allowed, unexplained := map[string]int{}, 0, 0
	for i, c := range drawn {
		ours, err := c.decide()
		if err != nil {
			t.Fatal(err)
		}
		a := answers[i]
		switch {
		case a.Error != "":
			unexplained++
			report(t, unexplained, c, ours, a.Error)
		case ours == a.Result:
		default:
			if name := explain(c, a.Result); name != "" {
				explained[name]++
				break
			}
			unexplained++
			report(t, unexplained, c, ours, a.Result)
		}
		if ours == "Allowed" {
			allowed++
		}
	}
	for name, n := range explained {
		t.Logf("%6d  %s", n, name)
	}
	t.Logf("%d cases by seed %d, %d of them allowed; %d are decided otherwise without a row", *cases, *seed, allowed, unexplained)
	if allowed < *cases/50 {
		t.Errorf("only %d are allowed: they say little", allowed)
	}
}

// report prints the first cases that fail; all of them fail the test.
func report(t *testing.T, n int, c testCase, ours, theirs string) {
	if n > 10 {
		t.Fail()
		return
	}
	b, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Errorf("package iam says %s, the other %s:\n%s", ours, theirs, b)
}

// explain names the row by which a case comes out as the other says, or says that several do together; "" where none.
func explain(c testCase, theirs string) string {
	every := c.copied()
	for _, d := range differences() {
		one := c.copied()
		d.as(&one)
		d.as(&every)
		if got, err := one.decide(); err == nil && got == theirs {
			return d.name
		}
	}
	if got, err := every.decide(); err == nil && got == theirs {
		return "several of these"
	}
	return ""
}

type answer struct{ Result, Error string }

// ask has the other evaluator decide all cases, in a process of its own.
func ask(t *testing.T, drawn []testCase) []answer {
	script, err := os.ReadFile("testdata/oracle.mjs")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(*oracle, "oracle.mjs") // node looks for packages from where the script lies
	if err := os.WriteFile(path, script, 0o600); err != nil {
		t.Fatal(err)
	}
	run := exec.Command("node", path)
	run.Stderr = os.Stderr
	in, err := run.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := run.StdoutPipe()
	if err == nil {
		err = run.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	sent := make(chan error, 1)
	go func() { sent <- send(in, drawn) }()
	answers := make([]answer, 0, len(drawn))
	for lines := json.NewDecoder(bufio.NewReader(out)); len(answers) < len(drawn); {
		var a answer
		if err := lines.Decode(&a); err != nil {
			t.Fatalf("answer %d: %v", len(answers)+1, err)
		}
		answers = append(answers, a)
	}
	if err := <-sent; err != nil {
		t.Fatal(err)
	}
	if err := run.Wait(); err != nil {
		t.Fatal(err)
	}
	return answers
}

func send(in io.WriteCloser, drawn []testCase) error {
	defer in.Close()
	to := json.NewEncoder(in)
	for i, c := range drawn {
		if err := to.Encode(c.asked()); err != nil {
			return fmt.Errorf("case %d: %w", i, err)
		}
	}
	return nil
}

// What is drawn is decided without an error, and often enough each way that a comparison says something.
func TestDrawnCasesSayMuch(t *testing.T) {
	g := generator{rand.New(rand.NewPCG(7, 0))}
	seen := map[string]int{}
	for range 3000 {
		got, err := g.draw().decide()
		if err != nil {
			t.Fatal(err)
		}
		seen[got]++
	}
	for _, want := range []string{"Allowed", "ExplicitlyDenied", "ImplicitlyDenied"} {
		if seen[want] < 150 {
			t.Errorf("%s: %d of 3000", want, seen[want])
		}
	}
}

// Each row changes what it is about, so that it can explain something.
func TestEachDifferenceExplainsACase(t *testing.T) {
	g := generator{rand.New(rand.NewPCG(7, 0))}
	left := map[string]func(*testCase){}
	for _, d := range differences() {
		left[d.name] = d.as
	}
	for i := 0; i < 30_000 && len(left) > 0; i++ {
		c := g.draw()
		ours, err := c.decide()
		if err != nil {
			t.Fatal(err)
		}
		for name, as := range left {
			one := c.copied()
			as(&one)
			if got, err := one.decide(); err == nil && got != ours {
				delete(left, name)
			}
		}
	}
	for name := range left {
		t.Errorf("%s: no case of 30,000 hangs on it", name)
	}
}
