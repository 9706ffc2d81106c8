package launch_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/playbooks/launch"
)

// A refresh goes on by itself, whatever the group's own template says by then: its process is stopped with the group's launches.
func TestARefreshIsStoppedWithTheGroup(t *testing.T) {
	const record = `{"eventVersion":"1.09","eventID":"e","eventTime":"2030-01-07T09:00:00Z","eventSource":"autoscaling.amazonaws.com","eventName":"CALL","awsRegion":"eu-west-1",
		"recipientAccountId":"111122223333","eventType":"AwsApiCall","eventCategory":"Management","readOnly":false,
		"userIdentity":{"type":"IAMUser","principalId":"AIDA1","arn":"arn:aws:iam::111122223333:user/ann","accountId":"111122223333","userName":"ann"},
		"requestParameters":{"autoScalingGroupName":"web","desiredConfiguration":{"launchTemplate":{"launchTemplateId":"lt-0web"}},
			"mixedInstancesPolicy":{"launchTemplate":{"overrides":[{"imageId":"ami-0aaaaaaaaaaaaaaaa"}]}}}}`
	book, err := launch.UnapprovedTemplate().Default()
	if err != nil {
		t.Fatal(err)
	}
	for name, refreshes := range map[string]bool{"StartInstanceRefresh": true, "UpdateAutoScalingGroup": false} {
		e, err := event.Decode([]byte(strings.Replace(record, "CALL", name, 1)))
		if err != nil {
			t.Fatal(err)
		}
		found, err := book.Suspects(e)
		if err != nil || len(found) != 1 {
			t.Fatalf("%s: %d suspects, %v", name, len(found), err)
		}
		plan, err := book.Preview(found[0])
		if err != nil || len(plan.Steps) != 1 {
			t.Fatalf("%s: %+v, %v", name, plan, err)
		}
		if stop, is := plan.Steps[0].Ladder[0].Do.(action.Suspend); !is || !slices.Contains(stop.Processes, "Launch") || slices.Contains(stop.Processes, "InstanceRefresh") != refreshes {
			t.Errorf("%s: %+v", name, plan.Steps[0])
		}
	}
}
