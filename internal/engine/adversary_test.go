package engine_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	iamtypes "github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	ssmtypes "github.com/aws/aws-sdk-go-v2/service/ssm/types"
	"pgregory.net/rapid"

	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/ledger/sqlite"
)

// TestAdversary lets an attacker who has read this code make any calls, in any order and number, before and after she is
// contained and verified; riposte dies and is throttled meanwhile. However she plays, in the end she can do nothing, what
// she launched can do nothing, no other user was touched, the work that she caused is bounded by her calls, no case errs in
// silence, and what is taken back is what was so before.
func TestAdversary(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		store, err := sqlite.Open(t.Context(), sqlite.Memory)
		if err != nil {
			t.Fatal(err)
		}
		r := &reaper{Store: store}
		a := begin(t, r, rapid.SampledFrom([]time.Duration{5 * time.Second, 40 * time.Second}).Draw(rt, "delay"),
			rapid.SampledFrom([]time.Duration{0, time.Second, time.Minute}).Draw(rt, "notice"))
		moves := a.moves()
		for range rapid.IntRange(2, 10).Draw(rt, "moves") {
			name := rapid.SampledFrom(moveNames()).Draw(rt, "move")
			if name == "riposte dies" {
				r.died, r.at = "", r.points+rapid.IntRange(1, 12).Draw(rt, "points")
			} else {
				moves[name](rt)
			}
			a.pass(time.Duration(rapid.SampledFrom([]int{0, 1, 2, 6, 30, 120, 900}).Draw(rt, "seconds")) * time.Second)
		}
		r.at = 0
		a.endures(rt)
	})
}

// endures lets time pass after her last move, and looks at what became of every user.
func (a *adversary) endures(rt wrong) {
	a.pass(30 * time.Minute)
	a.unthrottle()
	a.isContained(rt)
	a.touchedNobodyElse(rt)
	a.costsLittle(rt)
	a.errsAloud(rt)
	a.goesBack(rt)
	a.whole()
}

// wrong is told what must not be: a test, or a life that was drawn.
type wrong interface{ Errorf(string, ...any) }

// unthrottle uses up what is left of the throttling: riposte may not have asked.
func (a *adversary) unthrottle() {
	for range 8 {
		_ = a.instance("i-0owned")
	}
}

// moveNames are the moves in an order that a drawn life can be told by.
func moveNames() []string {
	return []string{
		"launch", "launch protected", "unprotect", "unprotect another", "terminate", "lift the denies", "switch the keys on", "edit the deny", "rename",
		"flood on her key", "flood of parameters", "flood of policies", "flood of toggles", "poison the template", "resume the group", "attach to a group", "launch and attach",
		"reconnect", "start", "restore her default", "throttle", "riposte dies", "nothing",
	}
}

func (a *adversary) moves() map[string]func(*rapid.T) {
	return map[string]func(*rapid.T){
		"launch":            func(rt *rapid.T) { a.launch(a.key(rt), false) },
		"launch protected":  func(rt *rapid.T) { a.launch(a.key(rt), true) },
		"unprotect":         func(rt *rapid.T) { a.unprotects(a.key(rt), "i-0cattle") },
		"unprotect another": func(rt *rapid.T) { a.unprotects(a.key(rt), "i-0cattle2") },
		"terminate": func(rt *rapid.T) {
			a.terminates(a.key(rt), rapid.SampledFrom([]string{"i-0cattle", "i-0cattle2"}).Draw(rt, "victim"))
		},
		"lift the denies":    func(rt *rapid.T) { a.lifts(a.key(rt)) },
		"switch the keys on": func(rt *rapid.T) { a.switchesOn(a.key(rt)) },
		"edit the deny":      func(rt *rapid.T) { a.edits(a.key(rt), rapid.SampledFrom(emptied()).Draw(rt, "document")) },
		"rename": func(rt *rapid.T) {
			a.renames(a.key(rt), fmt.Sprintf("mallory-%d", rapid.IntRange(1, 3).Draw(rt, "name")))
		},
		"flood on her key": func(rt *rapid.T) { a.flood(rt, func() { a.switchesOn(second) }) },
		"flood of parameters": func(rt *rapid.T) {
			a.flood(rt, func() { a.parameter(second, rapid.StringMatching("/noise/[a-z]{3}").Draw(rt, "parameter")) })
		},
		"flood of policies":   func(rt *rapid.T) { a.flood(rt, func() { a.policy(second) }) },
		"flood of toggles":    func(rt *rapid.T) { a.flood(rt, func() { a.toggles(second, "i-0cattle3") }) },
		"poison the template": func(rt *rapid.T) { a.poisons(a.key(rt)) },
		"resume the group":    func(rt *rapid.T) { a.resumes(a.key(rt)) },
		"attach to a group":   func(rt *rapid.T) { a.attaches(a.key(rt), "api") },
		"launch and attach": func(rt *rapid.T) {
			key := a.key(rt)
			a.launch(key, false)
			a.pass(15 * time.Second) // it must run before it can be attached
			a.attaches(key, "api")
		},
		"reconnect":           func(rt *rapid.T) { a.reconnects(a.key(rt)) },
		"start":               func(rt *rapid.T) { a.starts(a.key(rt)) },
		"restore her default": func(rt *rapid.T) { a.newestIsDefault(a.key(rt)) },
		"throttle": func(rt *rapid.T) {
			a.w.Throttle("ec2", "DescribeInstances", rapid.IntRange(1, 4).Draw(rt, "throttled"))
		},
		"nothing": func(*rapid.T) {},
	}
}

