package launch_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ripostehq/riposte/action/actiontest"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/playbook"
	"github.com/ripostehq/riposte/playbooks/launch"
	"github.com/ripostehq/riposte/playbooks/playbooktest"
)

// tell is what becomes of a record after somebody has changed the shop.
func (a attacker) tell(s playbooktest.Story) {
	a.t.Helper()
	s.AWS = func(*testing.T) (*actiontest.AWS, time.Time) {
		return as(a.w, "AKIAOPERATOR00000001", "operator"), a.w.Now()
	}
	if s.Sort, s.Suspects = playbooktest.Fires, 1; len(s.Plans) == 0 {
		s.Sort = playbooktest.Quiet
	}
	s.Tell(a.t, launch.UnapprovedImage())
}

func (a attacker) attach(instance, group string) {
	a.t.Helper()
	a.must(a.scaling.AttachInstances(a.t.Context(), &autoscaling.AttachInstancesInput{AutoScalingGroupName: &group, InstanceIds: []string{instance}}))
}

func (a attacker) grant(image string, permissions types.LaunchPermissionModifications) {
	a.t.Helper()
	a.must(a.ec2.ModifyImageAttribute(a.t.Context(), &ec2.ModifyImageAttributeInput{ImageId: &image, LaunchPermission: &permissions}))
}

func everybody() []types.LaunchPermission {
	return []types.LaunchPermission{{Group: types.PermissionGroupAll}}
}

// byScaling is a launch that Auto Scaling made, as its record shows it.
func byScaling(response string) string {
	const role = `{"type":"AssumedRole","principalId":"AROASCALING:AutoScaling","arn":"arn:aws:sts::111122223333:assumed-role/AWSServiceRoleForAutoScaling/AutoScaling","accountId":"111122223333",` +
		`"sessionContext":{"sessionIssuer":{"type":"Role","principalId":"AROASCALING","arn":"arn:aws:iam::111122223333:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling","accountId":"111122223333"}},"invokedBy":"autoscaling.amazonaws.com"}`
	return called(role, "RunInstances", `{"clientToken":"token-1"}`, response)
}

const soundGroup = "what it would launch next may be launched"

// Whoever may attach an instance must not have the group of others stopped: it is the instance that is answered, alone.
func TestAnAttachedInstanceIsDealtWithAlone(t *testing.T) {
	a := attack(t)
	a.attach("i-0strange", "steady")
	a.tell(playbooktest.Story{
		Record: run(instances("i-0strange ami-0aaaaaaaaaaaaaaaa")),
		Plans: []string{"instance i-0strange: instance i-0strange launched from ami-0aaaaaaaaaaaaaaaa: it is public; " +
			"it is in group steady now, which is not seen to launch it\n  ec2.terminate i-0strange, else ec2.stop i-0strange"},
	})
}

// The group's own configuration shows it where the record does not.
func TestAGroupThatLaunchesSuchThingsIsStoppedWhateverTheRecordShows(t *testing.T) {
	a := attack(t)
	a.attach("i-0strange", "only")
	a.tell(playbooktest.Story{
		Record: run(instances("i-0strange ami-0aaaaaaaaaaaaaaaa")),
		Plans:  []string{"group only: instance i-0strange of group only launched from ami-0aaaaaaaaaaaaaaaa: it is public\n  autoscaling.suspend only !\n  ec2.terminate i-0strange, else ec2.stop i-0strange"},
	})
}

// Taking the instance out of the group hides nothing of what the group does.
func TestADetachedInstanceStillTellsOfItsGroup(t *testing.T) {
	attack(t).tell(playbooktest.Story{
		Record: run(instances("i-0strange ami-0aaaaaaaaaaaaaaaa web")),
		Plans:  []string{"group web: instance i-0strange of group web launched from ami-0aaaaaaaaaaaaaaaa: it is public\n  autoscaling.suspend web !\n  ec2.terminate i-0strange, else ec2.stop i-0strange"},
	})
}

// Somebody was faster than riposte: the group launches what it should again.
func TestAGroupWhoseTemplateWasMendedIsLeftAlone(t *testing.T) {
	for name, record := range map[string]string{
		"as the tag shows":   run(instances("i-0strange ami-0aaaaaaaaaaaaaaaa steady")),
		"by Auto Scaling":    byScaling(instances("i-0strange ami-0aaaaaaaaaaaaaaaa steady")),
		"detached meanwhile": byScaling(instances("i-0strange ami-0aaaaaaaaaaaaaaaa steady")),
	} {
		t.Run(name, func(t *testing.T) {
			attack(t).tell(playbooktest.Story{
				Record: record,
				Plans: []string{"group steady: instance i-0strange of group steady launched from ami-0aaaaaaaaaaaaaaaa: it is public; " +
					"the group is left alone: " + soundGroup + "\n  ec2.terminate i-0strange, else ec2.stop i-0strange"},
			})
		})
	}
}

