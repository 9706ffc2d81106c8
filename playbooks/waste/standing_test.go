package waste_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/world"
	"github.com/ripostehq/riposte/playbook"
	"github.com/ripostehq/riposte/playbooks/waste"
)

var here = event.Place{Partition: "aws", Account: "111122223333", Region: "eu-west-1"}

// region is an account with what the region has.
func region(t *testing.T, rows string) (*world.World, access.Reads) {
	t.Helper()
	w, err := world.New([]byte(`now: 2030-01-07T09:00:00Z
accounts:
  - id: "111122223333"
    users: [{name: auditor, attached: ["arn:aws:iam::aws:policy/AdministratorAccess"], keys: [{id: AKIAAUDITOR000000001, secret: secret}]}]
    regions: {eu-west-1: {rows: {`+rows+"}}}\n"), world.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return w, access.ClientReads(func(p event.Place) aws.Config {
		return w.Config(p, aws.Credentials{AccessKeyID: "AKIAAUDITOR000000001", SecretAccessKey: "secret"})
	})
}

// history is what CloudTrail answers, whatever is asked.
type history struct {
	err  error
	seen []playbook.PastCall
}

func (h history) Calls(context.Context, event.Resource, time.Time) ([]playbook.PastCall, error) {
	return h.seen, h.err
}

// TestWhatCannotBeKnownHolds: an error ends no volume.
func TestWhatCannotBeKnownHolds(t *testing.T) {
	errThrottled := errors.New("throttled")
	now := time.Date(2030, 1, 7, 9, 0, 0, 0, time.UTC)
	long := &playbook.Streak{Since: now.AddDate(0, 0, -46), First: now.AddDate(0, 0, -46), Seen: 46}
	const plain = "ec2.volume: [{VolumeId: vol-0a, State: available, VolumeType: gp3, Size: 8}]"
	const announced = `ec2.volume: [{VolumeId: vol-0a, State: available, VolumeType: gp3, Size: 8, Tags: [{Key: "riposte:case", Value: c_1}]}]`
	for _, c := range []struct {
		story string
		rows  string
		in    playbook.In
		want  error
	}{
		{"announced, and CloudTrail can't be believed", announced, playbook.In{Streak: long, Past: history{err: playbook.ErrNoEvidence}}, playbook.ErrNoEvidence},
		{"announced, and nothing here asks CloudTrail", announced, playbook.In{Streak: long}, playbook.ErrNoEvidence},
		{"announced, and CloudTrail is throttled", announced, playbook.In{Streak: long, Past: history{err: errThrottled}}, errThrottled},
		{"not announced, and CloudTrail is throttled", plain, playbook.In{Streak: long, Past: history{err: errThrottled}}, errThrottled},
		{"it is not known since when", plain, playbook.In{Past: history{}}, playbook.ErrNoEvidence},
		{"not announced, and CloudTrail knows nothing of it yet", plain, playbook.In{Streak: long, Past: history{err: playbook.ErrNoEvidence}}, nil},
	} {
		t.Run(c.story, func(t *testing.T) {
			w, reads := region(t, c.rows)
			book, err := waste.UnattachedVolume().Default()
			if err != nil {
				t.Fatal(err)
			}
			c.in.AWS, c.in.Now = reads, w.Now()
			found, err := book.Check(t.Context(), c.in, "c_1", playbook.StoredSuspect{Playbook: book.ID, Resource: here.In(event.Volume, "vol-0a"), Facts: []byte("{}")})
			switch {
			case !errors.Is(err, c.want):
				t.Errorf("%v, want %v", err, c.want)
			case c.want == nil && len(found) != 1:
				t.Errorf("%d plans, want one", len(found))
			}
		})
	}
}

// TestHasteIsRefused: parameters that leave the owner no time to say no.
func TestHasteIsRefused(t *testing.T) {
	usual := waste.VolumeParams{ReportDays: 31, DeleteDays: 45, ToldDays: 14, Sightings: 7, KeepDays: 365}
	for story, change := range map[string]func(*waste.VolumeParams){
		"told of after a week":        func(p *waste.VolumeParams) { p.ReportDays = 7 },
		"deleted before it is told":   func(p *waste.VolumeParams) { p.DeleteDays = 30 },
		"deleted the day after":       func(p *waste.VolumeParams) { p.ToldDays = 1 },
		"seen once":                   func(p *waste.VolumeParams) { p.Sightings = 1 },
		"the snapshot goes in a week": func(p *waste.VolumeParams) { p.KeepDays = 7 },
	} {
		p := usual
		if change(&p); p.Validate() == nil {
			t.Errorf("%s: allowed", story)
		}
	}
	if err := usual.Validate(); err != nil {
		t.Errorf("the usual: %v", err)
	}
}
