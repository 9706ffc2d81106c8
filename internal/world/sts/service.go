// Package sts is the Security Token Service in the world.
package sts

import (
	"regexp"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/aws-sdk-go-v2/service/sts/types"

	policy "github.com/ripostehq/riposte/iam"
	"github.com/ripostehq/riposte/internal/world/core"
	"github.com/ripostehq/riposte/internal/world/iam"
)

// Service is STS.
func Service() *core.Service {
	return &core.Service{
		Name: "sts", SDK: "STS", Reference: "https://docs.aws.amazon.com/STS/latest/APIReference/API_",
		Words: core.QueryWords(), HidesDenied: true, Resources: []core.Resource{sessionResource()},
	}
}

// largestSessionPolicy is in characters, white space counted.
const largestSessionPolicy = 2048

// sessionName is what a caller may call a session.
var sessionName = regexp.MustCompile(`^[\w+=,.@-]{2,64}$`)

func sessionResource() core.Resource {
	return core.Resource{Operations: []core.Operation{
		core.Define(core.Spec[sts.AssumeRoleInput, sts.AssumeRoleOutput]{
			Write: true, Basis: "record: recorded ones", Knows: "RoleArn RoleSessionName ExternalId Policy DurationSeconds SourceIdentity",
			Needs: assumeNeeds, Answer: assumeRole, ReadOnly: true,
			Response: func(_ *core.Call, out *sts.AssumeRoleOutput) any {
				m := core.Camel(out).(core.Fields)
				m["credentials"] = recordedCredentials(out.Credentials)
				return m
			},
			Resources: func(_ *core.Call, in *sts.AssumeRoleInput) []any {
				owner := ""
				if parts := strings.SplitN(*in.RoleArn, ":", 6); len(parts) == 6 {
					owner = parts[4]
				}
				return []any{core.Fields{"accountId": owner, "type": "AWS::IAM::Role", "ARN": *in.RoleArn}}
			},
		}),
		core.Define(core.Spec[sts.GetSessionTokenInput, sts.GetSessionTokenOutput]{
			Write: true, Basis: "record: by analogy to AssumeRole, unverified", Knows: "DurationSeconds", Answer: getSessionToken, ReadOnly: true,
			Request: func(_ *core.Call, in *sts.GetSessionTokenInput) any { return core.OrNull(core.Camel(in)) },
			Response: func(_ *core.Call, out *sts.GetSessionTokenOutput) any {
				return core.Fields{"credentials": recordedCredentials(out.Credentials)}
			},
		}),
		core.Define(core.Spec[sts.GetCallerIdentityInput, sts.GetCallerIdentityOutput]{
			Answer: func(c *core.Call, _ *sts.GetCallerIdentityInput) (*sts.GetCallerIdentityOutput, *core.Refusal) {
				return &sts.GetCallerIdentityOutput{Account: aws.String(c.By.Account), Arn: aws.String(c.By.ARN), UserId: aws.String(c.By.ID)}, nil
			},
		}),
	}}
}

func assumeNeeds(c *core.Call, in *sts.AssumeRoleInput) []core.Need {
	n := core.Need{Action: "sts:AssumeRole", Resource: *in.RoleArn, Context: map[string][]string{"sts:RoleSessionName": {*in.RoleSessionName}}}
	if in.ExternalId != nil {
		n.Context["sts:ExternalId"] = []string{*in.ExternalId}
	}
	if in.SourceIdentity == nil {
		return []core.Need{n}
	}
	n.Context["sts:SourceIdentity"] = []string{*in.SourceIdentity}
	named := n // to set one is a right of its own, which the role has to give as well
	named.Action = "sts:SetSourceIdentity"
	return []core.Need{n, named}
}

