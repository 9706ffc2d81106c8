package pattern_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/internal/pattern"
	"github.com/ripostehq/riposte/internal/route"
	"github.com/ripostehq/riposte/playbook"
	"github.com/ripostehq/riposte/playbooks"
)

const (
	api    = "AWS API Call via CloudTrail"
	signIn = "AWS Console Sign In via CloudTrail"
)

// enveloped is a call as EventBridge brings it.
func enveloped(source, detailType, eventSource, name string) []byte {
	return fmt.Appendf(nil, `{"version":"0","id":"6a7e8feb","source":%q,"detail-type":%q,"account":"111122223333","region":"us-east-1",`+
		`"detail":{"eventVersion":"1.08","eventSource":%q,"eventName":%q}}`, source, detailType, eventSource, name)
}

func byAWS(eventSource, name string) []byte {
	service, _, _ := strings.Cut(eventSource, ".")
	return enveloped("aws."+service, api, eventSource, name)
}

// delivered are the rules that let an event through.
func delivered(t *testing.T, rules []pattern.Rule, event []byte) (by []pattern.Rule) {
	t.Helper()
	for _, r := range rules {
		p, err := json.Marshal(r.Pattern)
		if err != nil {
			t.Fatal(err)
		}
		if matches(t, p, event) {
			by = append(by, r)
		}
	}
	return by
}

func rules(t *testing.T, of []playbook.Definition) []pattern.Rule {
	t.Helper()
	all, err := pattern.For(of)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// undoing returns the calls by which riposte would hear that its change is undone.
func undoing(of []playbook.Definition) map[string]bool {
	calls := map[string]bool{}
	for _, d := range of {
		for _, k := range d.Changes {
			for _, c := range k.UndoneBy {
				for _, e := range c.Events() {
					calls[e.Source+" "+e.Name] = true
				}
			}
		}
	}
	return calls
}

func TestWhatRouteWantsIsDeliveredOnce(t *testing.T) {
	catalogue := playbooks.All()
	all := rules(t, catalogue)
	for _, d := range catalogue {
		for _, id := range d.Calls() {
			for _, e := range id.Events() {
				if by := delivered(t, all, byAWS(e.Source, e.Name)); len(by) != 1 {
					t.Errorf("%s: %s %s is delivered %d times", d.ID, e.Source, e.Name, len(by))
				}
			}
		}
	}
	for record := range undoing(catalogue) {
		source, name, _ := strings.Cut(record, " ")
		if by := delivered(t, all, byAWS(source, name)); len(by) != 1 {
			t.Errorf("%s %s, which undoes what riposte did, is delivered %d times", source, name, len(by))
		}
	}
}

func TestWhatIsDeliveredIsWanted(t *testing.T) {
	catalogue := playbooks.All()
	table, undo := route.New(catalogue), undoing(catalogue)
	for _, r := range rules(t, catalogue) {
		for _, source := range r.Pattern.Detail.EventSource {
			for _, name := range r.Pattern.Detail.EventName {
				if len(table.Lookup([]byte(source), []byte(name))) == 0 && !undo[string(source+" "+name)] {
					t.Errorf("rule %s delivers %s %s, which no playbook wants", r.Name, source, name)
				}
			}
		}
	}
}

// Real records have sources and names that no author thought of.
func TestRecordedRecordsAreDeliveredAsRouteWants(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("..", "..", "..", "shared", "corpus", "*", "*.jsonl"))
	if err != nil || len(files) == 0 {
		t.Skip("../shared/corpus is absent: recorded records are not tried")
	}
	catalogue := playbooks.All()
	all, table, undo, seen := rules(t, catalogue), route.New(catalogue), undoing(catalogue), map[string]bool{}
	for _, file := range files {
		for _, record := range calls(t, file) {
			if seen[record] {
				continue
			}
			seen[record] = true
			source, name, _ := strings.Cut(record, " ")
			got, want := len(delivered(t, all, byAWS(source, name))) > 0, len(table.Lookup([]byte(source), []byte(name))) > 0 || undo[record]
			if got != want {
				t.Errorf("%s: delivered %v, wanted %v", record, got, want)
			}
		}
	}
	if len(seen) < 100 {
		t.Errorf("only %d calls were tried", len(seen))
	}
}

// calls are the sources and names of a file of records.
func calls(t *testing.T, file string) (out []string) {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	s := bufio.NewScanner(f)
	s.Buffer(nil, 16<<20)
	for s.Scan() {
		var r struct {
			EventSource string `json:"eventSource"`
			EventName   string `json:"eventName"`
		}
		if json.Unmarshal(s.Bytes(), &r) == nil && r.EventName != "" {
			out = append(out, r.EventSource+" "+r.EventName)
		}
	}
	if err := s.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}

// An attacker may put an event on the bus with any text in it, except that it comes from AWS.
func TestForgedEventsAreNotDelivered(t *testing.T) {
	all := rules(t, playbooks.All())
	for _, source := range []string{"ec2", "custom", "aws", "Aws.ec2", "riposte"} {
		if by := delivered(t, all, enveloped(source, api, "ec2.amazonaws.com", "RunInstances")); len(by) > 0 {
			t.Errorf("an event of source %q goes through %s", source, by[0].Name)
		}
	}
}

