package setup

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	orgtypes "github.com/aws/aws-sdk-go-v2/service/organizations/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/cloud"
	"github.com/ripostehq/riposte/internal/region"
)

// narrow is all that a session in another account may do, whatever the role may that it is of: often an administrator's.
const narrow = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Resource":"*","Action":["ec2:DescribeRegions","ec2:DescribeInstances","ec2:DescribeImages","cloudtrail:LookupEvents"]}]}`

// Visitor is what sessions in other accounts are called.
const Visitor = "riposte-init"

// patience is the longest that one call may take, with all its attempts.
const patience = 30 * time.Second

// AWS is Reads by calls of AWS's.
type AWS struct {
	base   func(event.Place) aws.Config
	caller Caller
	role   string // name, with path, of the role by which other accounts are entered

	mu     sync.Mutex
	opened map[string]aws.CredentialsProvider // by account
}

// Open asks who the caller is. Role is the name, with its path, of the role by which the caller enters other accounts.
func Open(ctx context.Context, base func(event.Place) aws.Config, role string) (*AWS, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	home := cloud.Home(base)
	me, err := sts.NewFromConfig(base(home)).GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	if err != nil {
		return nil, fmt.Errorf("ask who you are: %w; give AWS credentials of the organisation's management account, of a delegated administrator, or of one account", err)
	}
	return &AWS{
		base: base, role: strings.TrimPrefix(role, "/"), opened: map[string]aws.CredentialsProvider{},
		caller: Caller{ARN: aws.ToString(me.Arn), Account: aws.ToString(me.Account), Partition: home.Partition, Region: home.Region},
	}, nil
}

// Caller is who calls.
func (a *AWS) Caller() Caller { return a.caller }

// config signs for a place: as the caller at home, elsewhere by the role, narrowed to what is looked at. What is throttled is tried
// again, ever more slowly.
func (a *AWS) config(p event.Place) aws.Config {
	cfg := a.base(p).Copy()
	cfg.Retryer = func() aws.Retryer {
		return retry.NewAdaptiveMode(func(o *retry.AdaptiveModeOptions) {
			o.StandardOptions = append(o.StandardOptions, func(o *retry.StandardOptions) { o.MaxAttempts = attempts(cfg.RetryMaxAttempts) })
		})
	}
	if p.Account == "" || p.Account == a.caller.Account {
		return cfg
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.opened[p.Account] == nil {
		arn := fmt.Sprintf("arn:%s:iam::%s:role/%s", a.caller.Partition, p.Account, a.role)
		a.opened[p.Account] = aws.NewCredentialsCache(stscreds.NewAssumeRoleProvider(sts.NewFromConfig(cfg), arn, func(o *stscreds.AssumeRoleOptions) {
			o.RoleSessionName, o.Policy = Visitor, aws.String(narrow)
		}))
	}
	cfg.Credentials = a.opened[p.Account]
	return cfg
}

// attempts are eight unless the base says otherwise: a look over an organisation is not urgent, and a throttled account is no missing one.
func attempts(base int) int {
	if base > 0 {
		return base
	}
	return 8
}

// Organization is that of the caller's account.
func (a *AWS) Organization(ctx context.Context) (*Organization, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	describe := organizations.NewFromConfig(a.config(cloud.OrganizationsIn(a.caller.Partition))).DescribeOrganization
	out, err := describe(ctx, &organizations.DescribeOrganizationInput{})
	var none *orgtypes.AWSOrganizationsNotInUseException
	switch {
	case errors.As(err, &none):
		return nil, nil
	case err != nil:
		return nil, err
	}
	return &Organization{ID: aws.ToString(out.Organization.Id), Management: aws.ToString(out.Organization.MasterAccountId)}, nil
}

// Accounts are those of the organisation, with the units that they are in.
func (a *AWS) Accounts(ctx context.Context) ([]cloud.Account, error) {
	return cloud.New(cloud.Options{Base: a.base, Guard: cloud.GuardFor(nil, nil), Now: time.Now}).Accounts(ctx, a.caller.Partition)
}

// Regions are those that are enabled in an account.
func (a *AWS) Regions(ctx context.Context, account string) ([]string, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	out, err := a.ec2(event.Place{Partition: a.caller.Partition, Account: account, Region: a.caller.Region}).regions(ctx)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, r := range out.Regions { // an emulator lists those of other partitions, and those that are off, too
		name := aws.ToString(r.RegionName)
		if region.In(name).ID == a.caller.Partition && aws.ToString(r.OptInStatus) != "not-opted-in" {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names, nil
}
