package action_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
)

const made = "2029-01-01T00:00:00Z"

var sales = ireland.In(event.Warehouse, "sales")

// The whole treatment of a warehouse, and its undo: paused, deleted as it is, given back with all that was known of it but its roles.
func TestAWarehouseIsEndedAndComesBack(t *testing.T) {
	w, c := open(t)
	before, err := action.LookWarehouse(t.Context(), c.Reads(), sales)
	must(t, err)
	gone := action.DeleteWarehouse{Warehouse: sales, ID: made, Case: "c_1", Paused: true, Days: 365}
	look := func(a action.Action) action.Look {
		t.Helper()
		look, err := a.Look(t.Context(), c.Reads())
		must(t, err)
		return look
	}
	if l := look(gone); !strings.Contains(l.Refused, "it runs") {
		t.Errorf("it was never paused, and it sees %+v", l)
	}
	run(t, c, action.PauseWarehouse{Warehouse: sales, ID: made, Case: "c_1"})
	if l := look(gone); l.Under == "" {
		t.Errorf("it is being paused, and it sees %+v", l)
	}
	must(t, w.AdvanceTo(w.Now().Add(time.Minute)))
	back := look(gone).Inverse
	run(t, c, gone)
	for _, a := range []action.Action{gone, back} {
		if l := look(a); l.Under == "" {
			t.Errorf("it is being deleted, and %s sees %+v", a.About().Kind.Name, l)
		}
	}
	must(t, w.AdvanceTo(w.Now().Add(time.Minute)))
	if l := look(gone); !l.Satisfied {
		t.Errorf("deleted, and it sees %+v", l)
	}
	run(t, c, back)
	run(t, c, back) // a try before this one made it, and was cut off
	must(t, w.AdvanceTo(w.Now().Add(time.Minute)))
	if l := look(back); !l.Satisfied {
		t.Errorf("given back, and it sees %+v", l)
	}
	after, err := action.LookWarehouse(t.Context(), c.Reads(), sales)
	must(t, err)
	for name, pair := range map[string][2]any{
		"nodes": {before.NumberOfNodes, after.NumberOfNodes}, "type": {before.NodeType, after.NodeType}, "zone": {before.AvailabilityZone, after.AvailabilityZone},
		"subnets": {before.ClusterSubnetGroupName, after.ClusterSubnetGroupName}, "groups": {before.VpcSecurityGroups[0].VpcSecurityGroupId, after.VpcSecurityGroups[0].VpcSecurityGroupId},
		"parameters": {before.ClusterParameterGroups[0].ParameterGroupName, after.ClusterParameterGroups[0].ParameterGroupName}, "port": {before.Endpoint.Port, after.Endpoint.Port},
		"backups": {before.AutomatedSnapshotRetentionPeriod, after.AutomatedSnapshotRetentionPeriod}, "routing": {before.EnhancedVpcRouting, after.EnhancedVpcRouting},
		"tags": {map[string]string{"Name": "sales", action.OfTag: "sales " + made}, action.WarehouseTags(after.Tags)},
	} {
		if d := cmp.Diff(pair[0], pair[1]); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
}

// What is not as announced is neither paused nor deleted, and another's warehouse of the name is no way back.
func TestAWarehouseIsLeftWhereItIsNotAsAnnounced(t *testing.T) {
	_, c := open(t)
	none := ireland.In(event.Warehouse, "none")
	for story, x := range map[string]struct {
		do   action.Action
		want string
	}{
		"another case announced it":            {action.DeleteWarehouse{Warehouse: sales, ID: made, Case: "c_2", Days: 365}, "another case"},
		"another case announced its pause":     {action.PauseWarehouse{Warehouse: sales, ID: made, Case: "c_2"}, "another case"},
		"another warehouse has its name":       {action.DeleteWarehouse{Warehouse: sales, ID: "2020-01-01T00:00:00Z", Case: "c_1", Days: 365}, "another one now"},
		"another has its name, at the pause":   {action.PauseWarehouse{Warehouse: sales, ID: "2020-01-01T00:00:00Z", Case: "c_1"}, "another one now"},
		"it is deleted, and not by the case":   {action.DeleteWarehouse{Warehouse: none, ID: made, Case: "c_1", Days: 365}, "not by this case"},
		"another has the name at the undo":     {action.RestoreWarehouse{Warehouse: sales, ID: "2020-01-01T00:00:00Z", Snapshot: "riposte-1"}, "the data is in snapshot riposte-1"},
		"the snapshot was deleted by somebody": {action.RestoreWarehouse{Warehouse: none, ID: made, Snapshot: "riposte-1"}, "is deleted"},
	} {
		look, err := x.do.Look(t.Context(), c.Reads())
		if err != nil || !strings.Contains(look.Refused+look.Missing, x.want) || look.Inverse != nil {
			t.Errorf("%s: it sees %+v, %v, want %q", story, look, err, x.want)
		}
	}
}
