package action_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
)

var (
	orders   = ireland.In(event.DBCluster, "orders")
	drained  = ireland.In(event.DBCluster, "drained")
	ordersDB = ireland.In(event.DBInstance, "orders-1")
)

const day = 24 * time.Hour

// The whole treatment of a cluster, and its undo: stopped, started by AWS after seven days, its member deleted, then itself; given back, a member last.
func TestAClusterIsEndedAndComesBack(t *testing.T) {
	w, c := open(t)
	pass := func(d time.Duration) {
		t.Helper()
		must(t, w.AdvanceTo(w.Now().Add(d)))
	}
	told := w.Now()
	stop := action.StopCluster{Cluster: orders, ID: "cluster-ORDERS", Case: "c_1", Told: told}
	member := action.DeleteMember{Member: ordersDB, ID: "db-ORDERS1", Cluster: "orders", ClusterID: "cluster-ORDERS", Case: "c_1", Told: told}
	cluster := action.DeleteCluster{Cluster: orders, ID: "cluster-ORDERS", Case: "c_1", Told: told}
	sees := func(story string, a action.Action, want string) action.Look {
		t.Helper()
		look, err := a.Look(t.Context(), c.Reads())
		must(t, err)
		if got := look.Refused + look.Under + look.Missing; !strings.Contains(got, want) || want == "" && got != "" {
			t.Fatalf("%s: %s sees %+v, want %q", story, a.About().Kind.Name, look, want)
		}
		return look
	}
	sees("it runs, and was never stopped", member, "AWS has not started it")
	sees("it runs, and was never stopped", cluster, "AWS has not started it")
	run(t, c, stop)
	pass(time.Minute)
	sees("it is stopped", member, "AWS starts it after seven days")
	pass(8 * day)
	if look := sees("AWS started it", stop, ""); !look.Satisfied {
		t.Errorf("AWS started it, and it sees %+v", look)
	}
	sees("it has a member", cluster, "it has a member that was not deleted: orders-1")
	back := sees("AWS started it", member, "").Inverse
	run(t, c, member)
	sees("it is being deleted", member, "being deleted")
	pass(time.Minute)
	whole := sees("it is empty", cluster, "").Inverse
	run(t, c, cluster)
	sees("it is being deleted", cluster, "being deleted")
	sees("it is being deleted", whole, "its state is deleting")
	pass(time.Minute)
	if look := sees("it is deleted", cluster, ""); !look.Satisfied {
		t.Errorf("deleted, and it sees %+v", look)
	}
	run(t, c, whole)
	if err := back.Do(t.Context(), c.Writes()); err == nil || strings.Contains(err.Error(), action.ErrCannot.Error()) {
		t.Errorf("its cluster is being made, and a member of it: %v, want what passes", err)
	}
	pass(time.Minute)
	run(t, c, back)
	pass(time.Minute)
	for _, a := range []action.Action{whole, back} {
		if look := sees("given back", a, ""); !look.Satisfied {
			t.Errorf("given back, and %s sees %+v", a.About().Kind.Name, look)
		}
	}
	db, err := action.LookDatabase(t.Context(), c.Reads(), ordersDB)
	must(t, err)
	if d := cmp.Diff(map[string]string{"Name": "orders", action.OfTag: "db-ORDERS1"}, action.DatabaseTags(db.TagList)); d != "" || *db.DBInstanceClass != "db.r6g.large" || *db.PromotionTier != 1 {
		t.Errorf("the member: %s, %+v", d, db)
	}
}

