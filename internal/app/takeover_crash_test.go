package app_test

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/app"
	"github.com/ripostehq/riposte/internal/code"
	"github.com/ripostehq/riposte/internal/engine"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/world"
	"github.com/ripostehq/riposte/names"
)

// reaper ends riposte at one point of its life: before a commit or after it, or after a change took effect.
type reaper struct {
	ledger.Store
	points, at int // passed so far; to die at, 0: never
	died       string
	writes     []string // changes at AWS
	proposed   map[string]bool
}

func (r *reaper) point(what string) {
	r.points++
	if r.points == r.at {
		r.died = what
		runtime.Goexit()
	}
}

func (r *reaper) Commit(ctx context.Context, c *ledger.Case, w ledger.Write) error {
	r.point("before a commit: " + strings.Join(w.Notes, ", "))
	err := r.Store.Commit(ctx, c, w)
	r.point("after a commit: " + strings.Join(w.Notes, ", "))
	return err
}

func (r *reaper) LearnNames(ctx context.Context, changes []names.Change) error {
	r.point("before names are learnt")
	err := r.Store.LearnNames(ctx, changes)
	r.point("after names are learnt")
	return err
}

// Owners says that Terraform makes each record.
func (r *reaper) Owners(_ context.Context, of event.Resource) (a code.Answer) {
	if of.Type == event.RecordSet {
		a.Owners = []code.Owner{{Tool: code.Terraform, Address: "aws_route53_record.img", Where: "s3://states/dns.tfstate", Repository: "acme/dns"}}
	}
	return a
}

// Propose makes one proposal for a case, however often it is asked.
func (r *reaper) Propose(_ context.Context, c *ledger.Case) (ledger.Proposal, error) {
	r.proposed[c.ID+" "+c.Root.ID] = true
	r.point("after a proposal")
	return ledger.Proposal{Repository: "acme/dns", URL: "https://forge.example/1", State: ledger.ProposalOpen}, nil
}

// dies plays a bucket's deletion in which riposte dies at a point, and says how it ended.
func dies(t *testing.T, at int) (string, *reaper) {
	t.Helper()
	r := &reaper{proposed: map[string]bool{}}
	watched := false
	s := dnsWith(t, `{id: "111122223333"}`, world.Options{AfterCall: func(service, op string) error {
		if watched && op == "ChangeResourceRecordSets" {
			r.writes = append(r.writes, service+"."+op)
			r.point("after " + op)
		}
		return nil
	}}, func(p *app.Parts) {
		r.Store = p.Store
		p.Store, p.Code = r, r
		p.Proposer = func(access.Reads, action.Codec, engine.Code) engine.Proposer { return r }
	})
	s.sweep()
	if _, err := s.ann().DeleteBucket(t.Context(), &s3.DeleteBucketInput{Bucket: aws.String("img.example.com")}); err != nil {
		t.Fatal(err)
	}
	watched, r.points, r.at = true, 0, at
	s.pass(25 * time.Minute)
	var cases []string
	for _, c := range s.cases() {
		if c.Root.Type == event.RecordSet { // that of the bucket goes on in this one, or is dismissed where this one has done all by then
			cases = append(cases, fmt.Sprintf("%s %s proposed %t", c.Root.ID, c.State, c.Proposed != nil))
		}
	}
	slices.Sort(cases)
	effects, err := s.store.Effects(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%s; %d effects; written %d times; %d proposals; left %s",
		strings.Join(cases, ", "), len(effects), len(r.writes), len(r.proposed), strings.Join(s.records("CNAME"), ", ")), r
}

// TestARecordGoesOnceWhereverRiposteDies: between any two commits, and between a change and its commit, there is one effect, and one proposal to the code.
func TestARecordGoesOnceWhereverRiposteDies(t *testing.T) {
	want, lived := dies(t, 0)
	if lived.points < 10 || !strings.Contains(want, "1 effects; written 1 times; 1 proposals; left "+kept) {
		t.Fatalf("%d points, and without a death it ended with %s", lived.points, want)
	}
	for at := 1; at <= lived.points; at++ {
		got, r := dies(t, at)
		if r.died == "" {
			t.Errorf("point %d was never reached", at)
		}
		if got != want {
			t.Errorf("died %s (point %d):\n%s, want\n%s", r.died, at, got, want)
		}
	}
	t.Logf("died at each of %d points", lived.points)
}
