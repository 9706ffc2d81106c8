package action

import (
	"path"
	"strings"
	"time"

	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/iam"
)

// Scope is how much a deny takes away. Every scope covers the actor's own IAM changes: otherwise each rung could be
// removed by its target.
type Scope string

const (
	Everything  Scope = "everything"  // every call
	Destructive Scope = "destructive" // Destruction
)

// Destruction lists the calls that destroy, blind, or open a way back, as IAM action patterns. It begins with seed 001's
// two; the changes of IAM and STS follow. It fits into a user's inline budget of 2,048 characters, which a test checks.
func Destruction() []string {
	return []string{
		"ec2:StopInstances", "ec2:TerminateInstances", "ec2:Delete*", "ec2:Modify*", "ec2:Deregister*", "ec2:Detach*",
		"ec2:Disassociate*", "ec2:Release*", "ec2:Revoke*", "ec2:Authorize*", "ec2:RunInstances", "ec2:CreateFleet",
		"ec2:RequestSpot*", "ec2:CreateLaunchTemplateVersion", "ec2:Replace*", "ec2:Cancel*",
		"iam:Add*", "iam:Attach*", "iam:Change*", "iam:Create*", "iam:Deactivate*", "iam:Delete*", "iam:Detach*",
		"iam:Enable*", "iam:PassRole", "iam:Put*", "iam:Remove*", "iam:Reset*", "iam:Resync*", "iam:Set*", "iam:Tag*",
		"iam:Untag*", "iam:Update*", "iam:Upload*",
		"sts:AssumeRole*", "sts:GetFederationToken", "sts:TagSession",
		"organizations:*", "account:*", "sso:*", "sso-directory:*", "identitystore:*", "rolesanywhere:*",
		"kms:ScheduleKeyDeletion", "kms:DisableKey*", "kms:Delete*", "kms:PutKeyPolicy", "kms:CreateGrant", "kms:Revoke*",
		"s3:Delete*", "s3:Put*", "s3:Bypass*", "s3-object-lambda:*",
		"rds:Delete*", "rds:Stop*", "rds:Modify*", "redshift:Delete*", "dynamodb:Delete*", "elasticache:Delete*",
		"elasticfilesystem:Delete*", "backup:Delete*", "backup:Update*", "backup:Stop*",
		"autoscaling:*", "elasticloadbalancing:Delete*", "elasticloadbalancing:Modify*", "elasticloadbalancing:Deregister*",
		"cloudformation:Delete*", "lambda:*", "ecs:*", "eks:*", "route53:Change*", "route53:Delete*",
		"secretsmanager:*", "ssm:*",
		"cloudtrail:Delete*", "cloudtrail:Put*", "cloudtrail:Stop*", "cloudtrail:Update*", "config:Delete*", "config:Stop*",
		"guardduty:*", "securityhub:*", "events:*", "logs:Delete*", "cloudwatch:Delete*", "cloudwatch:Disable*",
	}
}

// calls are the action patterns of a scope.
func (s Scope) calls() []string {
	if s == Destructive {
		return Destruction()
	}
	return []string{"*"}
}

// covers reports whether a deny of this scope stops the call, an IAM action.
func (s Scope) covers(made call.ID) bool {
	if !deniable(made) {
		return false
	}
	for _, pattern := range s.calls() {
		if ok, err := path.Match(strings.ToLower(pattern), strings.ToLower(string(made))); ok && err == nil {
			return true
		}
	}
	return false
}

// deniable tells the calls that no policy stops: AWS answers GetCallerIdentity and GetSessionToken whatever a policy says,
// and signing in to the console is no IAM action.
// https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_control-access_getsessiontoken.html
func deniable(made call.ID) bool {
	return made != call.STSGetCallerIdentity && made != call.STSGetSessionToken && made.Service() != "signin"
}

// DenyDocument is the policy that takes a scope's calls away from its principals: what DenyPolicy and BoundaryPolicy are
// deployed with. The same scope gives the same bytes.
func DenyDocument(s Scope) ([]byte, error) { return deny(s, nil) }

// deny writes a policy that takes the scope's calls away, under a condition or, without one, always.
func deny(s Scope, c condition) ([]byte, error) {
	return iam.Document{Statement: []iam.Statement{
		{Sid: "Riposte", Effect: "Deny", Action: s.calls(), Resource: []string{"*"}, Condition: c},
	}}.JSON()
}

// condition is operator, key, values.
type condition map[string]map[string][]string

// onlySession restricts a deny to one session of a role, by ROLEID:SESSION.
func onlySession(userID string) condition {
	return condition{"StringEquals": {"aws:userId": {userID}}}
}

// olderSessions restricts a deny to sessions opened before a moment.
func olderSessions(than time.Time) condition {
	return condition{"DateLessThan": {"aws:TokenIssueTime": {than.UTC().Format(time.RFC3339)}}}
}

// reach is how much a deny takes away.
func (s Scope) reach() string {
	if s == Destructive {
		return "what destroys is denied"
	}
	return "everything is denied"
}
