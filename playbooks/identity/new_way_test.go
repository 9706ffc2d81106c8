package identity

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/iam/reach"
	"github.com/ripostehq/riposte/iam/roster"
	"github.com/ripostehq/riposte/internal/world"
	"github.com/ripostehq/riposte/playbook"
)

// company is an account with a group whose policy makes keys for an administrator, one member of it, and a user who has the same right twice.
const company = `{
	"UserDetailList": [
		{"Arn": "arn:aws:iam::111122223333:user/boss", "UserPolicyList": [{"PolicyName": "all", "PolicyDocument": {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}}]},
		{"Arn": "arn:aws:iam::111122223333:user/eve", "GroupList": ["ops"]},
		{"Arn": "arn:aws:iam::111122223333:user/kim", "GroupList": ["ops"], "UserPolicyList": [{"PolicyName": "keys", "PolicyDocument": {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "iam:CreateAccessKey", "Resource": "*"}]}}]}],
	"GroupDetailList": [{"GroupName": "ops", "Arn": "arn:aws:iam::111122223333:group/ops", "GroupPolicyList": [{"PolicyName": "make-keys", "PolicyDocument": {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "iam:CreateAccessKey", "Resource": "*"}]}}]}]}`

func TestOnlyWhatTheChangeOpenedIsTold(t *testing.T) {
	g := roster.New()
	g.Read("company", []byte(company))
	o := g.Organisation()
	graph, err := reach.Build(o)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		f    newWay
		want string // begins what is told; "" for nothing
		ways int
	}{
		{"a member of a group that makes keys", newWay{Call: call.IAMAddUserToGroup, On: "user/eve", Policy: "ops"}, "user/eve comes to administrator, by iam.create-access-key as user/boss", 1},
		{"the same by a name in capitals", newWay{Call: call.IAMAddUserToGroup, On: "user/EVE", Policy: "OPS"}, "user/eve comes", 1},
		{"the group's policy: of its members, the one without another way", newWay{Call: call.IAMPutGroupPolicy, On: "group/ops", Policy: "make-keys"}, "user/eve comes", 1},
		{"a right that the user has by its group too", newWay{Call: call.IAMPutUserPolicy, On: "user/kim", Policy: "keys"}, "", 0},
		{"a new administrator, whom others reach", newWay{Call: call.IAMPutUserPolicy, On: "user/boss", Policy: "all"}, "user/boss is administrator", 3},
		{"a policy of another's name", newWay{Call: call.IAMPutUserPolicy, On: "user/kim", Policy: "all"}, "", 0},
		{"a user who left the group meanwhile", newWay{Call: call.IAMAddUserToGroup, On: "user/boss", Policy: "ops"}, "", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := wayLook{Estate: playbook.Estate{Organisation: o, Graph: graph}, f: &c.f}
			if err := l.given(NewWayParams{Possible: true}, nil); err != nil {
				t.Fatal(err)
			}
			if len(c.f.Ways) != c.ways || c.ways > 0 && (!strings.HasPrefix(c.f.Ways[0], c.want) || !c.f.Sure) {
				t.Errorf("%q, sure %v", c.f.Ways, c.f.Sure)
			}
		})
	}
	if graph.Search(reach.Query{}).Level("arn:aws:iam::111122223333:user/eve") != 1 {
		t.Error("the account as it is was changed by the looks")
	}
}

// However many changes one principal meets, the finding names a few ways and changes.
func TestManyChangesAreOneFinding(t *testing.T) {
	s := playbook.Suspect[newWay]{Facts: newWay{Call: call.IAMPutRolePolicy, On: "role/web", Policy: "p", Actor: "eve", Ways: []string{"one"}}}
	for i := range 100 {
		name := strings.Repeat("x", i)
		s = joinNewWay(s, playbook.Suspect[newWay]{Facts: newWay{Call: call.IAMPutRolePolicy, On: "role/web", Policy: name, Actor: "eve", Ways: []string{name}, Sure: i == 50}})
	}
	if len(s.Facts.Ways) != mostNewWays || len(s.Facts.Others) != mostNewWays || s.Severity != playbook.High {
		t.Errorf("%d ways, %d others, %s", len(s.Facts.Ways), len(s.Facts.Others), s.Severity)
	}
}