// A record of Auto Scaling's without the tag: where it is and what it launches by decide.
func TestALaunchByAutoScalingWithoutATag(t *testing.T) {
	attack(t).tell(playbooktest.Story{
		Record: byScaling(instances("i-0public ami-0aaaaaaaaaaaaaaaa")),
		Plans:  []string{"group web: instance i-0public of group web launched from ami-0aaaaaaaaaaaaaaaa: it is public\n  autoscaling.suspend web !\n  ec2.terminate i-0public, else ec2.stop i-0public"},
	})
	playbooktest.Story{
		Sort: playbooktest.Fires, Suspects: 1, AWS: shortSighted, Record: byScaling(instances("i-0public ami-0aaaaaaaaaaaaaaaa")),
		Plans: []string{"group web: instance i-0public of group web launched from ami-0aaaaaaaaaaaaaaaa: it is public\n  autoscaling.suspend web ?\n  ec2.terminate i-0public, else ec2.stop i-0public"},
	}.Tell(t, launch.UnapprovedImage())
}

// What is done to the golden image after the launch is no reason to stop who launches it, and to end what it runs.
func TestAnImageThatChangedAfterTheLaunchAsks(t *testing.T) {
	golden, group := aws.String("ami-0bbbbbbbbbbbbbbbb"), run(instances("i-0steady ami-0bbbbbbbbbbbbbbbb steady"))
	plan := func(why string) []string {
		return []string{"group steady: instance i-0steady of group steady launched from ami-0bbbbbbbbbbbbbbbb: " + why + "\n  autoscaling.suspend steady ?\n  ec2.terminate i-0steady ?, else ec2.stop i-0steady ?"}
	}
	for _, c := range []struct {
		name      string
		do        func(attacker)
		configure func(any) error
		before    []string
		plans     []string
	}{
		{name: "made public", do: func(a attacker) { a.grant(*golden, types.LaunchPermissionModifications{Add: everybody()}) },
			before: []string{permitted("add")}, plans: plan("it is public")},
		{name: "its tag was taken away", do: func(a attacker) {
			a.must(a.ec2.CreateTags(a.t.Context(), &ec2.CreateTagsInput{Resources: []string{*golden}, Tags: []types.Tag{{Key: aws.String("approved"), Value: aws.String("no")}}}))
		}, configure: with("RequireTags", map[string]string{"approved": "y*"}), plans: plan("it lacks the tag approved")},
		{name: "deregistered: its owner is known all the same", do: func(a attacker) {
			a.must(a.ec2.DeregisterImage(a.t.Context(), &ec2.DeregisterImageInput{ImageId: golden}))
		}},
		{name: "deregistered, and a tag is asked for", do: func(a attacker) {
			a.must(a.ec2.DeregisterImage(a.t.Context(), &ec2.DeregisterImageInput{ImageId: golden}))
		}, configure: with("RequireTags", map[string]string{"approved": "y*"}), plans: plan("it lacks the tag approved")},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := attack(t)
			c.do(a)
			a.tell(playbooktest.Story{Record: group, Configure: c.configure, Before: c.before, Plans: c.plans})
		})
	}
}

// permitted is a record of making the golden image public ("add"), or private again.
func permitted(how string) string {
	return called(mallory, "ModifyImageAttribute", `{"imageId":"ami-0bbbbbbbbbbbbbbbb","attributeType":"launchPermission","launchPermission":{"`+how+`":{"items":[{"group":"all"}]}}}`, `{"_return":true}`)
}

// An image of one's own that was public all along is answered; no record has to say since when.
func TestAnOwnImageThatWasPublicAllAlongIsAnswered(t *testing.T) {
	long := strings.ReplaceAll(permitted("add"), "2030-01-07T09:00:00Z", "2029-12-01T00:00:00Z")
	for name, before := range map[string][]string{"nothing is known": nil, "for a month": {long}, "the last that is known is that it became private": {permitted("add"), permitted("remove")}} {
		t.Run(name, func(t *testing.T) {
			a := attack(t)
			a.grant("ami-0bbbbbbbbbbbbbbbb", types.LaunchPermissionModifications{Add: everybody()})
			a.tell(playbooktest.Story{
				Record: run(instances("i-0steady ami-0bbbbbbbbbbbbbbbb steady")), Before: before,
				Plans: []string{"group steady: instance i-0steady of group steady launched from ami-0bbbbbbbbbbbbbbbb: it is public" +
					"\n  autoscaling.suspend steady !\n  ec2.terminate i-0steady, else ec2.stop i-0steady"},
			})
		})
	}
}

