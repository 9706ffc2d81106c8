package lambda

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/ripostehq/riposte/internal/app"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/notify/slack"
	"github.com/ripostehq/riposte/internal/notify/slack/slacktest"
	"github.com/ripostehq/riposte/internal/source/lambda"
)

const answering = `
playbooks: {launch.unapproved-image: {mode: ask}}
organization: {accounts: [{id: "111122223333", name: shop, environment: development}]}
people: {domains: [example.com], groups: {security: {members: [ann@example.com, bob@example.com]}}}
approval: {approvers: [security]}
report:
  slack: {team: T0RIPOSTE, channel: "#riposte", token: "env:TOKEN", signing_secret: "env:SECRET", approve: [contain, mend, destroy]}
ledger: "dynamodb:riposte"
lambda:
  queues: ["https://sqs.eu-west-1.amazonaws.com/111122223333/riposte-events"]
  wake_queue: "https://sqs.eu-west-1.amazonaws.com/111122223333/riposte-wake"
  answer_queue: "https://sqs.eu-west-1.amazonaws.com/111122223333/riposte-answers"
`

// desk is the function's stage, with a case that asks and a message in Slack about it, and the front.
type deskStage struct {
	*stage
	slack   *slacktest.Server
	message slacktest.Message // in the channel, since bob is not in Slack; ann is written to
	front   *lambda.Front
	queue   []string // of answers
	full    bool     // it takes nothing
	log     strings.Builder
}

func (d *deskStage) SendMessage(_ context.Context, in *sqs.SendMessageInput, _ ...func(*sqs.Options)) (*sqs.SendMessageOutput, error) {
	if d.full {
		return nil, errors.New("no answer")
	}
	d.queue = append(d.queue, aws.ToString(in.MessageBody))
	return &sqs.SendMessageOutput{}, nil
}

func asking(t testing.TB) *deskStage {
	env := map[string]string{"TOKEN": slacktest.Token, "SECRET": slacktest.Secret}
	d := &deskStage{stage: setOver(t, answering, env)}
	d.slack = slacktest.New(t, d.w.Now,
		slacktest.User{ID: "U1ANN", Team: slacktest.Team, Email: "ann@example.com"}, slacktest.User{ID: "U2EVE", Team: slacktest.Team, Email: "eve@example.com"})
	env[app.SlackAPI] = d.slack.API()
	d.attack()
	d.run(0)
	c := d.only()
	if c.State != ledger.Asked {
		t.Fatalf("the case is %s", c.State)
	}
	for _, m := range d.slack.Messages() {
		if m.Channel == slacktest.Channel {
			d.message = m
		}
	}
	d.front = frontSettings{queue: "https://sqs.eu-west-1.amazonaws.com/111122223333/riposte-answers"}.over(slacktest.Secret, d, slog.New(slog.NewTextHandler(&d.log, nil)), d.w.Now)
	return d
}

// post posts a click to the front, as Slack does, and returns the status.
func (d *deskStage) post(body []byte, to func(r map[string]any)) int {
	d.Helper()
	ts, signature := slacktest.Sign(slacktest.Secret, d.w.Now(), body)
	r := map[string]any{
		"version": "2.0", "rawPath": "/slack", "isBase64Encoded": true, "body": base64.StdEncoding.EncodeToString(body),
		"headers":        map[string]string{"x-slack-request-timestamp": ts, "x-slack-signature": signature, "content-type": "application/x-www-form-urlencoded"},
		"requestContext": map[string]any{"http": map[string]any{"method": "POST", "path": "/slack"}},
	}
	if to != nil {
		to(r)
	}
	out, err := d.front.Invoke(d.Context(), payload(d, r))
	var answer struct {
		StatusCode int `json:"statusCode"`
	}
	if err := errors.Join(err, json.Unmarshal(out, &answer)); err != nil {
		d.Fatal(err)
	}
	return answer.StatusCode
}

