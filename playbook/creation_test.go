package playbook_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/playbook"
)

// making is a record of a call of pat's.
func making(source, name, request, response, code string) string {
	return fmt.Sprintf(`{"eventVersion":"1.11","eventID":"e-1","eventTime":"2030-01-07T09:00:00Z","eventSource":"%s.amazonaws.com","eventName":%q,"awsRegion":"eu-west-1","sourceIPAddress":"192.0.2.20",`+
		`"userIdentity":{"type":"IAMUser","principalId":"AIDAPAT00000000000001","arn":"arn:aws:iam::111122223333:user/pat","accountId":"111122223333","userName":"pat"},`+
		`"errorCode":%s,"requestParameters":%s,"responseElements":%s,"recipientAccountId":"111122223333"}`, source, name, code, request, response)
}

// Only the call that made a thing counts, by where its record names what was made: not a call that failed, one that only names the thing, nor one whose
// caller wrote its name somewhere else.
func TestWhichRecordIsOfTheMaking(t *testing.T) {
	shop := event.Place{Partition: "aws", Account: "111122223333", Region: "eu-west-1"}
	volume, group, role := shop.In(event.Volume, "vol-0a"), shop.In(event.Group, "web"), shop.In(event.Role, "/app/web")
	for _, x := range []struct {
		name, record string
		of           event.Resource
		is           bool
	}{
		{"a volume", making("ec2", "CreateVolume", `{}`, `{"volumeId":"vol-0a"}`, "null"), volume, true},
		{"another volume", making("ec2", "CreateVolume", `{}`, `{"volumeId":"vol-0b"}`, "null"), volume, false},
		{"a volume that was refused", making("ec2", "CreateVolume", `{}`, `{"volumeId":"vol-0a"}`, `"UnauthorizedOperation"`), volume, false},
		{"a call on a volume", making("ec2", "AttachVolume", `{"volumeId":"vol-0a"}`, `{"volumeId":"vol-0a"}`, "null"), volume, false},
		{"a volume that is named by a request alone", making("ec2", "CreateVolume", `{"volumeId":"vol-0a"}`, `{"volumeId":"vol-0b"}`, "null"), volume, false},
		{"one of several instances", making("ec2", "RunInstances", `{}`, `{"instancesSet":{"items":[{"instanceId":"i-0a"},{"instanceId":"i-0b"}]}}`, "null"), shop.In(event.Instance, "i-0b"), true},
		{"in a layer of its own", making("ec2", "CreateLaunchTemplate", `{}`, `{"CreateLaunchTemplateResponse":{"launchTemplate":{"launchTemplateId":"lt-0a"}}}`, "null"), shop.In(event.LaunchTemplate, "lt-0a"), true},
		{"a group", making("autoscaling", "CreateAutoScalingGroup", `{"autoScalingGroupName":"web"}`, "null", "null"), group, true},
		{"a group that has the name in a tag", making("autoscaling", "CreateAutoScalingGroup", `{"autoScalingGroupName":"other","tags":[{"key":"k","value":"web"}]}`, "null", "null"), group, false},
		{"a role, whatever its path is now", making("iam", "CreateRole", `{"roleName":"web"}`, `{"role":{"arn":"arn:aws:iam::111122223333:role/web"}}`, "null"), role, true},
		{"a user of the role's name", making("iam", "CreateUser", `{"userName":"web"}`, `{"user":{"arn":"arn:aws:iam::111122223333:user/web"}}`, "null"), role, false},
		{"another service's call of that name", making("evil", "CreateVolume", `{}`, `{"volumeId":"vol-0a"}`, "null"), volume, false},
		{"no answer", making("ec2", "CreateVolume", `{}`, `null`, "null"), volume, false},
		{"an answer of another shape", making("ec2", "RunInstances", `{}`, `{"instancesSet":["i-0b"]}`, "null"), shop.In(event.Instance, "i-0b"), false},
	} {
		t.Run(x.name, func(t *testing.T) {
			e, err := event.Decode([]byte(x.record))
			if err != nil {
				t.Fatal(err)
			}
			if got := playbook.Created(e, x.of); got != x.is {
				t.Errorf("created: %t", got)
			}
		})
	}
}

// Who made a thing is looked up in few pages; a history that others fill says so, and one whose pages are used up is asked again.
func TestWhoMadeAThingIsLookedUp(t *testing.T) {
	now := time.Date(2030, 1, 7, 10, 0, 0, 0, time.UTC)
	shop := event.Place{Partition: "aws", Account: "111122223333", Region: "eu-west-1"}
	var asked []string
	history := openings{asked: &asked, of: map[string][]string{shop.Account: {"no record",
		making("ec2", "AttachVolume", `{"volumeId":"vol-0a"}`, "null", "null"), making("ec2", "CreateVolume", `{}`, `{"volumeId":"vol-0a"}`, "null")}}}
	all := playbook.Lookups{OfLook: 2, OfPlace: 5}
	look := func(r access.Reads, of event.Resource) playbook.Maker {
		t.Helper()
		m, err := all.Maker(t.Context(), r, now, shop, of)
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	if m := look(history, shop.In(event.Volume, "vol-0a")); m.Actor.UserName != "pat" || m.Call != "CreateVolume" || !m.At.Equal(now.Add(-time.Hour)) || m.Unseen != "" {
		t.Errorf("%+v", m)
	}
	if m := look(history, shop.In(event.Volume, "vol-0b")); m.Call != "" || m.Unseen != "" {
		t.Errorf("of one that no call names: %+v", m)
	}
	pages := 0
	if m := look(trail{pages: 9, by: []string{"AROAWEB"}, asked: &pages}, shop.In(event.Volume, "vol-0a")); m.Unseen == "" || m.UsedUp || pages != 2 {
		t.Errorf("of one that is named often: %+v, after %d pages", m, pages)
	}
	look(history, shop.In(event.Volume, "vol-0b"))
	if m := look(history, shop.In(event.Volume, "vol-0a")); m.Unseen == "" || !m.UsedUp {
		t.Errorf("of one too many: %+v", m)
	}
	if m := look(history, shop.In(event.Bucket, "b")); m.Unseen == "" || m.UsedUp || len(asked) != 3 || asked[0] != shop.Account+" ResourceName vol-0a" {
		t.Errorf("of a kind whose making is not known: %+v, asked %q", m, asked)
	}
}
