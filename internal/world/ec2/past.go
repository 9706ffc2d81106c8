package ec2

import (
	"time"

	"github.com/ripostehq/riposte/internal/world/core"
)

// ago is how long before the world's moment its protections were switched on.
const ago = 24 * time.Hour

// Past are the records of how each protected instance of a place came to be protected.
func Past(at core.At) (past []core.Delivery) {
	for _, i := range inOrder(at) {
		for _, x := range []struct {
			attribute string
			on        bool
			value     any
		}{
			{"disableApiTermination", i.Protected, true}, {"disableApiStop", i.StopProtected, true},
			{"instanceInitiatedShutdownBehavior", i.Shutdown == "stop", "stop"},
		} {
			if x.on {
				past = append(past, before(at, i.ID, x.attribute, x.value))
			}
		}
	}
	return past
}

// before is a call of the account's operator, a day ago.
func before(at core.At, instance, attribute string, value any) core.Delivery {
	when, id, p := at.Now.Add(-ago), at.Fixed("past", instance+attribute), at.Place
	record := core.Fields{
		"eventVersion": "1.11", "eventTime": core.Stamp(when), "eventSource": "ec2.amazonaws.com", "eventName": "ModifyInstanceAttribute",
		"userIdentity": core.Fields{
			"type": "IAMUser", "principalId": "AIDAOPERATOR00000000A", "arn": at.Global().ARN("iam", "user/operator"),
			"accountId": p.Account, "userName": "operator",
		},
		"awsRegion": p.Region, "requestID": id, "eventID": id, "eventType": "AwsApiCall", "recipientAccountId": p.Account,
		"requestParameters": core.Fields{"instanceId": instance, attribute: core.Fields{"value": value}},
		"responseElements":  core.Fields{"_return": true},
	}
	return core.Delivery{ID: id, At: when, Body: at.Enveloped("ec2", id, when, record)}
}