// key is whichever of her two keys she takes.
func (a *adversary) key(rt *rapid.T) aws.Credentials {
	return rapid.SampledFrom([]aws.Credentials{mallory, second}).Draw(rt, "key")
}

// flood makes many cheap calls at once.
func (a *adversary) flood(rt *rapid.T, call func()) {
	for range rapid.SampledFrom([]int{3, 20, 40}).Draw(rt, "calls") {
		call()
	}
}

// emptied are documents that look like the deployed deny and spare her.
func emptied() []string {
	return []string{
		`{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":["iam:Create?","ec2:?"],"Resource":"*"}]}`,
		`{"Version":"2012-10-17","Statement":[{"Effect":"Deny","NotAction":["iam:CreateAccessKey","iam:DetachUserPolicy"],"Resource":"*"}]}`,
		`{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"StringNotLike":{"aws:PrincipalArn":"*/${aws:username}"}}}]}`,
	}
}

func (a *adversary) launch(key aws.Credentials, protected bool) {
	client, _ := a.as(key)
	out, err := client.RunInstances(a.Context(), &ec2.RunInstancesInput{
		ImageId: aws.String(foreign), InstanceType: types.InstanceTypeT3Micro, MinCount: aws.Int32(1), MaxCount: aws.Int32(1),
		DisableApiTermination: aws.Bool(protected), SecurityGroupIds: []string{"sg-0open"},
	})
	if err == nil {
		a.ids = append(a.ids, aws.ToString(out.Instances[0].InstanceId))
	}
}

func (a *adversary) unprotects(key aws.Credentials, id string) {
	client, _ := a.as(key)
	i := a.instance(id)
	_, err := client.ModifyInstanceAttribute(a.Context(), switchOff(id))
	a.hostile = a.hostile || err == nil && i != nil && i.State.Name != types.InstanceStateNameTerminated
}

func (a *adversary) terminates(key aws.Credentials, id string) {
	client, _ := a.as(key)
	_, _ = client.TerminateInstances(a.Context(), &ec2.TerminateInstancesInput{InstanceIds: []string{id}})
}

// toggles switches a protection off and on again, which leaves nothing to answer where both arrive before a look.
func (a *adversary) toggles(key aws.Credentials, id string) {
	client, _ := a.as(key)
	in := switchOff(id)
	_, _ = client.ModifyInstanceAttribute(a.Context(), in)
	a.calls++
	in.DisableApiTermination.Value = aws.Bool(true)
	_, _ = client.ModifyInstanceAttribute(a.Context(), in)
}

// lifts takes off whatever of riposte's her user carries.
func (a *adversary) lifts(key aws.Credentials) {
	_, client := a.as(key)
	name := aws.String(a.name)
	if attached, err := client.ListAttachedUserPolicies(a.Context(), &iam.ListAttachedUserPoliciesInput{UserName: name}); err == nil {
		for _, p := range attached.AttachedPolicies {
			a.calls++
			_, _ = client.DetachUserPolicy(a.Context(), &iam.DetachUserPolicyInput{UserName: name, PolicyArn: p.PolicyArn})
		}
	}
	if inline, err := client.ListUserPolicies(a.Context(), &iam.ListUserPoliciesInput{UserName: name}); err == nil {
		for _, p := range answers(inline.PolicyNames) {
			a.calls++
			_, _ = client.DeleteUserPolicy(a.Context(), &iam.DeleteUserPolicyInput{UserName: name, PolicyName: aws.String(p)})
		}
	}
	a.calls++
	_, _ = client.DeleteUserPermissionsBoundary(a.Context(), &iam.DeleteUserPermissionsBoundaryInput{UserName: name})
}