// The owner of an image can take it back before anybody looks. Who owns it is known all the same.
func TestAStrangersImageIsNoneOfOursWhateverTheStrangerDoesToIt(t *testing.T) {
	stranger := aws.Credentials{AccessKeyID: "AKIASTRANGER00000001", SecretAccessKey: "stranger"}
	plan := func(id, image, why string) []string {
		return []string{"instance " + id + ": instance " + id + " launched from " + image + ": " + why + "\n  ec2.terminate " + id + ", else ec2.stop " + id}
	}
	shared := run(instances("i-0shared ami-0eeeeeeeeeeeeeeee"))
	for _, c := range []struct {
		name string
		do   func(*ec2.Client) error
		why  string
	}{
		{"shared with the shop", func(*ec2.Client) error { return nil }, "its owner 999988887777 is not allowed"},
		{"no longer shared", func(s *ec2.Client) error {
			_, err := s.ModifyImageAttribute(t.Context(), &ec2.ModifyImageAttributeInput{
				ImageId: aws.String("ami-0eeeeeeeeeeeeeeee"), LaunchPermission: &types.LaunchPermissionModifications{Remove: []types.LaunchPermission{{UserId: aws.String("111122223333")}}},
			})
			return err
		}, "its owner 999988887777 is not allowed"},
		{"deregistered", func(s *ec2.Client) error {
			_, err := s.DeregisterImage(t.Context(), &ec2.DeregisterImageInput{ImageId: aws.String("ami-0eeeeeeeeeeeeeeee")})
			return err
		}, "its owner 999988887777 is not allowed"},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := attack(t)
			if err := c.do(ec2.NewFromConfig(a.w.Config(ireland, stranger))); err != nil {
				t.Fatal(err)
			}
			a.tell(playbooktest.Story{Record: shared, Plans: plan("i-0shared", "ami-0eeeeeeeeeeeeeeee", c.why)})
		})
	}
}

// Where nobody knows the owner any more, a person decides, about the group too.
func TestAnImageThatNobodyKnowsAsks(t *testing.T) {
	a := attack(t)
	a.must(a.ec2.DeregisterImage(t.Context(), &ec2.DeregisterImageInput{ImageId: aws.String("ami-0bbbbbbbbbbbbbbbb")}))
	c := as(a.w, "AKIASHORT00000000001", "short") // may not ask for the metadata of instances' images, nor read groups
	playbooktest.Story{
		Sort: playbooktest.Fires, Suspects: 1, Record: run(instances("i-0steady ami-0bbbbbbbbbbbbbbbb")),
		AWS: func(*testing.T) (*actiontest.AWS, time.Time) { return c, a.w.Now() },
		Plans: []string{"instance i-0steady: instance i-0steady launched from ami-0bbbbbbbbbbbbbbbb: it can't be seen: deregistered, or no longer shared; " +
			"it is in group steady now, which is not seen to launch it\n  ec2.terminate i-0steady ?, else ec2.stop i-0steady ?"},
	}.Tell(t, launch.UnapprovedImage())
}

// Whose images may be launched: those of the account and of the organisation, and of whom allow_owners adds.
func TestImagesAreApprovedByTheirOwner(t *testing.T) {
	sister, own := run(instances("i-0sister ami-0cccccccccccccccc")), run(instances("i-0golden ami-0bbbbbbbbbbbbbbbb web"))
	unlisted := func(owners ...string) func(any) error {
		return func(p any) error {
			params := p.(*launch.ImageParams)
			params.Deny, params.AllowOwners = append(params.Deny[:1:1], launch.Unlisted), owners
			return nil
		}
	}
	for _, c := range []struct {
		name, record string
		members      []string
		configure    func(any) error
		why          string
	}{
		{name: "of an account of the organisation", record: sister, members: []string{"444455556666"}},
		{name: "of a stranger", record: sister, why: "its owner 444455556666 is not allowed"},
		{name: "named by its id", record: sister, configure: with("AllowOwners", []string{"444455556666"})},
		{name: "the organisation's beside who was named", record: sister, members: []string{"444455556666"}, configure: with("AllowOwners", []string{"amazon"})},
		{name: "one's own, where another is named", record: own, configure: with("AllowOwners", []string{"amazon"})},
		{name: "one's own, where another image is named", record: own, configure: with("AllowIDs", []string{"ami-0ffffffffffffffff"})},
		{name: "the organisation's, where only the listed count", record: sister, members: []string{"444455556666"}, configure: unlisted("self"), why: "its owner 444455556666 is not allowed"},
		{name: "listed, where only the listed count", record: sister, configure: unlisted("self", "444455556666")},
		{name: "organization is an owner that can be listed", record: sister, members: []string{"444455556666"}, configure: unlisted("organization")},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := playbooktest.Story{Record: c.record, Members: c.members, Configure: c.configure}
			if c.why != "" {
				s.Plans = []string{"instance i-0sister: instance i-0sister launched from ami-0cccccccccccccccc: " + c.why + "\n  ec2.terminate i-0sister, else ec2.stop i-0sister"}
			}
			attack(t).tell(s)
		})
	}
}

