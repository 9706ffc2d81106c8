package world_test

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	iamtypes "github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/ripostehq/riposte/internal/world"
)

const bank = `
now: 2030-01-07T09:00:00Z
accounts:
  - id: "111122223333"
    name: bank
    policies:
      - {name: riposte-deny, document: {Version: "2012-10-17", Statement: [{Sid: RiposteDeny, Effect: Deny, Action: "*", Resource: "*"}]}}
      - {name: reading, document: {Version: "2012-10-17", Statement: [{Effect: Allow, Action: ["ec2:Describe*"], Resource: "*"}]}}
    users:
      - name: eve
        path: /staff/
        attached: ["arn:aws:iam::aws:policy/AdministratorAccess"]
        keys: [{id: AKIAEVE0000000000001, secret: one}, {id: AKIAEVE0000000000002, secret: two}]
      - name: riposte
        keys: [{id: AKIARIPOSTE000000001, secret: three}]
        inline:
          contain: {Version: "2012-10-17", Statement: [
            {Effect: Allow, Action: ["iam:AttachUserPolicy", "iam:DetachUserPolicy"], Resource: "*", Condition: {ArnEquals: {"iam:PolicyARN": "arn:aws:iam::111122223333:policy/riposte-deny"}}},
            {Effect: Allow, Action: ["iam:UpdateAccessKey", "iam:Put*", "iam:Delete*", "iam:Get*", "iam:List*", "iam:AttachRolePolicy"], Resource: "*"}]}
      - name: nobody
        keys: [{id: AKIANOBODY0000000001, secret: four}]
      - {name: clerk, password: true, groups: [counter], mfa: ["arn:aws:iam::111122223333:mfa/clerk"]}
    roles:
      - name: ops
        path: /team/
        trust: {Version: "2012-10-17", Statement: [{Effect: Allow, Principal: {AWS: "111122223333"}, Action: ["sts:AssumeRole", "sts:SetSourceIdentity"], Condition: {StringEquals: {"sts:ExternalId": "7"}}}]}
        attached: ["arn:aws:iam::aws:policy/AdministratorAccess"]
      - name: AWSServiceRoleForAutoScaling
        path: /aws-service-role/autoscaling.amazonaws.com/
        trust: {Version: "2012-10-17", Statement: [{Effect: Allow, Principal: {Service: autoscaling.amazonaws.com}, Action: "sts:AssumeRole"}]}
    regions:
      eu-west-1:
        images: [{id: ami-0bbbbbbbbbbbbbbbb, name: golden, created: 2029-11-01T00:00:00Z}]
        instances: [{id: i-0vault, image: ami-0bbbbbbbbbbbbbbbb, type: t3.micro, zone: eu-west-1a}]
`

var (
	eve     = aws.Credentials{AccessKeyID: "AKIAEVE0000000000001", SecretAccessKey: "one"}
	eve2    = aws.Credentials{AccessKeyID: "AKIAEVE0000000000002", SecretAccessKey: "two"}
	riposte = aws.Credentials{AccessKeyID: "AKIARIPOSTE000000001", SecretAccessKey: "three"}
	nobody  = aws.Credentials{AccessKeyID: "AKIANOBODY0000000001", SecretAccessKey: "four"}
	ctx     = context.Background()
)

const (
	denyAll = `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}`
	opsRole = "arn:aws:iam::111122223333:role/team/ops"
	denyARN = "arn:aws:iam::111122223333:policy/riposte-deny"
)

