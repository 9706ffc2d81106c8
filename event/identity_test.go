package event_test

import (
	"fmt"
	"regexp"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ripostehq/riposte/event"
)

// actor is what a record with this userIdentity says of its caller.
func actor(t *testing.T, identity string, more ...string) event.Actor {
	t.Helper()
	e, err := event.Decode([]byte(record(append(more, `"userIdentity":`+identity)...)))
	if err != nil {
		t.Fatal(err)
	}
	return e.Actor
}

func TestEverySortOfCaller(t *testing.T) {
	const account = "111122223333"
	for name, c := range map[string]struct {
		identity string
		want     event.Actor
	}{
		"user with a path": {
			`{"type":"IAMUser","principalId":"AIDA1","arn":"arn:aws-cn:iam::111122223333:user/ops/dana","accountId":"111122223333","accessKeyId":"AKIA1","userName":"dana"}`,
			event.Actor{Kind: event.UserActor, Partition: "aws-cn", Account: account, ARN: "arn:aws-cn:iam::111122223333:user/ops/dana", PrincipalID: "AIDA1", UserName: "dana", AccessKey: "AKIA1", MFA: event.MFANo},
		},
		"user without a name": {
			`{"type":"IAMUser","arn":"arn:aws:iam::111122223333:user/ops/dana"}`,
			event.Actor{Kind: event.UserActor, Partition: "aws", Account: account, ARN: "arn:aws:iam::111122223333:user/ops/dana", UserName: "dana", MFA: event.MFANo},
		},
		"root": {
			`{"type":"Root","principalId":"111122223333","arn":"arn:aws:iam::111122223333:root","accountId":"111122223333","sessionContext":{"attributes":{"mfaAuthenticated":true}}}`,
			event.Actor{Kind: event.RootActor, Partition: "aws", Account: account, ARN: "arn:aws:iam::111122223333:root", PrincipalID: account, MFA: event.MFAYes},
		},
		"federated user": {
			`{"type":"FederatedUser","principalId":"111122223333:visitor","arn":"arn:aws:sts::111122223333:federated-user/visitor","accountId":"111122223333","sessionContext":{"sessionIssuer":{"type":"IAMUser","arn":"arn:aws:iam::111122223333:user/broker","principalId":"AIDA2","userName":"broker"}}}`,
			event.Actor{Kind: event.FederatedActor, Partition: "aws", Account: account, ARN: "arn:aws:sts::111122223333:federated-user/visitor", PrincipalID: "111122223333:visitor", Issuer: "arn:aws:iam::111122223333:user/broker", IssuerID: "AIDA2", MFA: event.MFAUnknown},
		},
		"SAML": {
			`{"type":"SAMLUser","principalId":"SAMPLE:dana","userName":"dana","identityProvider":"SAMPLE"}`,
			event.Actor{Kind: event.FederatedActor, PrincipalID: "SAMPLE:dana", UserName: "dana", MFA: event.MFAUnknown},
		},
		"OIDC": {
			`{"type":"WebIdentityUser","principalId":"accounts.example.com:app:7","userName":"7"}`,
			event.Actor{Kind: event.FederatedActor, PrincipalID: "accounts.example.com:app:7", UserName: "7", MFA: event.MFAUnknown},
		},
		"Identity Center": {
			`{"type":"IdentityCenterUser","accountId":"111122223333","onBehalfOf":{"userId":"u-1"},"credentialId":"c-1"}`,
			event.Actor{Kind: event.IdentityCenterActor, Account: account, MFA: event.MFAUnknown},
		},
		"a user who clicks, as the console's older records say it": {
			`{"type":"IAMUser","principalId":"AIDA4","arn":"arn:aws:iam::111122223333:user/olga","accountId":"111122223333","userName":"olga","invokedBy":"signin.amazonaws.com"}`,
			event.Actor{Kind: event.UserActor, Partition: "aws", Account: account, ARN: "arn:aws:iam::111122223333:user/olga", PrincipalID: "AIDA4", UserName: "olga", MFA: event.MFANo},
		},
		"a service": {
			`{"type":"AWSService","invokedBy":"ec2.amazonaws.com"}`,
			event.Actor{Kind: event.ServiceActor, InvokedBy: "ec2.amazonaws.com", MFA: event.MFAUnknown},
		},
		"a service, without type": {
			`{"accountId":"111122223333","invokedBy":"AWS Internal"}`,
			event.Actor{Kind: event.ServiceActor, Account: account, InvokedBy: "AWS Internal", MFA: event.MFAUnknown},
		},
		"a principal of another account": {
			`{"type":"AWSAccount","principalId":"AIDA3","accountId":"444455556666"}`,
			event.Actor{Kind: event.AccountActor, Account: "444455556666", PrincipalID: "AIDA3", MFA: event.MFAUnknown},
		},
		"an unknown type, with dashes": {
			`{"type":"Marvel","arn":"--","sessionContext":{"sessionIssuer":{"arn":"--"}}}`,
			event.Actor{Kind: event.UnknownActor, MFA: event.MFAUnknown},
		},
		"null": {`null`, event.Actor{Kind: event.UnknownActor, MFA: event.MFAUnknown}},
	} {
		if diff := cmp.Diff(c.want, actor(t, c.identity)); diff != "" {
			t.Errorf("%s:\n%s", name, diff)
		}
	}
}

