package cloud

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"
)

const (
	lasts = time.Hour // what every role allows; more is the role's choice, and chained sessions never get it
	early = 5 * time.Minute
	spell = 30 * time.Second // how long credentials that AWS refuses are kept, or a refusal for another reason would call STS with every call
)

// role is a credentials provider for one role in one account, and one session policy. Its clock is riposte's own, and it
// counts from when it assumed the role: by a clock that is wrong, AWS's word for the end would never be over, or always.
type role struct {
	sts        *sts.Client
	arn        string
	session    string
	externalID string
	policy     string // "" for none
	now        func() time.Time
	refused    error
	opened     func(arn, id string) // told of each session

	turn chan struct{} // one place: its holder calls STS. A mutex would not heed contexts.

	mu      sync.Mutex
	current aws.Credentials
	got     time.Time
}

func (c *Cloud) assume(s session, sts *sts.Client) *role {
	r := &role{session: s.name, externalID: c.opts.ExternalID, policy: s.policy, now: c.opts.Now, opened: c.ownRoles.learn, sts: sts, turn: make(chan struct{}, 1)}
	name, ok := c.opts.Roles[s.purpose]
	switch {
	case !ok:
		r.refused = &NoRole{Purpose: s.purpose}
	case s.purpose.changes() && s.policy == "":
		r.refused = &NotNarrowed{Why: s.unfit}
	}
	r.arn = fmt.Sprintf("arn:%s:iam::%s:role/%s", s.place.Partition, s.place.Account, name)
	return r
}

// NoRole says that riposte was not given the rights for a purpose.
type NoRole struct {
	denial
	Purpose Purpose
}

func (e *NoRole) Error() string {
	return fmt.Sprintf("no role for %q: name one under organization.roles", e.Purpose)
}

// NotAssumed says that a role did not let riposte in.
type NotAssumed struct {
	Role string // ARN
	Err  error
}

func (e *NotAssumed) Error() string { return fmt.Sprintf("assume %s: %v", e.Role, e.Err) }
func (e *NotAssumed) Unwrap() error { return e.Err }

// Retrieve returns the current credentials, or assumes the role again.
func (r *role) Retrieve(ctx context.Context) (aws.Credentials, error) {
	if r.refused != nil {
		return aws.Credentials{}, r.refused
	}
	if held, ok := r.fresh(); ok {
		return held, nil
	}
	select {
	case r.turn <- struct{}{}:
		defer func() { <-r.turn }()
	case <-ctx.Done():
		return aws.Credentials{}, &NotAssumed{r.arn, ctx.Err()}
	}
	if held, ok := r.fresh(); ok {
		return held, nil // another call had the turn before
	}
	return r.assume(ctx)
}

// fresh returns what is held while it lasts, by the clock that never jumps and by the one that goes on while a machine
// sleeps; where they are one, as in tests, a clock that is set back keeps credentials until AWS refuses them.
func (r *role) fresh() (aws.Credentials, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.now()
	age := max(now.Sub(r.got), now.Round(0).Sub(r.got.Round(0)))
	return r.current, r.current.HasKeys() && age < lasts-early
}

func (r *role) assume(ctx context.Context) (aws.Credentials, error) {
	in := &sts.AssumeRoleInput{RoleArn: &r.arn, RoleSessionName: &r.session, DurationSeconds: aws.Int32(int32(lasts.Seconds()))}
	if r.externalID != "" {
		in.ExternalId = &r.externalID
	}
	if r.policy != "" {
		in.Policy = &r.policy
	}
	out, err := r.sts.AssumeRole(ctx, in)
	var api smithy.APIError
	if errors.As(err, &api) && api.ErrorCode() == "PackedPolicyTooLarge" {
		return aws.Credentials{}, &NotNarrowed{Why: "STS can't pack it: " + api.ErrorMessage()}
	}
	if err != nil {
		return aws.Credentials{}, &NotAssumed{r.arn, err}
	}
	if user := out.AssumedRoleUser; user != nil {
		r.opened(r.arn, aws.ToString(user.AssumedRoleId))
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	got := out.Credentials
	r.current = aws.Credentials{
		AccessKeyID: aws.ToString(got.AccessKeyId), SecretAccessKey: aws.ToString(got.SecretAccessKey),
		SessionToken: aws.ToString(got.SessionToken), CanExpire: true, Expires: aws.ToTime(got.Expiration), Source: "riposte",
	}
	r.got = r.now()
	return r.current, nil
}

// held returns the id of the credentials in use.
func (r *role) held() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.current.AccessKeyID
}

// drop forgets credentials that AWS refused, and reports whether a call may be tried again: with those that another call
// got since, or with new ones. What was got just now is not the reason.
func (r *role) drop(id string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.current.AccessKeyID != id {
		return true
	}
	if age := r.now().Sub(r.got); age >= 0 && age < spell {
		return false
	}
	r.current = aws.Credentials{}
	return true
}
