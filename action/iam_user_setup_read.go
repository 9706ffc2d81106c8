package action

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
)

// setupReads are the rights that lookSetup needs.
func setupReads() []call.ID {
	return []call.ID{
		call.IAMListAccessKeys, call.IAMGetLoginProfile, call.IAMListGroupsForUser, call.IAMListAttachedUserPolicies, call.IAMListUserPolicies, call.IAMGetUserPolicy,
		call.IAMListMFADevices, call.IAMListSigningCertificates, call.IAMListSSHPublicKeys, call.IAMListServiceSpecificCredentials,
	}
}

// holdings are what a user has, seen from a case: whether a deny of riposte's is among it, and what riposte takes from no user.
type holdings struct {
	setup  UserSetup
	denied bool
	kept   string // "an MFA device"; "" for nothing
}

// lookSetup reads what a user has. Each list is read to its end: what it left out would stay, and IAM would refuse the deletion in the middle.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteUser.html
func lookSetup(ctx context.Context, r access.Reads, user event.Resource, caseID string) (holdings, error) {
	l := setupLook{reads: r, user: user, name: aws.String(name(user)), own: inline(caseID)}
	for _, read := range []func(context.Context) error{l.keys, l.password, l.groups, l.attached, l.inline, l.others} {
		if err := read(ctx); err != nil {
			return holdings{}, fmt.Errorf("read what user %q has: %w", name(user), err)
		}
	}
	return l.holdings, nil
}

type setupLook struct {
	reads access.Reads
	user  event.Resource
	name  *string
	own   string // the inline deny of the case
	holdings
}

func (l *setupLook) iam() access.IAMReads { return l.reads.IAM(l.user.Place()) }

func (l *setupLook) keys(ctx context.Context) error {
	pages := iam.NewListAccessKeysPaginator(l.iam(), &iam.ListAccessKeysInput{UserName: l.name})
	for pages.HasMorePages() {
		out, err := pages.NextPage(ctx)
		if err != nil {
			return err
		}
		for _, k := range out.AccessKeyMetadata {
			l.setup.Keys = append(l.setup.Keys, aws.ToString(k.AccessKeyId))
		}
	}
	slices.Sort(l.setup.Keys)
	return nil
}

func (l *setupLook) password(ctx context.Context) error {
	_, err := l.iam().GetLoginProfile(ctx, &iam.GetLoginProfileInput{UserName: l.name})
	if Missing(err) {
		return nil
	}
	l.setup.Password = err == nil
	return err
}

func (l *setupLook) groups(ctx context.Context) error {
	pages := iam.NewListGroupsForUserPaginator(l.iam(), &iam.ListGroupsForUserInput{UserName: l.name})
	for pages.HasMorePages() {
		out, err := pages.NextPage(ctx)
		if err != nil {
			return err
		}
		for _, g := range out.Groups {
			l.setup.Groups = append(l.setup.Groups, aws.ToString(g.GroupName))
		}
	}
	slices.Sort(l.setup.Groups)
	return nil
}

func (l *setupLook) attached(ctx context.Context) error {
	pages := iam.NewListAttachedUserPoliciesPaginator(l.iam(), &iam.ListAttachedUserPoliciesInput{UserName: l.name})
	for pages.HasMorePages() {
		out, err := pages.NextPage(ctx)
		if err != nil {
			return err
		}
		for _, p := range out.AttachedPolicies {
			if arn := aws.ToString(p.PolicyArn); arn == deployed(l.user.Place(), DenyPolicy) {
				l.denied = true
			} else {
				l.setup.Attached = append(l.setup.Attached, arn)
			}
		}
	}
	slices.Sort(l.setup.Attached)
	return nil
}

// inline leaves out the deny of the case alone: another's contains by itself, and is told with all that goes.
func (l *setupLook) inline(ctx context.Context) error {
	pages := iam.NewListUserPoliciesPaginator(l.iam(), &iam.ListUserPoliciesInput{UserName: l.name})
	for pages.HasMorePages() {
		out, err := pages.NextPage(ctx)
		if err != nil {
			return err
		}
		for _, policy := range out.PolicyNames {
			if policy == l.own {
				l.denied = true
				continue
			}
			doc, _, err := userInline(ctx, l.reads, l.user, policy)
			if err != nil {
				return err
			}
			l.setup.Inline = append(l.setup.Inline, InlinePolicy{policy, doc})
		}
	}
	slices.SortFunc(l.setup.Inline, func(a, b InlinePolicy) int { return strings.Compare(a.Name, b.Name) })
	return nil
}

// others are what a user has for more than calls: whose they are a person finds out.
func (l *setupLook) others(ctx context.Context) error {
	mfa, err := l.iam().ListMFADevices(ctx, &iam.ListMFADevicesInput{UserName: l.name})
	if err != nil {
		return err
	}
	certificates, err := l.iam().ListSigningCertificates(ctx, &iam.ListSigningCertificatesInput{UserName: l.name})
	if err != nil {
		return err
	}
	ssh, err := l.iam().ListSSHPublicKeys(ctx, &iam.ListSSHPublicKeysInput{UserName: l.name})
	if err != nil {
		return err
	}
	services, err := l.iam().ListServiceSpecificCredentials(ctx, &iam.ListServiceSpecificCredentialsInput{UserName: l.name})
	if err != nil {
		return err
	}
	switch {
	case len(mfa.MFADevices) > 0:
		l.kept = "an MFA device"
	case len(certificates.Certificates) > 0:
		l.kept = "a signing certificate"
	case len(ssh.SSHPublicKeys) > 0:
		l.kept = "an SSH key"
	case len(services.ServiceSpecificCredentials) > 0:
		l.kept = "credentials of a single service"
	}
	return nil
}
