package launch

import (
	"regexp"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/playbook"
	"github.com/ripostehq/riposte/playbooks/request"
)

// suspectNotice is about an instance that EC2 says is pending, or that Auto Scaling says a launch hook holds: the check reads what it was launched from. Who called, and which group
// launched, the record of the call says later.
func suspectNotice(e event.Event) []playbook.Suspect[launched] {
	in := request.Of(e)
	m := machine{ID: in.At("instance-id").Scalar()}
	if e.Name == event.LaunchLifecycle.DetailType() {
		m = machine{ID: in.At("EC2InstanceId").Scalar(), Hook: in.At("LifecycleHookName").Scalar(), Member: in.At("AutoScalingGroupName").Scalar()}
	}
	if !instanceID.MatchString(m.ID) {
		return nil
	}
	return gather(nil, e.Place(), launched{Noticed: true, At: e.Time}, m)
}

// instanceID is what EC2 may call an instance: anything else would be looked for until it can't be late any more.
var instanceID = regexp.MustCompile(`^i-[0-9A-Za-z]{1,32}$`)

// begins is how far the first interface's attachment may lie from the time at which EC2 says that the instance was launched.
const begins = 2 * time.Minute

// started reports whether an instance was launched before and is only started again, as pending says of both: EC2 then moves
// its launch time, and the first interface stays attached since it was launched. An instance that shows neither is a launch: the
// check of its image decides, and doubts are for people.
func started(i types.Instance) bool {
	for _, n := range i.NetworkInterfaces {
		if a := n.Attachment; a != nil && a.AttachTime != nil && aws.ToInt32(a.DeviceIndex) == 0 && i.LaunchTime != nil {
			return i.LaunchTime.Sub(*a.AttachTime) > begins
		}
	}
	return false
}
