package launch_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/playbook"
	"github.com/ripostehq/riposte/playbooks/launch"
)

// To write parameters costs nothing: three hundred that no template reads cost one look, and hide none that is read.
func TestAFloodOfParametersCostsOneLook(t *testing.T) {
	a := attack(t)
	a.wait(5 * time.Second) // as records take
	book, err := launch.UnapprovedTemplate().Default()
	a.must(nil, err)
	c := as(a.w, "AKIAOPERATOR00000001", "operator")
	written := func(name, at string) []playbook.Proposal {
		e, err := event.Decode([]byte(called(mallory, "PutParameter", `{"name":"`+name+`","type":"String","overwrite":true}`, `{"version":2}`)))
		a.must(nil, err)
		if e.Time, err = time.Parse(time.RFC3339, at); err != nil {
			t.Fatal(err)
		}
		leads, err := book.Suspects(e)
		a.must(nil, err)
		found, err := book.Check(t.Context(), playbook.In{AWS: c.Reads(), Now: a.w.Now()}, "c_1", leads[0])
		a.must(nil, err)
		return found
	}
	for n := range 300 {
		if found := written(fmt.Sprintf("/noise/%d", n), "2030-01-07T09:00:00Z"); len(found) != 0 {
			t.Fatalf("%v", found)
		}
	}
	if calls := c.Calls(); !slices.Equal(calls, []call.ID{call.EC2DescribeLaunchTemplateVersions}) {
		t.Errorf("%d calls, want one", len(calls))
	}
	if found := written("/moved", "2030-01-07T09:00:00Z"); len(found) != 1 {
		t.Errorf("%d proposals for what is read", len(found))
	}
	// A template that came to read it since is seen: what was known before the parameter was written does not count.
	a.must(a.ec2.CreateLaunchTemplateVersion(t.Context(), &ec2.CreateLaunchTemplateVersionInput{
		LaunchTemplateName: aws.String("sound"), LaunchTemplateData: &types.RequestLaunchTemplateData{ImageId: aws.String("resolve:ssm:/late")},
	}))
	a.wait(time.Minute)
	c.Calls()
	written("/late", "2030-01-07T09:00:30Z")
	if calls := c.Calls(); !slices.Contains(calls, "ec2:DescribeLaunchTemplateVersions") {
		t.Errorf("not looked at again: %v", calls)
	}
}
