package doctor_test

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/ripostehq/riposte/internal/cloud"
	"github.com/ripostehq/riposte/internal/doctor"
	"github.com/ripostehq/riposte/internal/mototest"
)

// A trusted role and a break-glass user that are not made yet, then they are there, then the user is made anew.
func TestNamesThatAreFreeAndIdsToPutThere(t *testing.T) {
	moto := mototest.Start(t)
	client := iam.NewFromConfig(moto.Config(ireland))
	const role, user = "arn:aws:iam::" + mototest.Account + ":role/ci/deploy", "arn:aws:iam::" + mototest.Account + ":user/igor"
	look := func(roleID, userID string) (out []doctor.Finding) {
		c := configured(t, "trusted: [{issuer: \""+role+"\", playbooks: [\"launch.*\"]}]\nbreak_glass: [\""+user+"\"]")
		c.Trusted[0].ID, c.BreakGlass[0].ID = roleID, userID // moto's ids are not like AWS's: the file takes none of them
		p := doctor.Parts{
			Config: c, Own: moto.Config, Home: ireland, Accounts: []doctor.Account{{ID: mototest.Account, Regions: []string{"eu-west-1"}}},
			Ledger: func() (string, error) { return "it can be read", nil }, Now: time.Now, Call: time.Minute,
			AWS: cloud.New(cloud.Options{Base: moto.Config, Guard: doctor.Guard(), Now: time.Now}),
		}
		doctor.Run(t.Context(), p, func(f doctor.Finding) {
			if f.Check == "principal" {
				out = append(out, f)
			}
		})
		if len(out) != 2 {
			t.Fatalf("of two principals is said: %+v", out)
		}
		return out
	}
	is := func(story string, f doctor.Finding, state doctor.State, says, mend string) {
		t.Helper()
		if f.State != state || !strings.Contains(f.Says, says) || !strings.Contains(f.Mend, mend) || (mend == "") != (f.Mend == "") {
			t.Errorf("%s: %+v", story, f)
		}
	}
	create := func() string {
		made, err := client.CreateUser(t.Context(), &iam.CreateUserInput{UserName: aws.String("igor")})
		if err != nil {
			t.Fatal(err)
		}
		return *made.User.UserId
	}

	now := look("", "AIDAEXAMPLEIGOR000001")
	is("a role of a free name", now[0], doctor.Failed, "no principal has the name "+role, "take it out")
	is("a user that is gone", now[1], doctor.Warning, user+" (AIDAEXAMPLEIGOR000001) is gone", "take it out")

	trust := aws.String(`{"Version":"2012-10-17","Statement":[]}`)
	elsewhere := &iam.CreateRoleInput{RoleName: aws.String("deploy"), AssumeRolePolicyDocument: trust}
	if _, err := client.CreateRole(t.Context(), elsewhere); err != nil {
		t.Fatal(err)
	}
	is("the role's name at another path", look("", "")[0], doctor.Failed, "no principal has the name "+role, "path included")
	if _, err := client.DeleteRole(t.Context(), &iam.DeleteRoleInput{RoleName: aws.String("deploy")}); err != nil {
		t.Fatal(err)
	}
	elsewhere.Path = aws.String("/ci/")
	made, err := client.CreateRole(t.Context(), elsewhere)
	if err != nil {
		t.Fatal(err)
	}
	roleID, userID := *made.Role.RoleId, create()
	now = look("", "")
	is("a role without its id", now[0], doctor.Warning, "by its ARN alone", "add id: "+roleID)
	is("a user without its id", now[1], doctor.Warning, "by its ARN alone", "add id: "+userID)
	now = look(roleID, userID)
	is("the role", now[0], doctor.OK, role, "")
	is("the user", now[1], doctor.OK, user, "")

	if _, err := client.DeleteUser(t.Context(), &iam.DeleteUserInput{UserName: aws.String("igor")}); err != nil {
		t.Fatal(err)
	}
	another := create()
	is("another user of that name", look("", userID)[1], doctor.Failed, "another principal now: its id is "+another, "CloudTrail")
}
