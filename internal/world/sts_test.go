package world_test

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/ripostehq/riposte/internal/world"
)

// assume opens a session of the role ops.
func assume(w *world.World, by aws.Credentials, change func(*sts.AssumeRoleInput)) (aws.Credentials, error) {
	in := &sts.AssumeRoleInput{RoleArn: aws.String(opsRole), RoleSessionName: aws.String("night"), ExternalId: aws.String("7")}
	if change != nil {
		change(in)
	}
	out, err := sts.NewFromConfig(w.Config(ireland, by)).AssumeRole(ctx, in)
	if err != nil {
		return aws.Credentials{}, err
	}
	return aws.Credentials{AccessKeyID: *out.Credentials.AccessKeyId, SecretAccessKey: *out.Credentials.SecretAccessKey, SessionToken: *out.Credentials.SessionToken}, nil
}

func named(name string) func(*sts.AssumeRoleInput) {
	return func(in *sts.AssumeRoleInput) { in.RoleSessionName = &name }
}

func TestARoleIsAssumedByWhomItTrusts(t *testing.T) {
	w := openBank(t, world.Options{})
	for _, c := range []struct {
		name   string
		by     aws.Credentials
		change func(*sts.AssumeRoleInput)
		want   string
	}{
		{"an administrator with the external id", eve, nil, ""},
		{"a wrong external id", eve, func(in *sts.AssumeRoleInput) { in.ExternalId = aws.String("8") }, "AccessDenied"},
		{"a user whom no policy allows it", nobody, nil, "AccessDenied"},
		{"longer than the role allows", eve, func(in *sts.AssumeRoleInput) { in.DurationSeconds = aws.Int32(7200) }, "ValidationError"},
		{"a name that is none", eve, named("a b"), "ValidationError"},
		{"a session policy that is too long", eve, func(in *sts.AssumeRoleInput) { in.Policy = aws.String(denyAll + strings.Repeat(" ", 2048)) }, "ValidationError"},
		{"a session policy that is none", eve, func(in *sts.AssumeRoleInput) { in.Policy = aws.String("{}") }, "MalformedPolicyDocument"},
	} {
		if _, err := assume(w, c.by, c.change); code(err) != c.want {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestASessionActsAndIsRecordedAsTheRole(t *testing.T) {
	w := openBank(t, world.Options{})
	session := must(t, func() (aws.Credentials, error) {
		return assume(w, eve, func(in *sts.AssumeRoleInput) { in.SourceIdentity = aws.String("eve") })
	})
	me := must(t, func() (*sts.GetCallerIdentityOutput, error) {
		return sts.NewFromConfig(w.Config(ireland, session)).GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	})
	if *me.Arn != "arn:aws:sts::111122223333:assumed-role/ops/night" || !strings.HasSuffix(*me.UserId, ":night") {
		t.Errorf("the session is %s, %s", *me.Arn, *me.UserId)
	}
	must(t, func() (*iam.CreateUserOutput, error) {
		return iamAs(w, session).CreateUser(ctx, &iam.CreateUserInput{UserName: aws.String("backdoor")})
	})
	pass(t, w, 5*time.Second)
	records := delivered(t, w)
	assumed := records[0]
	secret := assumed.ResponseElements["credentials"].(map[string]any)
	if secret["expiration"] != "Jan 7, 2030, 10:00:00 AM" || secret["accessKeyId"] != session.AccessKeyID || secret["secretAccessKey"] != nil {
		t.Errorf("AssumeRole is recorded with %v", secret)
	}
	identity := records[1].UserIdentity
	context := identity["sessionContext"].(map[string]any)
	issuer := context["sessionIssuer"].(map[string]any)
	if identity["type"] != "AssumedRole" || issuer["arn"] != opsRole || context["sourceIdentity"] != "eve" {
		t.Errorf("its caller is recorded as %v", identity)
	}
}

func TestASessionPolicyLimits(t *testing.T) {
	w := openBank(t, world.Options{})
	session := must(t, func() (aws.Credentials, error) {
		return assume(w, eve, func(in *sts.AssumeRoleInput) {
			in.Policy = aws.String(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"ec2:*","Resource":"*"}]}`)
		})
	})
	if c := describe(w, session); c != "" {
		t.Errorf("what it allows: %s", c)
	}
	_, err := iamAs(w, session).ListUsers(ctx, &iam.ListUsersInput{})
	if err == nil || !strings.Contains(err.Error(), "because no session policy allows the iam:ListUsers action") {
		t.Errorf("what it does not: %v", err)
	}
}

func TestOneSessionIsDeniedOrAllOlderOnes(t *testing.T) {
	w := openBank(t, world.Options{PropagationDelay: -1})
	night := must(t, func() (aws.Credentials, error) { return assume(w, eve, nil) })
	day := must(t, func() (aws.Credentials, error) { return assume(w, eve, named("day")) })
	id := *must(t, func() (*iam.GetRoleOutput, error) {
		return iamAs(w, riposte).GetRole(ctx, &iam.GetRoleInput{RoleName: aws.String("ops")})
	}).Role.RoleId
	deny := func(condition string) {
		t.Helper()
		must(t, func() (*iam.PutRolePolicyOutput, error) {
			return iamAs(w, riposte).PutRolePolicy(ctx, &iam.PutRolePolicyInput{RoleName: aws.String("ops"), PolicyName: aws.String("riposte-deny-c1"),
				PolicyDocument: aws.String(`{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*","Condition":` + condition + `}]}`)})
		})
	}
	deny(`{"StringEquals":{"aws:userId":"` + id + `:night"}}`)
	if a, b := describe(w, night), describe(w, day); a != "UnauthorizedOperation" || b != "" {
		t.Errorf("one session: night %q, day %q", a, b)
	}
	pass(t, w, time.Minute)
	deny(`{"DateLessThan":{"aws:TokenIssueTime":"2030-01-07T09:01:00Z"}}`)
	later := must(t, func() (aws.Credentials, error) { return assume(w, eve, named("later")) })
	if a, b := describe(w, day), describe(w, later); a != "UnauthorizedOperation" || b != "" {
		t.Errorf("older sessions: day %q, later %q", a, b)
	}
	if c := describe(w, eve); c != "" {
		t.Errorf("a long-lived key has no token time: %s", c)
	}
}

func TestSessionsExpireAndWantTheirToken(t *testing.T) {
	w := openBank(t, world.Options{})
	session := must(t, func() (aws.Credentials, error) { return assume(w, eve, nil) })
	bare := session
	bare.SessionToken = ""
	if c := describe(w, bare); c != "AuthFailure" {
		t.Errorf("without its token: %q", c)
	}
	pass(t, w, time.Hour-time.Second)
	if c := describe(w, session); c != "" {
		t.Errorf("in its last second: %s", c)
	}
	pass(t, w, time.Second)
	if c := describe(w, session); c != "RequestExpired" {
		t.Errorf("after an hour EC2 says %q", c)
	}
	if _, err := iamAs(w, session).ListUsers(ctx, &iam.ListUsersInput{}); code(err) != "ExpiredToken" {
		t.Errorf("and IAM %v", err)
	}
}

func TestAMintedSessionCarriesItsSecondFactor(t *testing.T) {
	w := openBank(t, world.Options{})
	session := must(t, func() (aws.Credentials, error) {
		return w.Mint("arn:aws:iam::111122223333:user/staff/eve", world.SessionOptions{MFA: true})
	})
	must(t, func() (*iam.CreateUserOutput, error) {
		return iamAs(w, session).CreateUser(ctx, &iam.CreateUserInput{UserName: aws.String("colleague")})
	})
	pass(t, w, 5*time.Second)
	identity := delivered(t, w)[0].UserIdentity
	attributes := identity["sessionContext"].(map[string]any)["attributes"].(map[string]any)
	if identity["type"] != "IAMUser" || identity["userName"] != "eve" || attributes["mfaAuthenticated"] != "true" {
		t.Errorf("recorded as %v", identity)
	}
	for _, arn := range []string{"", "arn:aws:iam::111122223333:user/eve", opsRole, "arn:aws:iam::999999999999:user/x"} {
		if _, err := w.Mint(arn, world.SessionOptions{}); err == nil {
			t.Errorf("minted a session of %q", arn)
		}
	}
}

func TestASessionOutlivesTheKeyThatAskedForIt(t *testing.T) {
	w := openBank(t, world.Options{PropagationDelay: -1})
	out := must(t, func() (*sts.GetSessionTokenOutput, error) {
		return sts.NewFromConfig(w.Config(ireland, eve)).GetSessionToken(ctx, &sts.GetSessionTokenInput{})
	})
	session := aws.Credentials{AccessKeyID: *out.Credentials.AccessKeyId, SecretAccessKey: *out.Credentials.SecretAccessKey, SessionToken: *out.Credentials.SessionToken}
	must(t, func() (*iam.UpdateAccessKeyOutput, error) {
		return iamAs(w, riposte).UpdateAccessKey(ctx, &iam.UpdateAccessKeyInput{UserName: aws.String("eve"), AccessKeyId: &eve.AccessKeyID, Status: "Inactive"})
	})
	if a, b := describe(w, eve), describe(w, session); a != "AuthFailure" || b != "" {
		t.Errorf("the key %q, its session %q", a, b)
	}
	if _, err := iamAs(w, session).ListUsers(ctx, &iam.ListUsersInput{}); code(err) != "InvalidClientTokenId" {
		t.Errorf("IAM without a second factor: %v", err)
	}
	put(t, w, "eve", "riposte-deny-c1", denyAll)
	if c := describe(w, session); c != "UnauthorizedOperation" {
		t.Errorf("after the deny on the user: %q", c)
	}
	if _, err := sts.NewFromConfig(w.Config(ireland, eve2)).GetSessionToken(ctx, &sts.GetSessionTokenInput{}); err != nil {
		t.Errorf("no policy stops that: %v", err)
	}
}

func TestAnEstateWithAPolicyThatCanNotBeEvaluatedIsRefused(t *testing.T) {
	for _, c := range []struct{ name, old, new, want string }{
		{"an operator that iam does not evaluate", "ArnEquals", `"BinaryEquals"`, "user riposte: inline policy contain"},
		{"a trust without principal", "Principal: {AWS", "Resource: {AWS", "role ops: trust"},
		{"a policy that is not there", "policy/AdministratorAccess\"]\n        keys", "policy/Nothing\"]\n        keys", "does not exist"},
	} {
		_, err := world.New([]byte(strings.Replace(bank, c.old, c.new, 1)), world.Options{})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}