func openBank(t *testing.T, opts world.Options) *world.World {
	t.Helper()
	w, err := world.New([]byte(bank), opts)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func iamAs(w *world.World, c aws.Credentials) *iam.Client {
	return iam.NewFromConfig(w.Config(ireland, c))
}

// describe is a call that anybody may who is not denied; it gives the error's code.
func describe(w *world.World, c aws.Credentials) string {
	_, err := ec2.NewFromConfig(w.Config(ireland, c)).DescribeInstances(ctx, &ec2.DescribeInstancesInput{})
	return code(err)
}

// must fails the test where a call failed.
func must[O any](t *testing.T, call func() (O, error)) O {
	t.Helper()
	out, err := call()
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func put(t *testing.T, w *world.World, user, name, document string) {
	t.Helper()
	must(t, func() (*iam.PutUserPolicyOutput, error) {
		return iamAs(w, riposte).PutUserPolicy(ctx, &iam.PutUserPolicyInput{UserName: &user, PolicyName: &name, PolicyDocument: &document})
	})
}

func TestADenyIsReadAtOnceAndEnforcedAfterThePropagationDelay(t *testing.T) {
	w := openBank(t, world.Options{})
	put(t, w, "eve", "riposte-deny-c1", denyAll)
	got := must(t, func() (*iam.GetUserPolicyOutput, error) {
		return iamAs(w, riposte).GetUserPolicy(ctx, &iam.GetUserPolicyInput{UserName: aws.String("eve"), PolicyName: aws.String("riposte-deny-c1")})
	})
	if text, err := url.PathUnescape(*got.PolicyDocument); err != nil || text != denyAll {
		t.Errorf("read back %q, %v", text, err)
	}
	pass(t, w, 3999*time.Millisecond)
	if c := describe(w, eve); c != "" {
		t.Errorf("before the delay is over: %s", c)
	}
	pass(t, w, time.Millisecond)
	if c := describe(w, eve); c != "UnauthorizedOperation" {
		t.Errorf("after it: %q", c)
	}
}

func TestADenyThatIsDeletedInTheWindowHardlyEverBites(t *testing.T) {
	w := openBank(t, world.Options{})
	put(t, w, "eve", "riposte-deny-c1", denyAll)
	pass(t, w, time.Second)
	must(t, func() (*iam.DeleteUserPolicyOutput, error) {
		return iamAs(w, eve2).DeleteUserPolicy(ctx, &iam.DeleteUserPolicyInput{UserName: aws.String("eve"), PolicyName: aws.String("riposte-deny-c1")})
	})
	for _, step := range []struct {
		after time.Duration
		want  string
	}{{2 * time.Second, ""}, {time.Second, "UnauthorizedOperation"}, {time.Second, ""}} { // 3, 4 and 5 s after the deny
		pass(t, w, step.after)
		if c := describe(w, eve); c != step.want {
			t.Errorf("at %s: %q, want %q", w.Now().Format(time.TimeOnly), c, step.want)
		}
	}
}

func TestADeactivatedKeyWorksUntilThatHasPropagated(t *testing.T) {
	w := openBank(t, world.Options{})
	must(t, func() (*iam.UpdateAccessKeyOutput, error) {
		return iamAs(w, riposte).UpdateAccessKey(ctx, &iam.UpdateAccessKeyInput{UserName: aws.String("eve"), AccessKeyId: &eve.AccessKeyID, Status: iamtypes.StatusTypeInactive})
	})
	keys := must(t, func() (*iam.ListAccessKeysOutput, error) {
		return iamAs(w, riposte).ListAccessKeys(ctx, &iam.ListAccessKeysInput{UserName: aws.String("eve")})
	})
	if keys.AccessKeyMetadata[0].Status != iamtypes.StatusTypeInactive || keys.AccessKeyMetadata[1].Status != iamtypes.StatusTypeActive {
		t.Errorf("read back %+v", keys.AccessKeyMetadata)
	}
	if c := describe(w, eve); c != "" {
		t.Errorf("in the window: %s", c)
	}
	pass(t, w, 4*time.Second)
	if c := describe(w, eve); c != "AuthFailure" {
		t.Errorf("EC2 says %q", c)
	}
	if _, err := iamAs(w, eve).GetUser(ctx, &iam.GetUserInput{}); code(err) != "InvalidClientTokenId" {
		t.Errorf("IAM says %v", err)
	}
	if c := describe(w, eve2); c != "" {
		t.Errorf("the other key: %s", c)
	}
}

func TestRefusalsSpeakAsAWSDoes(t *testing.T) {
	w := openBank(t, world.Options{PropagationDelay: -1})
	put(t, w, "eve", "riposte-deny-c1", denyAll)
	who, nobodyARN := "arn:aws:iam::111122223333:user/staff/eve", "arn:aws:iam::111122223333:user/nobody"
	for _, c := range []struct {
		name string
		call func() error
		code string
		want string
	}{
		{"EC2, an explicit deny", func() error {
			_, err := ec2.NewFromConfig(w.Config(ireland, eve)).TerminateInstances(ctx, &ec2.TerminateInstancesInput{InstanceIds: []string{"i-0vault"}})
			return err
		}, "UnauthorizedOperation", "You are not authorized to perform this operation. User: " + who +
			" is not authorized to perform: ec2:TerminateInstances on resource: arn:aws:ec2:eu-west-1:111122223333:instance/i-0vault with an explicit deny in an identity-based policy"},
		{"IAM, nothing allows it", func() error {
			_, err := iamAs(w, nobody).CreateAccessKey(ctx, &iam.CreateAccessKeyInput{UserName: aws.String("eve")})
			return err
		}, "AccessDenied", "User: " + nobodyARN + " is not authorized to perform: iam:CreateAccessKey on resource: user eve because no identity-based policy allows the iam:CreateAccessKey action"},
		{"STS, no such role", func() error {
			_, err := sts.NewFromConfig(w.Config(ireland, nobody)).AssumeRole(ctx, &sts.AssumeRoleInput{RoleArn: aws.String("arn:aws:iam::111122223333:role/none"), RoleSessionName: aws.String("s")})
			return err
		}, "AccessDenied", "User: " + nobodyARN + " is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::111122223333:role/none"},
	} {
		err := c.call()
		if code(err) != c.code || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s %s", c.name, err, c.code, c.want)
		}
	}
	pass(t, w, 5*time.Second)
	records := delivered(t, w)
	if got := fmt.Sprint(names(records)); got != "[PutUserPolicy TerminateInstances Client.UnauthorizedOperation CreateAccessKey AccessDenied AssumeRole AccessDenied]" {
		t.Errorf("recorded %s", got)
	}
	if ec2Denied := records[1]; ec2Denied.RequestParameters == nil {
		t.Error("EC2's denials keep their parameters")
	}
	if iamDenied := records[2]; iamDenied.RequestParameters != nil || iamDenied.AWSRegion != "us-east-1" {
		t.Errorf("IAM's denial is recorded as %+v", iamDenied)
	}
}

func TestOnlyTheNamedPolicyMayBeAttached(t *testing.T) {
	w := openBank(t, world.Options{PropagationDelay: -1})
	attach := func(arn string) error {
		_, err := iamAs(w, riposte).AttachUserPolicy(ctx, &iam.AttachUserPolicyInput{UserName: aws.String("eve"), PolicyArn: &arn})
		return err
	}
	if err := attach("arn:aws:iam::aws:policy/AdministratorAccess"); code(err) != "AccessDenied" {
		t.Errorf("another policy: %v", err)
	}
	if err := errors.Join(attach(denyARN), attach(denyARN)); err != nil {
		t.Errorf("the policy, twice: %v", err)
	}
	if c := describe(w, eve); c != "UnauthorizedOperation" {
		t.Errorf("eve: %q", c)
	}
	attached := must(t, func() (*iam.ListAttachedUserPoliciesOutput, error) {
		return iamAs(w, riposte).ListAttachedUserPolicies(ctx, &iam.ListAttachedUserPoliciesInput{UserName: aws.String("eve")})
	})
	if len(attached.AttachedPolicies) != 2 || *attached.AttachedPolicies[1].PolicyName != "riposte-deny" {
		t.Errorf("attached: %+v", attached.AttachedPolicies)
	}
}

func TestABoundaryLimitsAndItsRemovalIsSeen(t *testing.T) {
	w := openBank(t, world.Options{PropagationDelay: -1})
	bound := func(arn string) error {
		_, err := iamAs(w, riposte).PutUserPermissionsBoundary(ctx, &iam.PutUserPermissionsBoundaryInput{UserName: aws.String("eve"), PermissionsBoundary: &arn})
		return err
	}
	if err := bound("arn:aws:iam::111122223333:policy/none"); code(err) != "NoSuchEntity" {
		t.Errorf("a boundary that is not there: %v", err)
	}
	if err := bound("arn:aws:iam::111122223333:policy/reading"); err != nil {
		t.Fatal(err)
	}
	if c := describe(w, eve); c != "" {
		t.Errorf("within the boundary: %s", c)
	}
	_, err := iamAs(w, eve).DeleteUserPermissionsBoundary(ctx, &iam.DeleteUserPermissionsBoundaryInput{UserName: aws.String("eve")})
	if err == nil || !strings.Contains(err.Error(), "because no permissions boundary allows the iam:DeleteUserPermissionsBoundary action") {
		t.Errorf("outside of it: %v", err)
	}
	u := must(t, func() (*iam.GetUserOutput, error) {
		return iamAs(w, riposte).GetUser(ctx, &iam.GetUserInput{UserName: aws.String("eve")})
	})
	if u.User.PermissionsBoundary == nil || *u.User.PermissionsBoundary.PermissionsBoundaryArn != "arn:aws:iam::111122223333:policy/reading" {
		t.Errorf("read back %+v", u.User.PermissionsBoundary)
	}
}

func TestQuotas(t *testing.T) {
	w := openBank(t, world.Options{PropagationDelay: -1})
	const bare = `{"Version":"2012-10-17","Statement":[{"Sid":"","Effect":"Deny","Action":"*","Resource":"*"}]}`
	full := strings.Replace(bare, `"Sid":"`, `"Sid":"`+strings.Repeat("A", 2048-len(bare)), 1)
	put(t, w, "eve", "full", strings.ReplaceAll(full, ",", " ,\n")) // white space does not count
	_, err := iamAs(w, riposte).PutUserPolicy(ctx, &iam.PutUserPolicyInput{UserName: aws.String("eve"), PolicyName: aws.String("more"), PolicyDocument: aws.String(denyAll)})
	if code(err) != "LimitExceeded" {
		t.Errorf("a full inline budget: %v", err)
	}
	admin := iamAs(w, eve) // denied by the policy above: let the budget be the other user's
	if _, err := admin.ListUsers(ctx, &iam.ListUsersInput{}); code(err) != "AccessDenied" {
		t.Errorf("eve: %v", err)
	}
	other := must(t, func() (aws.Credentials, error) { return w.Mint(opsRole, world.SessionOptions{Name: "s"}) })
	for i := range 12 {
		name := fmt.Sprintf("p%d", i)
		p := must(t, func() (*iam.CreatePolicyOutput, error) {
			return iamAs(w, other).CreatePolicy(ctx, &iam.CreatePolicyInput{PolicyName: &name, PolicyDocument: aws.String(denyAll)})
		})
		_, err := iamAs(w, other).AttachUserPolicy(ctx, &iam.AttachUserPolicyInput{UserName: aws.String("nobody"), PolicyArn: p.Policy.Arn})
		if (i >= 10) != (code(err) == "LimitExceeded") {
			t.Errorf("policy %d: %v", i+1, err)
		}
	}
	_, err = iamAs(w, other).CreateAccessKey(ctx, &iam.CreateAccessKeyInput{UserName: aws.String("eve")})
	var limit *iamtypes.LimitExceededException
	if !errors.As(err, &limit) {
		t.Errorf("a third key: %v", err)
	}
}

func TestAnEditedDenyDeniesNoMore(t *testing.T) {
	w := openBank(t, world.Options{})
	must(t, func() (*iam.AttachUserPolicyOutput, error) {
		return iamAs(w, riposte).AttachUserPolicy(ctx, &iam.AttachUserPolicyInput{UserName: aws.String("eve"), PolicyArn: aws.String(denyARN)})
	})
	harmless := `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"s3:*","Resource":"*"}]}`
	v := must(t, func() (*iam.CreatePolicyVersionOutput, error) {
		return iamAs(w, eve2).CreatePolicyVersion(ctx, &iam.CreatePolicyVersionInput{PolicyArn: aws.String(denyARN), PolicyDocument: &harmless, SetAsDefault: true})
	})
	pass(t, w, 4*time.Second)
	if c := describe(w, eve); c != "" || *v.PolicyVersion.VersionId != "v2" {
		t.Errorf("after version %s: %q", *v.PolicyVersion.VersionId, c)
	}
	must(t, func() (*iam.SetDefaultPolicyVersionOutput, error) {
		return iamAs(w, eve2).SetDefaultPolicyVersion(ctx, &iam.SetDefaultPolicyVersionInput{PolicyArn: aws.String(denyARN), VersionId: aws.String("v1")})
	})
	pass(t, w, 4*time.Second)
	if c := describe(w, eve); c != "UnauthorizedOperation" {
		t.Errorf("with the first version again: %q", c)
	}
}

func TestRolesOfAWSCanNotBeChanged(t *testing.T) {
	w := openBank(t, world.Options{})
	_, err := iamAs(w, riposte).PutRolePolicy(ctx, &iam.PutRolePolicyInput{
		RoleName: aws.String("AWSServiceRoleForAutoScaling"), PolicyName: aws.String("p"), PolicyDocument: aws.String(denyAll)})
	var protected *iamtypes.UnmodifiableEntityException
	if !errors.As(err, &protected) {
		t.Errorf("got %v", err)
	}
}

func TestAKeyIsMadeAndUsedByAnAttacker(t *testing.T) {
	w := openBank(t, world.Options{})
	k := must(t, func() (*iam.CreateAccessKeyOutput, error) {
		return iamAs(w, eve).CreateAccessKey(ctx, &iam.CreateAccessKeyInput{UserName: aws.String("nobody")})
	})
	stolen := aws.Credentials{AccessKeyID: *k.AccessKey.AccessKeyId, SecretAccessKey: *k.AccessKey.SecretAccessKey}
	if _, err := iamAs(w, stolen).GetUser(ctx, &iam.GetUserInput{}); code(err) != "InvalidClientTokenId" {
		t.Errorf("before it is known everywhere: %v", err)
	}
	pass(t, w, 5*time.Second)
	if _, err := iamAs(w, stolen).GetUser(ctx, &iam.GetUserInput{}); code(err) != "AccessDenied" {
		t.Errorf("afterwards: %v", err)
	}
	made := delivered(t, w)[0].ResponseElements["accessKey"].(map[string]any)
	if made["accessKeyId"] != stolen.AccessKeyID || made["createDate"] != "Jan 7, 2030 9:00:00 AM" || made["secretAccessKey"] != nil {
		t.Errorf("recorded %v", made)
	}
}

func TestListsComeInPages(t *testing.T) {
	w := openBank(t, world.Options{})
	p := iam.NewListUsersPaginator(iamAs(w, eve), &iam.ListUsersInput{MaxItems: aws.Int32(2)})
	var pages, users int
	for p.HasMorePages() {
		page := must(t, func() (*iam.ListUsersOutput, error) { return p.NextPage(ctx) })
		pages, users = pages+1, users+len(page.Users)
	}
	if pages != 2 || users != 4 {
		t.Errorf("%d users on %d pages", users, pages)
	}
}

func TestAChangeUnderWaySurvivesAReopening(t *testing.T) {
	file := filepath.Join(t.TempDir(), "bank")
	w := openBank(t, world.Options{File: file})
	put(t, w, "eve", "riposte-deny-c1", denyAll)
	again, err := world.Open(file, world.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if c := describe(again, eve); c != "" {
		t.Errorf("in the window: %s", c)
	}
	pass(t, again, 4*time.Second)
	if c := describe(again, eve); c != "UnauthorizedOperation" {
		t.Errorf("after it: %q", c)
	}
}

// IAM deletes no user that has anything, and says what it is.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteUser.html
func TestAUserIsDeletedOnceItHasNothing(t *testing.T) {
	eve := iamAs(openBank(t, world.Options{}), aws.Credentials{AccessKeyID: "AKIAEVE0000000000001", SecretAccessKey: "one"})
	clerk := aws.String("clerk")
	for _, x := range []struct {
		refusal string
		take    func() error
	}{
		{"must delete login profile first", func() error {
			_, err := eve.DeleteLoginProfile(t.Context(), &iam.DeleteLoginProfileInput{UserName: clerk})
			return err
		}},
		{"must remove users from group first", func() error {
			_, err := eve.RemoveUserFromGroup(t.Context(), &iam.RemoveUserFromGroupInput{UserName: clerk, GroupName: aws.String("counter")})
			return err
		}},
		{"must delete MFA device first", func() error { return nil }},
	} {
		var conflict *iamtypes.DeleteConflictException
		if _, err := eve.DeleteUser(t.Context(), &iam.DeleteUserInput{UserName: clerk}); !errors.As(err, &conflict) || !strings.Contains(err.Error(), x.refusal) {
			t.Errorf("%v, want a conflict that says %q", err, x.refusal)
		}
		if err := x.take(); err != nil {
			t.Fatal(err)
		}
		if err := x.take(); x.refusal != "must delete MFA device first" && err == nil {
			t.Errorf("%s: taken twice", x.refusal)
		}
	}
}
