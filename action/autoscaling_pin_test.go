package action_test

import (
	"errors"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/action/actiontest"
)

const template = "lt-0cccccccccccccccc"

func TestAPinGivesBackExactlyWhatTheGroupFollowed(t *testing.T) {
	for _, was := range []string{"$Latest", "$Default", "2"} {
		t.Run(was, func(t *testing.T) {
			follows := func(t *testing.T) *actiontest.AWS {
				_, c := open(t)
				run(t, c, action.Pin{Group: group, Template: template, Version: was})
				return c
			}
			a := action.Pin{Group: group, Template: template, Version: "1"}
			actiontest.Run(t, follows, a)
			look, err := a.Look(t.Context(), follows(t).Reads())
			if want := (action.Pin{Group: group, Template: template, Version: was}); err != nil || look.Inverse != want {
				t.Errorf("way back %+v, %v", look.Inverse, err)
			}
		})
	}
}

// That $Default is the wanted version today is no pin: it may be another tomorrow.
func TestAFollowedVersionIsNotAPinnedOne(t *testing.T) {
	_, c := open(t)
	look, err := action.Pin{Group: group, Template: template, Version: "2"}.Look(t.Context(), c.Reads())
	if err != nil || look.Satisfied || look.Inverse == nil {
		t.Errorf("%+v, %v", look, err)
	}
}

func TestAPinChangesNothingButTheVersion(t *testing.T) {
	_, c := open(t)
	before := describe(t, c)
	run(t, c, action.Pin{Group: group, Template: template, Version: "1"})
	after := describe(t, c)
	if *before.MinSize != *after.MinSize || *before.MaxSize != *after.MaxSize || *before.DesiredCapacity != *after.DesiredCapacity {
		t.Errorf("sizes %d %d %d, before %d %d %d", *after.MinSize, *after.DesiredCapacity, *after.MaxSize, *before.MinSize, *before.DesiredCapacity, *before.MaxSize)
	}
	if got := aws.ToString(after.LaunchTemplate.Version); got != "1" {
		t.Errorf("the group launches version %s", got)
	}
}

func TestAGroupWithoutATemplateIsNotPinned(t *testing.T) {
	_, c := open(t)
	scaling, ok := c.Writes().AutoScaling(ireland).(*autoscaling.Client)
	if !ok {
		t.Fatal("the writing half is no client of the SDK")
	}
	_, err := scaling.CreateLaunchConfiguration(t.Context(), &autoscaling.CreateLaunchConfigurationInput{
		LaunchConfigurationName: aws.String("bare"), ImageId: aws.String("ami-0bbbbbbbbbbbbbbbb"), InstanceType: aws.String("t3.micro"),
	})
	if err != nil {
		t.Fatal(err)
	}
	_, err = scaling.UpdateAutoScalingGroup(t.Context(), &autoscaling.UpdateAutoScalingGroupInput{
		AutoScalingGroupName: aws.String("web"), LaunchConfigurationName: aws.String("bare"),
	})
	if err != nil {
		t.Fatal(err)
	}
	look, err := action.Pin{Group: group, Template: template, Version: "1"}.Look(t.Context(), c.Reads())
	if err != nil || look.Refused == "" || look.Satisfied || look.Inverse != nil {
		t.Errorf("%+v, %v", look, err)
	}
}

func TestAPinThatCantBeIsRefusedForGood(t *testing.T) {
	_, c := open(t)
	for name, a := range map[string]action.Pin{
		"a version that was deleted": {Group: group, Template: template, Version: "99"},
		"a preview":                  {Group: group},
	} {
		if err := a.Do(t.Context(), c.Writes()); !errors.Is(err, action.ErrCannot) {
			t.Errorf("%s: %v, want a definitive refusal", name, err)
		}
	}
}

func describe(t *testing.T, c *actiontest.AWS) types.AutoScalingGroup {
	t.Helper()
	out, err := c.Reads().AutoScaling(ireland).DescribeAutoScalingGroups(t.Context(), &autoscaling.DescribeAutoScalingGroupsInput{AutoScalingGroupNames: []string{"web"}})
	if err != nil || len(out.AutoScalingGroups) != 1 {
		t.Fatalf("%v, %v", out, err)
	}
	return out.AutoScalingGroups[0]
}
