package permissions_test

import (
	"context"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	awsiam "github.com/aws/aws-sdk-go-v2/service/iam"
	iamtypes "github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"pgregory.net/rapid"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/iam"
	"github.com/ripostehq/riposte/internal/permissions"
	"github.com/ripostehq/riposte/internal/world"
	"github.com/ripostehq/riposte/playbook"
	"github.com/ripostehq/riposte/playbooks"
)

const (
	anything = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`
	trustAll = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}]}`
	policies = "arn:aws:iam::111122223333:policy/"
)

// thief has a session of the contain tier's role and all its rights, as an attacker who took riposte over. The goal is one
// user and one role.
type thief struct {
	ctx            context.Context
	cfg            aws.Config
	iam            *awsiam.Client
	t              *rapid.T
	victim, target string
}

func (x thief) one(name string, of ...string) *string {
	return aws.String(rapid.SampledFrom(of).Draw(x.t, name))
}
func (x thief) user() *string { return &x.victim }
func (x thief) role() *string { return &x.target }
func (x thief) policy() *string {
	return x.one("policy", policies+"riposte-deny", policies+"riposte-deny-boundary", policies+"team", "arn:aws:iam::aws:policy/AdministratorAccess")
}

// tries are the ways known by which a principal that may change a little becomes administrator, and those by which it
// would free another: https://bishopfox.com/blog/privilege-escalation-in-aws
func (x thief) tries() map[string]func() error {
	doc, trust := aws.String(anything), aws.String(trustAll)
	return map[string]func() error{
		"CreateUser": func() error {
			_, err := x.iam.CreateUser(x.ctx, &awsiam.CreateUserInput{UserName: aws.String("eve")})
			return err
		},
		"CreateRole": func() error {
			_, err := x.iam.CreateRole(x.ctx, &awsiam.CreateRoleInput{RoleName: aws.String("eve"), AssumeRolePolicyDocument: trust})
			return err
		},
		"CreateAccessKey": func() error {
			_, err := x.iam.CreateAccessKey(x.ctx, &awsiam.CreateAccessKeyInput{UserName: x.user()})
			return err
		},
		"UpdateAccessKey": func() error {
			_, err := x.iam.UpdateAccessKey(x.ctx, &awsiam.UpdateAccessKeyInput{
				UserName: aws.String("mallory"), AccessKeyId: aws.String("AKIAMALLORY000000001"),
				Status: rapid.SampledFrom([]iamtypes.StatusType{iamtypes.StatusTypeActive, iamtypes.StatusTypeInactive}).Draw(x.t, "status"),
			})
			return err
		},
		"AttachUserPolicy": func() error {
			_, err := x.iam.AttachUserPolicy(x.ctx, &awsiam.AttachUserPolicyInput{UserName: x.user(), PolicyArn: x.policy()})
			return err
		},
		"DetachUserPolicy": func() error {
			_, err := x.iam.DetachUserPolicy(x.ctx, &awsiam.DetachUserPolicyInput{UserName: x.user(), PolicyArn: x.policy()})
			return err
		},
		"AttachRolePolicy": func() error {
			_, err := x.iam.AttachRolePolicy(x.ctx, &awsiam.AttachRolePolicyInput{RoleName: x.role(), PolicyArn: x.policy()})
			return err
		},
		"DetachRolePolicy": func() error {
			_, err := x.iam.DetachRolePolicy(x.ctx, &awsiam.DetachRolePolicyInput{RoleName: x.role(), PolicyArn: x.policy()})
			return err
		},
		"PutUserPolicy": func() error {
			_, err := x.iam.PutUserPolicy(x.ctx, &awsiam.PutUserPolicyInput{UserName: x.user(), PolicyName: x.one("inline", "riposte-deny-c_1", "assume"), PolicyDocument: doc})
			return err
		},
		"DeleteUserPolicy": func() error {
			_, err := x.iam.DeleteUserPolicy(x.ctx, &awsiam.DeleteUserPolicyInput{UserName: x.user(), PolicyName: aws.String("assume")})
			return err
		},
		"PutRolePolicy": func() error {
			_, err := x.iam.PutRolePolicy(x.ctx, &awsiam.PutRolePolicyInput{RoleName: x.role(), PolicyName: x.one("inline", "riposte-deny-c_1", "rights"), PolicyDocument: doc})
			return err
		},
		"DeleteRolePolicy": func() error {
			_, err := x.iam.DeleteRolePolicy(x.ctx, &awsiam.DeleteRolePolicyInput{RoleName: x.role(), PolicyName: aws.String("rights")})
			return err
		},
		"PutUserPermissionsBoundary": func() error {
			_, err := x.iam.PutUserPermissionsBoundary(x.ctx, &awsiam.PutUserPermissionsBoundaryInput{UserName: x.user(), PermissionsBoundary: x.policy()})
			return err
		},
		"DeleteUserPermissionsBoundary": func() error {
			_, err := x.iam.DeleteUserPermissionsBoundary(x.ctx, &awsiam.DeleteUserPermissionsBoundaryInput{UserName: x.user()})
			return err
		},
		"PutRolePermissionsBoundary": func() error {
			_, err := x.iam.PutRolePermissionsBoundary(x.ctx, &awsiam.PutRolePermissionsBoundaryInput{RoleName: x.role(), PermissionsBoundary: x.policy()})
			return err
		},
		"DeleteRolePermissionsBoundary": func() error {
			_, err := x.iam.DeleteRolePermissionsBoundary(x.ctx, &awsiam.DeleteRolePermissionsBoundaryInput{RoleName: x.role()})
			return err
		},
		"CreatePolicy": func() error {
			_, err := x.iam.CreatePolicy(x.ctx, &awsiam.CreatePolicyInput{PolicyName: aws.String("eve"), PolicyDocument: doc})
			return err
		},
		"CreatePolicyVersion": func() error {
			_, err := x.iam.CreatePolicyVersion(x.ctx, &awsiam.CreatePolicyVersionInput{PolicyArn: x.policy(), PolicyDocument: doc, SetAsDefault: true})
			return err
		},
		"SetDefaultPolicyVersion": func() error {
			_, err := x.iam.SetDefaultPolicyVersion(x.ctx, &awsiam.SetDefaultPolicyVersionInput{PolicyArn: x.policy(), VersionId: aws.String("v2")})
			return err
		},
		"UpdateAssumeRolePolicy": func() error {
			_, err := x.iam.UpdateAssumeRolePolicy(x.ctx, &awsiam.UpdateAssumeRolePolicyInput{RoleName: x.role(), PolicyDocument: trust})
			return err
		},
		"AssumeRole": func() error {
			_, err := sts.NewFromConfig(x.cfg).AssumeRole(x.ctx, &sts.AssumeRoleInput{
				RoleArn: aws.String("arn:aws:iam::111122223333:role/" + *x.role()), RoleSessionName: aws.String("riposte"), ExternalId: aws.String("xyzzy"),
			})
			return err
		},
		"RunInstances": func() error {
			_, err := ec2.NewFromConfig(x.cfg).RunInstances(x.ctx, &ec2.RunInstancesInput{
				ImageId: aws.String("ami-0bbbbbbbbbbbbbbbb"), MinCount: aws.Int32(1), MaxCount: aws.Int32(1),
				IamInstanceProfile: &ec2types.IamInstanceProfileSpecification{Name: aws.String("builder")},
			})
			return err
		},
		"UpdateAutoScalingGroup": func() error {
			_, err := autoscaling.NewFromConfig(x.cfg).UpdateAutoScalingGroup(x.ctx, &autoscaling.UpdateAutoScalingGroupInput{AutoScalingGroupName: aws.String("web"), MaxSize: aws.Int32(9)})
			return err
		},
	}
}

