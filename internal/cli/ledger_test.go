package cli

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"testing/iotest"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/ledger/sqlite"
	"github.com/ripostehq/riposte/playbook"
)

// makeLedger is the script command `ledger FILE`: a record of four cases, always with the same ids.
func makeLedger(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: ledger FILE")
	}
	ts.Check(fill(context.Background(), ts.MkAbs(args[0])))
}

// makeTokens is the script command `ledger-of-tokens FILE`: a record of one case, of a launch template that does not require tokens.
func makeTokens(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: ledger-of-tokens FILE")
	}
	s, err := sqlite.Open(context.Background(), ts.MkAbs(args[0]), sqlite.Entropy(iotest.HalfReader(zeros{})))
	ts.Check(err)
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	_, err = s.Admit(context.Background(), at, []playbook.StoredSuspect{{
		Playbook: "hardening.imds-v1", Severity: playbook.Medium, Resource: place().In(event.LaunchTemplate, "lt-0web"), Title: "lt-0web", Facts: []byte("{}"),
		Origin: playbook.Origin{EventID: "streak/1", Sweep: "d_1", Occurred: at, Received: at, Place: place()},
	}}, ledger.FirstClaim{})
	ts.Check(errors.Join(err, s.Close()))
}

// makeEmpty is the script command `ledger-of-nobody FILE`: a record without cases.
func makeEmpty(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: ledger-of-nobody FILE")
	}
	s, err := sqlite.Open(context.Background(), ts.MkAbs(args[0]))
	ts.Check(err)
	ts.Check(s.Close())
}

// tamper is the script command `tamper FILE SQL`: what somebody does who can write the file and is not riposte.
func tamper(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: tamper FILE SQL")
	}
	db, err := sql.Open("sqlite", ts.MkAbs(args[0]))
	ts.Check(err)
	_, err = db.Exec(args[1])
	ts.Check(errors.Join(err, db.Close()))
}

// revokeFirst is the script command `revoke-first FILE`: riposte revoke of the exception that ends first.
func revokeFirst(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: revoke-first FILE")
	}
	s, err := sqlite.Open(context.Background(), ts.MkAbs(args[0]))
	ts.Check(err)
	all, err := s.Exceptions(context.Background(), time.Now())
	ts.Check(errors.Join(err, s.Close()))
	ts.Check(ts.Exec("riposte", "revoke", "--ledger", args[0], all[0].ID(), "--reason", "it was a drill"))
}

// undoVerified is the script command `undo-verified FILE`: riposte undo of the one case that is verified.
func undoVerified(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: undo-verified FILE")
	}
	ctx := context.Background()
	s, err := sqlite.Open(ctx, ts.MkAbs(args[0]))
	ts.Check(err)
	cases, err := s.Cases(ctx, ledger.Filter{State: ledger.Verified})
	ts.Check(err)
	ts.Check(s.Close())
	if len(cases) != 1 {
		ts.Fatalf("%d verified cases, want one", len(cases))
	}
	ts.Check(ts.Exec("riposte", "undo", cases[0].ID, "--ledger", args[0]))
}

// exitsWith is the script command `code N VERB...`: the exit code, which testscript's own exec does not tell.
func exitsWith(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 {
		ts.Fatalf("usage: code N VERB...")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec("riposte", args[1:]...); err != nil {
		coded, ok := err.(interface{ ExitCode() int })
		if !ok {
			ts.Fatalf("run: %v", err)
		}
		got = coded.ExitCode()
	}
	if got != want {
		ts.Fatalf("riposte %v exits with %d, want %d", args[1:], got, want)
	}
}

// zeros make ids that depend on the time alone.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func fill(ctx context.Context, file string) error {
	s, err := sqlite.Open(ctx, file, sqlite.Entropy(iotest.HalfReader(zeros{})))
	if err != nil {
		return err
	}
	start := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for i, c := range []struct {
		state   ledger.State
		verdict string
		reason  string
		step    ledger.StepState
	}{
		{ledger.Observed, "observe", "mode: observe is the default", ledger.Pending},
		{ledger.Asked, "ask", "mode: playbooks.launch.unapproved-image.production says ask", ledger.Pending},
		{ledger.Verified, "act", "mode: playbooks.launch.unapproved-image.mode says act", ledger.Done},
		{ledger.Held, "hold", "limit: 3 incidents in an hour", ledger.Pending},
	} {
		at := start.Add(time.Duration(i) * time.Minute)
		if err := admit(ctx, s, at, "web-"+strconv.Itoa(i)); err != nil {
			return err
		}
		claim, err := s.Claim(ctx, at, "test", time.Minute)
		if err != nil || claim == nil {
			return fmt.Errorf("claim: %w", err)
		}
		if err := become(claim.Case, at, c.state, c.verdict, c.reason, c.step); err != nil {
			return err
		}
		if c.state == ledger.Verified {
			claim.Case.Recent = &ledger.Recent{
				Asked: at.Add(2 * time.Minute), Since: at.Add(-time.Hour), Account: "111122223333", Region: "eu-west-1", More: 2, Unseen: "a look reads 3 pages",
				Calls: []ledger.RecentCalls{{Call: "ec2:DescribeInstances", From: "198.51.100.7\x1b[31m", Times: 40, First: at.Add(-time.Minute), Last: at}},
			}
		}
		w := ledger.Write{At: at, Notes: []string{"it is " + string(c.state)}, EndsLease: true}
		if c.step == ledger.Done {
			if err := effect(&w, claim.Case); err != nil {
				return err
			}
		}
		for _, m := range claim.Inbox {
			w.Taken = append(w.Taken, m.Key)
		}
		if err := s.Commit(ctx, claim.Case, w); err != nil {
			return err
		}
	}
	if _, err := s.Checkpoint(ctx, start.Add(time.Hour)); err != nil {
		return err
	}
	return s.Close()
}

