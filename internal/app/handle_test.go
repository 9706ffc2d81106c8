package app_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/app"
	"github.com/ripostehq/riposte/internal/config"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/ledger/sqlite"
	"github.com/ripostehq/riposte/internal/source"
	"github.com/ripostehq/riposte/internal/source/http"
	"github.com/ripostehq/riposte/playbook"
	"github.com/ripostehq/riposte/playbooks"
)

// receiving is riposte as a source sees it: no test steps it.
func receiving(t testing.TB, books ...playbook.Definition) *app.App {
	t.Helper()
	if books == nil {
		books = slices.DeleteFunc(playbooks.All(), playbook.Definition.Marks) // which look at each launch as well
	}
	store, err := sqlite.Open(context.Background(), sqlite.Memory)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	c, err := config.Parse("", nil, books)
	if err != nil {
		t.Fatal(err)
	}
	return app.New(app.Parts{
		Kinds: action.Kinds(), Config: c, Store: store, AWS: func(event.Place) aws.Config { return aws.Config{} },
		Now: func() time.Time { return time.Unix(1_800_000_000, 0) }, Name: "test", Log: slog.New(slog.DiscardHandler),
	})
}

// launch is a record of RunInstances, or of another call, that the playbooks of the catalogue look at.
func launch(id, name string, more ...string) string {
	return fmt.Sprintf(`{"eventVersion":"1.09","eventID":%q,"eventSource":"ec2.amazonaws.com","eventName":%q,"eventTime":"2026-03-01T10:00:00Z",`+
		`"awsRegion":"eu-west-1","recipientAccountId":"111122223333","userIdentity":{"type":"IAMUser","principalId":"AIDAMALLORY",`+
		`"arn":"arn:aws:iam::111122223333:user/mallory","accountId":"111122223333","accessKeyId":"AKIAMALLORY000000001","userName":"mallory"},`+
		`"requestParameters":{"instancesSet":{"items":[{"imageId":"ami-0bad"}]}},"responseElements":{"instancesSet":{"items":[{"instanceId":"i-0123456789abcdef0",`+
		`"imageId":"ami-0bad"}]}}%s}`, id, name, strings.Join(append([]string{""}, more...), ","))
}

func bridged(source, account, record string) string {
	return fmt.Sprintf(`{"version":"0","id":"x","detail-type":"AWS API Call via CloudTrail","source":%q,"account":%q,"time":"2026-03-01T10:00:00Z",`+
		`"region":"eu-west-1","resources":[],"detail":%s}`, source, account, record)
}

