package contain

import (
	"testing"

	"github.com/ripostehq/riposte/event"
)

// Whoever asks for a federation token with a stolen key has no more than the key's user: the session is no way around the
// deny, and its name, which he chose, is nobody's.
func TestAFederatedSessionIsDeniedWithItsUser(t *testing.T) {
	session := event.Actor{
		Kind: event.FederatedActor, Partition: "aws", Account: "111122223333", ARN: "arn:aws:sts::111122223333:federated-user/admin",
		PrincipalID: "111122223333:admin", AccessKey: "ASIAMALLORY000000001",
	}
	denied := "iam.attach-user-deny iam.deny-user iam.bound-user"
	for _, c := range []struct{ story, issuer, id, root, plan string }{
		{"of a user", "arn:aws:iam::111122223333:user/staff/mallory", "AIDAMALLORY", "user staff/mallory", denied},
		{"of a user whose id is not told", "arn:aws:iam::111122223333:user/staff/mallory", "", "user staff/mallory", denied},
		{"of root", "arn:aws:iam::111122223333:root", "111122223333", "account 111122223333", ""},
		{"of nobody in particular", "", "", "account 111122223333", ""},
	} {
		session.Issuer, session.IssuerID = c.issuer, c.id
		a := ActorOf(session, seen)
		if root := a.Root(); event.Noun(root.Type)+" "+root.ID != c.root || a.Key != "" {
			t.Errorf("%s: root %+v, key %q", c.story, root, a.Key)
		}
		if got := plan(a); got != c.plan || (got == "") == (a.Others() == "") {
			t.Errorf("%s: plan %q, others %q", c.story, got, a.Others())
		}
	}
}
