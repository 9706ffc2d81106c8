package setup

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/aws/smithy-go"
)

// errMany: a history is longer than what is read of it.
var errMany = errors.New("there are more than that")

// reason is why AWS did not answer, without what differs from account to account: the code, where there is one.
func reason(err error) string {
	var of smithy.APIError
	var answer interface{ HTTPStatusCode() int }
	switch {
	case errors.As(err, &of):
		return of.ErrorCode()
	case errors.As(err, &answer) && answer.HTTPStatusCode() != 0:
		return fmt.Sprintf("an answer that can't be read, HTTP status %d", answer.HTTPStatusCode())
	}
	return err.Error()
}

var (
	serviceRole = regexp.MustCompile(`^arn:[a-z-]+:iam::[0-9]{12}:role/aws-service-role/`)
	peopleRole  = regexp.MustCompile(`^arn:[a-z-]+:iam::[0-9]{12}:role/aws-reserved/sso\.amazonaws\.com/`)
	role        = regexp.MustCompile(`^arn:[a-z-]+:iam::([0-9]{12}):role/[A-Za-z0-9+=,.@_/-]+$`)
	user        = regexp.MustCompile(`^arn:[a-z-]+:iam::([0-9]{12}):user/[A-Za-z0-9+=,.@_/-]+$`)
)

// kindOf tells a launcher by its ARN: the two paths are AWS's own, and nobody else can make roles in them.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
func kindOf(arn string) Kind {
	switch {
	case serviceRole.MatchString(arn):
		return Service
	case peopleRole.MatchString(arn):
		return People
	case strings.ContainsAny(arn, "*?"):
		return Other
	case role.MatchString(arn):
		return Automation
	case user.MatchString(arn):
		return User
	}
	return Other
}

// accountOf is the account of a role or user, "" for others.
func accountOf(arn string) string {
	for _, r := range []*regexp.Regexp{role, user} {
		if m := r.FindStringSubmatch(arn); m != nil {
			return m[1]
		}
	}
	return ""
}
