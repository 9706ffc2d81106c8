package securityhub_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	hub "github.com/aws/aws-sdk-go-v2/service/securityhub"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/notify/securityhub"
	"github.com/ripostehq/riposte/playbook"
)

// Security Hub answers "200 OK" to a batch of which it refused a part.
func TestRefusedFindingIsAnError(t *testing.T) {
	c := seed000(t, ledger.Contained, ledger.Step{State: ledger.Done}, ledger.Step{State: ledger.Done})
	w := &wire{answer: `{"FailedCount":1,"SuccessCount":0,"FailedFindings":[{"Id":"riposte/x","ErrorCode":"InvalidAccess","ErrorMessage":"not enabled"}]}`}
	r := securityhub.New(w.importIn, codec(), func() time.Time { return reported })
	err := r.Report(context.Background(), c)
	if err == nil || !strings.Contains(err.Error(), `"riposte/x": InvalidAccess: not enabled`) {
		t.Errorf("want the code and the message, got %v", err)
	}
	w.answer = `{"FailedCount":1,"SuccessCount":0,"FailedFindings":[]}`
	if err := r.Report(context.Background(), c); err == nil {
		t.Error("a refusal without a reason was taken for a success")
	}
	w.answer = ""
	if err := r.Report(context.Background(), c); err != nil {
		t.Errorf("the next attempt: %v", err)
	}
}

func broken(context.Context, *hub.BatchImportFindingsInput, ...func(*hub.Options)) (*hub.BatchImportFindingsOutput, error) {
	return nil, errBroken
}

var errBroken = errors.New("no answer")

func TestUnreachableIsAnError(t *testing.T) {
	r := securityhub.New(func(event.Place) securityhub.Import { return broken }, codec(), time.Now)
	err := r.Report(context.Background(), seed000(t, ledger.Asked, ledger.Step{Verdict: "ask"}, ledger.Step{Verdict: "ask"}))
	if !errors.Is(err, errBroken) || !strings.Contains(err.Error(), "eu-west-1 of account 111122223333") {
		t.Errorf("want what failed, where and why, got %v", err)
	}
}

func TestWhereTheFindingIsFiled(t *testing.T) {
	for _, c := range []struct {
		name string
		root event.Resource
		want event.Place
	}{
		{"a group: where it is", event.Place{Partition: "aws", Account: "444455556666", Region: "us-west-2"}.In(event.Group, "web"), event.Place{Partition: "aws", Account: "444455556666", Region: "us-west-2"}},
		{"a user: where the call came in", shop.In(event.User, "mallory"), shop},
		{"another partition", event.Place{Partition: "aws-cn", Account: "444455556666", Region: "cn-north-1"}.In(event.Group, "web"), event.Place{Partition: "aws-cn", Account: "444455556666", Region: "cn-north-1"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			made := seed000(t, ledger.Observed, ledger.Step{Verdict: "observe"}, ledger.Step{Verdict: "observe"})
			made.Root = c.root
			w := &wire{}
			if err := securityhub.New(w.importIn, codec(), time.Now).Report(context.Background(), made); err != nil {
				t.Fatal(err)
			}
			if w.place != c.want || !strings.Contains(string(w.body), "arn:"+c.want.Partition+":securityhub:"+c.want.Region+":"+c.want.Account+":product/") {
				t.Errorf("filed at %v, want %v: %s", w.place, c.want, w.body)
			}
		})
	}
	nowhere := seed000(t, ledger.Observed, ledger.Step{}, ledger.Step{})
	nowhere.Root, nowhere.Origin.Place = event.Resource{}, event.Place{}
	if err := securityhub.New((&wire{}).importIn, codec(), time.Now).Report(context.Background(), nowhere); err == nil {
		t.Error("a case without an account was filed")
	}
}

// A suspect that was looked at and is none leaves no finding; one that was filed is archived.
func TestWhatWasNeverConfirmedIsNotFiled(t *testing.T) {
	for _, s := range []ledger.State{ledger.Suspected, ledger.Dismissed, ledger.Superseded} {
		c := seed000(t, s, ledger.Step{}, ledger.Step{})
		c.Revisions = nil
		if f := report(t, c, reported); f != nil {
			t.Errorf("%s: filed %v", s, f["Title"])
		}
		c.Report.Sent = 1
		if f := report(t, c, reported); f == nil {
			t.Errorf("%s: the finding that was filed before is not brought up to date", s)
		}
	}
	gaveUp := seed000(t, ledger.Failed)
	gaveUp.Revisions = nil
	if f := report(t, gaveUp, reported); f == nil || f["RecordState"] != "ACTIVE" {
		t.Errorf("a case that riposte gave up is not told: %v", f)
	}
}

// Of a finding that is only told nothing would have been done.
func TestATellingPromisesNoAnswer(t *testing.T) {
	c := seed000(t, ledger.Observed, ledger.Step{}, ledger.Step{})
	plan, err := action.NewCodec().Seal(action.Plan{})
	if err != nil {
		t.Fatal(err)
	}
	c.Revisions = []ledger.Revision{{Number: 1, Plan: plan}}
	c.Reason = "playbook: it tells, and changes nothing"
	f := report(t, c, reported, playbook.Definition{ID: c.Playbook, Tells: true, Prevents: []playbook.Prevention{{Kind: playbook.AccountSetting, How: "Ask before."}}})
	if a := advice(f); strings.Contains(a, "would have been done") || !strings.Contains(a, "Ask the caller") {
		t.Error(a)
	}
	if d := f["Description"].(string); !strings.Contains(d, "riposte only watches (playbook: it tells, and changes nothing).") {
		t.Error(d)
	}
}

