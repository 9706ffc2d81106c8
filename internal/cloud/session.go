package cloud

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"
)

// early is how long before their end credentials are renewed.
const early = 5 * time.Minute

// role is a credentials provider for one role in one account. Its clock is riposte's own, since the SDK's cache would
// compare the end of a session with the wall clock.
type role struct {
	sts        *sts.Client
	arn        string
	session    string
	externalID string
	now        func() time.Time
	refused    error

	mu      sync.Mutex
	current aws.Credentials
}

func (c *Cloud) assume(s session) *role {
	r := &role{session: s.name, externalID: c.opts.ExternalID, now: c.opts.Now, sts: sts.NewFromConfig(c.opts.Base(s.place))}
	name, ok := c.opts.Roles[s.purpose]
	if !ok {
		r.refused = &NoRole{s.purpose}
	}
	r.arn = fmt.Sprintf("arn:%s:iam::%s:role/%s", s.place.Partition, s.place.Account, name)
	return r
}

// NoRole says that riposte was not given the rights for a purpose.
type NoRole struct{ Purpose Purpose }

func (e *NoRole) Error() string {
	return fmt.Sprintf("no role for %q: name one under organization.roles", e.Purpose)
}

// ErrorCode, ErrorMessage and ErrorFault make it what it is to an action: a refusal for good.
func (e *NoRole) ErrorCode() string             { return "AccessDenied" }
func (e *NoRole) ErrorMessage() string          { return e.Error() }
func (e *NoRole) ErrorFault() smithy.ErrorFault { return smithy.FaultClient }

// Retrieve gives the current credentials, or assumes the role again.
func (r *role) Retrieve(ctx context.Context) (aws.Credentials, error) {
	if r.refused != nil {
		return aws.Credentials{}, r.refused
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.current.HasKeys() && r.now().Before(r.current.Expires.Add(-early)) {
		return r.current, nil
	}
	in := &sts.AssumeRoleInput{RoleArn: &r.arn, RoleSessionName: &r.session}
	if r.externalID != "" {
		in.ExternalId = &r.externalID
	}
	out, err := r.sts.AssumeRole(ctx, in)
	if err != nil {
		return aws.Credentials{}, fmt.Errorf("assume %s: %w", r.arn, err)
	}
	got := out.Credentials
	r.current = aws.Credentials{
		AccessKeyID: aws.ToString(got.AccessKeyId), SecretAccessKey: aws.ToString(got.SecretAccessKey),
		SessionToken: aws.ToString(got.SessionToken), CanExpire: true, Expires: aws.ToTime(got.Expiration), Source: "riposte",
	}
	return r.current, nil
}
