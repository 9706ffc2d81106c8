package action_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
)

var reports = ireland.In(event.DBInstance, "reports")

// A database that was deleted comes back with all that was known of it, and its snapshot stays.
func TestADatabaseComesBackAsItWas(t *testing.T) {
	w, c := open(t)
	before, err := action.LookDatabase(t.Context(), c.Reads(), reports)
	if err != nil {
		t.Fatal(err)
	}
	gone := action.DeleteDatabase{Database: reports, ID: "db-REPORTS", Case: "c_1"}
	look, err := gone.Look(t.Context(), c.Reads())
	if err != nil || look.Inverse == nil {
		t.Fatalf("%+v, %v", look, err)
	}
	if err := gone.Do(t.Context(), c.Writes()); err != nil {
		t.Fatal(err)
	}
	for _, x := range []action.Action{gone, look.Inverse} {
		if under, err := x.Look(t.Context(), c.Reads()); err != nil || under.Under == "" {
			t.Errorf("it is being deleted, and %s sees %+v, %v", x.About().Kind.Name, under, err)
		}
	}
	pass := func() {
		if err := w.AdvanceTo(w.Now().Add(time.Minute)); err != nil {
			t.Fatal(err)
		}
	}
	pass()
	if done, err := gone.Look(t.Context(), c.Reads()); err != nil || !done.Satisfied {
		t.Fatalf("deleted, and it sees %+v, %v", done, err)
	}
	if err := look.Inverse.Do(t.Context(), c.Writes()); err != nil {
		t.Fatal(err)
	}
	pass()
	after, err := action.LookDatabase(t.Context(), c.Reads(), reports)
	if err != nil || after == nil {
		t.Fatalf("it is not back: %v", err)
	}
	if d := cmp.Diff(map[string]string{"Name": "reports", action.OfTag: "db-REPORTS"}, action.DatabaseTags(after.TagList)); d != "" {
		t.Errorf("its tags: %s", d)
	}
	for name, pair := range map[string][2]any{
		"class": {before.DBInstanceClass, after.DBInstanceClass}, "storage": {before.StorageType, after.StorageType}, "size": {before.AllocatedStorage, after.AllocatedStorage},
		"speed": {before.Iops, after.Iops}, "throughput": {before.StorageThroughput, after.StorageThroughput}, "zone": {before.AvailabilityZone, after.AvailabilityZone},
		"subnets": {before.DBSubnetGroup.DBSubnetGroupName, after.DBSubnetGroup.DBSubnetGroupName}, "port": {before.Endpoint.Port, after.Endpoint.Port},
		"parameters": {before.DBParameterGroups[0].DBParameterGroupName, after.DBParameterGroups[0].DBParameterGroupName},
		"options":    {before.OptionGroupMemberships[0].OptionGroupName, after.OptionGroupMemberships[0].OptionGroupName},
		"groups":     {before.VpcSecurityGroups[0].VpcSecurityGroupId, after.VpcSecurityGroups[0].VpcSecurityGroupId}, "backups": {before.BackupRetentionPeriod, after.BackupRetentionPeriod},
	} {
		if d := cmp.Diff(pair[0], pair[1]); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
}

// What is not as announced is neither deleted nor stopped; of a protected database the protection stays on.
func TestADatabaseIsLeftWhereItIsNotAsAnnounced(t *testing.T) {
	for _, c := range []struct {
		name, id, caseID string
		missing          bool
	}{
		{"another case announced it", "db-REPORTS", "c_2", false},
		{"another database has its name by now", "db-OLD", "c_1", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, aws := open(t)
			for _, a := range []action.Action{action.DeleteDatabase{Database: reports, ID: c.id, Case: c.caseID}, action.StopDatabase{Database: reports, ID: c.id, Case: c.caseID}} {
				look, err := a.Look(t.Context(), aws.Reads())
				if err != nil || (look.Missing != "") != c.missing || (look.Refused != "") == c.missing {
					t.Errorf("%s sees %+v, %v", a.About().Kind.Name, look, err)
				}
			}
		})
	}
	_, c := open(t)
	look, err := action.DeleteDatabase{Database: ireland.In(event.DBInstance, "ledger"), ID: "db-LEDGER", Case: "c_1"}.Look(t.Context(), c.Reads())
	if err != nil || !strings.Contains(look.Refused, "protected") {
		t.Errorf("it is protected, and it sees %+v, %v", look, err)
	}
}

