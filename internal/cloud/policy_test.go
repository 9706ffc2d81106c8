package cloud

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/iam"
)

var lab = event.Place{Partition: "aws", Account: "444455556666", Region: "ap-southeast-1"}

// allows reports whether a session policy lets a call through to a resource.
func allows(t *testing.T, text, call, resource string) bool {
	t.Helper()
	p, err := iam.Parse([]byte(text))
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return iam.Evaluate(iam.Request{Action: call, Resource: resource}, iam.Policies{Identity: []iam.Policy{p}}).Effect == iam.Allowed
}

func TestWhatASessionIsNarrowedTo(t *testing.T) {
	const ec2, iamARN = "arn:aws:ec2:ap-southeast-1:", "arn:aws:iam::444455556666:"
	group := func(name string) string {
		return "arn:aws:autoscaling:ap-southeast-1:444455556666:autoScalingGroup:0a1b:autoScalingGroupName/" + name
	}
	for _, c := range []struct {
		story    string
		do       action.Action
		call     string
		yes, not []string
	}{
		{"one instance", action.Terminate{Instance: lab.In(event.Instance, "i-0one")}, "ec2:TerminateInstances",
			[]string{ec2 + "444455556666:instance/i-0one"}, []string{ec2 + "444455556666:instance/i-0two", ec2 + "111122223333:instance/i-0one"}},
		{"another call on it", action.Terminate{Instance: lab.In(event.Instance, "i-0one")}, "ec2:StopInstances",
			nil, []string{ec2 + "444455556666:instance/i-0one"}},
		{"the group, for an instance on standby", action.Standby{Instance: lab.In(event.Instance, "i-0one"), Group: "web"}, "autoscaling:EnterStandby",
			[]string{group("web")}, []string{group("web2"), group("api")}},
		{"a group that is called like a variable", action.Suspend{Group: lab.In(event.Group, `${aws:username}"\`)}, "autoscaling:SuspendProcesses",
			[]string{group(`${aws:username}"\`)}, []string{group("web")}},
		{"a group with a name that a question mark for each letter might not fit", action.Suspend{Group: lab.In(event.Group, "web 💥💥 é2")}, "autoscaling:SuspendProcesses",
			[]string{group("web 💥💥 é2"), group("web \xf0\x9f \xc32"), group("web ???? ??2")}, []string{group("web"), group("api 💥💥 é2"), group("web 💥💥 é3")}},
		{"a user wherever its path is by now", action.DenyUser{User: lab.In(event.User, "staff/mallory"), Case: "c_1"}, "iam:PutUserPolicy",
			[]string{iamARN + "user/staff/mallory", iamARN + "user/mallory", iamARN + "user/a/b/mallory"}, []string{iamARN + "user/notmallory", iamARN + "user/staff/eve", iamARN + "role/mallory"}},
		{"the user of a key", action.DeactivateKey{User: lab.In(event.User, "mallory"), Key: "AKIAMALLORY000000001"}, "iam:UpdateAccessKey",
			[]string{iamARN + "user/mallory"}, []string{iamARN + "user/eve"}},
		{"what a pinned group launches, in its region", action.Pin{Group: lab.In(event.Group, "web"), Template: "lt-0a", Version: "1"}, "ec2:RunInstances",
			[]string{ec2 + ":image/ami-0a", ec2 + "444455556666:subnet/subnet-0a"}, []string{"arn:aws:ec2:eu-west-1::image/ami-0a"}},
		{"roles of the account, for it", action.Pin{Group: lab.In(event.Group, "web"), Template: "lt-0a", Version: "1"}, "iam:PassRole",
			[]string{iamARN + "role/app/web"}, []string{"arn:aws:iam::111122223333:role/app/web"}},
		{"an interface, its instance, its groups", action.Isolate{Instance: lab.In(event.Instance, "i-0one"), Interfaces: []string{"eni-0a"}, Groups: []string{"sg-0a"}}, "ec2:ModifyNetworkInterfaceAttribute",
			[]string{ec2 + "444455556666:network-interface/eni-0a", ec2 + "444455556666:security-group/sg-0a", ec2 + "444455556666:instance/i-0one"}, []string{ec2 + "444455556666:network-interface/eni-0b"}},
	} {
		t.Run(c.story, func(t *testing.T) {
			text, err := narrow(c.do, nil)
			if err != nil {
				t.Fatal(err)
			}
			for _, arn := range c.yes {
				if !allows(t, text, c.call, arn) {
					t.Errorf("%s does not allow %s on %s", text, c.call, arn)
				}
			}
			for _, arn := range c.not {
				if allows(t, text, c.call, arn) {
					t.Errorf("%s allows %s on %s", text, c.call, arn)
				}
			}
		})
	}
}

func terminations(n int) (all []action.Action) {
	for i := range n {
		all = append(all, action.Terminate{Instance: lab.In(event.Instance, fmt.Sprintf("i-%017x", i))})
	}
	return all
}

func TestWhatBelongsTogetherSharesASession(t *testing.T) {
	plan := terminations(20)
	of := map[string]int{}
	for _, a := range plan {
		text, err := narrow(a, plan)
		if err != nil || len(text) > longest || !allows(t, text, "ec2:TerminateInstances", a.About().Target.ARN()) {
			t.Fatalf("%s: %s, %v", a.About().Target, text, err)
		}
		of[text]++
	}
	if len(of) != 2 {
		t.Errorf("twenty instances took %d sessions", len(of))
	}
	other := action.Terminate{Instance: shopElsewhere}
	if text, _ := narrow(plan[0], []action.Action{plan[0], other, action.DeactivateKey{User: lab.In(event.User, "eve"), Key: "AKIAEVE0000000000001"}}); strings.Contains(text, shopElsewhere.ID) || strings.Contains(text, "UpdateAccessKey") {
		t.Errorf("a session for another account, or another tier: %s", text)
	}
}

var shopElsewhere = event.Place{Partition: "aws", Account: "111122223333", Region: "ap-southeast-1"}.In(event.Instance, "i-0other")

func TestNobodyEscapesIsolationByManyInterfaces(t *testing.T) {
	var many []string
	for i := range 60 {
		many = append(many, fmt.Sprintf("eni-%017x", i))
	}
	a := action.Isolate{Instance: lab.In(event.Instance, "i-0one"), Interfaces: many, Groups: []string{"sg-0a"}}
	text, err := narrow(a, nil)
	if err != nil || len(text) > longest || !allows(t, text, "ec2:ModifyNetworkInterfaceAttribute", "arn:aws:ec2:ap-southeast-1:444455556666:network-interface/"+many[59]) {
		t.Fatalf("%d characters: %s, %v", len(text), text, err)
	}
	if allows(t, text, "ec2:ModifyNetworkInterfaceAttribute", "arn:aws:ec2:ap-southeast-1:444455556666:security-group/sg-0b") {
		t.Errorf("%s widens what is not crowded", text)
	}
}

// nowhere is an action with calls that concern nothing known.
type nowhere struct{ action.Terminate }

func (n nowhere) About() action.About {
	about := n.Terminate.About()
	about.Target = lab.In("dynamodb:table", "t")
	return about
}

func TestWhatDoesNotFitIsNotDone(t *testing.T) {
	c := New(Options{Roles: map[Purpose]string{Destroy: "riposte-destroy"}})
	for _, a := range []action.Action{action.Terminate{Instance: lab.In(event.Instance, strings.Repeat("i", longest))}, nowhere{}} {
		s := changing(a, nil, "c_1")
		s.place = lab
		_, err := c.assume(s, nil).Retrieve(t.Context())
		var none *NotNarrowed
		if !errors.As(err, &none) || none.ErrorCode() != "AccessDenied" || none.Why == "" {
			t.Errorf("%v", err)
		}
	}
}

// STS's own rule for the characters of a session policy.
var acceptable = regexp.MustCompile(`^[\x{0009}\x{000A}\x{000D}\x{0020}-\x{00FF}]+$`)

// Whatever an attacker calls a group, the session for suspending it exists, is taken by STS, and reaches the group.
func TestNoNameSwitchesTheDefenceOff(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		name := rapid.StringN(1, 255, 255).Draw(r, "name")
		a := action.Suspend{Group: lab.In(event.Group, name)}
		text, err := narrow(a, nil)
		if err != nil || !acceptable.MatchString(text) || len(text) > longest || !json.Valid([]byte(text)) {
			r.Fatalf("%q: %s, %v", name, text, err)
		}
		if bound := grantsFor(a).size(); len(text) > bound {
			r.Fatalf("%s is longer than %d", text, bound)
		}
		p, err := iam.Parse([]byte(text))
		if err != nil {
			r.Fatal(err)
		}
		arn := "arn:aws:autoscaling:ap-southeast-1:444455556666:autoScalingGroup:0a1b:autoScalingGroupName/" + name
		if iam.Evaluate(iam.Request{Action: "autoscaling:SuspendProcesses", Resource: arn}, iam.Policies{Identity: []iam.Policy{p}}).Effect != iam.Allowed {
			r.Fatalf("%q: %s does not allow it", name, text)
		}
	})
}
