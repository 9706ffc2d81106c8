package app_test

import (
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/playbooks"
)

// Three volumes that are unused for seven weeks: what is let be is gone on the 45th day, and comes back; what was used for an
// hour, and what its owner wants to keep, lives.
func TestVolumesOfSevenWeeks(t *testing.T) {
	s := cellarOf(t, "act")
	s.pass(30 * oneDay)
	if c := s.of("vol-0left"); c != nil {
		t.Fatalf("after 30 days there is a case: %s", c.State)
	}
	before := s.volumes()["vol-0left"]
	s.pass(2 * oneDay)
	for id, v := range s.volumes() {
		c := s.of(id)
		if c == nil {
			t.Fatalf("%s is not told", id)
		}
		if c.State != ledger.Verified || tagOf(v, action.CaseTag) != c.ID || tagOf(v, action.DeletesTag) != "2030-02-22" {
			t.Errorf("%s of %s: %s; %v", id, c.State, c.Reason, v.Tags)
		}
	}
	s.pass(8 * oneDay)
	s.pass(5 * time.Hour) // sweeps are at three
	_, err := s.olga().AttachVolume(t.Context(), &ec2.AttachVolumeInput{VolumeId: aws.String("vol-0twin"), InstanceId: aws.String("i-0bbbbbbbbbbbbbb00"), Device: aws.String("/dev/sdf")})
	s.must(err)
	s.pass(time.Hour)
	_, err = s.olga().DetachVolume(t.Context(), &ec2.DetachVolumeInput{VolumeId: aws.String("vol-0twin")})
	s.must(err)
	s.pass(2*oneDay - 6*time.Hour)
	_, err = s.olga().CreateTags(t.Context(), &ec2.CreateTagsInput{Resources: []string{"vol-0kept"}, Tags: []types.Tag{{Key: aws.String("riposte:keep"), Value: aws.String("2031-01-01")}}})
	s.must(err)
	s.pass(2 * oneDay)
	if n := len(s.snapshots()); n > 0 || len(s.volumes()) != 3 {
		t.Fatalf("on day 44 there are %d snapshots, %d volumes", n, len(s.volumes()))
	}
	s.pass(3 * oneDay)

	now := s.volumes()
	if _, there := now["vol-0left"]; there || len(now) != 2 {
		t.Fatalf("on day 47: %d volumes, %s %s", len(now), s.of("vol-0left").State, s.of("vol-0left").Reason)
	}
	for _, id := range []string{"vol-0twin", "vol-0kept"} {
		c := s.of(id)
		if c.State != ledger.Dismissed || tagOf(now[id], action.CaseTag) != "" {
			t.Errorf("%s: %s, %s; tags %v", id, c.State, c.Reason, now[id].Tags)
		}
	}
	if c := s.of("vol-0left"); c.State != ledger.Verified || c.Paged != "" {
		t.Errorf("what was deleted: %s, %s, paged %q", c.State, c.Reason, c.Paged)
	}
	all := s.snapshots()
	if len(all) != 1 || aws.ToString(all[0].VolumeId) != "vol-0left" {
		t.Errorf("%d snapshots: %+v", len(all), all)
	}
	s.order(s.of("vol-0left"), ledger.Order{Verb: ledger.Undo})
	s.pass(time.Hour)
	back, there := s.volumes()["vol-0left"]
	if !there || back.VolumeType != before.VolumeType || aws.ToInt32(back.Size) != 100 || aws.ToInt32(back.Iops) != 4000 || aws.ToInt32(back.Throughput) != 250 ||
		aws.ToString(back.AvailabilityZone) != "us-east-1a" || tagOf(back, "Name") != "old-data" || tagOf(back, action.CaseTag) != "" {
		t.Errorf("what came back: %t, %+v; %s", there, back, s.of("vol-0left").State)
	}
	s.pass(30 * oneDay)
	if n := len(s.volumes()); n != 3 {
		t.Errorf("a month later: %d volumes", n)
	}
	s.whole()
}

