package launch_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/world"
	"github.com/ripostehq/riposte/playbook"
	"github.com/ripostehq/riposte/playbooks/launch"
)

const byAlice = `{"eventVersion":"1.09","eventID":"e","eventTime":"2030-01-07T09:00:00Z","eventSource":"ec2.amazonaws.com","eventName":"RunInstances","awsRegion":"eu-west-1",
	"recipientAccountId":"111122223333","eventType":"AwsApiCall","eventCategory":"Management","readOnly":false,
	"userIdentity":{"type":"AssumedRole","principalId":"AROAADMIN00000000001:alice","arn":"arn:aws:sts::111122223333:assumed-role/admin/alice","accountId":"111122223333",
		"sessionContext":{"sessionIssuer":{"type":"Role","principalId":"AROAADMIN00000000001","arn":"arn:aws:iam::111122223333:role/admin","accountId":"111122223333","userName":"admin"}}},
	"requestParameters":{"clientToken":"t-1","instancesSet":{"items":[{"maxCount":1}]}},
	"responseElements":{"instancesSet":{"items":[{"instanceId":"i-0a1b2c3d4e5f6a001"}]}}}`

const studio = `
now: 2030-01-07T09:00:00Z
accounts:
  - id: "111122223333"
    users: [{name: operator, attached: ["arn:aws:iam::aws:policy/AdministratorAccess"], keys: [{id: AKIAOPERATOR00000001, secret: operator}]}]
    regions:
      eu-west-1:
        images: [{id: ami-0bbbbbbbbbbbbbbbb, name: golden-2029}]
        instances: [{id: i-0a1b2c3d4e5f6a001, image: ami-0bbbbbbbbbbbbbbbb}]
`

// byHand are the suspects of a record, some of which is written otherwise.
func byHand(t *testing.T, book playbook.Playbook, otherwise ...string) []playbook.StoredSuspect {
	t.Helper()
	e, err := event.Decode([]byte(strings.NewReplacer(otherwise...).Replace(byAlice)))
	if err != nil {
		t.Fatal(err)
	}
	found, err := book.Suspects(e)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// Whether the person launched more may not be known, or there may be more than is counted: then a person is asked.
func TestALaunchThatMayBeOneOfManyAsks(t *testing.T) {
	book, err := launch.ByHand().Bind(func(p any) error { p.(*launch.ByHandParams).Environments = nil; return nil })
	if err != nil {
		t.Fatal(err)
	}
	w, err := world.New([]byte(studio), world.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for story, want := range map[string]struct {
		counter playbook.Counter
		asks    string
	}{
		"not counted": {nil, "how many more the same person launched is not known"},
		"more than were counted": {func(context.Context, playbook.Window) (playbook.Count, error) {
			return playbook.Count{Resources: 1, More: true}, nil
		}, "may be a bulk job"},
		"one": {func(context.Context, playbook.Window) (playbook.Count, error) {
			return playbook.Count{Resources: 1}, nil
		}, ""},
	} {
		in := playbook.In{
			AWS: as(w, "AKIAOPERATOR00000001", "operator").Reads(), Now: w.Now(), History: playbook.History{Counter: want.counter},
			Organization: playbook.Organization{People: event.People{Issuers: []string{"arn:aws:iam::*:role/admin"}}},
		}
		found, err := book.Check(t.Context(), in, "c_1", byHand(t, book)[0])
		if err != nil || len(found) != 1 {
			t.Fatalf("%s: %d plans, %v", story, len(found), err)
		}
		if ask := found[0].Plan.Steps[0].Ladder[0].Ask; (ask == "") != (want.asks == "") || !strings.Contains(ask, want.asks) {
			t.Errorf("%s: asks %q, want %q", story, ask, want.asks)
		}
	}
}

// What no person can have launched waits for nothing: it is no suspect, and counts for none.
func TestWhatNoPersonLaunchesIsNoSuspect(t *testing.T) {
	const user = `"type":"IAMUser","principalId":"AIDA1","arn":"arn:aws:iam::111122223333:user/ann","accountId":"111122223333","userName":"ann"}`
	role := byAlice[strings.Index(byAlice, `"type":"AssumedRole"`):strings.Index(byAlice, `"requestParameters"`)]
	for story, c := range map[string]struct {
		otherwise []string
		users     bool
		want      int
	}{
		"a person's session":       {nil, false, 1},
		"an instance's session":    {[]string{`"sessionContext":{`, `"inScopeOf":{"issuerType":"AWS::EC2::Instance","credentialsIssuedTo":"arn:aws:ec2:eu-west-1:111122223333:instance/i-0a1b2c3d4e5f6a001"},"sessionContext":{`}, false, 0},
		"of no account":            {[]string{`"accountId":"111122223333"`, `"accountId":""`, "arn:aws:sts::111122223333", "arn:aws:sts::"}, false, 0},
		"a user":                   {[]string{role, user + ","}, false, 0},
		"a user, where they count": {[]string{role, user + ","}, true, 1},
	} {
		book, err := launch.ByHand().Bind(func(p any) error { p.(*launch.ByHandParams).Users = c.users; return nil })
		if err != nil {
			t.Fatal(err)
		}
		if found := byHand(t, book, c.otherwise...); len(found) != c.want {
			t.Errorf("%s: %d suspects, want %d", story, len(found), c.want)
		}
	}
}

// Before the look, the plan is shown of the instances that the record names; where it names none, a token finds them without a question.
func TestALaunchByHandIsShownBeforeTheLook(t *testing.T) {
	book, err := launch.ByHand().Default()
	if err != nil {
		t.Fatal(err)
	}
	plan, err := book.Preview(byHand(t, book)[0])
	if err != nil || len(plan.Steps) != 2 || plan.Steps[0].Ladder[0].Do.About().Target.ID != "i-0a1b2c3d4e5f6a001" {
		t.Errorf("%+v, %v", plan, err)
	}
	for token, asks := range map[string]bool{"t-1": false, "": true} {
		s := byHand(t, book, `"instanceId":"i-0a1b2c3d4e5f6a001"`, `"x":1`, `"t-1"`, `"`+token+`"`)[0]
		if strings.Contains(s.Title, "the record names no instance") != asks {
			t.Errorf("token %q: %s", token, s.Title)
		}
	}
}

// No right to end instances is asked for where none is ever ended.
func TestWhatIsNeverEndedNeedsNoRight(t *testing.T) {
	for after, ends := range map[time.Duration]bool{0: false, 30 * 24 * time.Hour: true} {
		book, err := launch.ByHand().Bind(func(p any) error { p.(*launch.ByHandParams).DeleteAfter = after; return nil })
		if err != nil {
			t.Fatal(err)
		}
		if slices.ContainsFunc(book.Changes, func(k action.Kind) bool { return k.Name == action.Terminate{}.About().Kind.Name }) != ends {
			t.Errorf("delete_after %s: %v", after, book.Changes)
		}
	}
}
