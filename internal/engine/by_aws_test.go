package engine_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/gate"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/ledger/sqlite"
	"github.com/ripostehq/riposte/internal/world"
	"github.com/ripostehq/riposte/playbooks/identity"
)

// behindAGateway adds to the shop a role of instances that leave by one gateway.
var behindAGateway = strings.NewReplacer(
	"    policies:", `      - {name: web, trust: {Version: "2012-10-17", Statement: [{Effect: Allow, Principal: {Service: ec2.amazonaws.com}, Action: "sts:AssumeRole"}]}}
    policies:`,
	"        instances: [", `        calls: [{by: i-0a1b2c3d4e5f60001, role: web, call: "sqs:ListQueues", from: 192.0.2.20, ago: 2h}]
        rows:
          ec2.nat-gateway: [{NatGatewayId: nat-0a, VpcId: vpc-05df6c159c56810fa, NatGatewayAddresses: [{PublicIp: 192.0.2.20}]}]
          ec2.route-table: [{RouteTableId: rtb-0main, VpcId: vpc-05df6c159c56810fa, Associations: [{Main: true}], Routes: [{DestinationCidrBlock: 0.0.0.0/0, NatGatewayId: nat-0a}]}]
        instances: [{id: i-0a1b2c3d4e5f60001, for: 720h, image: ami-0bbbbbbbbbbbbbbbb, profile: web, subnet: subnet-0private}, {id: i-0a1b2c3d4e5f60002, image: ami-0bbbbbbbbbbbbbbbb, profile: web, subnet: subnet-0private}, `,
)

// groupLaunched is the record of a launch by Auto Scaling, in its own name.
func groupLaunched(s *stage, id string) event.Event {
	s.Helper()
	e, err := event.Decode(fmt.Appendf(nil, `{"eventVersion":"1.11","eventID":"e-launch","requestID":"r-launch","eventTime":%q,"eventSource":"ec2.amazonaws.com","eventName":"RunInstances",
		"awsRegion":"eu-west-1","recipientAccountId":"111122223333","sourceIPAddress":"autoscaling.amazonaws.com","eventType":"AwsApiCall","managementEvent":true,
		"userIdentity":{"type":"AssumedRole","principalId":"AROASCALING00000001:AutoScaling","arn":"arn:aws:sts::111122223333:assumed-role/AWSServiceRoleForAutoScaling/AutoScaling",
			"accountId":"111122223333","invokedBy":"autoscaling.amazonaws.com","sessionContext":{"sessionIssuer":{"type":"Role","principalId":"AROASCALING00000001",
			"arn":"arn:aws:iam::111122223333:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling","accountId":"111122223333","userName":"AWSServiceRoleForAutoScaling"}}},
		"responseElements":{"instancesSet":{"items":[{"instanceId":%q,"iamInstanceProfile":{"arn":"arn:aws:iam::111122223333:instance-profile/web","id":"AIPAWEB"}}]}}}`,
		s.w.Now().Format(time.RFC3339), id))
	s.must(err)
	e.Received = s.w.Now()
	return e
}

// The role of what a group launches is the customer's: it is locked, or asked about, although it is AWS itself that launched.
func TestTheRoleOfWhatAGroupLaunchesIsLocked(t *testing.T) {
	for _, mode := range []gate.Decision{gate.Act, gate.Ask} {
		t.Run(string(mode), func(t *testing.T) {
			store, err := sqlite.Open(t.Context(), sqlite.Memory)
			if err != nil {
				t.Fatal(err)
			}
			s := setOn(t, behindAGateway.Replace(shop), store, world.Options{DeliveryDelay: time.Second})
			s.books = append(s.books, identity.CredentialLock()) // after the launches of long ago
			s.policy.Mode = func(string, string, action.Class) (gate.Decision, string) { return mode, "the test says so" }
			s.restart()
			_, err = s.e.Receive(t.Context(), groupLaunched(s, "i-0a1b2c3d4e5f60002"))
			s.must(err)
			s.pass(10 * time.Minute)
			c := ofTheRole(s)
			if mode == gate.Ask {
				if c.State != ledger.Asked || c.Shown(0) == "" {
					t.Fatalf("%s: %s\n%s", c.State, c.Reason, s.history(c))
				}
				s.order(c, ledger.Order{Verb: ledger.Approve, Shown: c.Shown(0)})
				s.pass(10 * time.Minute)
				c = ofTheRole(s)
			}
			out, err := attackerIAM(s).ListRolePolicies(t.Context(), &iam.ListRolePoliciesInput{RoleName: aws.String("web")})
			s.must(err)
			if c.State != ledger.Verified || !slices.Contains(out.PolicyNames, "riposte-credential-lock") {
				t.Errorf("%s, %s: %v\n%s", c.State, c.Reason, out.PolicyNames, s.history(c))
			}
			s.whole()
		})
	}
}

// ofTheRole is the case in which that of the launch goes on.
func ofTheRole(s *stage) *ledger.Case {
	s.Helper()
	for _, c := range s.all() {
		if c.Root.Type == event.Role {
			return c
		}
	}
	s.Fatal("there is no case of a role")
	return nil
}
