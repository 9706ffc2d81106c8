package e2e

import (
	"bufio"
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/playbook"
)

// The demo serves its cases, by a link that opens them.
func TestConsoleOfTheDemo(t *testing.T) {
	chromium(t)
	cmd := exec.CommandContext(t.Context(), riposte(t), "demo", "--console", "--attack", "approval")
	out, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(os.Interrupt)
		_ = cmd.Wait() // it was interrupted
	})
	link := regexp.MustCompile(`http://127\.0\.0\.1:\d+/login#[0-9a-f]{64}`)
	lines := bufio.NewScanner(out)
	found := ""
	for found == "" && lines.Scan() {
		found = link.FindString(lines.Text())
	}
	if found == "" {
		t.Fatal("no link was printed", lines.Err())
	}
	go func() {
		for lines.Scan() { // what is printed has to go somewhere
		}
	}()
	b := browse(t)
	b.goes(found)
	if status := b.follows(clicks("main button")); status != http.StatusOK {
		t.Fatalf("the link opens nothing: %d", status)
	}
	if at := reads[string](b.tab, `location.href`); strings.Contains(at, "#") {
		t.Errorf("the key stays in the address: %s", at)
	}
	b.says("Time to contain")
	b.follows(clicks(`nav a[href="/cases"]`))
	b.follows(clicks(`tbody a`))
	b.says("History")
	b.honest(found[:strings.Index(found, "/login")])
}

// A person without a mouse comes in, finds what asks, reads it and lets it go.
func TestConsoleByKeyboard(t *testing.T) {
	d := sit(t, pagesConfig)
	c := d.attack()
	b := browse(t)
	b.goes(d.url + "/")
	b.eventually(`document.activeElement.id === "key"`) // the field takes the focus by itself
	b.do(chromedp.KeyEvent(pagesKey))
	if status := b.follows(enter()); status != http.StatusOK {
		t.Fatalf("the key opens nothing: %d", status)
	}
	b.reaches("Skip to the content")
	b.presses(kb.Enter)
	b.reaches(c.Title)
	b.follows(enter())
	b.reaches("Let it go")
	b.follows(enter())
	b.reaches("reason")
	b.do(chromedp.KeyEvent("as agreed"))
	b.reaches("Give the order")
	if status := b.follows(enter()); status != http.StatusOK {
		t.Fatalf("the order is answered by %d", status)
	}
	b.says("Your order is recorded")
	d.work()
	b.eventually(`document.body.innerText.includes("approved by ann")`) // by news, without a key pressed
	if now := d.load(c.ID); now.State == ledger.Asked {
		t.Errorf("the case is %s", now.State)
	}
	b.honest(d.url)
}

// What is destroyed in production takes two persons: each signs in at the provider, and the session's strict cookie is sent where that
// leads on to.
func TestConsoleTakesASecondApprover(t *testing.T) {
	d := sit(t, strings.Replace(pagesConfig, "development", "production", 1)+pagesPeople)
	c := d.attack()
	for i, who := range []string{"ann@example.com", "bob@example.com"} {
		b := browse(t)
		d.signsIn(b.tab, who, "/cases/"+c.ID)
		b.seen.mu.Lock()
		sent := strings.Contains(strings.Join(b.seen.cookies, " "), "__Host-riposte=")
		b.seen.mu.Unlock()
		if !sent {
			t.Errorf("%s: the session's cookie was never sent", who)
		}
		b.says(who)
		b.follows(clicks(`a[href="/cases/` + c.ID + `/approve"]`))
		b.do(chromedp.SendKeys(chromedp.CSS("#typed"), c.Root.ID))
		if status := b.follows(clicks("main form button")); status != http.StatusOK {
			t.Fatalf("%s's approval is answered by %d: %s", who, status, b.text())
		}
		d.must(d.w.AdvanceTo(d.w.Now().Add(time.Second)))
		d.work()
		b.eventually(`document.body.innerText.includes("approved by ` + who + `")`)
		if now := d.load(c.ID); (now.State == ledger.Asked) != (i == 0) {
			t.Errorf("after %s the case is %s", who, now.State)
		}
	}
}

