package console_test

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/playbook"
)

func brake(scope string) ledger.Brake {
	return ledger.Brake{Scope: scope, By: "ann", At: time.Unix(1_900_000_000, 0), Reason: "drill"}
}

// hostile are names as an attacker would choose them.
func hostile() []string {
	return []string{
		`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `' autofocus onfocus='alert(1)`, `</title></script><script>alert(1)</script>`, `javascript:alert(1)`,
		"{{.}}{{template \"main\"}}", "login \u202etxt.exe\u2066\u200b\ufeff", "nul\x00 bell\x07 esc\x1b[31m", "line\r\nSet-Cookie: a=b", "\xff\xfe broken",
		"<!--", "]]>", "../../halt", "名前 اسم नाम", strings.Repeat("😀", 1000), strings.Repeat("long ", 2000),
	}
}

// planted is a case that has the name wherever AWS, or its caller, has a word.
func (s *stage) planted(i int, name string) *ledger.Case {
	s.Helper()
	ads, err := s.store.Admit(s.Context(), s.w.Now(), []playbook.StoredSuspect{{
		Playbook: "launch.unapproved-image", Severity: playbook.High, Title: "seen " + name, Resource: ireland.In(event.Group, fmt.Sprint(i)+name), Facts: []byte("{}"),
		Origin: playbook.Origin{
			EventID: fmt.Sprintf("e%d", i), Name: "RunInstances", Source: "ec2.amazonaws.com", Occurred: s.w.Now(), Received: s.w.Now(), Place: ireland, SourceIP: name,
			Actor: event.Actor{Kind: event.RoleActor, ARN: "arn:aws:sts::111122223333:assumed-role/r/" + name, Session: name, SourceIdentity: name},
		},
		Found: []string{"image " + name}, Actors: []string{"actor " + strconv.Itoa(i)},
	}}, ledger.FirstClaim{Holder: "test", Lease: time.Minute})
	s.must(err)
	c := ads[0].Claim.Case
	c.Reason, c.Error = "mode: "+name, name
	x := ledger.Exception{Playbook: c.Playbook, Root: c.Root.String(), Until: s.w.Now().Add(time.Hour), By: name, Reason: name, Case: c.ID, Found: []string{name}}
	c.Grant(x)
	c.Upstream = []playbook.Minter{{Actor: event.Actor{ARN: name}, Call: name, At: s.w.Now()}}
	c.Recent = &ledger.Recent{Asked: s.w.Now(), Since: s.w.Now(), Account: "111122223333", Region: "eu-west-1", Calls: []ledger.RecentCalls{{Call: name, From: name, Error: name, Times: 1}}, Unseen: name}
	c.Due = s.w.Now().Add(time.Hour)
	s.must(s.store.Commit(s.Context(), c, ledger.Write{At: s.w.Now(), Notes: []string{"said " + name, name}, Exceptions: []ledger.Exception{x}, EndsLease: true}))
	return c
}

// Whatever AWS says is text on every page: no markup of it, no script, nothing that hides or turns around.
func TestHostileNamesAreText(t *testing.T) {
	s := set(t, asking)
	s.login()
	s.swept(hostile()...)
	for i, name := range hostile() {
		c := s.planted(i, name)
		s.must(s.store.Post(t.Context(), s.w.Now(), ledger.Line{LetterKey: ledger.LetterKey{To: name, Channel: name, Matter: "case/" + name}, Case: c.ID, Due: s.w.Now()}))
		b := brake("all")
		b.By, b.Reason = name, name
		s.must(s.store.Halt(t.Context(), b))
		b.Scope = "surge:" + name
		s.must(s.store.Halt(t.Context(), b))
		for _, path := range []string{
			"/", "/cases", "/cases/" + c.ID, "/cases/" + c.ID + "/dismiss", "/cases/" + c.ID + "/except", "/cases/" + c.ID + "/revoke?ends=" + s.load(c.ID).Granted[0].ID(), "/incidents",
			"/incidents/" + c.Incident, "/exceptions", "/playbooks", "/halt", "/letters", "/coverage", "/savings", "/surges",
		} {
			page := s.page(path)
			if wrong := markup(page); wrong != "" {
				t.Errorf("%q on %s is markup: %s", clip(name), path, wrong)
			}
			for _, r := range page {
				if unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Bidi_Control, r) || unicode.IsControl(r) && r != '\n' {
					t.Fatalf("%q on %s lets %U out", clip(name), path, r)
				}
			}
			if len(page) > 60<<10 {
				t.Errorf("%s with %q has %d bytes", path, clip(name), len(page))
			}
		}
		_, err := s.store.Release(t.Context(), s.w.Now(), b.Scope, "ann")
		s.must(err)
	}
	for _, path := range []string{"/cases?playbook=<script>alert(1)</script>", "/cases?account=\"><img src=x onerror=alert(1)>", "/cases?before=<script>alert(1)</script>", "/login?next=/\"><img src=x onerror=alert(1)>"} {
		a := s.get(strings.NewReplacer("<", "%3C", ">", "%3E", `"`, "%22", " ", "%20").Replace(path))
		if wrong := markup(a.body); wrong != "" {
			t.Errorf("%s is markup: %s", path, wrong)
		}
	}
}