func place() event.Place {
	return event.Place{Partition: "aws", Account: "111122223333", Region: "eu-west-1"}
}

func admit(ctx context.Context, s *sqlite.Store, at time.Time, group string) error {
	var actors, found []string
	if group == "web-2" || group == "web-3" { // one incident
		actors, found = []string{"AROAEVIL:evil"}, []string{"image ami-0abc"}
	}
	_, err := s.Admit(ctx, at, []playbook.StoredSuspect{{
		Playbook: "launch.unapproved-image", Severity: playbook.High, Resource: place().In(event.Group, group),
		Title: "i-0123456789abcdef0 was launched from ami-0abc, which is public", Facts: []byte("{}"), Actors: actors, Found: found,
		Origin: playbook.Origin{
			EventID: "e-" + group, RequestID: "r-" + group, Name: "RunInstances", Source: "ec2.amazonaws.com", Occurred: at.Add(-10 * time.Second), Received: at,
			Place: place(), SourceIP: "203.0.113.66", UserAgent: "aws-cli/2.22.0\x1b[31m",
			Actor: event.Actor{
				Kind: event.RoleActor, ARN: "arn:aws:sts::111122223333:assumed-role/AutoScaling/\x1b[31mevil", AccessKey: "ASIAEVIL000000000001", MFA: event.MFAUnknown,
			},
		},
	}}, ledger.FirstClaim{})
	return err
}

// effect writes the effect that the first step of a case has, with the way back from it.
func effect(w *ledger.Write, c *ledger.Case) error {
	codec := action.NewCodec(action.Kinds()...)
	suspended, err := codec.Encode(action.Suspend{Group: c.Root})
	if err != nil {
		return err
	}
	back, err := codec.Encode(action.Resume{Group: c.Root})
	if err != nil {
		return err
	}
	w.Effects = []*ledger.Effect{{Key: c.Revisions[0].Steps[0].Owned[0], Action: suspended, Undos: []action.Stored{back}, Owners: []string{c.ID}}}
	return nil
}

func become(c *ledger.Case, at time.Time, to ledger.State, verdict, reason string, step ledger.StepState) error {
	codec := action.NewCodec(action.Kinds()...)
	group := c.Root
	plan, err := codec.Seal(action.Plan{Steps: []action.Step{
		action.Try(action.Suspend{Group: group}), action.Try(action.Terminate{Instance: place().In(event.Instance, "i-0123456789abcdef0")}),
	}})
	if err != nil {
		return err
	}
	one := ledger.Step{State: step, Verdict: verdict, Reason: reason}
	c.Revisions = []ledger.Revision{{Number: 1, Plan: plan, Made: at, Steps: []ledger.Step{one, one}}}
	if first := &c.Revisions[0].Steps[0]; step == ledger.Done {
		first.Requests, first.Owned, first.Made = []string{"7f3c-0"}, []string{"autoscaling.suspend " + group.String()}, at.Add(4*time.Millisecond)
	}
	c.State, c.Reason, c.Due = to, reason, at.Add(time.Hour)
	c.Times = ledger.Times{Occurred: at.Add(-10 * time.Second), Received: at, Decided: at.Add(3 * time.Millisecond)}
	if step == ledger.Done {
		c.Times.FirstChange, c.Times.Contained, c.Times.Verified = at.Add(4*time.Millisecond), at.Add(time.Second), at.Add(91*time.Second)
	}
	return nil
}