// A read that is denied once it was told holds all that follows, for as long as it is denied; nothing is deleted on what is not known. Afterwards
// it goes on; where it was the listing itself, the streak begins anew, since no record says what was in between.
func TestWhatCannotBeReadIsNotDeleted(t *testing.T) {
	reads := []string{"ec2:DescribeVolumes", "ec2:DescribeVolumesModifications", "ec2:DescribeSnapshots", "ec2:DescribeTags", "cloudtrail:LookupEvents"}
	none := []string{"ec2:DescribeInstances", "elasticloadbalancing:DescribeTags", "iam:GetUser", "rds:ListTagsForResource", "redshift:DescribeClusters"} // of announcing what is no volume
	for _, d := range playbooks.All() {
		if d.ID != "waste.unattached-volume" {
			continue
		}
		var all []string
		for _, c := range d.Reads {
			all = append(all, c.Service()+":"+c.Name())
		}
		for _, k := range []action.Action{action.Announce{}, action.SnapshotVolume{}, action.DeleteVolume{}} {
			for _, c := range k.About().Kind.Reads {
				all = append(all, c.Service()+":"+c.Name())
			}
		}
		for _, name := range all {
			if !slices.Contains(reads, name) && !slices.Contains(none, name) {
				t.Errorf("no story denies %s", name)
			}
		}
	}
	for _, read := range reads {
		t.Run(read, func(t *testing.T) {
			s := cellarOf(t, "act")
			s.pass(40 * oneDay)
			s.may(read)
			s.pass(20 * oneDay)
			for id := range s.volumes() {
				if c := s.of(id); c == nil || !c.State.Open() {
					t.Errorf("%s: %s, %s", id, c.State, c.Reason)
				}
			}
			if n, copies := len(s.volumes()), len(s.snapshots()); n != 3 || copies > 3 {
				t.Fatalf("%d volumes, %d snapshots", n, copies)
			}
			s.may()
			s.pass(3 * oneDay)
			if read == "ec2:DescribeVolumes" {
				if n := len(s.volumes()); n != 3 {
					t.Fatalf("%d volumes: what was not listed for 20 days was not seen to be unused", n)
				}
				s.pass(50 * oneDay)
			}
			if n, copies := len(s.volumes()), len(s.snapshots()); n != 0 || copies != 3 {
				t.Errorf("once it can be read again: %d volumes, %d snapshots; %s", n, copies, s.of("vol-0left").Reason)
			}
			s.whole()
		})
	}
}

// The fortnight counts from when the owner could know of it, and not from when the plan was made.
func TestNothingIsDeletedBeforeItWasToldForAFortnight(t *testing.T) {
	for _, c := range []struct {
		story, mode string
		before      func(*tenant) // the plan
		late        func(*tenant) // 20 days after it
	}{
		{"a person says yes after 20 days", "ask", func(*tenant) {}, func(s *tenant) {
			for id := range s.volumes() {
				s.order(s.of(id), ledger.Order{Verb: ledger.Approve, Shown: s.of(id).Shown(0)})
			}
		}},
		{"everything was halted for 20 days", "act", func(s *tenant) {
			s.must(s.store.Halt(s.Context(), ledger.Brake{Scope: "all", By: "ann", Reason: "a move", At: s.w.Now()}))
		}, func(s *tenant) {
			_, err := s.store.Release(s.Context(), s.w.Now(), "all", "ann")
			s.must(err)
		}},
	} {
		t.Run(c.story, func(t *testing.T) {
			s := cellarOf(t, c.mode)
			c.before(s)
			s.pass(31*oneDay + 3*time.Hour)
			planned := s.of("vol-0left")
			if planned == nil || len(planned.Revisions) == 0 {
				t.Fatal("there is no plan")
			}
			s.pass(20 * oneDay)
			if v := s.volumes()["vol-0left"]; tagOf(v, action.CaseTag) != "" {
				t.Fatalf("it is told: %s", planned.State)
			}
			c.late(s)
			var told time.Time
			for range 20 * 24 {
				if c := s.of("vol-0left"); c.State == ledger.Asked && !told.IsZero() {
					s.order(c, ledger.Order{Verb: ledger.Approve, Shown: c.Shown(0)}) // each question as it comes
				}
				s.pass(time.Hour)
				v, there := s.volumes()["vol-0left"]
				switch {
				case told.IsZero() && tagOf(v, action.CaseTag) != "":
					told = s.w.Now()
				case !there:
					if after := s.w.Now().Sub(told); told.IsZero() || after < 14*oneDay-time.Hour {
						t.Errorf("told on %s, deleted on %s", told, s.w.Now())
					}
					s.whole()
					return
				}
			}
			last := s.of("vol-0left")
			t.Errorf("it was never deleted: told %s; %s, %s\n%s", told, last.State, last.Reason, s.history(last))
		})
	}
}

// What could not be announced is not deleted, however long it lies there; once it can be, it is told first.
func TestWhatCannotBeAnnouncedIsNotDeleted(t *testing.T) {
	s := cellarOf(t, "act")
	s.may("ec2:CreateTags")
	s.pass(50 * oneDay)
	s.may()
	s.pass(10 * oneDay)
	if c := s.of("vol-0left"); c == nil || c.State != ledger.Failed || len(s.volumes()) != 3 || len(s.snapshots()) > 0 {
		t.Errorf("%d volumes, %d snapshots; %s, %s", len(s.volumes()), len(s.snapshots()), c.State, c.Reason)
	}
	s.pass(38 * oneDay) // it is looked at anew a month after the case; the refused calls in its history count as use, and it lies another month
	if c := s.of("vol-0left"); c.State != ledger.Verified || tagOf(s.volumes()["vol-0left"], action.CaseTag) != c.ID || len(s.snapshots()) > 0 {
		t.Errorf("it may be announced, and is %s, %s\n%s", c.State, c.Reason, s.history(c))
	}
	s.whole()
}
