package action_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/action/actiontest"
	"github.com/ripostehq/riposte/event"
)

func TestARolePolicyIsReplacedOnlyWhereItIsTheOneThatWasPlannedFor(t *testing.T) {
	narrow := strings.Replace(actiontest.Scaling, "autoscaling:*", "autoscaling:Describe*", 1)
	other := strings.Replace(actiontest.Scaling, "autoscaling:*", "autoscaling:Set*", 1)
	replace := action.ReplaceRolePolicy{Role: builder, Policy: "scaling", Old: actiontest.Scaling, New: narrow}
	for _, c := range []struct {
		name   string
		change func(*action.ReplaceRolePolicy)
		want   string // of what Look says
	}{
		{"another document by now", func(p *action.ReplaceRolePolicy) { p.Old = other }, "written anew"},
		{"the same but for a Sid and white space", func(p *action.ReplaceRolePolicy) { p.Old = strings.Replace(p.Old, `"Sid":"All",`, " ", 1) }, ""},
		{"the policy is gone", func(p *action.ReplaceRolePolicy) { p.Policy = "gone" }, "the policy is deleted"},
		{"the role is gone", func(p *action.ReplaceRolePolicy) { p.Role = ireland.In(event.Role, "gone") }, "the role is deleted"},
		{"a service-linked role", func(p *action.ReplaceRolePolicy) {
			p.Role = ireland.In(event.Role, "aws-service-role/autoscaling.amazonaws.com/x")
		}, "can't be edited"},
	} {
		_, aws := open(t)
		p := replace
		c.change(&p)
		look, err := p.Look(t.Context(), aws.Reads())
		if err != nil || !strings.Contains(look.Missing+look.Refused, c.want) || (c.want == "") != (look.Inverse != nil) {
			t.Errorf("%s: %+v, %v", c.name, look, err)
		}
	}
	_, aws := open(t)
	replace.New = `{"Version":"2012-10-17"}`
	if err := replace.Do(t.Context(), aws.Writes()); !errors.Is(err, action.ErrCannot) {
		t.Errorf("no policy was written: %v", err)
	}
}
