package launch_test

import (
	"fmt"
	"testing"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/playbook"
	"github.com/ripostehq/riposte/playbooks/launch"
)

// A replay asks nobody, and yet the configuration alone says that a pipeline is no person and a laboratory not production: without that, it
// would tell of a build farm's instances that they would have been ended.
func TestTheConfigurationSaysWhomByHandIsNotAbout(t *testing.T) {
	const launched = `{"eventID":"e","eventSource":"ec2.amazonaws.com","eventName":"RunInstances","eventTime":"2030-01-07T09:00:00Z","awsRegion":"eu-west-1",` +
		`"recipientAccountId":%[1]q,"userIdentity":{"type":"AssumedRole","accountId":%[1]q,"principalId":"AROAX:alice","arn":"arn:aws:sts::%[1]s:assumed-role/%[2]s/alice",` +
		`"sessionContext":{"sessionIssuer":{"type":"Role","principalId":"AROAX","arn":"arn:aws:iam::%[1]s:role/%[2]s"}}},` +
		`"responseElements":{"instancesSet":{"items":[{"instanceId":"i-0a1b2c3d4e5f60718"}]}}}`
	book, err := launch.ByHand().Default()
	if err != nil {
		t.Fatal(err)
	}
	people := event.People{Issuers: []string{"arn:aws:iam::*:role/ops"}}
	environments := map[string]string{"111122223333": "production", "444455556666": "development"}
	for _, c := range []struct {
		story, account, role string
		people               event.People
		said                 string
	}{
		{"a person in production", "111122223333", "ops", people, ""},
		{"a pipeline, whose session is named like a person", "111122223333", "build-farm", people, "people.issuers"},
		{"a person where people may launch", "444455556666", "ops", people, "organization.accounts"},
		{"a person in an account of which nothing is said", "777788889999", "ops", people, ""},
		{"a role, while nobody says who is a person", "111122223333", "build-farm", event.People{}, ""},
	} {
		e, err := event.Decode(fmt.Appendf(nil, launched, c.account, c.role))
		if err != nil {
			t.Fatal(err)
		}
		found, err := book.Suspects(e)
		if err != nil || len(found) != 1 {
			t.Fatalf("%s: %d suspects, %v", c.story, len(found), err)
		}
		said, why, err := book.Spares(t.Context(), found[0], playbook.Organization{People: c.people, Environments: environments})
		if err != nil || said != c.said || (why == "") != (said == "") {
			t.Errorf("%s: spared by %q (%s), %v; want %q", c.story, said, why, err, c.said)
		}
	}
}
