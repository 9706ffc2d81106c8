package hardening_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ripostehq/riposte/action/actiontest"
	"github.com/ripostehq/riposte/internal/world"
	"github.com/ripostehq/riposte/playbooks/hardening"
)

func TestProductionIsProtectedFromTermination(t *testing.T) {
	const open = "instance i-0web: instance i-0web is not protected from termination"
	put := []string{open + "\n  ec2.keep-protected i-0web disableApiTermination"}
	tell(t, hardening.TerminationProtection(), []story{
		{name: "it is not", region: web(""), environment: "production", want: put},
		{name: "stopped, it is not", region: web(", state: stopped"), environment: "production", want: put},
		{name: "it is", region: web(", protected: true"), environment: "production"},
		{name: "in development", region: web(""), environment: "development"},
		{name: "where no environment is known, it may be production", region: web(""), want: put},
		{name: "another environment is named", region: web(""), environment: "staging", params: "environments: [staging]", want: put},
		{name: "a member of a group", region: web(`, tags: {"aws:autoscaling:groupName": web}`), environment: "production"},
		{name: "Spot", region: "        spot_requests: [{id: sir-0a, type: persistent, image: ami-0bbbbbbbbbbbbbbbb, instance: i-0spot}]\n", environment: "production"},
		{name: "CloudFormation's", region: web(`, tags: {"aws:cloudformation:stack-name": web}`), environment: "production", want: []string{
			open + "; the CloudFormation stack web manages it: set DisableApiTermination to true there",
		}},
		{name: "terminated meanwhile", region: web(""), environment: "production", then: func(_ *world.World, c *actiontest.AWS) error {
			_, err := c.Writes().EC2(here).TerminateInstances(t.Context(), &ec2.TerminateInstancesInput{InstanceIds: []string{"i-0web"}})
			return err
		}},
		{name: "protected meanwhile", region: web(""), environment: "production", then: func(_ *world.World, c *actiontest.AWS) error {
			_, err := c.Writes().EC2(here).ModifyInstanceAttribute(t.Context(), &ec2.ModifyInstanceAttributeInput{
				InstanceId: aws.String("i-0web"), DisableApiTermination: &types.AttributeBooleanValue{Value: aws.Bool(true)},
			})
			return err
		}},
	})
}

func TestNewDisksAreEncryptedWhereAPersonSaysSo(t *testing.T) {
	tell(t, hardening.Encryption(), []story{
		{name: "they are not", want: []string{"ec2-setting eu-west-1: new volumes in eu-west-1 are not encrypted by default\n  ec2.encrypt-by-default eu-west-1 encryption ?"}},
		{name: "they are", region: "        settings: {encrypted: true}\n"},
		{name: "switched on meanwhile", then: func(_ *world.World, c *actiontest.AWS) error {
			_, err := c.Writes().EC2(here).EnableEbsEncryptionByDefault(t.Context(), &ec2.EnableEbsEncryptionByDefaultInput{})
			return err
		}},
	})
}

// Volumes are listed for people, and never become a case.
func TestUnencryptedVolumesAreOnlyListed(t *testing.T) {
	const two = "        settings: {encrypted: true}\n        rows: {ec2.volume: [{VolumeId: vol-0plain, Encrypted: false, Tags: [{Key: team, Value: web}]}, {VolumeId: vol-0sealed, Encrypted: true}]}\n"
	_, c := opened(t, two)
	for params, want := range map[string]int{"": 0, "volumes: true": 1} {
		book, seen := story{params: params}.listed(t, hardening.Encryption(), c)
		if len(seen) != want {
			t.Errorf("%q: %+v", params, seen)
		}
		for _, x := range seen {
			if ripe, err := book.Ripe(year(), x, year().First.AddDate(1, 0, 0)); err != nil || ripe || x.Resource.ID != "vol-0plain" {
				t.Errorf("%s becomes a case, %v", x.Resource, err)
			}
		}
	}
}
