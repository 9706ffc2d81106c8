package engine_test

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/ripostehq/riposte/internal/gate"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/world"
)

// The deployment's user is gone, and its name is still trusted: mallory takes it before she acts.
func TestATrustedNameThatIsFreeExceptsNobody(t *testing.T) {
	for story, id := range map[string]string{"by its name alone": "", "by its id": "AIDADEPLOY0000000001"} {
		t.Run(story, func(t *testing.T) {
			s := set(t, world.Options{}, suspends(asItIs, launching))
			s.policy.Trusted = []gate.Trust{{Issuer: gate.Principal{ARN: "arn:aws:iam::111122223333:user/deploy", ID: id}, Playbooks: []string{"test.*"}}}
			s.restart()
			rename(administrator, "mallory", "deploy")(s)
			s.pass(time.Minute) // until her records show the name
			version(s, mallory)
			s.pass(10 * time.Minute)
			c := s.only("test.suspends")
			if c.State != ledger.Verified || suspendedProcesses(s) != 1 || !strings.Contains(c.Paged, "user/deploy") {
				t.Errorf("%s: %s, %d processes suspended, page %q", c.State, steps(c), suspendedProcesses(s), c.Paged)
			}
		})
	}
}

// A second user that has the name of a break-glass user takes the answer to mallory back: people are told, and it is renewed.
func TestAnUndoByTheNameOfABreakGlassUserDoesNotEndIt(t *testing.T) {
	s := set(t, world.Options{}, ladders())
	taken := s.principal("riposte")
	taken.ID = ""
	s.policy.BreakGlass = []gate.Principal{taken}
	s.restart()
	unprotect(s, mallory)
	s.pass(20 * time.Second)
	_, err := administrator(s).DetachUserPolicy(t.Context(), &iam.DetachUserPolicyInput{
		UserName: aws.String("mallory"), PolicyArn: aws.String("arn:aws:iam::111122223333:policy/riposte-deny"),
	})
	s.must(err)
	s.pass(10 * time.Minute)
	c := s.only("test.ladder")
	if deny := c.Revisions[0].Steps[1]; deny.State != ledger.Done || deny.Rung == 0 || !strings.Contains(c.Paged, "by its ARN alone") {
		t.Errorf("%s: %s, page %q", c.State, steps(c), c.Paged)
	}
}
