package e2e

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/ripostehq/riposte/internal/mototest"
)

const trusted = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}`

// boat is an instance that has a role, in moto.
type boat struct {
	*shop
	iam                  *iam.Client
	instance, roleID, at string
}

// openBoat launches an instance with a role of its own; it goes out by an Elastic IP.
func openBoat(t *testing.T, s *mototest.Server) boat {
	t.Helper()
	b := boat{shop: openShop(t, ireland, s.Config(ireland)), iam: iam.NewFromConfig(s.Config(ireland))}
	name := aws.String("boat")
	role, err := b.iam.CreateRole(b.ctx, &iam.CreateRoleInput{RoleName: name, AssumeRolePolicyDocument: aws.String(trusted)})
	must(t, err)
	_, err = b.iam.CreateInstanceProfile(b.ctx, &iam.CreateInstanceProfileInput{InstanceProfileName: name})
	must(t, err)
	_, err = b.iam.AddRoleToInstanceProfile(b.ctx, &iam.AddRoleToInstanceProfileInput{InstanceProfileName: name, RoleName: name})
	must(t, err)
	run, err := b.ec2.RunInstances(b.ctx, &ec2.RunInstancesInput{ImageId: &b.golden, InstanceType: types.InstanceTypeT3Micro, SubnetId: &b.subnet,
		MinCount: aws.Int32(1), MaxCount: aws.Int32(1), IamInstanceProfile: &types.IamInstanceProfileSpecification{Name: name}})
	must(t, err)
	address, err := b.ec2.AllocateAddress(b.ctx, &ec2.AllocateAddressInput{Domain: types.DomainTypeVpc, Address: aws.String("203.0.113.80")}) // moto's own choice is a loopback address
	must(t, err)
	_, err = b.ec2.AssociateAddress(b.ctx, &ec2.AssociateAddressInput{AllocationId: address.AllocationId, InstanceId: run.Instances[0].InstanceId})
	must(t, err)
	b.instance, b.roleID, b.at = *run.Instances[0].InstanceId, *role.Role.RoleId, *address.PublicIp
	return b
}

// listed is what CloudTrail writes of a call with the instance's credentials.
func (b boat) listed(from string, at time.Time) object {
	account := b.place.Account
	return object{
		"eventVersion": "1.11", "eventTime": at.UTC().Format(time.RFC3339), "eventSource": "s3.amazonaws.com", "eventName": "ListBuckets", "awsRegion": b.place.Region,
		"sourceIPAddress": from, "userAgent": "aws-cli", "requestParameters": object{"Host": "s3.amazonaws.com"}, "responseElements": nil, "requestID": random(), "eventID": random(),
		"readOnly": true, "eventType": "AwsApiCall", "managementEvent": true, "recipientAccountId": account, "eventCategory": "Management",
		"userIdentity": object{
			"type": "AssumedRole", "principalId": b.roleID + ":" + b.instance, "arn": "arn:aws:sts::" + account + ":assumed-role/boat/" + b.instance, "accountId": account,
			"accessKeyId": "ASIABOAT000000000001", "sessionContext": object{
				"sessionIssuer":   object{"type": "Role", "principalId": b.roleID, "arn": "arn:aws:iam::" + account + ":role/boat", "accountId": account, "userName": "boat"},
				"attributes":      object{"creationDate": at.UTC().Format(time.RFC3339), "mfaAuthenticated": "false"},
				"ec2RoleDelivery": "2.0",
			},
		},
	}
}

// denied says what is wrong with the role's deny of its instance: there has to be one, of this session alone.
func (b boat) denied() error {
	all, err := b.iam.ListRolePolicies(b.ctx, &iam.ListRolePoliciesInput{RoleName: aws.String("boat")})
	if err != nil {
		return err
	}
	if len(all.PolicyNames) != 1 {
		return fmt.Errorf("policies %v, want one", all.PolicyNames)
	}
	out, err := b.iam.GetRolePolicy(b.ctx, &iam.GetRolePolicyInput{RoleName: aws.String("boat"), PolicyName: &all.PolicyNames[0]})
	if err != nil {
		return err
	}
	document, err := url.PathUnescape(*out.PolicyDocument)
	if err != nil || !strings.Contains(document, `"StringEquals":{"aws:userId":["`+b.roleID+":"+b.instance+`"]}`) {
		return errors.Join(err, fmt.Errorf("it denies another: %s", document))
	}
	return nil
}

// Seed 004 on moto, as far as that goes: credentials that are used by the instance's own address are left alone, used from
// elsewhere its session is denied, and a person takes that back. The lock needs CloudTrail's event history, which moto has not.
func TestStolenCredentialsAreDenied(t *testing.T) {
	t.Parallel()
	s := mototest.Start(t)
	b, q := openBoat(t, s), openQueue(t, s)
	p := before(t, s, nil)
	config := strings.Replace(acting(q, "sqlite:theft.db"), "launch.unapproved-image", "identity.instance-credentials-elsewhere", 1)
	r := serve(t, config, p.env(s))
	q.send(t, delivered(t, b.listed(b.at, time.Now())), 1)
	eventually(t, time.Minute, "its own call is no fault", func() error { return r.only("dismissed") })
	q.send(t, delivered(t, b.listed("198.51.100.7", time.Now())), 3)
	eventually(t, time.Minute, "the session is denied", b.denied)
	every(t, 5*time.Second, patience, "the deny is verified", func() error { return r.only("dismissed", "verified") })
	cases, err := r.cases()
	must(t, err)
	for _, c := range cases {
		if c.State == "verified" {
			_, err = r.run("undo", c.Case, "--reason", "a proxy of our own")
			must(t, err)
		}
	}
	eventually(t, time.Minute, "the deny is taken back", func() error {
		if err := b.denied(); err == nil {
			return errors.New("it is there")
		}
		return r.only("dismissed", "undone")
	})
	if _, err := r.run("ledger", "verify"); err != nil {
		t.Error(err)
	}
	r.stop()
}

// only says what other states cases are in, in their order.
func (r *replica) only(want ...string) error {
	cases, err := r.cases()
	if err != nil {
		return err
	}
	var got []string
	for _, c := range cases {
		if c.Playbook == "identity.instance-credentials-elsewhere" {
			got = append(got, c.State)
		}
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		return fmt.Errorf("cases are %v, want %v", got, want)
	}
	return nil
}
