package world

import (
	"maps"
	"slices"
	"time"

	"github.com/ripostehq/riposte/event"
)

// ago is how long before the snapshot's moment its protections were switched on.
const ago = 24 * time.Hour

// Past are the records of what the snapshot took as given and the present can't tell: who listened a day before heard how
// each protected instance came to be protected. They stand in no queue, and reading them changes nothing.
func (w *World) Past() []Delivery {
	w.mu.Lock()
	defer w.mu.Unlock()
	var past []Delivery
	for _, account := range slices.Sorted(maps.Keys(w.state.Accounts)) {
		regions := w.state.Accounts[account].Regions
		for _, name := range slices.Sorted(maps.Keys(regions)) {
			p := event.Place{Partition: w.state.Partition, Account: account, Region: name}
			for _, i := range regions[name].inOrder() {
				past = append(past, w.state.protectedBefore(p, i)...)
			}
		}
	}
	return past
}

func (s *state) protectedBefore(p event.Place, i *instance) (past []Delivery) {
	for _, x := range []struct {
		attribute string
		on        bool
		value     any
	}{
		{"disableApiTermination", i.Protected, true}, {"disableApiStop", i.StopProtected, true},
		{"instanceInitiatedShutdownBehavior", i.Shutdown == "stop", "stop"},
	} {
		if x.on {
			past = append(past, s.before(p, i.ID, x.attribute, x.value))
		}
	}
	return past
}

// before is a call of the account's operator, a day ago.
func (s *state) before(p event.Place, instance, attribute string, value any) Delivery {
	at, id := s.Now.Add(-ago), s.fixed("past", p, instance+attribute)
	record := fields{
		"eventVersion": "1.11", "eventTime": stamp(at), "eventSource": "ec2.amazonaws.com", "eventName": "ModifyInstanceAttribute",
		"userIdentity": fields{
			"type": "IAMUser", "principalId": "AIDAOPERATOR00000000A", "arn": "arn:" + p.Partition + ":iam::" + p.Account + ":user/operator",
			"accountId": p.Account, "userName": "operator",
		},
		"awsRegion": p.Region, "requestID": id, "eventID": id, "eventType": "AwsApiCall", "recipientAccountId": p.Account,
		"requestParameters": fields{"instanceId": instance, attribute: fields{"value": value}}, "responseElements": fields{"_return": true},
	}
	return Delivery{ID: id, At: at, Body: enveloped(p, "ec2", id, at, record)}
}
