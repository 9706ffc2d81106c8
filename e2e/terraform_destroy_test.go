package e2e

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/ripostehq/riposte/e2e/terraform"
	"github.com/ripostehq/riposte/internal/mototest"
)

// Terraform switches termination protection off before every instance that it destroys. A user that destroys what was its own
// and never protected goes on working; mallory, who unprotects what an operator had launched protected, is contained beside
// it.
func TestTerraformDestroysItsOwnAndADemolitionIsContained(t *testing.T) {
	t.Parallel()
	s := mototest.Start(t)
	h, q := openShop(t, ireland, s.Config(ireland)), openQueue(t, s)
	tr := openTrail(t, s, q)
	owner, operator, mallory := tr.user(s, "owner"), tr.user(s, "operator"), tr.user(s, "mallory")
	r := serve(t, strings.Replace(acting(q, "sqlite:riposte.db"), "launch.unapproved-image", "launch.termination-unprotected", 1), s.Env())
	cli := clientOf(t, s)

	protected := tr.as(cli, operator).protectedLaunch(t, h.golden)
	fleet := terraform.Foreign(t, "testdata/fleet", map[string]any{"image": h.golden},
		append(append(s.Env(), "AWS_ENDPOINT_URL="+tr.URL, "AWS_REGION="+ireland.Region), owner...)...)
	var own []string
	fleet.Output(t, "instances", &own)
	fleet.Destroy(t)
	for _, id := range own {
		must(t, cli.says(t, "terminated", "Reservations[0].Instances[0].State.Name", "ec2", "describe-instances", "--instance-ids", id))
	}
	eventually(t, patience, "whoever destroyed is asked about", func() error {
		return oneCase(r, "user/owner", "asked")
	})

	must(t, tr.as(cli, mallory).call(t, nil, "ec2", "modify-instance-attribute", "--instance-id", protected, "--no-disable-api-termination"))
	eventually(t, patience, "mallory's key is off", func() error {
		return cli.says(t, "Inactive", "AccessKeyMetadata[0].Status", "iam", "list-access-keys", "--user-name", "mallory")
	})
	eventually(t, patience, "the instance is protected again", func() error {
		return cli.says(t, "true", "to_string(DisableApiTermination.Value)", "ec2", "describe-instance-attribute", "--instance-id", protected, "--attribute", "disableApiTermination")
	})
	eventually(t, patience, "mallory is denied", func() error {
		return cli.says(t, "1", "length(PolicyNames)", "iam", "list-user-policies", "--user-name", "mallory")
	})

	must(t, cli.says(t, "Active", "AccessKeyMetadata[0].Status", "iam", "list-access-keys", "--user-name", "owner"))
	must(t, cli.says(t, "0", "length(PolicyNames)", "iam", "list-user-policies", "--user-name", "owner"))
	must(t, cli.says(t, "0", "length(AttachedPolicies)", "iam", "list-attached-user-policies", "--user-name", "owner"))
	must(t, oneCase(r, "user/owner", "asked"))
	r.stop()
}

// oneCase wants one case about a resource, in a state.
func oneCase(r *replica, resource, state string) error {
	cases, err := r.cases()
	if err != nil {
		return err
	}
	found := 0
	for _, c := range cases {
		if strings.HasSuffix(c.Resource, resource) {
			if found++; c.State != state {
				return fmt.Errorf("case %s of %s is %s, want %s: %s", c.Case, c.Resource, c.State, state, c.Reason)
			}
		}
	}
	if found != 1 {
		return fmt.Errorf("%d cases of %s, want one", found, resource)
	}
	return nil
}

// user makes an IAM user, whose calls the trail writes down under that name, and gives the environment of the user's key.
func (tr *trail) user(s *mototest.Server, name string) []string {
	tr.t.Helper()
	c := iam.NewFromConfig(s.Config(ireland))
	made, err := c.CreateUser(tr.t.Context(), &iam.CreateUserInput{UserName: aws.String(name)})
	must(tr.t, err)
	key, err := c.CreateAccessKey(tr.t.Context(), &iam.CreateAccessKeyInput{UserName: aws.String(name)})
	must(tr.t, err)
	id := *key.AccessKey.AccessKeyId
	tr.users[id] = object{"type": "IAMUser", "principalId": *made.User.UserId, "arn": *made.User.Arn, "accountId": ireland.Account, "accessKeyId": id, "userName": name}
	return []string{"AWS_ACCESS_KEY_ID=" + id, "AWS_SECRET_ACCESS_KEY=" + *key.AccessKey.SecretAccessKey, "AWS_SESSION_TOKEN="}
}

// as is the command line of a user, through the trail.
func (tr *trail) as(c client, user []string) client {
	c.endpoint = tr.URL
	return c.as(user)
}

// protectedLaunch launches an instance with termination protection.
func (c client) protectedLaunch(t *testing.T, image string) string {
	t.Helper()
	var out struct{ Instances []struct{ InstanceId string } }
	must(t, c.call(t, &out, "ec2", "run-instances", "--image-id", image, "--instance-type", "t3.micro", "--disable-api-termination"))
	if len(out.Instances) != 1 {
		t.Fatalf("%d instances launched", len(out.Instances))
	}
	return out.Instances[0].InstanceId
}