// An attacker with the contain role can deny, and can take these denies back. Whatever else they try, and in whatever order,
// no principal may do more than before, no key and no way in is new, and riposte's own roles are as they were.
func TestContainLeavesNobodyWithMoreRights(t *testing.T) {
	all := append(playbooks.All(), playbook.Definition{ID: "test.all", Changes: action.Kinds()})
	succeeded := map[string]bool{}
	untouched, _ := granting(t, all)
	before := stand(t, operator(untouched)) // every world begins like this one
	rapid.Check(t, func(r *rapid.T) {
		w, _ := granting(t, all)
		x := stolen(t, w)
		x.t = r
		x.victim = rapid.SampledFrom([]string{"mallory", "walter", "riposte"}).Draw(r, "user")
		x.target = rapid.SampledFrom([]string{"builder", "riposte-contain", "riposte-author", "riposte-audit"}).Draw(r, "role")
		tries := x.tries()
		names := slices.Sorted(maps.Keys(tries))
		for range rapid.IntRange(1, 30).Draw(r, "attempts") {
			if name := rapid.SampledFrom(names).Draw(r, "call"); tries[name]() == nil {
				succeeded[name] = true
			}
		}
		compare(r, before, stand(t, operator(w)))
	})
	for _, call := range []string{"AttachUserPolicy", "PutUserPermissionsBoundary", "UpdateAccessKey"} {
		if !succeeded[call] {
			t.Errorf("%s never succeeded: the thief does not try hard enough", call)
		}
	}
}