func payload(t testing.TB, v any) []byte {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// bring invokes the function with what is in the queue of answers, and returns which messages come again.
func (d *deskStage) bring(bodies ...string) string {
	d.Helper()
	return d.invoke(strings.ReplaceAll(batch(d, "111122223333", bodies...), ":riposte-events", ":riposte-answers"))
}

const none = `{"batchItemFailures":[]}`

// An approver clicks: the front puts the click into its queue, the function checks it again, and the case is contained. The queue brings it
// twice, which is one approval.
func TestAClickGoesThroughTheFront(t *testing.T) {
	d := asking(t)
	if status := d.post(d.slack.Press("U1ANN", d.message, "Approve").Body(), nil); status != 200 || len(d.queue) != 1 {
		t.Fatalf("status %d, queue %q, log %s", status, d.queue, d.log.String())
	}
	if out := d.bring(d.queue[0]); out != none {
		t.Fatal(out)
	}
	d.run(0)
	c := d.only()
	if c.State != ledger.Verified || len(c.Approvals()) != 1 || c.Approvals()[0].By != "ann@example.com" || c.Approvals()[0].Via != ledger.InSlack {
		t.Fatalf("the case is %s, approvals %+v, told %+v", c.State, c.Approvals(), d.slack.Refusals())
	}
	if out := d.bring(d.queue[0], d.queue[0]); out != none || len(d.only().Approvals()) != 1 || len(d.slack.Refusals()) != 0 {
		t.Errorf("%s, told %+v", out, d.slack.Refusals())
	}
}

// A person who is only in the channel approves nothing, and learns why.
func TestAClickOfSomebodyElse(t *testing.T) {
	d := asking(t)
	d.post(d.slack.Press("U2EVE", d.message, "Approve").Body(), nil)
	out := d.bring(d.queue[0])
	d.run(0)
	if told := d.slack.Refusals(); out != none || d.only().State != ledger.Asked || len(told) != 1 || told[0].To != "U2EVE" || !strings.Contains(told[0].Text, "eve@example.com is none") {
		t.Errorf("%s, %s, told %+v", out, d.only().State, told)
	}
}

// What the front lets through: what Slack has just signed, to the one path, by POST, within bounds. A caller that is refused reaches no queue.
func TestWhatTheFrontRefuses(t *testing.T) {
	header := func(name, to string) func(map[string]any) {
		return func(r map[string]any) { r["headers"].(map[string]string)[name] = to }
	}
	d := asking(t)
	body := d.slack.Press("U1ANN", d.message, "Approve").Body()
	for _, c := range []struct {
		story  string
		to     func(map[string]any)
		status int
	}{
		{"another path", func(r map[string]any) { r["rawPath"] = "/" }, 404},
		{"by GET", func(r map[string]any) { r["requestContext"] = map[string]any{"http": map[string]any{"method": "GET"}} }, 405},
		{"no signature", header("x-slack-signature", ""), 401},
		{"a wrong one", header("x-slack-signature", "v0="+strings.Repeat("0", 64)), 401},
		{"another time", header("x-slack-request-timestamp", "1893999999"), 401},
		{"another body", func(r map[string]any) { r["body"], r["isBase64Encoded"] = string(body)+"&x=1", false }, 401},
		{"a body that is no base64", func(r map[string]any) { r["body"] = "%%%" }, 400},
		{"too large", func(r map[string]any) { r["body"] = base64.StdEncoding.EncodeToString(make([]byte, slack.MostBody+1)) }, 413},
		{"the queue does not answer", func(map[string]any) { d.full = true }, 503},
	} {
		if status := d.post(body, c.to); status != c.status || len(d.queue) != 0 {
			t.Errorf("%s: status %d, queue %q", c.story, status, d.queue)
		}
		d.full = false
	}
	if n := strings.Count(d.log.String(), "a request was refused"); n != 2 || !strings.Contains(d.log.String(), "requests=8") {
		t.Errorf("within a minute it was logged %d times:\n%s", n, d.log.String())
	}
	if d.post(body, func(r map[string]any) { r["body"], r["isBase64Encoded"] = string(body), false }) != 200 {
		t.Error("a body as it is was refused")
	}
	for _, other := range []string{`{"riposte":"tick"}`, forged, batch(t, "111122223333", forged), `{}`, `[]`, ""} {
		if out, err := d.front.Invoke(t.Context(), []byte(other)); err == nil {
			t.Errorf("the front was invoked with %.60s, and answered %s", other, out)
		}
	}
}

// By the queue of answers come clicks that Slack has signed within twenty minutes, and nothing else: an attacker with the front gives no
// orders, frames nobody, and does not even wake the function.
func TestForgedAnswers(t *testing.T) {
	wrapped := `{"version":"0","id":"1","detail-type":"AWS API Call via CloudTrail","source":"aws.ec2","account":"111122223333","region":"eu-west-1","time":"2026-03-25T12:00:00Z","detail":` + forged + `}`
	d := asking(t)
	body := d.slack.Press("U1ANN", d.message, "Approve").Body()
	click := func(age time.Duration, secret string, change string) string {
		ts, signature := slacktest.Sign(secret, d.w.Now().Add(-age), body)
		return string(payload(t, map[string]string{"riposte": "click", "timestamp": ts, "signature": signature, "body": string(body) + change}))
	}
	for story, message := range map[string]string{
		"an event": wrapped, "a bare record": forged, "a wake": `{"riposte":"wake"}`, "a tick": `{"riposte":"tick"}`, "a click with more in it": strings.Replace(click(0, slacktest.Secret, ""), `{`, `{"order":{},`, 1),
		"two": click(0, slacktest.Secret, "") + wrapped, "a body changed behind the front": click(0, slacktest.Secret, "&x=1"), "another's signature": click(0, "another", ""),
		"an old one": click(21*time.Minute, slacktest.Secret, ""), "of the future": click(-10*time.Minute, slacktest.Secret, ""), "nothing": "", "no signature": `{"riposte":"click","timestamp":"1","signature":"","body":""}`,
	} {
		if out := d.bring(message); !strings.Contains(out, "m0") {
			t.Errorf("%s: %s", story, out)
		}
	}
	d.run(0)
	if all, err := d.store.Cases(t.Context(), ledger.Filter{}); err != nil || len(all) != 1 || all[0].State != ledger.Asked {
		t.Errorf("%d cases, %v", len(all), err)
	}
	if out := d.bring(click(19*time.Minute, slacktest.Secret, "")); out != none {
		t.Errorf("what has waited for nineteen minutes is refused: %s", out)
	}
}

// Clicks come by their queue alone, and a URL is the front's alone: the function itself takes neither.
func TestTheFunctionHasNoURL(t *testing.T) {
	d := asking(t)
	d.post(d.slack.Press("U1ANN", d.message, "Approve").Body(), nil)
	url := fmt.Sprintf(`{"version":"2.0","rawPath":"/slack","requestContext":{"http":{"method":"POST"}},"detail":%s,"body":%q}`, forged, forged)
	for story, in := range map[string]string{
		"a request to a URL": url, "a click by the queue of events": batch(t, "111122223333", d.queue[0]), "a click by invocation": d.queue[0],
		"a click by the queue for wakes": strings.ReplaceAll(batch(t, "111122223333", d.queue[0]), ":riposte-events", ":riposte-wake"),
	} {
		if out, err := d.f.Invoke(t.Context(), []byte(in)); in == url && (err == nil || !strings.Contains(err.Error(), "RIPOSTE_PART=front")) {
			t.Errorf("%s: answered %s, %v", story, out, err)
		}
	}
	d.run(0)
	if c := d.only(); c.State != ledger.Asked {
		t.Errorf("the case is %s", c.State)
	}
}

// The ledger of secrets does not answer: the click comes again, and the function goes on.
func TestSlackIsNeededForClicksAlone(t *testing.T) {
	s := setOver(t, answering, nil)
	if out := s.invoke(strings.ReplaceAll(batch(t, "111122223333", `{"riposte":"click","timestamp":"1","signature":"v0=","body":""}`), ":riposte-events", ":riposte-answers")); !strings.Contains(out, "m0") {
		t.Error(out)
	}
	s.attack()
	s.run(0)
	if c := s.only(); c.State != ledger.Asked {
		t.Errorf("the case is %s", c.State)
	}
}

func TestWhatTheFrontNeeds(t *testing.T) {
	whole := map[string]string{region: "eu-west-1", answerQueue: "https://sqs.eu-west-1.amazonaws.com/111122223333/riposte-answers", signingSecret: "ssm:/riposte/slack"}
	if _, err := loadFront(func(name string) string { return whole[name] }); err != nil {
		t.Fatal(err)
	}
	for name, to := range map[string]string{region: "", answerQueue: "riposte-answers", signingSecret: slacktest.Secret} {
		_, err := loadFront(func(n string) string {
			if n == name {
				return to
			}
			return whole[n]
		})
		if err == nil || !strings.Contains(err.Error(), name) || strings.Contains(err.Error(), slacktest.Secret) {
			t.Errorf("%s is %q: %v", name, to, err)
		}
	}
}