func (a *adversary) switchesOn(key aws.Credentials) {
	_, client := a.as(key)
	for _, id := range []string{mallory.AccessKeyID, second.AccessKeyID} {
		a.calls++
		_, _ = client.UpdateAccessKey(a.Context(), &iam.UpdateAccessKeyInput{UserName: aws.String(a.name), AccessKeyId: aws.String(id), Status: iamtypes.StatusTypeActive})
	}
}

func (a *adversary) edits(key aws.Credentials, document string) {
	_, client := a.as(key)
	_, _ = client.CreatePolicyVersion(a.Context(), &iam.CreatePolicyVersionInput{PolicyArn: aws.String(denyPolicy), PolicyDocument: aws.String(document), SetAsDefault: true})
}

// policy edits one of her own: a call of the sort that could lift a deny, about something else.
func (a *adversary) policy(key aws.Credentials) {
	_, client := a.as(key)
	_, _ = client.CreatePolicyVersion(a.Context(), &iam.CreatePolicyVersionInput{
		PolicyArn: aws.String(strings.Replace(denyPolicy, "riposte-deny", "own", 1)), PolicyDocument: aws.String(emptied()[0]),
	})
}

func (a *adversary) renames(key aws.Credentials, to string) {
	_, client := a.as(key)
	if _, err := client.UpdateUser(a.Context(), &iam.UpdateUserInput{UserName: aws.String(a.name), NewUserName: aws.String(to)}); err == nil {
		a.name = to
	}
}

func (a *adversary) parameter(key aws.Credentials, name string) {
	a.calls++
	_, _ = ssm.NewFromConfig(a.w.Config(ireland, key)).PutParameter(a.Context(), &ssm.PutParameterInput{
		Name: aws.String(name), Value: aws.String(foreign), Type: ssmtypes.ParameterTypeString, Overwrite: aws.Bool(true),
	})
}

// poisons gives the group's template a version of the foreign image, makes it the default, and asks for one more instance.
func (a *adversary) poisons(key aws.Credentials) {
	client, _ := a.as(key)
	_, err := client.CreateLaunchTemplateVersion(a.Context(), &ec2.CreateLaunchTemplateVersionInput{
		LaunchTemplateName: aws.String("web"), SourceVersion: aws.String("1"), LaunchTemplateData: &types.RequestLaunchTemplateData{ImageId: aws.String(foreign)},
	})
	if err != nil {
		return
	}
	a.planted = true
	a.newestIsDefault(key)
	a.calls++
	_, _ = clients{w: a.w, by: key}.asg(ireland).SetDesiredCapacity(a.Context(), &autoscaling.SetDesiredCapacityInput{AutoScalingGroupName: aws.String("web"), DesiredCapacity: aws.Int32(2)})
}

// newestIsDefault makes the newest version of the template the default.
func (a *adversary) newestIsDefault(key aws.Credentials) {
	client, _ := a.as(key)
	out, err := client.DescribeLaunchTemplateVersions(a.Context(), &ec2.DescribeLaunchTemplateVersionsInput{LaunchTemplateName: aws.String("web"), Versions: []string{"$Latest"}})
	if err != nil {
		return
	}
	_, _ = client.ModifyLaunchTemplate(a.Context(), &ec2.ModifyLaunchTemplateInput{
		LaunchTemplateName: aws.String("web"), DefaultVersion: aws.String(fmt.Sprint(aws.ToInt64(out.LaunchTemplateVersions[0].VersionNumber))),
	})
}

func (a *adversary) resumes(key aws.Credentials) {
	a.calls++
	_, _ = clients{w: a.w, by: key}.asg(ireland).ResumeProcesses(a.Context(), &autoscaling.ResumeProcessesInput{AutoScalingGroupName: aws.String("web")})
}

// attaches gives an innocent group an instance that it never launched.
func (a *adversary) attaches(key aws.Credentials, group string) {
	if len(a.ids) == 0 {
		return
	}
	a.calls++
	_, _ = clients{w: a.w, by: key}.asg(ireland).AttachInstances(a.Context(), &autoscaling.AttachInstancesInput{
		AutoScalingGroupName: aws.String(group), InstanceIds: a.ids[len(a.ids)-1:],
	})
}

// reconnects puts what was isolated back onto the network.
func (a *adversary) reconnects(key aws.Credentials) {
	client, _ := a.as(key)
	for _, id := range a.ids {
		i := a.instance(id)
		if i == nil {
			continue
		}
		for _, n := range i.NetworkInterfaces {
			a.calls++
			_, _ = client.ModifyNetworkInterfaceAttribute(a.Context(), &ec2.ModifyNetworkInterfaceAttributeInput{NetworkInterfaceId: n.NetworkInterfaceId, Groups: []string{"sg-0open"}})
		}
	}
}