func TestMFAIsKnownOnlyWhereAWSKnowsIt(t *testing.T) {
	const session = `{"type":%q,"sessionContext":{"attributes":{"mfaAuthenticated":%s}}}`
	for _, c := range []struct {
		story, identity string
		want            event.MFA
	}{
		{"a user's long-lived key", `{"type":"IAMUser"}`, event.MFANo},
		{"a user's session without MFA", fmt.Sprintf(session, "IAMUser", `"false"`), event.MFANo},
		{"a user's session with MFA", fmt.Sprintf(session, "IAMUser", `"true"`), event.MFAYes},
		{"the same as a boolean", fmt.Sprintf(session, "IAMUser", `true`), event.MFAYes},
		{"a user's session that does not say", `{"type":"IAMUser","sessionContext":{"attributes":{}}}`, event.MFAUnknown},
		{"root without MFA", fmt.Sprintf(session, "Root", `false`), event.MFANo},
		{"a role assumed with MFA", fmt.Sprintf(session, "AssumedRole", `"true"`), event.MFAYes},
		{"a role: the identity provider may have asked", fmt.Sprintf(session, "AssumedRole", `"false"`), event.MFAUnknown},
		{"a role without session context", `{"type":"AssumedRole"}`, event.MFAUnknown},
		{"a federated user", fmt.Sprintf(session, "FederatedUser", `"false"`), event.MFAUnknown},
	} {
		if got := actor(t, c.identity).MFA; got != c.want {
			t.Errorf("%s: %s, want %s", c.story, got, c.want)
		}
	}
}

func TestSignInTellsOfItsMFAElsewhere(t *testing.T) {
	e, err := event.Decode([]byte(`{"eventSource":"signin.amazonaws.com","eventName":"ConsoleLogin","eventTime":"2026-03-01T10:00:07Z",
		"userIdentity":{"type":"Root"},"additionalEventData":{"MFAUsed":"Yes"}}`))
	if err != nil || e.Actor.MFA != event.MFAYes {
		t.Errorf("root signed in with MFA: %s, %v", e.Actor.MFA, err)
	}
}

func TestAnInstanceIsNotBelievedByItsNameAlone(t *testing.T) {
	const arn = `"type":"AssumedRole","arn":"arn:aws:sts::111122223333:assumed-role/web/i-0123456789abcdef0"`
	for _, c := range []struct{ story, identity, want string }{
		{"an attacker names his session so", `{` + arn + `}`, ""},
		{"the metadata service delivered it", `{` + arn + `,"sessionContext":{"ec2RoleDelivery":"1.0"}}`, "i-0123456789abcdef0"},
		{"AWS names the instance", `{` + arn + `,"inScopeOf":{"issuerType":"AWS::EC2::Instance","credentialsIssuedTo":"arn:aws:ec2:eu-west-1:111122223333:instance/i-0fedcba9876543210"}}`, "i-0fedcba9876543210"},
		{"issued to a function", `{` + arn + `,"inScopeOf":{"issuerType":"AWS::Lambda::Function","credentialsIssuedTo":"arn:aws:lambda:eu-west-1:111122223333:function:f"}}`, ""},
		{"delivered, but no instance's name", `{"type":"AssumedRole","arn":"arn:aws:sts::111122223333:assumed-role/web/dana","sessionContext":{"ec2RoleDelivery":"2.0"}}`, ""},
	} {
		if got := actor(t, c.identity).Instance; got != c.want {
			t.Errorf("%s: %q, want %q", c.story, got, c.want)
		}
	}
}

func TestAPersonComesOnlyFromAConfiguredIssuer(t *testing.T) {
	people := event.People{
		Issuers:     []string{"arn:aws:iam::*:role/aws-reserved/sso.amazonaws.com/*"},
		SessionName: regexp.MustCompile(`[^@]+@example\.com`),
	}
	const sso = "arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Admin_0"
	for _, c := range []struct{ story, issuer, session, want string }{
		{"Identity Center", sso, "dana@example.com", "dana@example.com"},
		{"a name that only contains a person's", sso, "x@evil.test,dana@example.com.evil", ""},
		{"a name that begins like a person's", sso, "dana@example.com.evil", ""},
		{"any role with such a session name", "arn:aws:iam::111122223333:role/ci", "dana@example.com", ""},
		{"a path that looks like the pattern's end", "arn:aws:iam::666677778888:role/x:role/aws-reserved/sso.amazonaws.com/evil", "dana@example.com", ""},
		{"no issuer", "", "dana@example.com", ""},
	} {
		a := event.Actor{Kind: event.RoleActor, Issuer: c.issuer, Session: c.session}
		if got := people.Person(a); got != c.want {
			t.Errorf("%s: %q, want %q", c.story, got, c.want)
		}
	}
	if got := (event.People{}).Person(event.Actor{Kind: event.RoleActor, Issuer: sso, Session: "dana"}); got != "" {
		t.Errorf("nothing configured, but %q is a person", got)
	}
}

func TestPartitionsAreReadFromTheRegion(t *testing.T) {
	for region, want := range map[string]string{
		"eu-west-1": "aws", "cn-north-1": "aws-cn", "us-gov-east-1": "aws-us-gov", "us-iso-east-1": "aws-iso",
		"us-isob-east-1": "aws-iso-b", "eusc-de-east-1": "aws-eusc", "": "",
	} {
		e, err := event.Decode([]byte(record(fmt.Sprintf(`"awsRegion":%q`, region))))
		if err != nil || e.Partition != want {
			t.Errorf("%s is in %q, want %q (%v)", region, e.Partition, want, err)
		}
	}
}
