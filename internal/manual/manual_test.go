package manual

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/playbook"
	"github.com/ripostehq/riposte/playbook/fixture"
)

func definition() playbook.Definition {
	return playbook.Definition{
		ID: "test.example", Title: "Something was seen", Why: "It matters.\n\t\tA lot.", Severity: playbook.High,
		On:      []playbook.Trigger{playbook.Call(call.EC2RunInstances, call.EC2StartInstances)},
		Reads:   []call.ID{call.EC2DescribeInstances},
		Changes: action.Kinds(),
		Prevents: []playbook.Prevention{
			{Kind: "setting", How: "Switch it off."},
			{Kind: "SCP", How: "Deny it.", Document: `{"Version":"2012-10-17"}`},
		},
		Stories: fixture.Fixture{Stories: []fixture.Story{{Sort: fixture.Fires, Record: `{"eventName":"RunInstances"}`, Plans: []string{"thing a: was seen\n  ec2.stop a"}}}},
		Params:  []playbook.Param{{Name: "max_age", Type: reflect.TypeFor[time.Duration](), Default: time.Hour, Help: "oldest | newest"}},
	}
}

func TestPagesSayAllOfIt(t *testing.T) {
	for name, page := range map[string]string{"markdown": Markdown(definition(), action.Kinds()), "text": Text(definition(), action.Kinds(), 80)} {
		for _, want := range []string{
			"test.example", "Something was seen", "It matters. A lot.", "high", "RunInstances, StartInstances", "autoscaling.suspend",
			"a terminated instance is gone for good", "max_age", "duration", "1h", "riposte-contain", "autoscaling:ResumeProcesses",
			"Switch it off.", `"Version": "2012-10-17"`, `"eventName": "RunInstances"`, "thing a: was seen ec2.stop a",
		} {
			if !strings.Contains(strings.Join(strings.Fields(page), " "), want) {
				t.Errorf("%s lacks %q", name, want)
			}
		}
	}
}

func TestMarkdownTablesKeepTheirColumns(t *testing.T) {
	if page := Markdown(definition(), action.Kinds()); !strings.Contains(page, `oldest \| newest`) {
		t.Error("a bar in a cell makes another column")
	}
}

func TestTextKeepsToTheWidth(t *testing.T) {
	d := definition()
	d.Stories = fixture.Fixture{}
	d.Prevents = nil
	for line := range strings.Lines(Text(d, action.Kinds(), 60)) {
		if n := len([]rune(strings.TrimRight(line, "\n"))); n > 70 { // bold costs some bytes
			t.Errorf("%d columns: %q", n, line)
		}
	}
}

func TestValues(t *testing.T) {
	for _, c := range []struct {
		v    any
		want string
	}{
		{[]string{"a", "b"}, "[a, b]"}, {[]string(nil), "none"}, {map[string]string{}, "none"}, {"", "none"}, {"x", "x"},
		{true, "true"}, {3, "3"}, {time.Hour, "1h"}, {90 * time.Minute, "1h30m"}, {90 * time.Second, "1m30s"}, {nil, "none"},
	} {
		if got := Value(c.v); got != c.want {
			t.Errorf("Value(%v) = %q, want %q", c.v, got, c.want)
		}
	}
}