// A name is its owner's choice: it opens nothing.
func TestAGoldenNameDoesNotMakeAStrangersImageGolden(t *testing.T) {
	attack(t).tell(playbooktest.Story{
		Record: run(instances("i-0shared ami-0eeeeeeeeeeeeeeee")), Configure: with("AllowNames", []string{"golden-*"}),
		Plans: []string{"instance i-0shared: instance i-0shared launched from ami-0eeeeeeeeeeeeeeee: its owner 999988887777 is not allowed\n  ec2.terminate i-0shared, else ec2.stop i-0shared"},
	})
	if !strings.Contains(shop, "name: golden-2029, shared") {
		t.Error("the stranger's image has another name")
	}
}

// A doubt about the image is one about the group where nobody can read what the group would launch: neither is stopped
// unasked.
func TestADoubtStaysOneWhereTheGroupCantBeRead(t *testing.T) {
	a := attack(t)
	a.grant("ami-0bbbbbbbbbbbbbbbb", types.LaunchPermissionModifications{Add: everybody()})
	record := run(instances("i-0steady ami-0bbbbbbbbbbbbbbbb steady"))
	book, err := launch.UnapprovedImage().Default()
	a.must(nil, err)
	e, err := event.Decode([]byte(record))
	a.must(nil, err)
	leads, err := book.Suspects(e)
	a.must(nil, err)
	publicLately := func(_ context.Context, r event.Resource, of string, before time.Time) (*playbook.Observation, error) {
		return &playbook.Observation{Resource: r, Of: of, On: true, At: before, Call: "ModifyImageAttribute"}, nil
	}
	found, err := book.Check(t.Context(), playbook.In{AWS: as(a.w, "AKIASHORT00000000001", "short").Reads(), Now: a.w.Now(), History: playbook.History{Recall: publicLately}}, "c_1", leads[0])
	a.must(nil, err)
	if len(found) != 1 || !strings.Contains(playbooktest.Lines(found[0]), "autoscaling.suspend steady ?") {
		t.Errorf("found: %+v", found)
	}
}

// EC2 says pending of a start too, and nothing is launched then: what was launched long ago is for the sweep.
func TestAnInstanceThatIsStartedAgainWasNotLaunched(t *testing.T) {
	a := attack(t)
	pending := func(sort playbooktest.Sort, suspects int, plans ...string) {
		t.Helper()
		notice := `{"version":"0","id":"e1","detail-type":"EC2 Instance State-change Notification","source":"aws.ec2","account":"111122223333","time":"` +
			a.w.Now().UTC().Format(time.RFC3339) + `","region":"eu-west-1","resources":[],"detail":{"instance-id":"i-0strange","state":"pending"}}`
		s := playbooktest.Story{Sort: sort, Record: notice, Suspects: suspects, Plans: plans, AWS: func(*testing.T) (*actiontest.AWS, time.Time) {
			return as(a.w, "AKIAOPERATOR00000001", "operator"), a.w.Now()
		}}
		s.Tell(t, launch.UnapprovedImage())
	}
	pending(playbooktest.Fires, 1, "instance i-0strange: instance i-0strange launched from ami-0aaaaaaaaaaaaaaaa: it is public\n  ec2.terminate i-0strange, else ec2.stop i-0strange")
	a.must(a.ec2.StopInstances(t.Context(), &ec2.StopInstancesInput{InstanceIds: []string{"i-0strange"}}))
	if err := a.w.AdvanceTo(a.w.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	a.must(a.ec2.StartInstances(t.Context(), &ec2.StartInstancesInput{InstanceIds: []string{"i-0strange"}}))
	pending(playbooktest.Quiet, 1)
}
