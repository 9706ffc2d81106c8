package engine_test

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/world"
	"github.com/ripostehq/riposte/playbook"
	"github.com/ripostehq/riposte/playbooks/launch"
)

// The adversary's world: mallory may do anything with two keys; the owner's instance and group are the innocents.
const bazaar = `
now: 2030-01-07T09:00:00Z
accounts:
  - id: "137112412989"
    name: Amazon
    alias: amazon
    regions:
      eu-west-1:
        images: [{id: ami-0aaaaaaaaaaaaaaaa, name: al2023, public: true, created: 2029-12-01T00:00:00Z}]
  - id: "111122223333"
    name: shop
    users:
      - name: mallory
        keys: [{id: AKIAMALLORY000000001, secret: first}, {id: AKIAMALLORY000000002, secret: second}]
        inline: {all: {Version: "2012-10-17", Statement: [{Effect: Allow, Action: "*", Resource: "*"}]}}
      - name: owner
        keys: [{id: AKIAOWNER00000000001, secret: owner}]
        inline: {work: {Version: "2012-10-17", Statement: [{Effect: Allow, Action: ["ec2:*", "autoscaling:*"], Resource: "*"}]}}
      - name: riposte
        keys: [{id: AKIARIPOSTE000000001, secret: own}]
        inline: {all: {Version: "2012-10-17", Statement: [{Effect: Allow, Action: "*", Resource: "*"}]}}
    policies:
      - {name: riposte-deny, document: {Version: "2012-10-17", Statement: [{Sid: RiposteDeny, Effect: Deny, Action: "*", Resource: "*"}]}}
      - {name: riposte-deny-boundary, document: {Version: "2012-10-17", Statement: [{Sid: RiposteDeny, Effect: Deny, Action: "*", Resource: "*"}]}}
      - {name: own, document: {Version: "2012-10-17", Statement: [{Effect: Allow, Action: "s3:*", Resource: "*"}]}}
    regions:
      eu-west-1:
        security_groups:
          - {id: sg-0isolation, name: riposte-isolation, tags: {"riposte:isolation": "true"}}
          - {id: sg-0open, name: open, ingress: [0.0.0.0/0], egress: [0.0.0.0/0]}
        images: [{id: ami-0bbbbbbbbbbbbbbbb, name: golden, created: 2029-11-01T00:00:00Z}]
        templates:
          - {name: web, id: lt-0cccccccccccccccc, versions: [{image: ami-0bbbbbbbbbbbbbbbb, type: t3.micro}]}
          - {name: api, id: lt-0dddddddddddddddd, versions: [{image: ami-0bbbbbbbbbbbbbbbb, type: t3.micro}]}
        groups:
          - {name: web, template: web, version: $Default, min: 0, max: 4, desired: 1}
          - {name: api, template: api, version: $Default, min: 0, max: 4, desired: 1}
        instances:
          - {id: i-0cattle, image: ami-0bbbbbbbbbbbbbbbb, type: t3.micro, protected: true, stop_protected: true, security_groups: [sg-0open]}
          - {id: i-0cattle2, image: ami-0bbbbbbbbbbbbbbbb, type: t3.micro, protected: true, security_groups: [sg-0open]}
          - {id: i-0cattle3, image: ami-0bbbbbbbbbbbbbbbb, type: t3.micro, protected: true, security_groups: [sg-0open]}
          - {id: i-0owned, image: ami-0bbbbbbbbbbbbbbbb, type: t3.micro, security_groups: [sg-0open]}
`

var owner = aws.Credentials{AccessKeyID: "AKIAOWNER00000000001", SecretAccessKey: "owner"}

// adversary is mallory, with what she has done so far.
type adversary struct {
	*stage
	counted *claims
	calls   int      // that she made, refused ones too
	name    string   // by which IAM knows her now
	ids     []string // instances that she launched from the foreign image
	hostile bool     // she unprotected what was protected: she has to be denied
	planted bool     // the group web was made to launch the foreign image: it may be suspended
}

// begin opens the bazaar over a ledger, with the catalogue as it is shipped, acting. CloudTrail and EC2's notices take as long as
// they are said to.
func begin(t *testing.T, store ledger.Store, delay, notice time.Duration) *adversary {
	t.Helper()
	counted := &claims{Store: store}
	s := setOn(t, bazaar, counted, world.Options{DeliveryDelay: delay, NoticeDelay: notice}, catalogue()...)
	return &adversary{stage: s, counted: counted, name: "mallory"}
}

func catalogue() []playbook.Definition {
	return []playbook.Definition{launch.UnapprovedImage(), launch.UnapprovedTemplate(), launch.TerminationUnprotected()}
}

// as is one of her keys, at EC2 and IAM.
func (a *adversary) as(key aws.Credentials) (*ec2.Client, *iam.Client) {
	a.calls++
	c := clients{w: a.w, by: key}
	return c.ec2(ireland), c.iam(ireland)
}

// works reports whether one of her keys may still do something.
func (a *adversary) works(key aws.Credentials) bool {
	_, client := a.as(key)
	_, err := client.ListUsers(a.Context(), &iam.ListUsersInput{})
	return err == nil
}

// instance is one as EC2 shows it; nil where it does not.
func (s *stage) instance(id string) *types.Instance {
	s.Helper()
	out, err := clients{w: s.w, by: own}.ec2(ireland).DescribeInstances(s.Context(), &ec2.DescribeInstancesInput{InstanceIds: []string{id}})
	if err != nil || len(out.Reservations) == 0 {
		return nil
	}
	return &out.Reservations[0].Instances[0]
}

// harmless reports whether an instance can do nothing any more: ended, stopped, or cut off on every interface.
func harmless(i *types.Instance) bool {
	if i == nil {
		return true
	}
	switch i.State.Name {
	case types.InstanceStateNamePending, types.InstanceStateNameRunning:
	default:
		return true
	}
	for _, n := range i.NetworkInterfaces {
		for _, g := range n.Groups {
			if aws.ToString(g.GroupId) != "sg-0isolation" {
				return false
			}
		}
	}
	return true
}

// policiesOf are the names of what a user carries that is riposte's.
func (s *stage) policiesOf(user string) (found []string) {
	s.Helper()
	client, name := clients{w: s.w, by: own}.iam(ireland), aws.String(user)
	attached, err := client.ListAttachedUserPolicies(s.Context(), &iam.ListAttachedUserPoliciesInput{UserName: name})
	s.must(err)
	for _, p := range attached.AttachedPolicies {
		found = append(found, aws.ToString(p.PolicyName))
	}
	inline, err := client.ListUserPolicies(s.Context(), &iam.ListUserPoliciesInput{UserName: name})
	s.must(err)
	found = append(found, inline.PolicyNames...)
	u, err := client.GetUser(s.Context(), &iam.GetUserInput{UserName: name})
	s.must(err)
	if b := u.User.PermissionsBoundary; b != nil {
		found = append(found, "boundary "+aws.ToString(b.PermissionsBoundaryArn))
	}
	return found
}

// answers are riposte's among policies.
func answers(policies []string) (found []string) {
	for _, p := range policies {
		if strings.Contains(p, "riposte-") {
			found = append(found, p)
		}
	}
	return found
}
