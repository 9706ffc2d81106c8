package identity_test

import (
	"strings"
	"testing"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/playbooks/identity"
)

// What no person can have made waits for no look, nor does a user that the answer does not name.
func TestWhatNoPersonMadeIsNoSuspect(t *testing.T) {
	const record = `{"eventVersion":"1.09","eventID":"e","eventTime":"2030-01-07T09:00:00Z","eventSource":"iam.amazonaws.com","eventName":"CreateUser","awsRegion":"us-east-1",
		"recipientAccountId":"111122223333","eventType":"AwsApiCall","eventCategory":"Management","readOnly":false,
		"userIdentity":{"type":"IAMUser","principalId":"AIDA1","arn":"arn:aws:iam::111122223333:user/ann","accountId":"111122223333","userName":"ann"},
		"responseElements":{"user":{"userName":"new","userId":"AIDANEW","arn":"arn:aws:iam::111122223333:user/new"}}}`
	for story, c := range map[string]struct {
		otherwise []string
		users     bool
		want      int
	}{
		"a user, where they count": {nil, true, 1},
		"a user":                   {nil, false, 0},
		"a user that has no name":  {[]string{`"userName":"new",`, "", `:user/new`, ":user/"}, true, 0},
		"a user of no account":     {[]string{`"recipientAccountId":"111122223333",`, "", `"accountId":"111122223333",`, "", "arn:aws:iam::111122223333:user", "arn:aws:iam:::user"}, true, 0},
		"through CloudFormation":   {[]string{`"userName":"ann"`, `"userName":"ann","invokedBy":"cloudformation.amazonaws.com"`}, true, 0},
		"by an instance's session": {[]string{`"type":"IAMUser","principalId":"AIDA1","arn":"arn:aws:iam::111122223333:user/ann"`, `"type":"AssumedRole","principalId":"AROA1:i-0a1b2c3d4e5f60718","arn":"arn:aws:sts::111122223333:assumed-role/web/i-0a1b2c3d4e5f60718","sessionContext":{"ec2RoleDelivery":"2.0","sessionIssuer":{"type":"Role","principalId":"AROA1","arn":"arn:aws:iam::111122223333:role/web","accountId":"111122223333","userName":"web"}}`}, true, 0},
	} {
		book, err := identity.ByHandUser().Bind(func(p any) error { p.(*identity.ByHandUserParams).Users = c.users; return nil })
		if err != nil {
			t.Fatal(err)
		}
		e, err := event.Decode([]byte(strings.NewReplacer(c.otherwise...).Replace(record)))
		if err != nil {
			t.Fatal(err)
		}
		if found, err := book.Suspects(e); err != nil || len(found) != c.want {
			t.Errorf("%s: %d suspects, want %d, %v", story, len(found), c.want, err)
		}
	}
}
