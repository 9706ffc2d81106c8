package identity

import (
	"strings"
	"testing"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/playbook"
)

// A scanner that tries all roles of an account is one finding, which names each decoy once, and says it where one let the caller in.
func TestAttemptsOfOneCallerAreOneFinding(t *testing.T) {
	at := func(role string, let bool) playbook.Suspect[tried] {
		return tried{Roles: []string{role}, Let: let, From: "198.51.100.7", Root: event.Resource{Account: "111122223333", Type: event.User, ID: "olga"}}.suspect()
	}
	s := joinTried(joinTried(at("b", false), at("a", true)), at("b", false))
	if got := s.Title; got != "tried to assume decoy a, b from 198.51.100.7, and AWS let it" {
		t.Error(got)
	}
	if got := strings.Join(s.Facts.Found(), "; "); got != "attempt to assume a; attempt to assume b" {
		t.Error(got)
	}
}

func TestWhatIsNoRoleIsNoDecoyRole(t *testing.T) {
	for arn, ok := range map[string]bool{
		"arn:aws:iam::111122223333:role/ops/backup-admin": true, "arn:aws-us-gov:iam::111122223333:role/a": true,
		"AROADECOY00000000001": false, "backup-admin": false, "arn:aws:iam::111122223333:user/backup": false, "arn:aws:iam::111122223333:role/": false, "arn:aws:iam::1:role/a": false,
	} {
		if err := (TriedParams{Roles: []string{arn}}).Validate(); (err == nil) != ok {
			t.Errorf("%q: %v", arn, err)
		}
	}
}
