package launch_test

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/ripostehq/riposte/action/actiontest"
	"github.com/ripostehq/riposte/playbooks/launch"
	"github.com/ripostehq/riposte/playbooks/playbooktest"
)

// renamed is the shop in which short, who acted, is called ghost by now.
func renamed(then ...func(*testing.T, *iam.Client)) func(*testing.T) (*actiontest.AWS, time.Time) {
	return func(t *testing.T) (*actiontest.AWS, time.Time) {
		c, now := sighted(t)
		client, ok := c.Writes().IAM(ireland).(*iam.Client)
		if !ok {
			t.Fatal("the writing half is no client of the SDK")
		}
		_, err := client.UpdateUser(t.Context(), &iam.UpdateUserInput{UserName: aws.String("short"), NewUserName: aws.String("ghost")})
		if err != nil {
			t.Fatal(err)
		}
		for _, act := range then {
			act(t, client)
		}
		return c, now
	}
}

// succeeded: somebody else is short now.
func succeeded(t *testing.T, client *iam.Client) {
	t.Helper()
	if _, err := client.CreateUser(t.Context(), &iam.CreateUserInput{UserName: aws.String("short")}); err != nil {
		t.Fatal(err)
	}
}

// The plan is against the user who holds the key, by the name that he has now, and never against who got the old one.
func TestWhoRenamedHimselfIsPlannedAgainst(t *testing.T) {
	// the record tells no id, as a shop's ids are made when it opens: the key tells whom it means
	short := `{"type":"IAMUser","arn":"arn:aws:iam::111122223333:user/short","accountId":"111122223333","accessKeyId":"AKIASHORT00000000001","userName":"short"}`
	plan := []string{"user short: arn:aws:iam::111122223333:user/short switched off disableApiTermination of instance i-0alone without MFA" +
		"; the user is called ghost now\n  ec2.protect i-0alone disableApiTermination\n  iam.deactivate-key AKIASHORT00000000001" +
		"\n  iam.attach-user-deny ghost, else iam.deny-user ghost riposte-deny-c_1, else iam.bound-user ghost"}
	for _, s := range []playbooktest.Story{
		{Sort: playbooktest.Fires, Name: "renamed since", Record: attribute(short, off), AWS: renamed(), Suspects: 1, Plans: plan},
		{Sort: playbooktest.Fires, Name: "renamed since, and somebody else has the name", Record: attribute(short, off), AWS: renamed(succeeded), Suspects: 1, Plans: plan},
		{
			Sort: playbooktest.Denied, Name: "nobody says whose the key is, and the record tells no id", AWS: renamed(), Suspects: 1,
			Record: attribute(strings.ReplaceAll(short, "AKIASHORT00000000001", "AKIANOBODY0000000001"), off),
		},
	} {
		s.Before = []string{guarded("i-0alone")}
		t.Run(s.Name, func(t *testing.T) { s.Tell(t, launch.TerminationUnprotected()) })
	}
}