// AWS starts a database after seven days: that is nobody's no. A person's start is.
func TestWhoStartedADatabaseCounts(t *testing.T) {
	w, c := open(t)
	stop := action.StopDatabase{Database: reports, ID: "db-REPORTS", Case: "c_1", Told: w.Now()}
	back, err := stop.Look(t.Context(), c.Reads())
	if err != nil {
		t.Fatal(err)
	}
	pass := func(d time.Duration) {
		if err := w.AdvanceTo(w.Now().Add(d)); err != nil {
			t.Fatal(err)
		}
	}
	if err := stop.Do(t.Context(), c.Writes()); err != nil {
		t.Fatal(err)
	}
	pass(time.Minute)
	if err := back.Inverse.Do(t.Context(), c.Writes()); err != nil {
		t.Fatal(err)
	}
	pass(time.Minute)
	if look, err := stop.Look(t.Context(), c.Reads()); err != nil || look.Satisfied {
		t.Errorf("a person started it, and it sees %+v, %v", look, err)
	}
	if err := stop.Do(t.Context(), c.Writes()); err != nil {
		t.Fatal(err)
	}
	pass(8 * 24 * time.Hour)
	if look, err := stop.Look(t.Context(), c.Reads()); err != nil || !look.Satisfied {
		t.Errorf("AWS started it, and it sees %+v, %v", look, err)
	}
}

// A name is given again: what another has made under it is no way back.
func TestAnothersDatabaseOfTheNameIsNotGivenBack(t *testing.T) {
	_, c := open(t)
	back := action.RestoreDatabase{Database: reports, ID: "db-OLD", Snapshot: "riposte-1"}
	if look, err := back.Look(t.Context(), c.Reads()); err != nil || !strings.Contains(look.Missing, "the data is in snapshot riposte-1") {
		t.Errorf("another's database has the name, and it sees %+v, %v", look, err)
	}
	if err := back.Do(t.Context(), c.Writes()); err == nil {
		t.Error("the name was taken meanwhile, and it counts as made")
	}
}

// A database is deleted that stands still. One that runs was started by AWS, and a person is asked, or it is let be.
func TestADatabaseThatRunsIsNotDeleted(t *testing.T) {
	w, c := open(t)
	asked := action.DeleteDatabase{Database: reports, ID: "db-REPORTS", Case: "c_1", Told: w.Now()}
	silent := asked
	silent.Still = true
	for _, step := range []struct {
		story         string
		after         time.Duration
		asked, silent string // why it is refused; "" where it is not
	}{
		{"never stopped", 0, "AWS has not started it", "nobody is asked"},
		{"stopped", time.Minute, "", ""},
		{"AWS started it", 8 * 24 * time.Hour, "", "nobody is asked"},
	} {
		if step.after == time.Minute {
			run(t, c, action.StopDatabase{Database: reports, ID: "db-REPORTS", Case: "c_1", Told: w.Now()})
		}
		if err := w.AdvanceTo(w.Now().Add(step.after)); err != nil {
			t.Fatal(err)
		}
		for d, want := range map[action.DeleteDatabase]string{asked: step.asked, silent: step.silent} {
			look, err := d.Look(t.Context(), c.Reads())
			if err != nil || !strings.Contains(look.Refused, want) || (look.Inverse != nil) != (want == "") {
				t.Errorf("%s, still %v: it sees %+v, %v", step.story, d.Still, look, err)
			}
		}
	}
	// A person stops what AWS has started, and starts it again.
	run(t, c, action.StopDatabase{Database: reports, ID: "db-REPORTS", Case: "c_1", Told: w.Now()})
	for _, a := range []action.Action{nil, action.StartDatabase{Database: reports, ID: "db-REPORTS"}} {
		if a != nil {
			run(t, c, a)
		}
		if err := w.AdvanceTo(w.Now().Add(time.Minute)); err != nil {
			t.Fatal(err)
		}
	}
	if look, err := asked.Look(t.Context(), c.Reads()); err != nil || look.Refused == "" {
		t.Errorf("a person started it, and it sees %+v, %v", look, err)
	}
}