// twice is an account whose user was given the same right by two policies at once, and a third that opens nothing.
const twice = `{"UserDetailList": [
	{"Arn": "arn:aws:iam::111122223333:user/eve", "UserPolicyList": [
		{"PolicyName": "one", "PolicyDocument": {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}},
		{"PolicyName": "two", "PolicyDocument": {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "iam:*", "Resource": "*"}]}},
		{"PolicyName": "tags", "PolicyDocument": {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "iam:TagUser", "Resource": "*"}]}}]}]}`

// Whoever gives the same right twice at once hides neither policy behind the other; and what opens nothing alone is not told with them.
func TestPoliciesThatAreGivenTogetherDoNotHideEachOther(t *testing.T) {
	g := roster.New()
	g.Read("twice", []byte(twice))
	o := g.Organisation()
	graph, err := reach.Build(o)
	if err != nil {
		t.Fatal(err)
	}
	put := func(policy string) newWay { return newWay{Call: call.IAMPutUserPolicy, On: "user/eve", Policy: policy} }
	stored := func(all ...newWay) (out []playbook.StoredSuspect) {
		for _, f := range all {
			b, err := json.Marshal(f)
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, playbook.StoredSuspect{Facts: b})
		}
		return append(out, playbook.StoredSuspect{Facts: []byte("7")})
	}
	bare := newWay{Call: call.IAMDeleteUserPermissionsBoundary, On: "user/eve"}
	for policy, want := range map[string]bool{"one": true, "two": true, "tags": false} {
		f := put(policy)
		l := wayLook{Estate: playbook.Estate{Organisation: o, Graph: graph}, f: &f}
		if err := l.given(NewWayParams{Possible: true}, f.beside(stored(put("one"), put("TWO"), put("tags"), bare))); err != nil {
			t.Fatal(err)
		}
		if got := len(f.Ways) > 0; got != want {
			t.Errorf("%s: %q", policy, f.Ways)
		}
	}
}

// Behind a flood of changes of one user the harmful one may lie: the flood is told, and that the user comes to administrator by whatever it was.
func TestAFloodOfChangesIsTold(t *testing.T) {
	_, accounts, _ := strings.Cut(newWayStories, "-- world.yaml --\n")
	accounts, _, _ = strings.Cut(accounts, "-- record.json --")
	accounts = strings.Replace(accounts, "    users:\n", "    users:\n"+`      - {name: reader, attached: ["arn:aws:iam::aws:policy/AdministratorAccess"], keys: [{id: AKIAREADER0000000001, secret: s}]}`+"\n", 1)
	w, err := world.New([]byte(accounts), world.Options{})
	if err != nil {
		t.Fatal(err)
	}
	reads := access.ClientReads(func(p event.Place) aws.Config {
		p.Region = "us-east-1"
		return w.Config(p, aws.Credentials{AccessKeyID: "AKIAREADER0000000001", SecretAccessKey: "s"})
	})
	book, err := NewWay().Bind(func(any) error { return nil })
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		user string
		more bool
		want string // of the title; "" where nothing is found
		sev  playbook.Severity
	}{
		{"eve", true, "user/eve comes to administrator, by iam.put-own-user-policy as user/eve with any policy; it was changed so often", playbook.High},
		{"kim", true, "user/kim was given policy harmless by arn:aws:iam::111122223333:user/mallory; it was changed so often", playbook.Medium},
		{"eve", false, "", ""},
	} {
		facts, err := json.Marshal(newWay{Call: call.IAMPutUserPolicy, On: "user/" + c.user, Policy: "harmless", Actor: "arn:aws:iam::111122223333:user/mallory", At: w.Now()})
		if err != nil {
			t.Fatal(err)
		}
		s := playbook.StoredSuspect{Playbook: book.ID, Severity: playbook.Medium, Resource: event.Place{Partition: "aws", Account: "111122223333"}.In(event.User, c.user), Facts: facts, More: c.more}
		found, err := book.Check(t.Context(), playbook.In{AWS: reads, Now: w.Now()}, "c_1", s)
		switch {
		case err != nil:
			t.Fatal(err)
		case c.want == "":
			if len(found) > 0 {
				t.Errorf("%q", found[0].Suspect.Title)
			}
		case len(found) != 1 || !strings.Contains(found[0].Suspect.Title, c.want) || found[0].Suspect.Severity != c.sev:
			t.Errorf("of %s: %+v", c.user, found)
		}
	}
}