func TestHandleSaysWhatBecameOfAMessage(t *testing.T) {
	for _, c := range []struct{ name, message, want string }{
		{"a launch", launch("e1", "RunInstances"), "opened"},
		{"one that AWS sent", bridged("aws.ec2", "111122223333", launch("e1", "RunInstances")), "opened"},
		{"one that a sender made up", bridged("my.app", "111122223333", launch("e1", "RunInstances")), "malformed"},
		{"a miss that a sender made up", bridged("my.app", "111122223333", launch("e1", "DescribeInstances")), "malformed"},
		{"one that a partner made up", bridged("aws.partner/example.com", "111122223333", launch("e1", "RunInstances")), "malformed"},
		{"one of another account", bridged("aws.ec2", "444455556666", launch("e1", "RunInstances")), "malformed"},
		{"a miss", launch("e1", "DescribeInstances"), ""},
		{"a miss that AWS sent", bridged("aws.ec2", "111122223333", launch("e1", "DescribeInstances")), ""},
		{"an event of another sort", bridged("my.app", "111122223333", `{"state":"running"}`), ""},
		{"one through a topic", fmt.Sprintf(`{"Type":"Notification","TopicArn":"t","Message":%q}`, bridged("aws.ec2", "111122223333", launch("e1", "RunInstances"))), "opened"},
		{"the same twice", launch("e1", "RunInstances") + "\n" + launch("e1", "RunInstances"), "opened duplicate"},
		{"an older one behind a newer", launch("e2", "RunInstances") + strings.Replace(launch("e1", "RunInstances"), "2026-03-01", "2025-03-01", 1), "opened joined"},
		{"one that is huge", launch("e1", "RunInstances", `"x":"`+strings.Repeat("x", 1<<20)+`"`), "opened"},
		{"one beside what is cut off", launch("e1", "RunInstances") + `{"eventN`, "opened malformed"},
		{"an Insight into launches", `{"eventVersion":"1.09","eventCategory":"Insight","eventTime":"2026-03-01T10:00:00Z","recipientAccountId":"111122223333",` +
			`"insightDetails":{"eventSource":"ec2.amazonaws.com","eventName":"RunInstances"}}`, ""},
		{"nothing", "", ""},
		{"no JSON", "hello", "malformed"},
	} {
		if got := outcome(receiving(t).Handle(t.Context(), []byte(c.message))); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// What EventBridge posts is answered by what became of it.
func TestAPostedEventIsAnsweredByWhatBecameOfIt(t *testing.T) {
	a := receiving(t)
	src, err := http.New(http.Options{
		Secret: stormSecret, Log: slog.New(slog.DiscardHandler),
		Handle: func(ctx context.Context, body []byte) error { _, err := a.Handle(ctx, body); return err },
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, body string
		status     int
	}{
		{"an attack", bridged("aws.ec2", "111122223333", launch("e1", "RunInstances")), 202},
		{"the same again", bridged("aws.ec2", "111122223333", launch("e1", "RunInstances")), 202},
		{"daily work", bridged("aws.ec2", "111122223333", launch("e2", "DescribeInstances")), 202},
		{"an attack that a sender made up", bridged("my.app", "111122223333", launch("e3", "RunInstances")), 400},
		{"half an attack", bridged("aws.ec2", "111122223333", launch("e4", "RunInstances"))[:300], 400},
	} {
		w, r := httptest.NewRecorder(), httptest.NewRequest("POST", "/", strings.NewReader(c.body))
		r.Header.Set(http.Header, stormSecret)
		if src.ServeHTTP(w, r); w.Code != c.status {
			t.Errorf("%s: answered %d %s", c.name, w.Code, w.Body)
		}
	}
	if n := len(cases(t, a.Store)); n != 1 {
		t.Errorf("%d cases", n)
	}
}

// outcome is what became of a message, in words.
func outcome(ads []ledger.Admission, err error) string {
	var out []string
	for _, ad := range ads {
		out = append(out, ad.How)
	}
	var bad *source.Malformed
	if errors.As(err, &bad) {
		out = append(out, "malformed")
	} else if err != nil {
		out = append(out, "error")
	}
	return strings.Join(out, " ")
}

// A playbook that panics on a record costs that record alone.
func TestARecordThatMakesAPlaybookPanicIsMalformed(t *testing.T) {
	a := receiving(t, playbook.Define(playbook.Spec[struct{}, struct{}]{
		ID: "test.panics", On: []playbook.Trigger{playbook.Call(call.EC2RunInstances)},
		Suspect: func(e event.Event, _ struct{}) []playbook.Suspect[struct{}] {
			if e.ID == "bad" {
				panic("what the record held")
			}
			return []playbook.Suspect[struct{}]{{Resource: e.Place().In(event.Instance, "i-1")}}
		},
	}))
	ads, err := a.Handle(t.Context(), []byte(launch("bad", "RunInstances")+launch("e1", "RunInstances")))
	if got := outcome(ads, err); got != "opened malformed" {
		t.Errorf("have %q", got)
	}
	if err == nil || !strings.Contains(err.Error(), "event bad can't be judged") || strings.Contains(err.Error(), "held") {
		t.Errorf("have %v", err)
	}
}

// TestTheShortWayAdmitsWhatTheStrictOneAdmits sends the same messages down both: in a list, none is taken for a single
// record, so that each is decoded.
func TestTheShortWayAdmitsWhatTheStrictOneAdmits(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		short, strict := receiving(t), receiving(t)
		for range rapid.IntRange(1, 4).Draw(rt, "messages") {
			m := message(rt)
			quick := outcome(short.Handle(t.Context(), []byte(m)))
			slow := outcome(strict.Handle(t.Context(), []byte("["+m+"]")))
			if quick != slow && !(quick == "" && slow == "malformed") { // what concerns no playbook is not checked for all that is wrong with it
				rt.Fatalf("%s\n%q, strictly %q", m, quick, slow)
			}
		}
		if diff := cmp.Diff(len(cases(t, strict.Store)), len(cases(t, short.Store))); diff != "" {
			rt.Fatal(diff)
		}
	})
}

// message is a record with something odd about it, wrapped somehow.
func message(t *rapid.T) string {
	name := rapid.SampledFrom([]string{"RunInstances", "DescribeInstances", "ModifyInstanceAttribute", "CreateLaunchTemplateVersion", "R\\u0075nInstances"}).Draw(t, "name")
	odd := rapid.SampledFrom([]string{
		`"readOnly":false`, `"eventName":"RunInstances"`, `"event\u004eame":"RunInstances"`, `"eventname":"RunInstances"`, `"userIdentity":{}`,
		`"detail":{"eventName":"RunInstances"}`, `"Records":[]`, `"Records":[` + launch("inner", "RunInstances") + `]`, `"eventID":"twice"`,
		`"Message":"{}","Type":"Notification","TopicArn":"t"`, `"x":[[{"eventName":"RunInstances"}]]`, `"x":"\",\"eventName\":\"RunInstances\""`,
	}).Draw(t, "odd")
	record := strings.Replace(launch(rapid.StringMatching("e[0-3]").Draw(t, "id"), "NAME", odd), "NAME", name, 1)
	switch rapid.IntRange(0, 4).Draw(t, "wrapping") {
	case 1:
		return bridged(rapid.SampledFrom([]string{"aws.ec2", "my.app", "aws.partner/x"}).Draw(t, "source"), "111122223333", record)
	case 2:
		return fmt.Sprintf(`{"Type":"Notification","TopicArn":"t","Message":%q}`, bridged("aws.ec2", "111122223333", record))
	case 3:
		return `{"Records":[` + record + `]}`
	}
	return " " + record + "\n"
}

// crowded is a ledger of which one case takes no more.
type crowded struct {
	ledger.Store
	resource string
}

func (c crowded) Admit(ctx context.Context, now time.Time, leads []playbook.StoredSuspect, first ledger.FirstClaim, ranks ...time.Time) ([]ledger.Admission, error) {
	for _, l := range leads {
		if l.Resource.ID == c.resource {
			return nil, fmt.Errorf("admit %s: %w", c.resource, ledger.ErrFull)
		}
	}
	return c.Store.Admit(ctx, now, leads, first, ranks...)
}

// An attacker who fills one case postpones what is added to it, and nothing else.
func TestACaseThatIsFullPostponesItsOwnMessages(t *testing.T) {
	a := receiving(t)
	a.Engine.Store = crowded{a.Store, "i-0123456789abcdef0"}
	var own *source.Postponed
	if _, err := a.Handle(t.Context(), []byte(launch("e1", "RunInstances"))); !errors.As(err, &own) || !errors.Is(err, ledger.ErrFull) {
		t.Errorf("the full one: %v", err)
	}
	other := strings.ReplaceAll(launch("e2", "RunInstances"), "i-0123456789abcdef0", "i-0fedcba9876543210")
	if got := outcome(a.Handle(t.Context(), []byte(other))); got != "opened" {
		t.Errorf("another: %q", got)
	}
}