// markup is a tag that no page of ours has, "" where there is none: html/template leaves no < and > of a text, and no quote in a value.
func markup(page string) string {
	for _, tag := range regexp.MustCompile(`<[^>]*>`).FindAllString(page, -1) {
		bare := regexp.MustCompile(`"[^"]*"`).ReplaceAllString(tag, `""`)
		script := strings.HasPrefix(tag, "<script") && tag != `<script src="/console.js" defer>`
		if script || strings.HasPrefix(tag, "<img") || regexp.MustCompile(`\son\w+=|'`).MatchString(bare) || regexp.MustCompile(`(href|src|action)="(javascript|//)`).MatchString(tag) {
			return tag
		}
	}
	return ""
}

func clip(s string) string { return s[:min(len(s), 40)] }

// The figures that are to be reached: a page 60 KB, the script 6, the style 12; and a page of fifty cases is one.
func TestPagesAreSmall(t *testing.T) {
	s := set(t, asking)
	s.login()
	for i := range 120 {
		c := s.planted(i, "the usual name of a thing")
		s.must(s.store.Post(t.Context(), s.w.Now(), ledger.Line{LetterKey: ledger.LetterKey{To: "group:security", Channel: "slack", Matter: "case/" + c.ID}, Case: c.ID, Due: s.w.Now()}))
	}
	for path, most := range map[string]int{"/": 60, "/cases": 60, "/incidents": 60, "/exceptions": 60, "/playbooks": 60, "/halt": 60, "/letters": 60, "/coverage": 60, "/savings": 60, "/surges": 60, "/console.js": 6, "/console.css": 12} {
		if n := len(s.page(path)); n > most<<10 {
			t.Errorf("%s has %d bytes, want %d KB", path, n, most)
		}
	}
	if n := strings.Count(s.page("/cases"), "<tr><th scope=\"row\">"); n != 50 {
		t.Errorf("%d cases on a page", n)
	}
	older := regexp.MustCompile(`href="([^"]*before=[^"]*)" rel="next"`).FindStringSubmatch(s.page("/cases"))
	if older == nil {
		t.Fatal("there is no way to older cases")
	}
	seen := map[string]bool{}
	for path := "/cases"; path != ""; {
		page := s.page(path)
		for _, id := range regexp.MustCompile(`/cases/(c_[a-z0-9]+)"`).FindAllStringSubmatch(page, -1) {
			seen[id[1]] = true
		}
		path = ""
		if next := regexp.MustCompile(`href="([^"]*before=[^"]*)" rel="next"`).FindStringSubmatch(page); next != nil {
			path = strings.ReplaceAll(next[1], "&amp;", "&")
		}
	}
	if len(seen) != 120 {
		t.Errorf("%d of 120 cases are met", len(seen))
	}
}

// Pages need nothing from elsewhere, and have what a screen reader goes by.
func TestPagesStandAlone(t *testing.T) {
	s := set(t, asking)
	c := s.attack()
	login := s.page("/login")
	s.login()
	for _, path := range paths(c.ID) {
		checkPage(t, path, s.page(path))
	}
	checkPage(t, "/login", login)
}

