package lambda

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/ripostehq/riposte/internal/mototest"
)

// idle is what the process may hold between two invocations, in bytes. The goal was 40 MB, before it knew Slack, SES, S3, sweeps and names.
const idle = 54 << 20

// The function as it is deployed, on AWS as moto understands it. Three groups launch what was never approved: one is told of in
// a batch beside what can't be read, one while the ledger takes nothing, one by EventBridge itself. Each is suspended, its
// instance is terminated, Security Hub and the bus are told, and the function is invoked again to verify.
func TestTheFunctionContains(t *testing.T) {
	server := mototest.Start(t)
	a, ledger := open(t, server), before(t, server)
	text := `
organization: {discover: true, regions: [eu-west-1]}
playbooks: {launch.unapproved-image: {mode: act}}
ledger: "dynamodb:riposte"
report: {security_hub: true, event_bus: "` + a.bus + `"}
lambda: {queues: ["` + a.events + `"], wake_queue: "` + a.wake + `"}
`
	env := append(server.Env(), "AWS_ENDPOINT_URL="+ledger.url, "RIPOSTE_CONFIG_TEXT="+text)
	f := start(t, env...)

	web, launched := a.group("web")
	f.answers(batch(t, a.place.Account, "no JSON at all", launched, `{"riposte":"wake"}`), `{"batchItemFailures":[{"itemIdentifier":"m0"}]}`)
	if err := a.stopped("web", web); err != nil {
		t.Error("after the batch: ", err)
	}

	shop, launched := a.group("shop")
	harmless := strings.Replace(a.launched("web", web), "RunInstances", "CreateTags", 1)
	ledger.full.Store(true)
	if got := f.invoke(a.delivered(harmless, launched)); got.failed || strings.Count(got.body, "itemIdentifier") != 1 {
		t.Errorf("answered %+v, want one message to come again", got)
	}
	ledger.full.Store(false)
	f.answers(a.passedOn(1), `{"batchItemFailures":[]}`) // in five seconds, not six minutes
	if err := a.stopped("shop", shop); err != nil {
		t.Error("after the ledger's trouble: ", err)
	}

	cart, launched := a.group("cart")
	f.answers(launched, "")
	if err := a.stopped("cart", cart); err != nil {
		t.Error("after the event: ", err)
	}

	if wake := a.received(a.wake); wake != `{"riposte":"wake"}` {
		t.Errorf("woken by %s", wake)
	}
	f.answers(`{"riposte":"tick"}`, "")
	a.toldOf("web", "shop", "cart")
	if n := f.resident(); n > idle {
		t.Errorf("%d MB are resident, may be %d", n>>20, idle>>20)
	} else {
		t.Logf("%d MB are resident", n>>20)
	}

	another := start(t, env...) // which no event has made look who is defended
	another.answers(`{"riposte":"wake"}`, "")
	if log := another.end(); !strings.Contains(log, "the organisation is known") {
		t.Errorf("a new process does not know the organisation: %s", log)
	}
}

func (s *service) answers(payload, want string) {
	s.Helper()
	if got := s.invoke(payload); got.failed || got.body != want {
		s.Errorf("answered %+v, want %q", got, want)
	}
}

// toldOf: there is a finding of each group, and a message of each that it was contained.
func (a *account) toldOf(groups ...string) {
	a.Helper()
	findings := a.findings()
	var contained []string
	for range groups {
		var e struct {
			Detail struct{ Resource string }
		}
		must(a, json.Unmarshal([]byte(a.received(a.told)), &e))
		contained = append(contained, e.Detail.Resource)
	}
	for _, g := range groups {
		if !slices.ContainsFunc(findings, func(f string) bool { return strings.Contains(f, g) }) {
			a.Errorf("no finding names %s: %q", g, findings)
		}
		if !slices.ContainsFunc(contained, func(r string) bool { return strings.HasSuffix(r, "/"+g) }) {
			a.Errorf("the bus was not told of %s: %q", g, contained)
		}
	}
}
