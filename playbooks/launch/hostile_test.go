package launch_test

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	scaling "github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/smithy-go"

	"github.com/ripostehq/riposte/action/actiontest"
	"github.com/ripostehq/riposte/playbooks/launch"
	"github.com/ripostehq/riposte/playbooks/playbooktest"
)

// A client token is its caller's choice, and EC2 takes * and ? in a filter for patterns: somebody else's launches are not
// found, and not ended, by a token that fits them.
func TestATokenOfWildcardsFindsNobodyElsesLaunch(t *testing.T) {
	for _, token := range []string{"*", "innocen?"} {
		w := open(t)
		c := as(w, "AKIAOPERATOR00000001", "operator")
		launchedBy(t, c, "innocent")
		omitted := called(mallory, "RunInstances", `{"clientToken":"`+token+`"}`, `{"omitted":true}`)
		now := func(*testing.T) (*actiontest.AWS, time.Time) { return c, w.Now() }
		playbooktest.Story{Sort: playbooktest.Denied, Record: omitted, AWS: now, Suspects: 1}.Tell(t, launch.UnapprovedImage())

		his := launchedBy(t, c, token)
		playbooktest.Story{
			Sort: playbooktest.Fires, Record: omitted, AWS: now, Suspects: 1,
			Plans: []string{"instance " + his + ": instance " + his + " launched from ami-0aaaaaaaaaaaaaaaa: it is public\n  ec2.terminate " + his + ", else ec2.stop " + his},
		}.Tell(t, launch.UnapprovedImage())
	}
}

// The API needs no token, and CloudTrail leaves out a large answer: what was launched then, and by no token, is taken for it, and
// a person asked.
func TestALaunchThatNamesNothingIsFoundByItsTime(t *testing.T) {
	a := attack(t)
	a.wait(time.Hour) // away from what the shop has
	c := as(a.w, "AKIAOPERATOR00000001", "operator")
	launchedBy(t, c, "another") // by a token, and so not this one
	a.wait(2 * time.Minute)
	record := strings.ReplaceAll(called(mallory, "RunInstances", `{"instancesSet":{"items":[{"minCount":1,"maxCount":1}]}}`, `{"omitted":true}`),
		"2030-01-07T09:00:00Z", a.w.Now().UTC().Format(time.RFC3339))
	id := launchedBy(t, c, "")
	launchedBy(t, c, "later")
	playbooktest.Story{
		Sort: playbooktest.Fires, Record: record, Suspects: 1,
		AWS:   func(*testing.T) (*actiontest.AWS, time.Time) { return c, a.w.Now() },
		Plans: []string{"instance " + id + ": instance " + id + " launched from ami-0aaaaaaaaaaaaaaaa: it is public\n  ec2.terminate " + id + " ?, else ec2.stop " + id + " ?"},
	}.Tell(t, launch.UnapprovedImage())
}

// A fresh record may name an old instance; what has run for long is somebody's work, and only a person ends it.
func TestAFreshRecordOfAnOldInstanceAsks(t *testing.T) {
	fresh := strings.ReplaceAll(run(instances("i-0alone ami-0aaaaaaaaaaaaaaaa")), "2030-01-07T09:00:00Z", "2030-01-08T09:00:00Z")
	playbooktest.Story{
		Sort: playbooktest.Fires, Record: fresh, AWS: later(24 * time.Hour), Suspects: 1,
		Plans: []string{"instance i-0alone: instance i-0alone launched from ami-0aaaaaaaaaaaaaaaa: it is public\n  ec2.terminate i-0alone ?, else ec2.stop i-0alone ?"},
	}.Tell(t, launch.UnapprovedImage())
}

// makeDefault moves the default of the template "latest", whose first version is sound and whose second is public.
func (a attacker) makeDefault(version string) {
	a.t.Helper()
	a.must(a.ec2.ModifyLaunchTemplate(a.t.Context(), &ec2.ModifyLaunchTemplateInput{LaunchTemplateId: aws.String("lt-0latest"), DefaultVersion: aws.String(version)}))
}

// story is what becomes of the template "latest" as the attacker left it.
func (a attacker) story(sort playbooktest.Sort, plans ...string) {
	a.t.Helper()
	playbooktest.Story{
		Sort: sort, Record: modified("lt-0latest"), Suspects: 1, Plans: plans,
		AWS: func(*testing.T) (*actiontest.AWS, time.Time) {
			return as(a.w, "AKIAOPERATOR00000001", "operator"), a.w.Now()
		},
	}.Tell(a.t, launch.UnapprovedTemplate())
}

// illegible makes every parameter one that AWS refuses to read, for good.
func (a attacker) illegible() {
	a.w.Fail("ssm", "GetParameter", 1000, &smithy.GenericAPIError{Code: "ValidationException", Message: "not a name"})
}

func TestAVersionThatNobodyCanReadHidesNoOther(t *testing.T) {
	a := attack(t)
	a.version("latest", "resolve:ssm:not a name") // 3: what group "latest" follows
	a.illegible()
	// Alone it is neither sound nor unsound: unknown is not permission, and a person is told.
	a.story(playbooktest.Fires, "launch-template lt-0latest: launch template latest version 3 would launch resolve:ssm:not a name: its image can't be read\n  autoscaling.suspend latest ?")
	a.makeDefault("2")
	a.story(playbooktest.Fires, "launch-template lt-0latest: launch template latest version 2 "+public+
		"\n  autoscaling.suspend latest-default\n  ec2.default-version lt-0latest ?")
}

func TestTheWayBackLeadsPastAVersionThatNobodyCanRead(t *testing.T) {
	a := attack(t)
	a.version("latest", "resolve:ssm:not a name")
	a.version("latest", "ami-0aaaaaaaaaaaaaaaa")
	a.makeDefault("4")
	a.illegible()
	a.story(playbooktest.Fires, "launch-template lt-0latest: launch template latest version 4 "+public+
		"\n  autoscaling.suspend latest\n  autoscaling.suspend latest-default\n  ec2.default-version lt-0latest ?")
}

// Ten thousand versions fit into a template: riposte does not read them all to find one to go back to, it stops the groups.
func TestAFloodOfVersionsStopsTheGroupsInstead(t *testing.T) {
	a := attack(t)
	for range 100 {
		a.version("latest", "ami-0aaaaaaaaaaaaaaaa")
	}
	a.makeDefault("102")
	a.must(a.scaling.UpdateAutoScalingGroup(t.Context(), &autoscaling.UpdateAutoScalingGroupInput{
		AutoScalingGroupName: aws.String("latest"),
		LaunchTemplate:       &scaling.LaunchTemplateSpecification{LaunchTemplateId: aws.String("lt-0latest"), Version: aws.String("1")},
	}))
	a.story(playbooktest.Fires, "launch-template lt-0latest: launch template latest version 102 "+public+"\n  autoscaling.suspend latest-default")
}
