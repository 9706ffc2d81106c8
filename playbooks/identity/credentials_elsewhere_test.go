package identity_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/playbooks/identity"
)

// What a look has dismissed is not looked at again for a while. Whoever names a session like an instance clears nothing by that for the
// instance's own credentials, nor for those of a role that was made anew under the name.
func TestASessionNamedLikeAnInstanceClearsNothingOfTheInstance(t *testing.T) {
	const session = `{"eventID":"e","eventSource":"s3.amazonaws.com","eventName":"ListBuckets","eventTime":"2030-01-07T09:00:00Z","awsRegion":"eu-west-1","readOnly":true,` +
		`"recipientAccountId":"111122223333","sourceIPAddress":"198.51.100.7","userIdentity":{"type":"AssumedRole","accountId":"111122223333",` +
		`"principalId":"%[1]s:i-0a1b2c3d4e5f60718","arn":"arn:aws:sts::111122223333:assumed-role/web/i-0a1b2c3d4e5f60718"%[2]s,"sessionContext":{` +
		`"sessionIssuer":{"type":"Role","principalId":"%[1]s","arn":"arn:aws:iam::111122223333:role/web","accountId":"111122223333","userName":"web"}%[3]s}}}`
	book, err := identity.CredentialsElsewhere().Default()
	if err != nil {
		t.Fatal(err)
	}
	of := map[string]string{}
	for name, record := range map[string]string{
		"merely named":           fmt.Sprintf(session, "AROAWEB", "", ""),
		"named, of another role": fmt.Sprintf(session, "AROAOTHER", "", ""),
		"by how it was handed":   fmt.Sprintf(session, "AROAWEB", "", `,"ec2RoleDelivery":"2.0"`),
		"so, of another role":    fmt.Sprintf(session, "AROAOTHER", "", `,"ec2RoleDelivery":"2.0"`),
		"as an Elastic IP is taken": strings.NewReplacer("s3.amazonaws.com", "ec2.amazonaws.com", "ListBuckets", "AssociateAddress", `"readOnly":true`, `"readOnly":false`).
			Replace(fmt.Sprintf(session, "AROAWEB", "", `,"ec2RoleDelivery":"2.0"`)),
		"by whom it is of": fmt.Sprintf(session, "AROAWEB",
			`,"inScopeOf":{"issuerType":"AWS::EC2::Instance","credentialsIssuedTo":"arn:aws:ec2:eu-west-1:111122223333:instance/i-0a1b2c3d4e5f60718"}`, ""),
	} {
		e, err := event.Decode([]byte(record))
		if err != nil {
			t.Fatal(err)
		}
		found, err := book.Suspects(e)
		if err != nil || len(found) != 1 {
			t.Fatalf("%s: %d suspects, %v", name, len(found), err)
		}
		of[name] = found[0].Resource.String() + ": " + strings.Join(found[0].Found, "; ")
	}
	if of["by how it was handed"] != of["by whom it is of"] {
		t.Errorf("AWS says both, and they are two findings:\n%s\n%s", of["by how it was handed"], of["by whom it is of"])
	}
	seen := map[string]string{}
	for name, finding := range of {
		if other, is := seen[finding]; is && name != "by whom it is of" && other != "by whom it is of" {
			t.Errorf("a look at a session %q clears one %q: %s", other, name, finding)
		}
		seen[finding] = name
	}
}
