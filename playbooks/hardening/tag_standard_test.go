package hardening_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ripostehq/riposte/action/actiontest"
	"github.com/ripostehq/riposte/internal/world"
	"github.com/ripostehq/riposte/playbooks/hardening"
)

func TestTagsThatAreMissingArePutWhereAPersonSaysSo(t *testing.T) {
	const (
		owner = `required: [{key: owner, pattern: "[a-z]+", value: platform}]`
		told  = `required: [{key: owner, pattern: "[a-z]+"}]`
		lacks = "instance i-0web: instance i-0web lacks the tags owner"
		off   = "instance i-0web: instance i-0web has the tags owner otherwise than they have to be"
	)
	tell(t, hardening.TagStandard(), []story{
		{name: "nothing is required", region: web("")},
		{name: "the key is absent", region: web(""), params: owner, want: []string{lacks + "\n  tag.put i-0web owner=platform ?"}},
		{name: "the key is absent, and what to put is not known", region: web(""), params: told, want: []string{lacks}},
		{name: "it is there", region: web(", tags: {owner: web}"), params: owner},
		{name: "its value is off the pattern", region: web(`, tags: {owner: "web!"}`), params: owner, want: []string{off}},
		{name: "its key is in another case", region: web(", tags: {Owner: web}"), params: owner, want: []string{off}},
		{name: "a volume", region: "        rows: {ec2.volume: [{VolumeId: vol-0a, State: available}]}\n", params: told, want: []string{"volume vol-0a: volume vol-0a lacks the tags owner"}},
		{name: "terminated", region: web(", state: terminated"), params: owner},
		{name: "tagged meanwhile", region: web(""), params: owner, then: func(_ *world.World, c *actiontest.AWS) error {
			_, err := c.Writes().EC2(here).CreateTags(t.Context(), &ec2.CreateTagsInput{Resources: []string{"i-0web"}, Tags: []types.Tag{{Key: aws.String("owner"), Value: aws.String("web")}}})
			return err
		}},
	})
}

func TestTagStandardsThatNobodyCanKeepAreRefused(t *testing.T) {
	for why, r := range map[string]hardening.RequiredTag{
		"not yours to require":  {Key: "aws:owner"},
		"no regular expression": {Key: "owner", Pattern: "("},
		"does not fit":          {Key: "owner", Pattern: "[a-z]+", Value: "Ann"},
	} {
		if err := (hardening.TagParams{Required: []hardening.RequiredTag{r}}).Validate(); err == nil || !strings.Contains(err.Error(), why) {
			t.Errorf("%+v: %v, want %q", r, err, why)
		}
	}
}
