package console_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/playbook"
)

// Of a thousand streams 64 are kept; the others are told to come again, pages are answered beside them, and who leaves makes room.
func TestAThousandStreams(t *testing.T) {
	s := set(t, asking)
	s.login()
	const all, kept = 1000, 64
	answers := make(chan *http.Response, all)
	for range all {
		go func() {
			r, err := http.NewRequestWithContext(s.Context(), http.MethodGet, s.server.URL+"/changes", nil)
			if err == nil {
				r.Header.Set("Cookie", "__Host-riposte="+s.cookie)
				var a *http.Response
				if a, err = http.DefaultClient.Do(r); err == nil {
					answers <- a
					return
				}
			}
			t.Error(err)
			answers <- nil
		}()
	}
	var streams []*http.Response
	for range all {
		switch a := <-answers; {
		case a == nil:
			t.Fatal("a stream was not answered")
		case a.StatusCode == http.StatusOK:
			streams = append(streams, a)
		case a.StatusCode != http.StatusServiceUnavailable || a.Header.Get("Retry-After") == "":
			t.Fatalf("a stream too many: %d", a.StatusCode)
		default:
			a.Body.Close()
		}
	}
	if len(streams) != kept {
		t.Errorf("%d streams are kept, want %d", len(streams), kept)
	}
	s.page("/cases")
	var left sync.WaitGroup
	for _, one := range streams {
		left.Go(func() { one.Body.Close() })
	}
	left.Wait()
	for ctx := deadline(s); ; { // the console learns of it a moment later
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, s.server.URL+"/changes", nil)
		s.must(err)
		r.Header.Set("Cookie", "__Host-riposte="+s.cookie)
		a, err := http.DefaultClient.Do(r)
		s.must(err)
		a.Body.Close()
		if a.StatusCode == http.StatusOK {
			return
		}
	}
}

// Whoever comes back from the provider again and again has it asked a few times, and in a minute again.
func TestComingBackIsBounded(t *testing.T) {
	s := set(t, staffed)
	p := s.signsIn()
	asked := 0
	p.token = func(claims map[string]any) string {
		asked++
		return p.signed(claims)
	}
	refused := 0
	for range 50 {
		if a := p.as("ann@example.com"); a.status == http.StatusTooManyRequests {
			refused++
		}
	}
	if asked != 30 || refused != 20 {
		t.Errorf("the provider was asked %d times, %d were refused", asked, refused)
	}
	s.wall.Add(60)
	if a := p.as("ann@example.com"); a.status != http.StatusOK {
		t.Errorf("a minute later: %d", a.status)
	}
}

// Whoever is behind an open case, high or worse, neither halts riposte nor releases; another does.
func TestTheActorOfAnOpenCaseHaltsNothing(t *testing.T) {
	s := set(t, strings.Replace(staffed, "people:", "people:\n  issuers: [\"arn:aws:iam::*:role/aws-reserved/sso.amazonaws.com/*\"]", 1))
	p := s.signsIn()
	ads, err := s.store.Admit(s.Context(), s.w.Now(), []playbook.StoredSuspect{{
		Playbook: "launch.unapproved-image", Severity: playbook.High, Title: "by ann", Resource: ireland.In(event.Group, "g"), Facts: []byte("{}"),
		Origin: playbook.Origin{EventID: "e", Name: "RunInstances", Source: "ec2.amazonaws.com", Occurred: s.w.Now(), Received: s.w.Now(), Place: ireland,
			Actor: event.Actor{Kind: event.RoleActor, ARN: "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Admin_0123456789abcdef/ann", Session: "ann",
				Issuer: "arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_0123456789abcdef", Account: "111122223333"}},
		Found: []string{"image"},
	}}, ledger.FirstClaim{Holder: "test", Lease: time.Minute})
	s.must(err)
	c := ads[0].Claim.Case
	c.State, c.Suspects[0].Checked, c.Due = ledger.Asked, "confirmed", s.w.Now().Add(time.Hour)
	s.must(s.store.Commit(s.Context(), c, ledger.Write{At: s.w.Now(), EndsLease: true}))
	p.as("ann@example.com")
	if a := s.ask("POST", "/halt", s.filled(s.page("/halt"), "/halt")); a.status != http.StatusForbidden {
		t.Errorf("a halt by the actor: %d", a.status)
	}
	p.as("bob@example.com")
	if a := s.ask("POST", "/halt", s.filled(s.page("/halt"), "/halt")); a.status != http.StatusSeeOther {
		t.Errorf("a halt by another: %d %s", a.status, text(a.body))
	}
	p.as("ann@example.com")
	if a := s.ask("POST", "/release", s.filled(s.page("/halt"), "/release")); a.status != http.StatusForbidden {
		t.Errorf("a release by the actor: %d", a.status)
	}
	p.as("bob@example.com")
	if a := s.ask("POST", "/release", s.filled(s.page("/halt"), "/release")); a.status != http.StatusSeeOther {
		t.Errorf("a release by another: %d", a.status)
	}
}