func checkPage(t *testing.T, path, page string) {
	t.Helper()
	for _, want := range []string{`<html lang="en">`, `<main id="main"`, `href="#main"`, "<h1>", `name="viewport"`} {
		if strings.Count(page, want) != 1 {
			t.Errorf("%s: %s is there %d times", path, want, strings.Count(page, want))
		}
	}
	for _, from := range regexp.MustCompile(`(?:src|href|action)="([^"]*)"`).FindAllStringSubmatch(page, -1) {
		if !strings.HasPrefix(from[1], "/") && !strings.HasPrefix(from[1], "#") {
			t.Errorf("%s takes something from elsewhere: %s", path, from[1])
		}
	}
	if regexp.MustCompile(`<style|\sstyle=|<script>|\son[a-z]+="`).MatchString(page) {
		t.Errorf("%s has inline style or script", path)
	}
	if n, named := strings.Count(page, "<table>"), strings.Count(page, "<caption>"); n != named {
		t.Errorf("%s: %d tables, %d captions", path, n, named)
	}
	level := 1
	for _, h := range regexp.MustCompile(`<h([1-6])[ >]`).FindAllStringSubmatch(page, -1) {
		if n := int(h[1][0] - '0'); n > level+1 {
			t.Errorf("%s: a heading of level %d below one of level %d", path, n, level)
		} else {
			level = n
		}
	}
	if strings.Contains(page, `<th scope="col"></th>`) || strings.Contains(page, "<th>") {
		t.Errorf("%s: a column without a head", path)
	}
	var ids []string
	for _, id := range regexp.MustCompile(`\sid="([^"]*)"`).FindAllStringSubmatch(page, -1) {
		if slices.Contains(ids, id[1]) {
			t.Errorf("%s: id %s is there twice", path, id[1])
		}
		ids = append(ids, id[1])
	}
	for _, input := range regexp.MustCompile(`<(?:input|select) [^>]*>`).FindAllString(page, -1) {
		id := regexp.MustCompile(`id="([^"]*)"`).FindStringSubmatch(input)
		hidden, wrapped := strings.Contains(input, `type="hidden"`), strings.Contains(page, "<label>"+input)
		if !hidden && !wrapped && (id == nil || !strings.Contains(page, `<label for="`+id[1]+`"`)) {
			t.Errorf("%s: no label for %s", path, input)
		}
	}
}

// Text stands out from what is behind it by 4.5 to 1, and edges of fields by 3 to 1: WCAG 2.2, 1.4.3 and 1.4.11.
func TestContrast(t *testing.T) {
	style, err := os.ReadFile("pages/console.css")
	if err != nil {
		t.Fatal(err)
	}
	themes := regexp.MustCompile(`--back: [^}]*`).FindAll(style, -1)
	if len(themes) != 2 {
		t.Fatalf("%d themes", len(themes))
	}
	for i, theme := range themes {
		colours := map[string]float64{}
		for _, c := range regexp.MustCompile(`--([a-z]+): #([0-9a-f]{6})`).FindAllSubmatch(theme, -1) {
			colours[string(c[1])] = luminance(t, string(c[2]))
		}
		for _, ink := range []string{"text", "quiet", "link", "bad", "warn", "good"} {
			for _, behind := range []string{"back", "card"} {
				if r := ratio(colours[ink], colours[behind]); r < 4.5 {
					t.Errorf("theme %d: %s on %s is %.2f", i, ink, behind, r)
				}
			}
		}
		if r := ratio(colours["edge"], colours["back"]); r < 3 {
			t.Errorf("theme %d: edges are %.2f", i, r)
		}
	}
	if bytes.Contains(style, []byte("url(")) || bytes.Contains(style, []byte("@import")) {
		t.Error("the style takes something from elsewhere")
	}
}

func ratio(a, b float64) float64 { return (max(a, b) + 0.05) / (min(a, b) + 0.05) }

// luminance is a colour's relative luminance: https://www.w3.org/TR/WCAG22/#dfn-relative-luminance.
func luminance(t *testing.T, hex string) (l float64) {
	for i, share := range []float64{0.2126, 0.7152, 0.0722} {
		v, err := strconv.ParseUint(hex[2*i:2*i+2], 16, 8)
		if err != nil {
			t.Fatal(err)
		}
		x := float64(v) / 255
		if x <= 0.04045 {
			l += share * x / 12.92
			continue
		}
		l += share * math.Pow((x+0.055)/1.055, 2.4)
	}
	return l
}