// What joined since a page was made is not approved by it; the case's page shows the new plan.
func TestConsoleRefusesAnOldPlan(t *testing.T) {
	d := sit(t, pagesConfig)
	c := d.attack()
	b := browse(t)
	d.logsIn(b.tab)
	b.goes(d.url + "/cases/" + c.ID + "/approve")
	d.asksAnew(c.ID, "mode: another question")
	if status := b.follows(clicks("main form button")); status != http.StatusConflict {
		t.Errorf("an approval of an old plan is answered by %d: %s", status, b.text())
	}
	b.says("has changed since")
	if status := b.follows(clicks("main a")); status != http.StatusOK {
		t.Error(status)
	}
	b.says("mode: another question")
	if now := d.load(c.ID); now.State != ledger.Asked || now.Revisions[0].Approved != nil {
		t.Errorf("the case is %s", now.State)
	}
	b.honest(d.url)
}

// Nine tabs of a browser hear of a commit by one stream, and keep few connections.
func TestConsoleInNineTabs(t *testing.T) {
	d := sit(t, pagesConfig)
	d.attack()
	b := browse(t)
	d.logsIn(b.tab)
	tabs := []*tab{b.tab}
	for range 8 {
		tabs = append(tabs, b.another())
	}
	for _, one := range tabs {
		one.goes(d.url + "/cases")
	}
	d.must(d.store.Halt(t.Context(), ledger.Brake{Scope: "playbook:launch.unapproved-image", By: "ann", At: d.w.Now()}))
	from := time.Now()
	var took []string
	for _, one := range tabs {
		one.eventually(`document.getElementById("news").textContent.includes("1 change")`)
		took = append(took, time.Since(from).Round(time.Millisecond).String())
	}
	t.Logf("news in nine tabs, one after the other asked: %s; %d connections at most", strings.Join(took, " "), d.most.Load())
	if most := d.most.Load(); most > 7 { // a browser has six of its own for a host, and tries one more
		t.Errorf("nine tabs kept %d connections", most)
	}
	b.honest(d.url)
}

// Without script everything can be read, and ordered.
func TestConsoleWithoutScript(t *testing.T) {
	d := sit(t, pagesConfig)
	c := d.attack()
	b := browse(t)
	b.scriptless()
	b.goes(d.url + "/cases/" + c.ID)
	b.do(chromedp.SendKeys(chromedp.CSS("#key"), pagesKey))
	b.follows(clicks("main button"))
	b.follows(clicks(`a[href$="/dismiss"]`))
	b.do(chromedp.SendKeys(chromedp.CSS("#reason"), "not today"))
	b.follows(clicks("main form button"))
	d.work()
	b.goes(d.url + "/cases/" + c.ID)
	b.says("dismissed by ann")
	b.follows(clicks(`nav a[href="/halt"]`))
	b.follows(clicks("main form button"))
	b.says("Halted: all")
	b.follows(clicks(`form[action="/release"] button`))
	if on, err := d.store.Brakes(t.Context()); err != nil || len(on) > 0 {
		t.Errorf("%v, %v", on, err)
	}
	b.follows(clicks(`header form button`))
	b.says("Log in")
	b.honest(d.url)
}

// Names as an attacker would choose them are text: nothing of them runs, or leads elsewhere.
func TestConsoleShowsHostileNames(t *testing.T) {
	d := sit(t, pagesConfig)
	b := browse(t)
	d.logsIn(b.tab)
	for i, name := range []string{
		`</script><script>window.owned = 1</script>`, `"><img src="http://127.0.0.1:9/x" onerror="window.owned = 1">`, "login \u202etxt.exe\u2066", strings.Repeat("long ", 2000),
	} {
		c := d.named(i, name)
		for _, path := range []string{"/", "/cases", "/cases/" + c.ID, "/cases/" + c.ID + "/dismiss", "/incidents", "/incidents/" + c.Incident, "/exceptions", "/halt"} {
			if status := b.goes(d.url + path); status != http.StatusOK {
				t.Fatalf("%s: %d", path, status)
			}
			if reads[bool](b.tab, `"owned" in window || document.images.length > 0 || document.scripts.length != 1`) {
				t.Errorf("%q is more than text on %s", name[:20], path)
			}
			if strings.ContainsAny(b.text(), "\u202e\u2066") {
				t.Errorf("%s turns the text around", path)
			}
		}
		d.must(d.store.Halt(t.Context(), ledger.Brake{Scope: "all", By: name, Reason: name, At: d.w.Now()}))
	}
	b.goes(d.url + "/cases")
	b.says(`window.owned = 1`) // as text
	b.honest(d.url)
}

