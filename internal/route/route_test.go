package route_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/internal/route"
	"github.com/ripostehq/riposte/playbook"
)

func TestACallLeadsToThePlaybooksThatWantIt(t *testing.T) {
	const ec2, scaling = "ec2.amazonaws.com", "autoscaling.amazonaws.com"
	table := route.New([]playbook.Definition{
		{ID: "image", On: []playbook.Trigger{playbook.Call(call.EC2RunInstances, call.EC2RunInstances, call.AutoScalingCreateAutoScalingGroup)}},
		{ID: "template", On: []playbook.Trigger{playbook.Call(call.EC2CreateLaunchTemplateVersion)}},
		{ID: "tags", On: []playbook.Trigger{playbook.Call(call.EC2RunInstances), playbook.Call("autoscaling:RunInstances")}},
	})
	for _, c := range []struct {
		story, source, name string
		want                []int
	}{
		{"two playbooks want it", ec2, "RunInstances", []int{0, 2}},
		{"one does", ec2, "CreateLaunchTemplateVersion", []int{1}},
		{"the same name from another service", scaling, "RunInstances", []int{2}},
		{"a name that nobody wants", ec2, "DescribeInstances", nil},
		{"another case is another name", ec2, "runInstances", nil},
		{"a source that nobody wants", "ec2.amazonaws.com.example", "RunInstances", nil},
		{"nothing", "", "", nil},
	} {
		if diff := cmp.Diff(c.want, table.Lookup([]byte(c.source), []byte(c.name))); diff != "" {
			t.Errorf("%s:\n%s", c.story, diff)
		}
	}
	source, name := []byte(ec2), []byte("RunInstances")
	if n := testing.AllocsPerRun(100, func() { table.Lookup(source, name) }); n != 0 {
		t.Errorf("%v allocations a lookup", n)
	}
}
