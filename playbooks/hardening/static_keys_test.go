package hardening_test

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/ripostehq/riposte/action/actiontest"
	"github.com/ripostehq/riposte/internal/world"
	"github.com/ripostehq/riposte/inventory"
	"github.com/ripostehq/riposte/playbook"
	"github.com/ripostehq/riposte/playbooks/hardening"
)

func TestOldAndUnusedKeysAreAskedAbout(t *testing.T) {
	key := func(more string) string {
		return "{name: ann, path: /staff/, keys: [{id: AKIAANN0000000000001, secret: ann" + more + "}]}"
	}
	retire := func(why string) []string {
		return []string{"user staff/ann: key AKIAANN0000000000001 of user staff/ann is " + why + "\n  iam.retire-key AKIAANN0000000000001 ?"}
	}
	const old = ", created: 2029-01-01T00:00:00Z"
	tell(t, hardening.StaticKeys(), []story{
		{name: "old, and used yesterday", user: key(old + ", used: 2030-01-06T00:00:00Z"), want: retire("older than 90 days")},
		{name: "of 90 days, to the hour", user: key(", created: 2029-10-09T09:00:00Z, used: 2030-01-06T00:00:00Z")},
		{name: "never used", user: key(", created: 2029-11-15T00:00:00Z"), want: retire("unused for 45 days")},
		{name: "not used for long", user: key(", created: 2029-10-20T00:00:00Z, used: 2029-11-01T00:00:00Z"), want: retire("unused for 45 days")},
		{name: "made a month ago and not used yet", user: key(", created: 2029-12-07T00:00:00Z")},
		{name: "old, and switched off", user: key(old + ", inactive: true")},
		{name: "of a user that may", user: key(old), params: "allow_users: [staff/ann]"},
		{name: "switched off meanwhile", user: key(old), then: func(_ *world.World, c *actiontest.AWS) error {
			_, err := c.Writes().IAM(here).UpdateAccessKey(t.Context(), &iam.UpdateAccessKeyInput{UserName: aws.String("ann"), AccessKeyId: aws.String("AKIAANN0000000000001"), Status: "Inactive"})
			return err
		}},
	})
}

func TestAKeyOfTheRootUserIsTold(t *testing.T) {
	const header = "user,arn,access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,access_key_2_active,access_key_2_last_rotated,access_key_2_last_used_date\n"
	for row, want := range map[string]int{
		"<root_account>,arn:aws:iam::111122223333:root,true,2030-01-06T00:00:00+00:00,N/A,false,N/A,N/A\n": 1,
		"<root_account>,arn:aws:iam::111122223333:root,false,N/A,N/A,false,N/A,N/A\n":                      0,
	} {
		all, err := inventory.ReadCredentials([]byte(header+row), time.Date(2030, 1, 7, 9, 0, 0, 0, time.UTC))
		if err != nil || len(all) != 1 || all[0].User != inventory.Root || len(all[0].Keys) != want {
			t.Errorf("%s: %+v, %v", row, all, err)
		}
	}
	for _, broken := range []string{"", "<html>", header + "ann,arn:aws:iam::111122223333:user/ann,true,soon,N/A,false,N/A,N/A\n", header + "ann\n", strings.Replace(header, "arn,", "", 1)} {
		if all, err := inventory.ReadCredentials([]byte(broken), time.Time{}); err == nil {
			t.Errorf("%q was read: %+v", broken, all)
		}
	}
}

func TestWhoeverTheUserIsByNowKeepsAKeyThatIsNew(t *testing.T) {
	s := story{user: "{name: ann, keys: [{id: AKIAANN0000000000001, secret: ann, created: 2029-01-01T00:00:00Z}]}"}
	w, c := s.open(t)
	book, seen := s.listed(t, hardening.StaticKeys(), c)
	if _, err := c.Writes().IAM(here).UpdateAccessKey(t.Context(), &iam.UpdateAccessKeyInput{UserName: aws.String("nobody"), AccessKeyId: aws.String("AKIAANN0000000000001"), Status: "Inactive"}); err == nil {
		t.Fatal("a key of another user was switched off")
	}
	seen[0].Resource.ID = "gone"
	if found, err := book.Check(t.Context(), playbook.In{AWS: c.Reads(), Now: w.Now()}, "c_1", seen[0]); err != nil || len(found) != 0 {
		t.Errorf("%+v, %v", found, err)
	}
}