// The table of states: what is told as standing contained, and what leaves the console's list.
func TestEveryStateHasItsMarks(t *testing.T) {
	for state, want := range map[ledger.State]string{
		ledger.Suspected: "FAILED ACTIVE", ledger.Observed: "FAILED ACTIVE", ledger.Asked: "FAILED ACTIVE", ledger.Held: "FAILED ACTIVE",
		ledger.Acting: "FAILED ACTIVE", ledger.Failed: "FAILED ACTIVE", ledger.Expired: "FAILED ACTIVE", ledger.Undoing: "FAILED ACTIVE",
		ledger.Contained: "PASSED ACTIVE", ledger.Verified: "PASSED ACTIVE",
		ledger.Undone: "FAILED ARCHIVED", ledger.Dismissed: "FAILED ARCHIVED", ledger.Excepted: "FAILED ARCHIVED", ledger.Superseded: "FAILED ARCHIVED",
	} {
		f := report(t, seed000(t, state, ledger.Step{}, ledger.Step{}), reported)
		if got := f["Compliance"].(map[string]any)["Status"].(string) + " " + f["RecordState"].(string); got != want {
			t.Errorf("%s: got %s, want %s", state, got, want)
		}
		if _, ok := f["Workflow"]; ok {
			t.Errorf("%s: the workflow is the analysts' own", state)
		}
	}
}

// Before AWS has said that it took the call, nothing is told as done.
func TestNothingIsToldAsDoneBeforeItIs(t *testing.T) {
	for _, s := range []ledger.Step{
		{}, {State: ledger.Intent}, {Verdict: "act"}, {Verdict: "ask"}, {Verdict: "hold"}, {Verdict: "observe"}, {State: ledger.StepFailed}, {State: ledger.Skipped}, {State: ledger.Dropped},
	} {
		d := report(t, seed000(t, ledger.Acting, s, s), reported)["Description"].(string)
		if strings.Contains(d, "Done") {
			t.Errorf("step %q %q: %s", s.State, s.Verdict, d)
		}
	}
}

// Errors, pages and facts may hold anything, tokens too: none of them is told.
func TestNothingSecretIsTold(t *testing.T) {
	const secret = "FQoGZXIvYXdzEXAMPLETOKEN"
	c := seed000(t, ledger.Failed, ledger.Step{State: ledger.StepFailed, Error: secret, Note: secret, Undone: secret, PassedBy: secret}, ledger.Step{State: ledger.Stays, Note: secret})
	c.Error, c.GivenUp, c.Paged, c.Report.Error = secret, secret, secret, secret
	c.Suspects[0].Facts = []byte(`{"SessionToken":"` + secret + `"}`)
	c.Suspects[0].Related[0].Detail["user-data"] = secret
	if f := string(pretty(t, report(t, c, reported))); strings.Contains(f, secret) {
		t.Errorf("the finding tells a secret:\n%s", f)
	}
}

func TestSeverity(t *testing.T) {
	for _, c := range []struct {
		severity playbook.Severity
		paged    string
		want     string
	}{
		{playbook.Low, "", "LOW"}, {playbook.Medium, "", "MEDIUM"}, {playbook.High, "", "HIGH"}, {playbook.Critical, "", "CRITICAL"},
		{playbook.Low, "containment was undone", "HIGH"}, {playbook.Critical, "containment was undone", "CRITICAL"}, {"", "", "HIGH"},
	} {
		made := seed000(t, ledger.Contained, ledger.Step{}, ledger.Step{})
		made.Severity, made.Paged = c.severity, c.paged
		f := report(t, made, reported)["FindingProviderFields"].(map[string]any)["Severity"].(map[string]any)
		if f["Label"] != c.want {
			t.Errorf("severity %q, paged %q: got %v, want %s", c.severity, c.paged, f["Label"], c.want)
		}
	}
}

// Ten suspects of one case want the same user denied: that is one change.
func TestOneChangeIsToldOnce(t *testing.T) {
	c := stolenKey(t)
	user := c.Root
	for range 2 {
		join(t, c, occurred.Add(time.Second), action.Plan{Steps: []action.Step{
			action.Try(action.DeactivateKey{User: user, Key: "AKIAIOSFODNN7EXAMPLE"}),
			action.Try(action.Protect{Instance: shop.In(event.Instance, "i-0a1b2c3d4e5f60004"), Attribute: action.AgainstStop}),
		}}, ledger.Step{State: ledger.Already}, ledger.Step{State: ledger.StepFailed})
	}
	d := report(t, c, reported)["Description"].(string)
	if n := strings.Count(d, "deactivate an IAM user's access key"); n != 1 {
		t.Errorf("told %d times: %s", n, d)
	}
	if !strings.Contains(d, "Could not be done: switch a protection of an instance on (i-0a1b2c3d4e5f60004)") {
		t.Errorf("the other protection of the same instance is not told: %s", d)
	}
}