func TestRulesOfServices(t *testing.T) {
	of := func(ids ...call.ID) []playbook.Definition {
		return []playbook.Definition{{ID: "test.one", On: []playbook.Trigger{playbook.Call(ids...)}}}
	}
	for _, c := range []struct {
		name       string
		of         []playbook.Definition
		event      []byte
		rule       string
		global     bool
		state      string
		howManyAll int
	}{
		{"a regional service", of("ec2:RunInstances"), byAWS("ec2.amazonaws.com", "RunInstances"), "ec2", false, pattern.Writes, 1},
		{"a global one is told of at home", of("iam:CreateUser"), byAWS("iam.amazonaws.com", "CreateUser"), "iam", true, pattern.Writes, 1},
		{"reading calls have to be asked for", of("sts:GetCallerIdentity"), byAWS("sts.amazonaws.com", "GetCallerIdentity"), "sts", false, pattern.AllCalls, 1},
		{"and cost the others nothing", of("ec2:RunInstances", "ec2:DescribeInstances"), byAWS("ec2.amazonaws.com", "DescribeInstances"), "ec2-2", false, pattern.AllCalls, 2},
		{"signing in is told of otherwise", of("signin:ConsoleLogin"), enveloped("aws.signin", signIn, "signin.amazonaws.com", "ConsoleLogin"), "signin", false, pattern.Writes, 1},
		{"what CloudTrail spells otherwise", of(call.LambdaAddPermission), byAWS("lambda.amazonaws.com", "AddPermission20150331v2"), "lambda", false, pattern.Writes, 1},
		{"records from elsewhere", of(call.CloudWatchDeleteAlarms), byAWS("monitoring.amazonaws.com", "DeleteAlarms"), "monitoring", false, pattern.Writes, 1},
		{"what could undo an effect", []playbook.Definition{{ID: "test.undo", Changes: suspending()}}, byAWS("autoscaling.amazonaws.com", "ResumeProcesses"), "autoscaling", false, pattern.Writes, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			all := rules(t, c.of)
			by := delivered(t, all, c.event)
			if len(by) != 1 || len(all) != c.howManyAll || by[0].Name != c.rule || by[0].Global != c.global || by[0].State != c.state {
				t.Errorf("of %d rules it goes through %+v", len(all), by)
			}
		})
	}
}

func suspending() []action.Kind {
	return slices.DeleteFunc(action.Kinds(), func(k action.Kind) bool { return k.Name != "autoscaling.suspend" })
}

// However many calls playbooks name: each goes through one rule, and every rule is one that EventBridge takes.
func TestManyCallsAreSpreadOverRules(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		names := rapid.SliceOfNDistinct(rapid.StringMatching(`[A-Z][A-Za-z0-9]{2,60}`), 1, 300, rapid.ID[string]).Draw(r, "names")
		var calls []call.ID
		for _, name := range names {
			calls = append(calls, call.ID("ec2:"+name))
		}
		all, err := pattern.For([]playbook.Definition{{ID: "test.many", On: []playbook.Trigger{playbook.Call(calls...)}}})
		if err != nil {
			r.Fatal(err)
		}
		var held, titles []string
		for _, rule := range all {
			b, err := json.Marshal(rule.Pattern)
			if err != nil || len(b) > pattern.Limit {
				r.Errorf("rule %s: %d characters, %v", rule.Name, len(b), err)
			}
			for _, v := range rule.Pattern.Detail.EventName {
				held = append(held, string(v))
			}
			titles = append(titles, rule.Name)
		}
		slices.Sort(held)
		slices.Sort(names)
		if !slices.Equal(held, names) {
			r.Errorf("named %v, held %v", names, held)
		}
		slices.Sort(titles)
		if len(slices.Compact(slices.Clone(titles))) != len(titles) {
			r.Errorf("two rules of one name: %v", titles)
		}
	})
}

func TestACallThatNoRuleCanHoldIsAnError(t *testing.T) {
	_, err := pattern.For([]playbook.Definition{{ID: "test.long", On: []playbook.Trigger{playbook.Call(call.ID("ec2:" + strings.Repeat("x", pattern.Limit)))}}})
	if err == nil || !strings.Contains(err.Error(), "a rule holds 2048") {
		t.Errorf("got %v", err)
	}
}

// EC2 sends a notice of every state; launches alone are delivered.
func TestANoticeIsDeliveredInTheStateThatAPlaybookWants(t *testing.T) {
	all := rules(t, playbooks.All())
	for state, want := range map[string]int{"pending": 1, "running": 0} {
		notice := fmt.Appendf(nil, `{"source":"aws.ec2","detail-type":"EC2 Instance State-change Notification","detail":{"instance-id":"i-0","state":%q}}`, state)
		if by := delivered(t, all, notice); len(by) != want {
			t.Errorf("%s is delivered by %d rules, want %d", state, len(by), want)
		}
	}
	hook := []byte(`{"source":"aws.autoscaling","detail-type":"EC2 Instance-launch Lifecycle Action","detail":{"EC2InstanceId":"i-0"}}`)
	if by := delivered(t, all, hook); len(by) != 1 {
		t.Errorf("a launch hook's notice is delivered by %d rules", len(by))
	}
	forged := []byte(`{"source":"my.app","detail-type":"EC2 Instance State-change Notification","detail":{"instance-id":"i-0","state":"pending"}}`)
	if by := delivered(t, all, forged); len(by) != 0 {
		t.Error("a notice that a customer put on the bus is delivered")
	}
}
