package console_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/canary"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/playbook"
)

// All that asks of an incident is approved at once, by one name of what was shown; each case's worker decides about its own.
func TestAnIncidentIsApprovedAtOnce(t *testing.T) {
	s := set(t, strings.Replace(staffed, "development", "production", 1))
	p := s.signsIn()
	first := s.attack()
	second := s.attack()
	if first.ID == second.ID || first.Incident != second.Incident {
		t.Fatal("two cases of one incident are wanted")
	}
	p.as("ann@example.com")
	path := "/incidents/" + first.Incident + "/approve"
	s.says(s.page("/incidents/"+first.Incident), "What of it asks")
	page := s.page(path)
	s.says(page, "Approve these 2")
	s.says(page, "There is no way back:")
	names := first.Root.ID + " " + second.Root.ID
	if !strings.Contains(page, names) {
		names = second.Root.ID + " " + first.Root.ID
	}
	if a := s.ask("POST", path, s.filled(page, path, "typed", first.Root.ID)); a.status != http.StatusBadRequest {
		t.Errorf("one name typed of two: %d", a.status)
	}
	page = s.page(path)
	forged := s.filled(page, path, "typed", names)
	forged.Set("digest", "0123456789abcdef")
	if a := s.ask("POST", path, forged); a.status != http.StatusForbidden {
		t.Errorf("another digest: %d", a.status)
	}
	old := s.filled(page, path, "typed", names)
	third := s.attack() // joins the incident, and asks
	if a := s.ask("POST", path, old); a.status != http.StatusConflict {
		t.Errorf("what has changed since the page was made: %d", a.status)
	}
	for _, c := range []*ledger.Case{first, second, third} {
		if n := len(s.load(c.ID).Approvals()); n != 0 {
			t.Fatalf("case %s has %d approvals", c.ID, n)
		}
	}
	for _, who := range []string{"ann@example.com", "bob@example.com"} {
		p.as(who)
		s.passes(time.Second)
		a := s.ask("POST", path, s.filled(s.page(path), path, "typed", typed(t, s.page(path))))
		if a.status != http.StatusSeeOther {
			t.Fatal(who, a.status, text(a.body))
		}
		s.says(s.page(a.header.Get("Location")), "3 approvals are recorded")
		s.work()
	}
	for _, c := range []*ledger.Case{first, second, third} {
		if now := s.load(c.ID); now.State == ledger.Asked {
			t.Errorf("case %s still asks", c.ID)
		}
	}
	if a := s.get(path); a.status != http.StatusConflict {
		t.Errorf("the page of an incident that asks nothing: %d", a.status)
	}
}

// typed is what a page wants typed.
func typed(t *testing.T, page string) string {
	t.Helper()
	_, rest, ok := strings.Cut(page, `<label for="typed">Type `)
	if !ok {
		t.Fatal("nothing has to be typed")
	}
	what, _, _ := strings.Cut(rest, "</label>")
	return what
}

// A person who may not approve what an incident asks is shown it, and has no form.
func TestAReaderApprovesNoIncident(t *testing.T) {
	s := set(t, staffed)
	p := s.signsIn()
	c := s.attack()
	p.as("eve@example.com")
	page := s.page("/incidents/" + c.Incident + "/approve")
	s.says(page, "Not by you")
	if strings.Contains(page, "<form method=\"post\" action=\"/incidents/") {
		t.Error("there is a form")
	}
}

// Letters are listed with what became of them, and on the page of each case that they name.
func TestLettersAreShown(t *testing.T) {
	s := set(t, asking)
	s.login()
	c := s.attack()
	post := func(to string, write func(*ledger.Letter)) {
		t.Helper()
		s.must(s.store.Post(t.Context(), s.w.Now(), ledger.Line{LetterKey: ledger.LetterKey{To: to, Channel: "slack", Matter: "case/" + c.ID}, Case: c.ID, Due: s.w.Now(), Notice: true}))
		if write == nil {
			return
		}
		l, err := s.store.TakeLetter(t.Context(), s.w.Now(), "test", time.Minute)
		s.must(err)
		if l == nil || l.To != to {
			t.Fatalf("%+v", l)
		}
		write(l)
		s.must(s.store.SaveLetter(t.Context(), l))
	}
	post("group:security", func(l *ledger.Letter) { l.Sent, l.SentAt = l.Wanted, s.w.Now() })
	post("ann@example.com", func(l *ledger.Letter) { l.Failed, l.Error = true, "<script>no such channel" })
	post("bob@example.com", nil)
	all := s.page("/letters")
	for _, want := range []string{"group:security slack case/" + c.ID + " 1 sent", "ann@example.com slack case/" + c.ID + " 1 failed - <script>no such channel", "bob@example.com slack case/" + c.ID + " 1 owed"} {
		s.says(strings.ReplaceAll(all, "Send again", ""), want)
		s.says(s.page("/cases/"+c.ID), want)
	}
	if wrong := markup(all); wrong != "" {
		t.Error(wrong)
	}
	if wrong := markup(all); wrong != "" {
		t.Error(wrong)
	}
	again := s.filled(all, "/letters/again")
	if a := s.ask("POST", "/letters/again", again); a.status != http.StatusSeeOther {
		t.Errorf("what failed is sent again: %d %s", a.status, text(a.body))
	}
	s.says(s.page("/letters?owed=on"), "ann@example.com slack case/"+c.ID+" 1 owed")
	l, err := s.store.TakeLetter(t.Context(), s.w.Now(), "test", time.Minute)
	s.must(err)
	for ; l != nil && l.To != "ann@example.com"; s.must(err) {
		l, err = s.store.TakeLetter(t.Context(), s.w.Now(), "test", time.Minute)
	}
	if l == nil {
		t.Fatal("nobody is to send it")
	}
	l.Failed = true
	s.must(s.store.SaveLetter(t.Context(), l))
	for path, want := range map[string]string{"/letters?failed=on": "ann@example.com", "/letters?owed=on": "bob@example.com"} {
		page := s.page(path)
		s.says(page, want)
		if strings.Contains(page, "group:security") {
			t.Errorf("%s lists what it should not", path)
		}
	}
}

