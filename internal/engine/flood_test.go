package engine_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/playbook"
)

// What calls that cost an attacker next to nothing can make riposte do, once its answer stands.

// flood is the same call many times.
func flood(s *stage, n int, call func() error) {
	s.Helper()
	for range n {
		s.must(call())
	}
}

// ownKey switches on another user's key that is on: every user may do that with a key of its own.
func ownKey(s *stage) func() error {
	return func() error {
		_, err := administrator(s).UpdateAccessKey(s.Context(), &iam.UpdateAccessKeyInput{
			UserName: aws.String("riposte"), AccessKeyId: aws.String(own.AccessKeyID), Status: types.StatusTypeActive,
		})
		return err
	}
}

// herPath gives mallory the path that she has.
func herPath(s *stage) func() error {
	return func() error {
		_, err := administrator(s).UpdateUser(s.Context(), &iam.UpdateUserInput{UserName: aws.String("mallory"), NewPath: aws.String("/")})
		return err
	}
}

// undeny has an accomplice take mallory's deny off.
func undeny(s *stage) {
	s.Helper()
	attached(s, false, denyPolicy)
}

// flooded plays the attack: mallory is contained and verified, another caller floods riposte with calls, and in the midst of that
// the deny is taken off. It returns how many turns pass until she is denied again.
func flooded(t testing.TB, n int, call func(*stage) func() error) int {
	t.Helper()
	s, _ := tallied(t, ladders())
	unprotect(s, mallory)
	s.pass(10 * time.Minute)
	if c := s.only("test.ladder"); c.State != ledger.Verified {
		t.Fatal(c.State)
	}
	flood(s, n, call(s))
	undeny(s)
	flood(s, n, call(s))
	s.recorded()
	return s.turns(2*n, func() bool { return denied(s, "mallory") })
}

func TestAFloodDelaysTheNextContainmentByTwoTurns(t *testing.T) {
	for story, call := range map[string]func(*stage) func() error{
		"of calls that name nobody who is contained": ownKey,
		"of calls that name her":                     herPath,
	} {
		if n := flooded(t, 300, call); n > 3 {
			t.Errorf("a flood of 600 calls %s: denied again in turn %d", story, n)
		}
	}
}

// BenchmarkFlood prints how many turns a flood of 600 sightings delays the next containment.
func BenchmarkFlood(b *testing.B) {
	turns := 0
	for b.Loop() {
		turns = flooded(b, 300, ownKey)
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(float64(turns-1), "turns")
}

// Verified cases are many and never end: a call costs the same whether one stands or twenty.
func TestTheCostOfACallDoesNotGrowWithTheCasesThatStand(t *testing.T) {
	ownPolicy := func(s *stage) {
		_, err := administrator(s).CreatePolicyVersion(s.Context(), &iam.CreatePolicyVersionInput{
			PolicyArn: aws.String("arn:aws:iam::111122223333:policy/harmless"), PolicyDocument: aws.String(everything),
		})
		s.must(err)
	}
	for name, story := range map[string]struct {
		call   func(*stage)
		told   int
		looked int // in terms of one look
	}{
		"another policy gets a version":             {ownPolicy, 0, 0},
		"another user's key is switched on":         {func(s *stage) { s.must(ownKey(s)()) }, 0, 0},
		"the deny that all share gets its own text": {func(s *stage) { edit(s, denyEverything) }, 1, 1},
	} {
		read := map[int]int{}
		for _, cases := range []int{1, 20} {
			s, count := stand(t, cases)
			story.call(s)
			count.read, count.sent = 0, 0
			s.recorded()
			s.step()
			read[cases] = count.read
			if count.sent != story.told || (count.read > 0) != (story.looked > 0) {
				t.Errorf("%s, %d cases stand: %d were told, AWS was read %d times", name, cases, count.sent, count.read)
			}
		}
		if read[20] != read[1] {
			t.Errorf("%s: %d reads where one case stands, %d where 20 do", name, read[1], read[20])
		}
	}
}

const (
	everything     = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}`
	denyEverything = `{"Version":"2012-10-17","Statement":[{"Sid":"Riposte","Effect":"Deny","Action":"*","Resource":"*"}]}`
)

// stand is a stage on which a number of users are denied and verified, by the one policy that was deployed.
func stand(t *testing.T, cases int) (*stage, *counted) {
	t.Helper()
	var books []playbook.Definition
	for i := range cases {
		books = append(books, denies(fmt.Sprintf("test.denies-%02d", i), fmt.Sprintf("user-%02d", i)))
	}
	s, count := tallied(t, books...)
	for i := range cases {
		_, err := administrator(s).CreateUser(s.Context(), &iam.CreateUserInput{UserName: aws.String(fmt.Sprintf("user-%02d", i))})
		s.must(err)
	}
	_, err := administrator(s).CreatePolicy(s.Context(), &iam.CreatePolicyInput{PolicyName: aws.String("harmless"), PolicyDocument: aws.String(everything)})
	s.must(err)
	edit(s, denyEverything)
	unprotect(s, mallory)
	s.pass(10 * time.Minute)
	for _, c := range s.all() {
		if c.State != ledger.Verified {
			t.Fatalf("%s: %s %s %s", c.State, steps(c), c.Error, c.Reason)
		}
	}
	return s, count
}

// Somebody empties the deny that all share: one case looks, and all are contained anew by what does not stand on it.
func TestOneLooksForAllWhoShareADeny(t *testing.T) {
	s, _ := stand(t, 5)
	edit(s, everything)
	s.pass(10 * time.Minute)
	for _, c := range s.all() {
		if c.State != ledger.Verified || c.Revisions[0].Steps[0].Rung != 1 || c.Paged == "" {
			t.Errorf("%s at rung %d, paged %q: %s\n%s", c.State, c.Revisions[0].Steps[0].Rung, c.Paged, steps(c), s.history(c))
		}
	}
	s.whole()
}

// A case that is full of messages takes no more; the event comes again for its sake, and the others are told at once.
func TestACaseThatIsFullKeepsNoOtherFromBeingTold(t *testing.T) {
	s, count := tallied(t, denies("test.full", "mallory"), denies("test.other", "mallory"))
	unprotect(s, mallory)
	s.pass(10 * time.Minute)
	first := s.only("test.full")
	count.full = first.ID
	undeny(s)
	s.must(s.w.AdvanceTo(s.w.Now().Add(6 * time.Second)))
	if _, err := s.e.Receive(t.Context(), s.due()...); !errors.Is(err, ledger.ErrFull) || !strings.Contains(err.Error(), first.ID) {
		t.Errorf("the event must come again: %v", err)
	}
	s.step()
	if c := s.only("test.other"); !denied(s, "mallory") || c.Paged == "" {
		t.Errorf("the other case was not told: %s\n%s", c.State, s.history(c))
	}
}
