package identity

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net/netip"
	"net/url"
	"path"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
	policies "github.com/ripostehq/riposte/iam"
)

// readPolicies reads the lock of riposte's that the role has, and reports whether others of its policies lock it already.
func (l *locking) readPolicies(ctx context.Context) (locked bool, err error) {
	r, role := l.in.AWS.IAM(l.found.Role.Place()), l.of.RoleName
	var others []policies.Policy
	add := func(name, document string) {
		if document, err := url.PathUnescape(document); err == nil {
			if signs(document) {
				l.doubtFirst("the role may read or write objects of S3 (policy %s): URLs that it signs for others would be cut off, and no record shows their use", name)
			}
			if _, err := policies.Parse([]byte(document)); err == nil {
				if p, is := placed(document); is {
					others = append(others, p)
				}
				return
			}
		}
		l.doubt("policy %s of the role can't be evaluated", name)
	}
	inline := iam.NewListRolePoliciesPaginator(r, &iam.ListRolePoliciesInput{RoleName: role})
	for inline.HasMorePages() {
		page, err := inline.NextPage(ctx)
		if err != nil {
			return false, fmt.Errorf("read policies of role %q: %w", *role, err)
		}
		for _, name := range page.PolicyNames {
			out, err := r.GetRolePolicy(ctx, &iam.GetRolePolicyInput{RoleName: role, PolicyName: &name})
			if err != nil {
				return false, fmt.Errorf("read policy %q of role %q: %w", name, *role, err)
			}
			if name == action.CredentialLockPolicy {
				if l.written, err = url.PathUnescape(aws.ToString(out.PolicyDocument)); err != nil {
					return false, fmt.Errorf("read policy %q of role %q: %w", name, *role, err)
				}
				continue
			}
			add(name, aws.ToString(out.PolicyDocument))
		}
	}
	attached := iam.NewListAttachedRolePoliciesPaginator(r, &iam.ListAttachedRolePoliciesInput{RoleName: role})
	for attached.HasMorePages() {
		page, err := attached.NextPage(ctx)
		if err != nil {
			return false, fmt.Errorf("read attached policies of role %q: %w", *role, err)
		}
		for _, p := range page.AttachedPolicies {
			document, err := managed(ctx, r, p.PolicyArn)
			if err != nil {
				return false, err
			}
			add(aws.ToString(p.PolicyName), document)
		}
	}
	return l.lockedBy(others), nil
}

// reader is what reads managed policies.
type reader interface {
	GetPolicy(context.Context, *iam.GetPolicyInput, ...func(*iam.Options)) (*iam.GetPolicyOutput, error)
	GetPolicyVersion(context.Context, *iam.GetPolicyVersionInput, ...func(*iam.Options)) (*iam.GetPolicyVersionOutput, error)
}

// managed is the document of a managed policy that counts.
func managed(ctx context.Context, r reader, arn *string) (string, error) {
	p, err := r.GetPolicy(ctx, &iam.GetPolicyInput{PolicyArn: arn})
	if err != nil {
		return "", fmt.Errorf("read policy %q: %w", *arn, err)
	}
	v, err := r.GetPolicyVersion(ctx, &iam.GetPolicyVersionInput{PolicyArn: arn, VersionId: p.Policy.DefaultVersionId})
	if err != nil {
		return "", fmt.Errorf("read policy %q: %w", *arn, err)
	}
	return aws.ToString(v.PolicyVersion.Document), nil
}

// signs reports whether a policy allows what signed URLs are made for: their holders call S3 from an address of its own, with
// the instance's credentials. https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-presigned-url.html
func signs(document string) bool {
	var d map[string]any
	if json.Unmarshal([]byte(document), &d) != nil {
		return true
	}
	for _, one := range listed(d["Statement"]) {
		s, _ := one.(map[string]any)
		if s["Effect"] != "Allow" {
			continue
		}
		if s["NotAction"] != nil {
			return true
		}
		for _, a := range listed(s["Action"]) {
			pattern, _ := a.(string)
			for _, made := range []string{"s3:getobject", "s3:putobject"} {
				if fits, err := path.Match(strings.ToLower(pattern), made); fits || err != nil {
					return true
				}
			}
		}
	}
	return false
}

// listed are the elements of what IAM takes alone or in a list.
func listed(v any) []any {
	if all, ok := v.([]any); ok {
		return all
	}
	return []any{v}
}

// strangers are addresses that are no network's (https://www.rfc-editor.org/rfc/rfc5737), and some that differ from look to look, so that
// a policy can't name just those.
func (l *locking) strangers() []string {
	out := []string{"198.51.100.254", "203.0.113.254", "2001:db8:ffff::fffe"}
	seed := sha256.Sum256([]byte(l.in.Now.Format(time.RFC3339Nano)))
	for i := range 3 {
		out = append(out, netip.AddrFrom4([4]byte{198, 18 + seed[3*i]&1, seed[3*i+1], seed[3*i+2]}).String()) // for benchmarks: no caller has one
	}
	return out
}

// lockedBy reports whether policies deny calls by the internet from whatever address is no network's: those of several services, since a
// policy that names some leaves the others open.
func (l *locking) lockedBy(by []policies.Policy) bool {
	for _, f := range l.machines {
		for _, m := range f.all {
			for _, from := range l.strangers() {
				keys := map[string]string{
					"ec2:SourceInstanceARN": f.at.In(event.Instance, m.id).ARN(), "aws:EC2InstanceSourceVPC": m.vpc, "aws:ViaAWSService": "false", "aws:SourceIp": from,
					"aws:RequestedRegion": f.at.Region, "aws:SecureTransport": "true", "aws:PrincipalAccount": f.at.Account, "aws:PrincipalType": "AssumedRole",
					"aws:CurrentTime": l.in.Now.UTC().Format(time.RFC3339), "aws:PrincipalArn": l.found.Role.ARN(), "aws:userid": aws.ToString(l.of.RoleId) + ":" + m.id,
				}
				for _, made := range []call.ID{call.EC2DescribeInstances, call.S3ListBucket, call.SQSReceiveMessage} {
					if !denied(keys, made, by...) {
						return false
					}
				}
			}
		}
	}
	return true
}