// Coverage says what came from where, what did not, and what nobody can know from a ledger.
func TestCoverageSaysWhatIsNotKnown(t *testing.T) {
	s := set(t, strings.Replace(asking, "regions: [eu-west-1]", "regions: [eu-west-1, eu-central-1, us-east-1]", 1))
	s.login()
	s.says(s.page("/"), "nothing has come in a week, no canary either: 3")
	s.attack()
	elsewhere := event.Place{Partition: "aws", Account: "111122223333", Region: "eu-central-1"}
	_, err := s.store.Admit(t.Context(), s.w.Now(), []playbook.StoredSuspect{{
		Playbook: canary.ID, Severity: playbook.Low, Title: "canary", Resource: elsewhere.In(event.Group, "i-0c0ffee"), Facts: []byte("{}"),
		Origin: playbook.Origin{EventID: "c", Name: "ModifyInstanceAttribute", Occurred: s.w.Now(), Received: s.w.Now(), Place: elsewhere},
	}}, ledger.FirstClaim{})
	s.must(err)
	s.sweeps(elsewhere)
	s.wall.Add(61)
	s.page("/coverage") // counts anew
	var page string
	for ctx := deadline(s); ctx.Err() == nil && !strings.Contains(page, "heard of"); {
		page = text(s.page("/coverage"))
	}
	for _, want := range []string{
		"111122223333 eu-west-1 2030-01-07 09:00:06 6s not known not known heard of", "111122223333 eu-central-1 not known - 2030-01-07 09:00:06 2030-01-07 03:00:00 1 not read to the end heard of",
		"111122223333 us-east-1 not known - not known not known unseen",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("it does not say %q: %s", want, page)
		}
	}
	s.says(s.page("/"), "nothing has come in a week, no canary either: 1")
}

// What the person who looks may answer stands before what others are asked; that nobody was told of a question is said.
func TestTheOverviewAsksYouFirst(t *testing.T) {
	s := set(t, staffed)
	p := s.signsIn()
	s.attack()
	for who, want := range map[string]string{"ann@example.com": "Asked of you", "eve@example.com": "Asked of people"} {
		p.as(who)
		page := s.page("/")
		s.says(page, want)
		s.says(page, "Of 1 that ask, nobody was told yet")
	}
}

// What one actor makes hundreds of is one page all the same, and a bounded one.
func TestALargeIncidentIsAPage(t *testing.T) {
	s := set(t, asking)
	s.login()
	incident := ""
	for i := range 300 {
		ads, err := s.store.Admit(s.Context(), s.w.Now(), []playbook.StoredSuspect{{
			Playbook: "launch.unapproved-image", Severity: playbook.High, Title: strings.Repeat("a long title ", 100), Resource: ireland.In(event.Group, fmt.Sprint("g", i)), Facts: []byte("{}"),
			Origin: playbook.Origin{EventID: fmt.Sprint("e", i), Name: "RunInstances", Occurred: s.w.Now(), Received: s.w.Now(), Place: ireland, Actor: event.Actor{ARN: fmt.Sprint("arn:aws:iam::111122223333:user/u", i)}},
			Found:  []string{"image"}, Actors: []string{"one actor"},
		}}, ledger.FirstClaim{})
		s.must(err)
		if incident == "" {
			incident = s.load(ads[0].Case).Incident
		}
	}
	page := s.page("/incidents/" + incident)
	s.says(page, "open, 300 cases")
	s.says(page, "And 180 more moments")
	s.says(page, "and others")
	if len(page) > 60<<10 {
		t.Errorf("it has %d bytes", len(page))
	}
}

// sweeps writes two listings of a place into the ledger, of which one broke off.
func (s *stage) sweeps(at event.Place) {
	s.Helper()
	night := time.Date(2030, 1, 7, 3, 0, 0, 0, time.UTC)
	d, _, err := s.store.TakeDuty(s.Context(), night, "2030-01-07", at.Account, "one", time.Hour)
	s.must(err)
	for _, c := range []ledger.Coverage{{Began: night, Ended: night}, {Began: night, Ended: night.Add(time.Hour)}} {
		c.Listing = ledger.Listing{Place: at, Kind: event.Instance}
		if !c.Ended.Equal(night) {
			c.Error = "throttled"
		}
		s.must(s.store.Swept(s.Context(), d, c, nil))
	}
}