// A cluster that was deleted comes back with all that was known of it.
func TestAClusterComesBackAsItWas(t *testing.T) {
	w, c := open(t)
	before, err := action.LookCluster(t.Context(), c.Reads(), drained)
	must(t, err)
	gone := action.DeleteCluster{Cluster: drained, ID: "cluster-DRAINED", Case: "c_1"}
	look, err := gone.Look(t.Context(), c.Reads())
	must(t, err)
	for _, a := range []action.Action{gone, look.Inverse} {
		run(t, c, a)
		must(t, w.AdvanceTo(w.Now().Add(time.Minute)))
	}
	after, err := action.LookCluster(t.Context(), c.Reads(), drained)
	must(t, err)
	for name, pair := range map[string][2]any{
		"zones": {before.AvailabilityZones, after.AvailabilityZones}, "subnets": {before.DBSubnetGroup, after.DBSubnetGroup}, "parameters": {before.DBClusterParameterGroup, after.DBClusterParameterGroup},
		"port": {before.Port, after.Port}, "storage": {before.StorageType, after.StorageType}, "backups": {before.BackupRetentionPeriod, after.BackupRetentionPeriod},
		"groups": {before.VpcSecurityGroups[0].VpcSecurityGroupId, after.VpcSecurityGroups[0].VpcSecurityGroupId}, "most": {before.ServerlessV2ScalingConfiguration.MaxCapacity, after.ServerlessV2ScalingConfiguration.MaxCapacity},
		"least": {before.ServerlessV2ScalingConfiguration.MinCapacity, after.ServerlessV2ScalingConfiguration.MinCapacity},
		"tags":  {map[string]string{"Name": "drained", action.OfTag: "cluster-DRAINED"}, action.DatabaseTags(after.TagList)},
	} {
		if d := cmp.Diff(pair[0], pair[1]); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
}

// What is not as announced is neither stopped nor deleted, and a protected cluster keeps its members, too.
func TestAClusterIsLeftWhereItIsNotAsAnnounced(t *testing.T) {
	_, c := open(t)
	audit, auditDB := ireland.In(event.DBCluster, "audit"), ireland.In(event.DBInstance, "audit-1")
	for story, x := range map[string]struct {
		do   action.Action
		want string
	}{
		"another case announced it":                      {action.DeleteCluster{Cluster: drained, ID: "cluster-DRAINED", Case: "c_2"}, "another case"},
		"another cluster has its name":                   {action.DeleteCluster{Cluster: drained, ID: "cluster-OLD", Case: "c_1"}, "another one now"},
		"it is protected":                                {action.DeleteCluster{Cluster: audit, ID: "cluster-AUDIT", Case: "c_1"}, "protected from deletion"},
		"it is protected, and so are its members":        {action.DeleteMember{Member: auditDB, ID: "db-AUDIT1", Cluster: "audit", ClusterID: "cluster-AUDIT", Case: "c_1"}, "protected from deletion"},
		"the member is of another cluster":               {action.DeleteMember{Member: ordersDB, ID: "db-ORDERS1", Cluster: "drained", ClusterID: "cluster-DRAINED", Case: "c_1"}, "no member of cluster drained"},
		"another database has the member's name":         {action.DeleteMember{Member: ordersDB, ID: "db-OLD", Cluster: "orders", ClusterID: "cluster-ORDERS", Case: "c_1"}, "another one now"},
		"another case announced it, which is to stop":    {action.StopCluster{Cluster: orders, ID: "cluster-ORDERS", Case: "c_2", Told: w2030()}, "another case"},
		"it is deleted, and not by the case":             {action.DeleteCluster{Cluster: ireland.In(event.DBCluster, "none"), ID: "cluster-NONE", Case: "c_1"}, "not by this case"},
		"another's cluster has the name at the undo":     {action.RestoreCluster{Cluster: orders, ID: "cluster-OLD", Snapshot: "riposte-1"}, "the data is in snapshot riposte-1"},
		"another's database has the name at the undo":    {action.RestoreMember{Member: ordersDB, ID: "db-OLD"}, "another database's by now"},
		"the snapshot was deleted by somebody meanwhile": {action.RestoreCluster{Cluster: ireland.In(event.DBCluster, "none"), ID: "cluster-NONE", Snapshot: "riposte-1"}, "is deleted"},
	} {
		look, err := x.do.Look(t.Context(), c.Reads())
		if err != nil || !strings.Contains(look.Refused+look.Missing, x.want) || look.Inverse != nil {
			t.Errorf("%s: it sees %+v, %v, want %q", story, look, err, x.want)
		}
	}
}

// w2030 is after AWS has started the clusters of the shop.
func w2030() time.Time { return time.Date(2030, 1, 7, 9, 0, 0, 0, time.UTC) }
