package playbook_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail/types"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/playbook"
)

// openings is an event history of each account, by ids of keys.
type openings struct {
	access.Reads
	access.CloudTrailReads
	of    map[string][]string // by account
	asked *[]string
	at    string
}

func (o openings) CloudTrail(p event.Place) access.CloudTrailReads {
	o.at = p.Account
	return o
}

func (o openings) LookupEvents(_ context.Context, in *cloudtrail.LookupEventsInput, _ ...func(*cloudtrail.Options)) (*cloudtrail.LookupEventsOutput, error) {
	a := in.LookupAttributes[0]
	*o.asked = append(*o.asked, fmt.Sprintf("%s %s %s", o.at, a.AttributeKey, aws.ToString(a.AttributeValue)))
	out := &cloudtrail.LookupEventsOutput{}
	for _, record := range o.of[o.at] {
		out.Events = append(out.Events, types.Event{CloudTrailEvent: &record})
	}
	return out, nil
}

// opening is AWS's record of a role that was assumed across accounts, as one of the two gets it.
func opening(by, key, code string) string {
	return fmt.Sprintf(`{"eventVersion":"1.11","eventID":"e-1","eventTime":"2030-01-07T09:00:00Z","eventSource":"sts.amazonaws.com","eventName":"AssumeRole","awsRegion":"eu-west-1",`+
		`"sourceIPAddress":"192.0.2.20","userIdentity":%s,"errorCode":%s,"responseElements":{"credentials":{"accessKeyId":%q,"sessionToken":"secret"}},"recipientAccountId":"111122223333"}`, by, code, key)
}

// The record is known by the key that it gave out, not by being in the answer: a call that names the key, or was refused, opened nothing. The copy that the
// role's account gets of a caller elsewhere names that account.
func TestWhoMadeAKeyIsLookedUp(t *testing.T) {
	const (
		key     = "ASIASESSION000000001"
		mallory = `{"type":"IAMUser","principalId":"AIDAMALLORY000000001","arn":"arn:aws:iam::444455556666:user/mallory","accountId":"444455556666","accessKeyId":"AKIAMALLORY000000001","userName":"mallory"}`
		account = `{"type":"AWSAccount","principalId":"AIDAMALLORY000000001","accountId":"444455556666"}`
	)
	now := time.Date(2030, 1, 7, 10, 0, 0, 0, time.UTC)
	shop, lab := event.Place{Partition: "aws", Account: "111122223333", Region: "eu-west-1"}, event.Place{Partition: "aws", Account: "444455556666", Region: "eu-west-1"}
	var asked []string
	history := openings{asked: &asked, of: map[string][]string{
		shop.Account: {"no record", opening(mallory, "ASIAOTHER0000000001", "null"), opening(mallory, key, `"AccessDenied"`), opening(account, key, "null")},
		lab.Account:  {opening(mallory, key, "null")},
	}}
	all := playbook.Lookups{OfPlace: 2}
	look := func(at event.Place, key string) playbook.Origins {
		t.Helper()
		got, err := all.Minted(t.Context(), history, now, at, key, now)
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	if got := look(shop, key); got.Seen != nil || got.Account != lab.Account {
		t.Errorf("the copy of the role's account: %+v", got)
	}
	got := look(lab, key)
	if got.Seen == nil {
		t.Fatalf("the caller's own copy: %+v", got)
	}
	if m, err := got.Seen.Minter(); err != nil || m.Actor.UserName != "mallory" || m.Call != "AssumeRole" || !m.At.Equal(now.Add(-time.Hour)) {
		t.Errorf("%+v, %v", m, err)
	}
	if got := look(lab, "ASIAUNHEARD000000001"); got != (playbook.Origins{}) {
		t.Errorf("a key of which there is nothing: %+v", got)
	}
	if got := look(lab, key); got.Unseen == "" || len(asked) != 3 || asked[0] != shop.Account+" ResourceName "+key {
		t.Errorf("%+v, asked: %q", got, asked)
	}
}