// Every page passes axe, light and dark, and takes nothing from elsewhere.
func TestConsoleIsAccessible(t *testing.T) {
	check := axe(t)
	d := sit(t, pagesConfig)
	c := d.attack()
	d.named(1, "an older thing")
	d.must(d.store.Halt(t.Context(), ledger.Brake{Scope: "account:999900001111", By: "ann", At: d.w.Now(), Reason: "drill"}))
	b := browse(t)
	paths := []string{
		"/", "/cases", "/cases?state=failed", "/cases/" + c.ID, "/cases/" + c.ID + "/approve", "/cases/" + c.ID + "/dismiss", "/cases/" + c.ID + "/except", "/incidents",
		"/incidents/" + c.ID, "/incidents/" + c.ID + "/approve", "/letters", "/coverage", "/savings", "/surges", "/exceptions", "/exceptions/new", "/playbooks", "/playbooks/launch.unapproved-image", "/halt", "/nowhere",
	}
	for _, colours := range []string{"light", "dark"} {
		b.scheme(colours)
		b.goes(d.url + "/login")
		passes(b.tab, check, "/login", colours)
		d.logsIn(b.tab)
		for _, path := range paths {
			b.goes(d.url + path)
			passes(b.tab, check, path, colours)
		}
		b.goes(d.url + "/")
		b.follows(clicks(`header form button`))
	}
	b.honest(d.url)
}

// What the stories look for would be seen: a script and a picture that an attacker got into a page are refused, and said.
func TestConsoleRefusesWhatIsPutIn(t *testing.T) {
	d := sit(t, pagesConfig)
	b := browse(t)
	b.goes(d.url + "/login")
	b.do(chromedp.Evaluate[chromedp.Void](`const i = document.createElement("img"); i.src = "http://localhost:9/x"; document.body.append(i); 0`))
	if reads[bool](b.tab, `(() => { try { document.body.innerHTML = "<p>"; return true } catch { return false } })()`) {
		t.Error("a page takes text as markup")
	}
	b.seen.mu.Lock()
	defer b.seen.mu.Unlock()
	if wrong := strings.Join(b.seen.wrong, " "); !strings.Contains(wrong, "img-src") || !strings.Contains(wrong, "TrustedHTML") {
		t.Errorf("what was seen to be wrong: %q", wrong)
	}
}

// passes runs axe over a page.
func passes(t *tab, axe, path, colours string) {
	t.Helper()
	if dark := reads[bool](t, `matchMedia("(prefers-color-scheme: dark)").matches`); dark != (colours == "dark") {
		t.Fatalf("the page is not %s", colours)
	}
	t.do(chromedp.Evaluate[chromedp.Void](axe))
	said := reads[string](t, `axe.run({runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}).then(r => JSON.stringify({
		checked: r.passes.length, wrong: r.violations.flatMap(v => v.nodes.map(n => v.id + ": " + n.html + " " + n.failureSummary))}))`)
	var result struct {
		Checked int
		Wrong   []string
	}
	if err := json.Unmarshal([]byte(said), &result); err != nil {
		t.Fatal(err)
	}
	if result.Checked < 10 {
		t.Errorf("axe found only %d rules to check on %s", result.Checked, path)
	}
	for _, wrong := range result.Wrong {
		t.Errorf("%s, %s: %s", path, colours, wrong)
	}
}

// named is a case that has a name wherever AWS, or its caller, has a word.
func (d *desk) named(i int, name string) *ledger.Case {
	d.Helper()
	ads, err := d.store.Admit(d.Context(), d.w.Now(), []playbook.StoredSuspect{{
		Playbook: "launch.unapproved-image", Severity: playbook.High, Title: "seen " + name, Resource: theShop.In(event.Group, name), Facts: []byte("{}"),
		Origin: playbook.Origin{
			EventID: "e" + name[:10], Name: "RunInstances", Source: "ec2.amazonaws.com", Occurred: d.w.Now(), Received: d.w.Now(), Place: theShop, SourceIP: name,
			Actor: event.Actor{Kind: event.RoleActor, ARN: "arn:aws:sts::111122223333:assumed-role/r/" + name, Session: name, SourceIdentity: name},
		},
		Found: []string{"image " + name}, Actors: []string{"actor " + name},
	}}, ledger.FirstClaim{Holder: "test", Lease: time.Minute})
	d.must(err)
	c := ads[0].Claim.Case
	x := ledger.Exception{Playbook: c.Playbook, Root: c.Root.String(), Until: d.w.Now().Add(time.Hour), By: name, Reason: name, Case: c.ID, Found: []string{name}}
	c.Grant(x)
	c.Reason, c.Error, c.Due = "mode: "+name, name, d.w.Now().Add(time.Hour)
	d.must(d.store.Commit(d.Context(), c, ledger.Write{At: d.w.Now(), Notes: []string{"said " + name}, Exceptions: []ledger.Exception{x}, EndsLease: true}))
	return c
}
