package playbook

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
)

// Creation is a call that makes resources of one type, and where its record names them.
type Creation struct {
	Call call.ID
	Kind string
	Asks bool     // the request names it, else the answer does
	List string   // below this, in the items of a list
	At   []string // the id, of IAM an ARN
	User string   // below this is the unique id
}

// Creations is the table of them. That records of spot requests and fleets look like this was never seen here, nor were those of addresses,
// of databases, and of images and snapshots that are copied: they are the API's answers, as EC2's and RDS's records have them elsewhere. Of volumes:
// https://docs.aws.amazon.com/kms/latest/developerguide/ct-ec2one.html
func Creations() []Creation {
	return []Creation{
		{Call: call.EC2RunInstances, Kind: event.Instance, List: "instancesSet", At: []string{"instanceId"}},
		{Call: call.EC2RequestSpotInstances, Kind: event.SpotRequest, List: "spotInstanceRequestSet", At: []string{"spotInstanceRequestId"}},
		{Call: call.EC2CreateFleet, Kind: event.Fleet, At: []string{"fleetId"}},
		{Call: call.EC2RequestSpotFleet, Kind: event.SpotFleet, At: []string{"spotFleetRequestId"}},
		{Call: call.EC2CreateLaunchTemplate, Kind: event.LaunchTemplate, At: []string{"launchTemplate", "launchTemplateId"}},
		{Call: call.EC2CreateSecurityGroup, Kind: event.SecurityGroup, At: []string{"groupId"}},
		{Call: call.EC2CreateSnapshot, Kind: event.Snapshot, At: []string{"snapshotId"}},
		{Call: "ec2:CopySnapshot", Kind: event.Snapshot, At: []string{"snapshotId"}},
		{Call: call.EC2CreateImage, Kind: event.Image, At: []string{"imageId"}},
		{Call: "ec2:CopyImage", Kind: event.Image, At: []string{"imageId"}},
		{Call: "ec2:RegisterImage", Kind: event.Image, At: []string{"imageId"}},
		{Call: call.EC2CreateVolume, Kind: event.Volume, At: []string{"volumeId"}},
		{Call: call.EC2AllocateAddress, Kind: event.Address, At: []string{"allocationId"}},
		{Call: call.AutoScalingCreateAutoScalingGroup, Kind: event.Group, Asks: true, At: []string{"autoScalingGroupName"}},
		{Call: call.IAMCreateUser, Kind: event.User, At: []string{"user", "arn"}, User: "user"},
		{Call: call.IAMCreateRole, Kind: event.Role, At: []string{"role", "arn"}},
		{Call: call.IAMCreatePolicy, Kind: event.Policy, At: []string{"policy", "arn"}},
		{Call: call.RDSCreateDBSnapshot, Kind: event.DBSnapshot, At: []string{"dBSnapshotIdentifier"}},
		{Call: call.RDSCreateDBInstance, Kind: event.DBInstance, At: []string{"dBInstanceIdentifier"}},
		{Call: call.RDSRestoreDBInstanceFromDBSnapshot, Kind: event.DBInstance, At: []string{"dBInstanceIdentifier"}},
	}
}

// Created reports whether a record is of the call that made a resource, and succeeded.
func Created(e event.Event, of event.Resource) bool {
	return !e.Failed() && slices.ContainsFunc(Creations(), func(c Creation) bool {
		return c.Kind == of.Type && c.Call == call.OfEvent(e) && e.Account == of.Account && slices.ContainsFunc(c.names(e), func(id string) bool { return sameName(id, of) })
	})
}

// names are what the record of such a call names as made.
func (c Creation) names(e event.Event) (ids []string) {
	raw, wrapper := e.Response, e.Name+"Response"
	if c.Asks {
		raw, wrapper = e.Request, e.Name+"Request"
	}
	var body any
	if json.Unmarshal(raw, &body) != nil {
		return nil
	}
	if inner := under(body, wrapper); inner != nil { // a layer that some of EC2's calls are recorded with
		body = inner
	}
	all := []any{body}
	if c.List != "" {
		all, _ = under(body, c.List, "items").([]any)
	}
	for _, one := range all {
		if id, is := under(one, c.At...).(string); is && id != "" {
			ids = append(ids, id)
		}
	}
	return ids
}

// under is what lies at the end of a path of exact keys, nil where there is nothing.
func under(v any, path ...string) any {
	for _, key := range path {
		m, _ := v.(map[string]any)
		v = m[key]
	}
	return v
}

// sameName reports whether a record's name is a resource's. IAM's names are unique without their path, in whatever case.
func sameName(id string, of event.Resource) bool {
	if event.Global(of.Type) {
		return strings.EqualFold(lastName(id), lastName(of.ID))
	}
	return id == of.ID
}

func lastName(id string) string { return id[strings.LastIndexByte(id, '/')+1:] }