// Setting riposte's boundary over a user's own and taking it off would free the user of both.
func TestABoundaryIsNotLostByWayOfRipostes(t *testing.T) {
	w, _ := granting(t, []playbook.Definition{{ID: "test.all", Changes: action.Kinds()}})
	before, x := stand(t, operator(w)), stolen(t, w)
	_, err := x.iam.PutUserPermissionsBoundary(t.Context(), &awsiam.PutUserPermissionsBoundaryInput{
		UserName: aws.String("walter"), PermissionsBoundary: aws.String(policies + "riposte-deny-boundary"),
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := x.iam.DeleteUserPermissionsBoundary(t.Context(), &awsiam.DeleteUserPermissionsBoundaryInput{UserName: aws.String("walter")}); err == nil {
		t.Error("the contain tier took a boundary off")
	}
	compare(t, before, stand(t, operator(w)))
}

// operator sees everything, and is never a victim.
func operator(w *world.World) *awsiam.Client {
	return awsiam.NewFromConfig(w.Config(ireland, aws.Credentials{AccessKeyID: "AKIAOPERATOR00000001", SecretAccessKey: "operator"}))
}

// stolen is a session of the contain tier's role.
func stolen(t *testing.T, w *world.World) thief {
	t.Helper()
	creds, err := w.Mint("arn:aws:iam::111122223333:role/riposte-contain", world.SessionOptions{Name: "riposte-c_1"})
	if err != nil {
		t.Fatal(err)
	}
	cfg := w.Config(ireland, creds)
	return thief{ctx: t.Context(), cfg: cfg, iam: awsiam.NewFromConfig(cfg)}
}

func compare(r interface{ Errorf(string, ...any) }, before, after standing) {
	for right := range after.may {
		if !before.may[right] {
			r.Errorf("gained: %s", right)
		}
	}
	for right := range before.may {
		own := strings.HasPrefix(right, "arn:aws:iam::111122223333:role/riposte-") || strings.HasPrefix(right, riposte+" ")
		if own && !after.may[right] {
			r.Errorf("riposte lost: %s", right)
		}
	}
	for key := range after.keys {
		if !before.keys[key] {
			r.Errorf("a new key: %s", key)
		}
	}
	for role, trust := range after.trust {
		if before.trust[role] != trust {
			r.Errorf("%s trusts %s", role, trust)
		}
	}
}

// escalations are calls of IAM and others that make a principal administrator where they are allowed without a condition;
// those that the world does not know are asked of the policy alone.
func escalations() []string {
	return []string{
		"iam:AddRoleToInstanceProfile", "iam:AddUserToGroup", "iam:AttachGroupPolicy", "iam:AttachRolePolicy", "iam:AttachUserPolicy", "iam:CreateAccessKey",
		"iam:CreateGroup", "iam:CreateInstanceProfile", "iam:CreateLoginProfile", "iam:CreateOpenIDConnectProvider", "iam:CreatePolicy", "iam:CreatePolicyVersion",
		"iam:CreateRole", "iam:CreateSAMLProvider", "iam:CreateServiceLinkedRole", "iam:CreateServiceSpecificCredential", "iam:CreateUser", "iam:CreateVirtualMFADevice",
		"iam:DeactivateMFADevice", "iam:DeleteGroupPolicy", "iam:DeletePolicy", "iam:DeletePolicyVersion", "iam:DeleteRolePermissionsBoundary", "iam:DeleteRolePolicy",
		"iam:DeleteUserPermissionsBoundary", "iam:DeleteUserPolicy", "iam:DetachGroupPolicy", "iam:DetachRolePolicy", "iam:DetachUserPolicy", "iam:EnableMFADevice",
		"iam:PassRole", "iam:PutGroupPolicy", "iam:PutRolePermissionsBoundary", "iam:PutRolePolicy", "iam:PutUserPermissionsBoundary", "iam:PutUserPolicy",
		"iam:RemoveUserFromGroup", "iam:ResetServiceSpecificCredential", "iam:SetDefaultPolicyVersion", "iam:TagRole", "iam:TagUser", "iam:UpdateAccountPasswordPolicy",
		"iam:UpdateAssumeRolePolicy", "iam:UpdateLoginProfile", "iam:UpdateOpenIDConnectProviderThumbprint", "iam:UpdateSAMLProvider", "iam:UpdateUser", "iam:UploadSigningCertificate",
		"sts:AssumeRole", "ec2:RunInstances", "ec2:AssociateIamInstanceProfile", "ec2:ReplaceIamInstanceProfileAssociation", "ec2:CreateLaunchTemplateVersion",
		"autoscaling:UpdateAutoScalingGroup", "autoscaling:CreateLaunchConfiguration", "lambda:CreateFunction", "lambda:UpdateFunctionCode", "lambda:AddPermission",
		"cloudformation:CreateStack", "ssm:SendCommand", "ssm:StartSession", "glue:CreateDevEndpoint", "ecs:RunTask", "codebuild:CreateProject", "kms:PutKeyPolicy",
		"s3:PutBucketPolicy", "organizations:DetachPolicy", "sso:CreateAccountAssignment", "events:PutTargets", "datapipeline:PutPipelineDefinition",
	}
}

// Of all these the contain tier may do five, and those with riposte's own two policies alone, on any principal but
// riposte's.
func TestContainMayDenyAndNothingElse(t *testing.T) {
	contain := containing(t)
	own := map[string]string{
		"iam:AttachUserPolicy": action.DenyPolicy, "iam:DetachUserPolicy": action.DenyPolicy, "iam:AttachRolePolicy": action.DenyPolicy,
		"iam:DetachRolePolicy": action.DenyPolicy, "iam:PutUserPermissionsBoundary": action.BoundaryPolicy,
	}
	rapid.Check(t, func(r *rapid.T) {
		partition := rapid.SampledFrom([]string{"aws", "aws-cn", "aws-us-gov"}).Draw(r, "partition")
		prefix := "arn:" + partition + ":iam::111122223333:"
		call := rapid.SampledFrom(escalations()).Draw(r, "call")
		on := rapid.SampledFrom([]string{
			"*", prefix + "user/staff/mallory", prefix + "role/ci/builder", prefix + "role/riposte-contain", prefix + "role/riposte-author",
			prefix + "role/riposte-evil", prefix + "role/ci/riposte-contain", prefix + "group/staff", prefix + "policy/riposte-deny",
			"arn:" + partition + ":ec2:eu-west-1:111122223333:instance/*", "arn:" + partition + ":autoscaling:eu-west-1:111122223333:autoScalingGroup:1:autoScalingGroupName/web",
		}).Draw(r, "resource")
		policy := rapid.SampledFrom([]string{
			"", "riposte-deny", "riposte-deny-boundary", "riposte-deny-x", "x/riposte-deny", "riposte", "team", "aws:policy/AdministratorAccess",
		}).Draw(r, "policy")
		context := map[string]string{}
		if policy != "" {
			context["iam:PolicyARN"], context["iam:PermissionsBoundary"] = prefix+"policy/"+policy, prefix+"policy/"+policy
		}
		kind, _, _ := strings.Cut(strings.TrimPrefix(on, prefix), "/")
		if fits := kind == "user" && strings.Contains(call, "User") || kind == "role" && strings.Contains(call, "Role") || own[call] == ""; !fits {
			return // no call asks for that
		}
		got := iam.Evaluate(iam.Request{Action: call, Resource: on, Context: iam.ContextOf(context)}, iam.Policies{Identity: []iam.Policy{contain}}).Effect == iam.Allowed
		itself := on == prefix+"role/riposte-contain" || on == prefix+"role/riposte-author"
		if want := own[call] != "" && own[call] == policy && !itself; got != want {
			r.Errorf("%s on %s with policy %q: allowed %v, want %v", call, on, policy, got, want)
		}
	})
}

// An attacker with the contain role can switch the three protections on and put a machine into an isolating group: neither the
// demolition that riposte is there to stop, nor a machine that is opened to the world, nor code that runs as root.
func TestContainProtectsAndIsolatesAndNothingElse(t *testing.T) {
	w, _ := granting(t, []playbook.Definition{{ID: "test.all", Changes: action.Kinds()}})
	x := stolen(t, w)
	client, id := ec2.NewFromConfig(x.cfg), aws.String("i-0alone")
	found, err := ec2.NewFromConfig(w.Config(ireland, aws.Credentials{AccessKeyID: "AKIAOPERATOR00000001", SecretAccessKey: "operator"})).
		DescribeInstances(t.Context(), &ec2.DescribeInstancesInput{InstanceIds: []string{"i-0alone"}})
	if err != nil {
		t.Fatal(err)
	}
	face := found.Reservations[0].Instances[0].NetworkInterfaces[0].NetworkInterfaceId
	set := func(in ec2.ModifyInstanceAttributeInput) func() error {
		in.InstanceId = id
		return func() error { _, err := client.ModifyInstanceAttribute(t.Context(), &in); return err }
	}
	regroup := func(groups ...string) func() error {
		return func() error {
			_, err := client.ModifyNetworkInterfaceAttribute(t.Context(), &ec2.ModifyNetworkInterfaceAttributeInput{NetworkInterfaceId: face, Groups: groups})
			return err
		}
	}
	on, off := &ec2types.AttributeBooleanValue{Value: aws.Bool(true)}, &ec2types.AttributeBooleanValue{Value: aws.Bool(false)}
	for _, c := range []struct {
		name string
		try  func() error
		may  bool
	}{
		{"protects from termination", set(ec2.ModifyInstanceAttributeInput{DisableApiTermination: on}), true},
		{"protects from being stopped", set(ec2.ModifyInstanceAttributeInput{DisableApiStop: on}), true},
		{"protects from a shutdown from inside", set(ec2.ModifyInstanceAttributeInput{InstanceInitiatedShutdownBehavior: &ec2types.AttributeValue{Value: aws.String("stop")}}), true},
		{"switches none of them off", set(ec2.ModifyInstanceAttributeInput{DisableApiTermination: off}), false},
		{"nor another", set(ec2.ModifyInstanceAttributeInput{DisableApiStop: off}), false},
		{"nor the third", set(ec2.ModifyInstanceAttributeInput{InstanceInitiatedShutdownBehavior: &ec2types.AttributeValue{Value: aws.String("terminate")}}), false},
		{"nor in the other spelling", set(ec2.ModifyInstanceAttributeInput{Attribute: ec2types.InstanceAttributeNameDisableApiTermination, Value: aws.String("false")}), false},
		{"sets no groups of an instance", set(ec2.ModifyInstanceAttributeInput{Groups: []string{"sg-0isolated"}}), false},
		{"isolates an interface", regroup("sg-0isolated"), true},
		{"and opens none", regroup("sg-0open"), false},
		{"not beside isolating it either", regroup("sg-0isolated", "sg-0open"), false},
		{"terminates none", func() error {
			_, err := client.TerminateInstances(t.Context(), &ec2.TerminateInstancesInput{InstanceIds: []string{"i-0member"}})
			return err
		}, false},
	} {
		if err := c.try(); (err == nil) != c.may {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

// An attacker with the contain role can end the sharing of a snapshot, and share none: a disk is not carried away by its rights.
func TestContainUnsharesAndSharesNothing(t *testing.T) {
	w, _ := granting(t, []playbook.Definition{{ID: "test.all", Changes: action.Kinds()}})
	client := ec2.NewFromConfig(stolen(t, w).cfg)
	everybody, stranger := []ec2types.CreateVolumePermission{{Group: ec2types.PermissionGroupAll}}, []ec2types.CreateVolumePermission{{UserId: aws.String("666677778888")}}
	for _, c := range []struct {
		name string
		in   ec2.ModifySnapshotAttributeInput
		may  bool
	}{
		{"ends a share", ec2.ModifySnapshotAttributeInput{OperationType: ec2types.OperationTypeRemove, UserIds: []string{"999988887777"}}, true},
		{"ends that with everybody", ec2.ModifySnapshotAttributeInput{OperationType: ec2types.OperationTypeRemove, GroupNames: []string{"all"}}, true},
		{"shares with another account", ec2.ModifySnapshotAttributeInput{OperationType: ec2types.OperationTypeAdd, UserIds: []string{"666677778888"}}, false},
		{"nor with everybody", ec2.ModifySnapshotAttributeInput{OperationType: ec2types.OperationTypeAdd, GroupNames: []string{"all"}}, false},
		{"nor in the other spelling", ec2.ModifySnapshotAttributeInput{CreateVolumePermission: &ec2types.CreateVolumePermissionModifications{Add: stranger}}, false},
		{"not beside ending another either", ec2.ModifySnapshotAttributeInput{CreateVolumePermission: &ec2types.CreateVolumePermissionModifications{Add: everybody, Remove: stranger}}, false},
		{"nor what says neither", ec2.ModifySnapshotAttributeInput{UserIds: []string{"666677778888"}}, false},
	} {
		c.in.SnapshotId = aws.String("snap-0a")
		if _, err := client.ModifySnapshotAttribute(t.Context(), &c.in); (err == nil) != c.may {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

// containing is the policy of the contain tier.
func containing(t *testing.T) iam.Policy {
	t.Helper()
	all, err := permissions.For([]playbook.Definition{{ID: "test.all", Changes: action.Kinds()}}, action.Kinds())
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(all, func(p permissions.TierPolicy) bool { return p.Tier == "contain" })
	b, err := all[i].Document.JSON()
	if err != nil {
		t.Fatal(err)
	}
	contain, err := iam.Parse(b)
	if err != nil {
		t.Fatal(err)
	}
	return contain
}

// What the world does not model of instances and interfaces, the policy is asked about.
func TestContainSetsNoOtherAttribute(t *testing.T) {
	policy := containing(t)
	const instance = "arn:aws:ec2:eu-west-1:111122223333:instance/i-0alone"
	for _, name := range []string{"userData", "UserData", "GroupSet", "SourceDestCheck", "BlockDeviceMapping", "Kernel", "InstanceType", "EnaSupport", "DisableApiTermination"} {
		for _, value := range []string{"", "false", "true"} {
			context := map[string]string{"ec2:Attribute": name}
			if value != "" {
				context["ec2:Attribute/"+name] = value
			}
			got := iam.Evaluate(iam.Request{Action: "ec2:ModifyInstanceAttribute", Resource: instance, Context: iam.ContextOf(context)}, iam.Policies{Identity: []iam.Policy{policy}})
			if want := name == "DisableApiTermination" && value == "true"; (got.Effect == iam.Allowed) != want {
				t.Errorf("%s %q: %v", name, value, got.Effect)
			}
		}
	}
}