// starts what was stopped.
func (a *adversary) starts(key aws.Credentials) {
	client, _ := a.as(key)
	for _, id := range a.ids {
		a.calls++
		_, _ = client.StartInstances(a.Context(), &ec2.StartInstancesInput{InstanceIds: []string{id}})
	}
}

// isContained wants her denied, if she did what she has to be denied for, and what she launched harmless.
func (a *adversary) isContained(rt wrong) {
	for _, key := range []aws.Credentials{mallory, second} {
		if a.hostile && a.works(key) {
			rt.Errorf("%s still works; %s carries %v\n%s", key.AccessKeyID, a.name, a.policiesOf(a.name), a.histories(a.all()))
		}
	}
	for _, id := range a.ids {
		if i := a.instance(id); !harmless(i) {
			rt.Errorf("%s of the foreign image is %s, and connected\n%s", id, i.State.Name, a.histories(a.all()))
		}
	}
}

// touchedNobodyElse wants the owner, the owner's instance and the group that mallory only attached to as they were.
func (a *adversary) touchedNobodyElse(rt wrong) {
	if found := answers(a.policiesOf("owner")); len(found) > 0 {
		rt.Errorf("the owner is denied: %v\n%s", found, a.histories(a.all()))
	}
	client := clients{w: a.w, by: owner}.ec2(ireland)
	if _, err := client.DescribeInstances(a.Context(), &ec2.DescribeInstancesInput{}); err != nil {
		rt.Errorf("the owner's key: %v", err)
	}
	if i := a.instance("i-0owned"); i == nil || i.State.Name != types.InstanceStateNameRunning || harmless(i) {
		rt.Errorf("the owner's instance is touched: %+v", i)
	}
	for _, group := range []string{"api", "web"} {
		if n := a.suspendedOf(group); n > 0 && (group == "api" || !a.planted) {
			rt.Errorf("%d processes of group %s are suspended, which launches nothing foreign\n%s", n, group, a.histories(a.all()))
		}
	}
}

// costsLittle wants turns in proportion to her calls: what a case costs by itself, and a little more for each call.
func (a *adversary) costsLittle(rt wrong) {
	if most := 150 + 40*len(a.all()) + 3*a.calls; a.counted.claimed > most {
		rt.Errorf("%d turns for %d calls in %d cases, want at most %d", a.counted.claimed, a.calls, len(a.all()), most)
	}
}

// errsAloud wants no case that goes on failing, or was given up, of which people were not told.
func (a *adversary) errsAloud(rt wrong) {
	for _, c := range a.all() {
		if (c.Failures > 5 || c.GivenUp != "" || c.State == ledger.Failed) && (c.Paged == "" || c.Report.Owed()) {
			rt.Errorf("case %s is %s with %d failures in silence: %s\n%s", c.ID, c.State, c.Failures, c.Error, a.history(c))
		}
	}
}

// goesBack takes every case back, and wants nothing of riposte's left on mallory, and the groups working.
func (a *adversary) goesBack(rt wrong) {
	a.undoes()
	a.pass(30 * time.Minute)
	if left := answers(a.policiesOf(a.name)); len(left) > 0 {
		rt.Errorf("mallory still carries %v\n%s", left, a.histories(a.all()))
	}
	keys, err := clients{w: a.w, by: own}.iam(ireland).ListAccessKeys(a.Context(), &iam.ListAccessKeysInput{UserName: aws.String(a.name)})
	a.must(err)
	for _, k := range keys.AccessKeyMetadata {
		if k.Status != iamtypes.StatusTypeActive {
			rt.Errorf("key %s stays %s\n%s", aws.ToString(k.AccessKeyId), k.Status, a.histories(a.all()))
		}
	}
	for _, group := range []string{"api", "web"} {
		if n := a.suspendedOf(group); n > 0 {
			rt.Errorf("%d processes of group %s stay suspended\n%s", n, group, a.histories(a.all()))
		}
	}
}

// suspendedOf counts the suspended processes of a group.
func (s *stage) suspendedOf(group string) int {
	s.Helper()
	out, err := clients{w: s.w, by: own}.asg(ireland).DescribeAutoScalingGroups(s.Context(), &autoscaling.DescribeAutoScalingGroupsInput{AutoScalingGroupNames: []string{group}})
	s.must(err)
	return len(out.AutoScalingGroups[0].SuspendedProcesses)
}
