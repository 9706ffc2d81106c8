package cloud

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

// itself gives the process's own credentials, for its own account and no other: a user of some other account, named alike,
// would otherwise be read and changed here.
type itself struct {
	sts     *sts.Client
	account string
	base

	turn chan struct{} // as role's
	own  string        // the account that the credentials are of, once known
}

// Retrieve returns the credentials, or says that they are another account's.
func (i *itself) Retrieve(ctx context.Context) (aws.Credentials, error) {
	select {
	case i.turn <- struct{}{}:
		defer func() { <-i.turn }()
	case <-ctx.Done():
		return aws.Credentials{}, fmt.Errorf("wait for the account of the credentials: %w", ctx.Err())
	}
	if i.own == "" {
		caller, err := i.sts.GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
		if err != nil {
			return aws.Credentials{}, fmt.Errorf("ask for the account of the credentials: %w", err)
		}
		i.own = aws.ToString(caller.Account)
	}
	if i.own != i.account {
		return aws.Credentials{}, &NotOurs{i.own, i.account}
	}
	return i.CredentialsProvider.Retrieve(ctx)
}

// NotOurs says that riposte has no way into an account.
type NotOurs struct{ Own, Wanted string }

func (e *NotOurs) Error() string {
	return fmt.Sprintf("riposte's own credentials are of account %s: name roles under organization.roles to enter %s", e.Own, e.Wanted)
}