// assumeRole opens a session of a role. A second factor does not pass into it; a source identity does, and can't be
// changed: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_control-access_monitor.html
func assumeRole(c *core.Call, in *sts.AssumeRoleInput) (*sts.AssumeRoleOutput, *core.Refusal) {
	r, owner := iam.RoleAt(c.State, *in.RoleArn) // its trust policy has authorized the caller, so that it is there
	seconds := int32(iam.LongestSession)
	if in.DurationSeconds != nil {
		seconds = *in.DurationSeconds
	}
	if seconds < 900 || seconds > iam.LongestSession {
		return nil, iam.InvalidInput("The requested DurationSeconds exceeds the MaxSessionDuration set for this role.")
	}
	if !sessionName.MatchString(*in.RoleSessionName) {
		return nil, iam.InvalidInput("1 validation error detected: Value '%s' at 'roleSessionName' failed to satisfy constraint: "+
			"Member must satisfy regular expression pattern: [\\w+=,.@-]*", *in.RoleSessionName)
	}
	if refused := checkSessionPolicy(in.Policy); refused != nil {
		return nil, refused
	}
	source := aws.ToString(in.SourceIdentity)
	if s := c.By.Session; s != nil && s.SourceIdentity != "" {
		if source != "" && source != s.SourceIdentity {
			return nil, core.Refuse("AccessDenied", "The source identity of a session can't be changed.").As(403)
		}
		source = s.SourceIdentity
	}
	there := c.State.At(owner, "")
	made := iam.Open(there, iam.Session{
		Role: r.Name, Name: *in.RoleSessionName, Session: core.Session{SourceIdentity: source, Document: aws.ToString(in.Policy)},
	}, time.Duration(seconds)*time.Second)
	out := &sts.AssumeRoleOutput{
		Credentials: credentials(made),
		AssumedRoleUser: &types.AssumedRoleUser{
			Arn: aws.String(iam.SessionARN(there, r.Name, made.Name)), AssumedRoleId: aws.String(r.ID + ":" + made.Name),
		},
	}
	if source != "" {
		out.SourceIdentity = aws.String(source)
	}
	return out, nil
}

func checkSessionPolicy(document *string) *core.Refusal {
	if document == nil {
		return nil
	}
	if len(*document) > largestSessionPolicy {
		return iam.InvalidInput("1 validation error detected: Value at 'policy' failed to satisfy constraint: "+
			"Member must have length less than or equal to %d", largestSessionPolicy)
	}
	if _, err := policy.Parse([]byte(*document)); err != nil {
		return iam.Malformed(err)
	}
	return nil
}

func credentials(s *iam.Session) *types.Credentials {
	return &types.Credentials{
		AccessKeyId: aws.String(s.Key), SecretAccessKey: aws.String(s.Secret),
		SessionToken: aws.String(s.Token), Expiration: aws.Time(s.Expires),
	}
}

// recordedCredentials keep the session token, which is a secret that CloudTrail does not hide.
func recordedCredentials(c *types.Credentials) core.Fields {
	return core.Fields{
		"accessKeyId": *c.AccessKeyId, "sessionToken": *c.SessionToken, "expiration": c.Expiration.UTC().Format("Jan 2, 2006, 3:04:05 PM"),
	}
}

// getSessionToken opens a user's session without a second factor: it can't call IAM, nor anything of STS but AssumeRole
// and GetCallerIdentity. It outlives the key that asked for it.
func getSessionToken(c *core.Call, in *sts.GetSessionTokenInput) (*sts.GetSessionTokenOutput, *core.Refusal) {
	if c.By.Session != nil || c.By.User == "" {
		return nil, core.Refuse("AccessDenied", "Cannot call GetSessionToken with session credentials").As(403)
	}
	lasts := 12 * time.Hour
	if in.DurationSeconds != nil {
		lasts = time.Duration(*in.DurationSeconds) * time.Second
	}
	if lasts < 15*time.Minute || lasts > 36*time.Hour {
		return nil, iam.InvalidInput("Value '%d' at 'durationSeconds' failed to satisfy constraint", int(lasts.Seconds()))
	}
	made := iam.Open(c.At, iam.Session{User: c.By.ID}, lasts)
	return &sts.GetSessionTokenOutput{Credentials: credentials(made)}, nil
}
