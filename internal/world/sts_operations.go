package world

import (
	"regexp"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/aws-sdk-go-v2/service/sts/types"

	policy "github.com/ripostehq/riposte/iam"
)

const (
	stsReference   = "https://docs.aws.amazon.com/STS/latest/APIReference/API_"
	longestSession = 3600 // seconds: the default maximum of a role, and of any chained session

	largestSessionPolicy = 2048 // characters, white space counted
)

// sessionName is what a caller may call a session.
var sessionName = regexp.MustCompile(`^[\w+=,.@-]{2,64}$`)

func stsOperations() []operation {
	return []operation{
		define(spec[sts.AssumeRoleInput, sts.AssumeRoleOutput]{
			name: "sts.AssumeRole", write: true, basis: stsReference + "AssumeRole.html; record: recorded ones",
			knows: "RoleArn RoleSessionName ExternalId Policy DurationSeconds SourceIdentity",
			needs: assumeNeeds, do: assumeRole, response: assumeResponse, resources: assumedResources, readOnly: true,
		}),
		define(spec[sts.GetSessionTokenInput, sts.GetSessionTokenOutput]{
			name: "sts.GetSessionToken", write: true, basis: stsReference + "GetSessionToken.html; record: by analogy to AssumeRole, unverified",
			knows: "DurationSeconds", do: getSessionToken, readOnly: true,
			request: func(_ *call, in *sts.GetSessionTokenInput) any { return orNull(camel(in)) },
			response: func(_ *call, out *sts.GetSessionTokenOutput) any {
				return fields{"credentials": recordedCredentials(out.Credentials)}
			},
		}),
		define(spec[sts.GetCallerIdentityInput, sts.GetCallerIdentityOutput]{
			name: "sts.GetCallerIdentity", basis: stsReference + "GetCallerIdentity.html", do: getCallerIdentity,
		}),
	}
}

func assumeNeeds(c *call, in *sts.AssumeRoleInput) []need {
	n := need{Action: "sts:AssumeRole", Resource: *in.RoleArn, Context: map[string][]string{"sts:RoleSessionName": {*in.RoleSessionName}}}
	if in.ExternalId != nil {
		n.Context["sts:ExternalId"] = []string{*in.ExternalId}
	}
	if in.SourceIdentity == nil {
		return []need{n}
	}
	n.Context["sts:SourceIdentity"] = []string{*in.SourceIdentity}
	named := n // to set one is a right of its own, which the role has to give as well
	named.Action = "sts:SetSourceIdentity"
	return []need{n, named}
}

// assumeRole opens a session of a role. A second factor does not pass into it; a source identity does, and can't be
// changed: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_control-access_monitor.html
func assumeRole(c *call, in *sts.AssumeRoleInput) (*sts.AssumeRoleOutput, *refusal) {
	r, owner := c.roleOf(*in.RoleArn) // who was authorized by its trust policy finds it
	seconds := int32(longestSession)
	if in.DurationSeconds != nil {
		seconds = *in.DurationSeconds
	}
	if seconds < 900 || seconds > longestSession {
		return nil, invalidInput("The requested DurationSeconds exceeds the MaxSessionDuration set for this role.")
	}
	if !sessionName.MatchString(*in.RoleSessionName) {
		return nil, invalidInput("1 validation error detected: Value '%s' at 'roleSessionName' failed to satisfy constraint: "+
			"Member must satisfy regular expression pattern: [\\w+=,.@-]*", *in.RoleSessionName)
	}
	if refused := checkSessionPolicy(in.Policy); refused != nil {
		return nil, refused
	}
	source := aws.ToString(in.SourceIdentity)
	if s := c.by.session; s != nil && s.SourceIdentity != "" {
		if source != "" && source != s.SourceIdentity {
			return nil, refuse("AccessDenied", "The source identity of a session can't be changed.").as(403)
		}
		source = s.SourceIdentity
	}
	made := c.open(&c.Accounts[owner].IAM, session{
		Role: r.Name, Name: *in.RoleSessionName, SourceIdentity: source, Document: aws.ToString(in.Policy),
	}, time.Duration(seconds)*time.Second)
	out := &sts.AssumeRoleOutput{
		Credentials: made.credentials(),
		AssumedRoleUser: &types.AssumedRoleUser{
			Arn: aws.String(c.sessionARN(owner, r.Name, made.Name)), AssumedRoleId: aws.String(r.ID + ":" + made.Name),
		},
	}
	if source != "" {
		out.SourceIdentity = aws.String(source)
	}
	return out, nil
}

func checkSessionPolicy(document *string) *refusal {
	if document == nil {
		return nil
	}
	if len(*document) > largestSessionPolicy {
		return invalidInput("1 validation error detected: Value at 'policy' failed to satisfy constraint: "+
			"Member must have length less than or equal to %d", largestSessionPolicy)
	}
	if _, err := policy.Parse([]byte(*document)); err != nil {
		return malformed(err)
	}
	return nil
}

func (s *session) credentials() *types.Credentials {
	return &types.Credentials{
		AccessKeyId: aws.String(s.Key), SecretAccessKey: aws.String(s.Secret),
		SessionToken: aws.String(s.Token), Expiration: aws.Time(s.Expires),
	}
}

func assumeResponse(_ *call, out *sts.AssumeRoleOutput) any {
	m := camel(out).(fields)
	m["credentials"] = recordedCredentials(out.Credentials)
	return m
}

// recordedCredentials keep the session token, which is a secret that CloudTrail does not hide.
func recordedCredentials(c *types.Credentials) fields {
	return fields{
		"accessKeyId": *c.AccessKeyId, "sessionToken": *c.SessionToken, "expiration": inWords(*c.Expiration, "Jan 2, 2006, 3:04:05 PM"),
	}
}

// assumedResources are the resources of AssumeRole's record.
func assumedResources(_ *call, in *sts.AssumeRoleInput) []any {
	owner := ""
	if parts := strings.SplitN(*in.RoleArn, ":", 6); len(parts) == 6 {
		owner = parts[4]
	}
	return []any{fields{"accountId": owner, "type": "AWS::IAM::Role", "ARN": *in.RoleArn}}
}

// getSessionToken opens a user's session without a second factor: it can't call IAM, nor anything of STS but AssumeRole
// and GetCallerIdentity. It outlives the key that asked for it.
func getSessionToken(c *call, in *sts.GetSessionTokenInput) (*sts.GetSessionTokenOutput, *refusal) {
	if c.by.session != nil || c.by.user == "" {
		return nil, refuse("AccessDenied", "Cannot call GetSessionToken with session credentials").as(403)
	}
	lasts := 12 * time.Hour
	if in.DurationSeconds != nil {
		lasts = time.Duration(*in.DurationSeconds) * time.Second
	}
	if lasts < 15*time.Minute || lasts > 36*time.Hour {
		return nil, invalidInput("Value '%d' at 'durationSeconds' failed to satisfy constraint", int(lasts.Seconds()))
	}
	made := c.open(c.iam(), session{User: c.by.id}, lasts)
	return &sts.GetSessionTokenOutput{Credentials: made.credentials()}, nil
}

func getCallerIdentity(c *call, _ *sts.GetCallerIdentityInput) (*sts.GetCallerIdentityOutput, *refusal) {
	return &sts.GetCallerIdentityOutput{Account: aws.String(c.by.account), Arn: aws.String(c.by.arn), UserId: aws.String(c.by.id)}, nil
}
