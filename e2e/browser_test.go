package e2e

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/ripostehq/riposte/internal/mototest"
)

// storyTakes is how long a browser has for a story: one that hangs ends the test, not the run.
const storyTakes = 3 * time.Minute

// chromium is some Chromium on PATH, else the one that make tools has.
func chromium(t testing.TB) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-headless-shell", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	return mototest.Program(t, "chromium")
}

// axe is axe-core's text, as make tools has fetched it.
func axe(t testing.TB) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", ".tools", "axe.min.js"))
	if err != nil {
		mototest.Skip(t, "axe-core is not installed: make tools fetches it")
	}
	return string(text)
}

// browser is a Chromium of one story's own: its first tab, and what was seen of all its tabs.
type browser struct {
	*tab
	seen *sightings
}

// sightings are what a browser's tabs asked for, and complained about.
type sightings struct {
	mu      sync.Mutex
	asked   []string // URLs
	wrong   []string // violations of the policy, exceptions
	cookies []string // headers, as they were really sent
}

// tab is one of a browser's.
type tab struct {
	*testing.T
	ctx context.Context
}

// browse starts a browser, which ends with the test, and with its time.
func browse(t *testing.T) *browser {
	t.Helper()
	options := append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]), chromedp.ExecPath(chromium(t)), chromedp.DisableGPU)
	if os.Getuid() == 0 { // Chromium's sandbox refuses root
		options = append(options, chromedp.NoSandbox)
	}
	ctx, cancel := context.WithTimeout(t.Context(), storyTakes)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewExecAllocator(ctx, options...)
	t.Cleanup(cancel)
	b := &browser{seen: &sightings{}}
	b.tab = b.open(t, ctx)
	return b
}

// another is a further tab.
func (b *browser) another() *tab {
	b.Helper()
	return b.open(b.T, b.ctx)
}

func (b *browser) open(t *testing.T, parent context.Context) *tab {
	t.Helper()
	ctx, cancel := chromedp.NewContext(parent, chromedp.WithListener(b.seen.note))
	t.Cleanup(cancel)
	one := &tab{t, ctx}
	one.do(chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.Call(ctx, log.Enable, struct{}{})
		return err
	}))
	return one
}

// note keeps what matters of an event.
func (s *sightings) note(event any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		s.asked = append(s.asked, e.Request.URL)
	case *network.EventRequestWillBeSentExtraInfo:
		for name, value := range e.Headers {
			if strings.EqualFold(name, "cookie") {
				s.cookies = append(s.cookies, fmt.Sprint(value))
			}
		}
	case *log.EventEntryAdded:
		if e.Entry.Source == log.EntrySourceSecurity || strings.Contains(e.Entry.Text, "Content Security Policy") {
			s.wrong = append(s.wrong, e.Entry.Text)
		}
	case *runtime.EventExceptionThrown:
		s.wrong = append(s.wrong, e.ExceptionDetails.Text)
	}
}

// honest fails where a page asked for anything elsewhere, or broke its own policy.
func (b *browser) honest(origins ...string) {
	b.Helper()
	b.seen.mu.Lock()
	defer b.seen.mu.Unlock()
	for _, url := range b.seen.asked {
		if !slices.ContainsFunc(origins, func(o string) bool { return strings.HasPrefix(url, o+"/") }) {
			b.Errorf("a page asked for %s", url)
		}
	}
	for _, wrong := range b.seen.wrong {
		b.Errorf("a page is not as it should be: %s", wrong)
	}
	if len(b.seen.asked) == 0 {
		b.Error("the browser was seen asking for nothing: nothing was looked at")
	}
}

func (t *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	if err := chromedp.Do(t.ctx, steps...); err != nil {
		t.Fatalf("the browser: %v", err)
	}
}

// goes opens a page, and returns its status.
func (t *tab) goes(url string) int64 {
	t.Helper()
	r, err := chromedp.Run(t.ctx, chromedp.NavigateResponse(url))
	if err != nil || r == nil {
		t.Fatalf("open %s: %v", url, err)
	}
	return r.Status
}

// reads evaluates an expression in the page, in one go: a node that was found may be gone by the next call.
func reads[T any](t *tab, expression string) T {
	t.Helper()
	v, err := chromedp.Run(t.ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		t.Fatalf("%s: %v", expression, err)
	}
	return v
}

func (t *tab) text() string {
	t.Helper()
	return strings.Join(strings.Fields(reads[string](t, `document.body.innerText`)), " ")
}

func (t *tab) says(want string) {
	t.Helper()
	if text := t.text(); !strings.Contains(text, want) {
		t.Errorf("the page does not say %q: %s", want, text)
	}
}

// presses presses keys, as a person without a mouse.
func (t *tab) presses(keys ...string) {
	t.Helper()
	for _, k := range keys {
		t.do(chromedp.KeyEvent(k))
	}
}

// reaches goes on by Tab until what has the focus says a text, and fails where the keyboard never comes there.
func (t *tab) reaches(says string) {
	t.Helper()
	for range 80 {
		t.presses(kb.Tab)
		if reads[string](t, `(e => e.innerText || e.value || e.id || "")(document.activeElement)`) == says {
			return
		}
	}
	t.Fatalf("the keyboard never reaches %q on %s", says, reads[string](t, `location.href`))
}

// follows presses Enter and waits for the page that this leads to.
func (t *tab) follows(step chromedp.Action[chromedp.Void]) int64 {
	t.Helper()
	r, err := chromedp.RunResponse(t.ctx, step)
	if err != nil || r == nil {
		t.Fatalf("the browser goes nowhere from %s: %v", reads[string](t, `location.href`), err)
	}
	return r.Status
}

func enter() chromedp.Action[chromedp.Void] { return chromedp.KeyEvent(kb.Enter) }

// clicks what matches, wherever it is.
func clicks(selector string) chromedp.Action[chromedp.Void] {
	return chromedp.Click(chromedp.CSS(selector), chromedp.NodeReady)
}

// scheme makes pages light or dark.
func (t *tab) scheme(colours string) {
	t.Helper()
	_, err := chromedp.Call(t.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: colours}},
	})
	if err != nil {
		t.Fatal(err)
	}
}

// scriptless switches the pages' script off.
func (t *tab) scriptless() {
	t.Helper()
	if _, err := chromedp.Call(t.ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
		t.Fatal(err)
	}
}

// eventually waits for what a page comes to by itself, also by going on to another page.
func (t *tab) eventually(expression string) {
	t.Helper()
	var err error
	for range 5 { // pages, at most: each ends the waiting in the one before
		poll := chromedp.Poll[bool](expression, chromedp.WithPollingInterval(20*time.Millisecond), chromedp.WithPollingTimeout(20*time.Second))
		if _, err = chromedp.Run(t.ctx, poll); err == nil {
			return
		}
	}
	t.Fatalf("%s never holds; the page says %s: %v", expression, t.text(), err)
}
