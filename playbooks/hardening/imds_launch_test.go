package hardening_test

import (
	"errors"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/action/actiontest"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/world"
	"github.com/ripostehq/riposte/playbook"
	"github.com/ripostehq/riposte/playbooks/hardening"
)

// from is a template, with an instance that was launched from it.
func from(version, more string) string {
	return `        templates: [{name: web, id: lt-0web, versions: [{image: ami-0bbbbbbbbbbbbbbbb, type: t3.micro, user_data: c2VjcmV0` + version + `}]}]
        instances: [{id: i-0web, image: ami-0bbbbbbbbbbbbbbbb, for: 2000h, tags: {"aws:ec2launchtemplate:id": lt-0web, "aws:ec2launchtemplate:version": "1"}` + more + `}]
`
}

// behind is a template whose newest version, by which its groups launch, has another image than its default.
const behind = `        templates: [{name: web, id: lt-0web, default: 1, versions: [{image: ami-0bbbbbbbbbbbbbbbb, type: t3.micro}, {image: ami-0cccccccccccccccc, type: t3.micro, metadata: {tokens: required}}]}]
        instances: [{id: i-0web, image: ami-0bbbbbbbbbbbbbbbb, for: 2000h, tags: {"aws:ec2launchtemplate:id": lt-0web, "aws:ec2launchtemplate:version": "1"}}]
`

// A plan from before a version that came meanwhile makes none behind it.
func TestNoVersionIsMadeBehindTheNewest(t *testing.T) {
	_, c := opened(t, behind)
	data := defaultOf(t, c).LaunchTemplateData
	like, err := action.LikeTemplate(data)
	if err != nil {
		t.Fatal(err)
	}
	look, err := action.TemplateVersion{Template: here.In(event.LaunchTemplate, "lt-0web"), Source: 1, Next: 3, Like: like}.Look(t.Context(), c.Reads())
	if err != nil || look.Refused == "" {
		t.Errorf("%+v, %v", look, err)
	}
}

func TestTemplatesRequireTokensOnceWhatTheyLaunchedIsQuiet(t *testing.T) {
	const launches = "launch-template lt-0web: launch template lt-0web launches instances that answer metadata requests without a token"
	still := measured{"MetadataNoToken": {Values: each(14, 0)}}
	put := []string{launches + "\n  ec2.template-version lt-0web !\n  ec2.move-default-version lt-0web"}
	ask := []string{launches + "\n  ec2.template-version lt-0web ? !\n  ec2.move-default-version lt-0web ?"}
	tell(t, hardening.IMDSv1(), []story{
		{name: "says nothing, and nobody else does", region: from("", ""), metrics: still, want: put},
		{name: "says optional", region: from(", metadata: {tokens: optional, hops: 2}", ""), metrics: still, want: put},
		{name: "one of its instances is called without a token", region: from("", ""), metrics: measured{"MetadataNoToken": {Values: append(each(13, 0), 2)}}, want: ask},
		{name: "its instance is stopped", region: from("", ", state: stopped"), metrics: still, want: ask},
		{name: "its newest version is not its default", region: behind, metrics: still, want: []string{
			launches + "; its default is not its newest version, and one more would bring the default to what follows the newest: set HttpTokens to required in a version of your own",
		}},
		{name: "requires them", region: from(", metadata: {tokens: required}", ""), metrics: still},
		{name: "is disabled", region: from(", metadata: {endpoint: disabled}", ""), metrics: still},
		{name: "says nothing, and the account requires them", region: "        settings: {metadata: {tokens: required}}\n" + from("", ""), metrics: still},
		{name: "says optional, whatever the account's default", region: "        settings: {metadata: {tokens: required}}\n" + from(", metadata: {tokens: optional}", ""), metrics: still, want: put},
		{name: "was put right meanwhile", region: from("", ""), metrics: still, then: func(_ *world.World, c *actiontest.AWS) error {
			_, err := c.Writes().EC2(here).CreateLaunchTemplateVersion(t.Context(), &ec2.CreateLaunchTemplateVersionInput{
				LaunchTemplateId: aws.String("lt-0web"), SourceVersion: aws.String("1"),
				LaunchTemplateData: &types.RequestLaunchTemplateData{MetadataOptions: &types.LaunchTemplateInstanceMetadataOptionsRequest{HttpTokens: "required"}},
			})
			if err == nil {
				_, err = c.Writes().EC2(here).ModifyLaunchTemplate(t.Context(), &ec2.ModifyLaunchTemplateInput{LaunchTemplateId: aws.String("lt-0web"), DefaultVersion: aws.String("2")})
			}
			return err
		}},
	}, event.LaunchTemplate)
}

func TestServicesTemplatesAreLeftToThem(t *testing.T) {
	_, c := opened(t, from("", ""))
	if _, err := c.Writes().EC2(here).CreateTags(t.Context(), &ec2.CreateTagsInput{Resources: []string{"lt-0web"}, Tags: []types.Tag{{Key: aws.String("eks:nodegroup-name"), Value: aws.String("blue")}}}); err != nil {
		t.Fatal(err)
	}
	book, seen := story{only: event.LaunchTemplate}.listed(t, hardening.IMDSv1(), c)
	found, err := book.Check(t.Context(), playbook.In{AWS: c.Reads(), Metrics: measured{}}, "c_1", seen[0])
	if err != nil || len(found) != 1 || len(found[0].Plan.Steps) != 0 {
		t.Errorf("%+v, %v", found, err)
	}
}

// Done step by step and taken back, the template is as it was; a version that another caller made meanwhile is neither taken for
// riposte's nor deleted.
func TestATemplateComesBack(t *testing.T) {
	_, c := opened(t, from(", metadata: {hops: 3}", ""))
	book, seen := story{only: event.LaunchTemplate}.listed(t, hardening.IMDSv1(), c)
	found, err := book.Check(t.Context(), playbook.In{AWS: c.Reads(), Metrics: measured{}}, "c_1", seen[0])
	if err != nil || len(found) != 1 {
		t.Fatal(found, err)
	}
	var back []action.Action
	for _, s := range found[0].Plan.Steps {
		do := s.Ladder[0].Do
		look, err := do.Look(t.Context(), c.Reads())
		if err != nil || look.Inverse == nil {
			t.Fatal(look, err)
		}
		back = append(back, look.Inverse)
		if err := do.Do(t.Context(), c.Writes()); err != nil {
			t.Fatal(err)
		}
	}
	now := defaultOf(t, c)
	if o := now.LaunchTemplateData.MetadataOptions; *now.VersionNumber != 2 || o.HttpTokens != "required" || *o.HttpPutResponseHopLimit != 3 || *now.LaunchTemplateData.UserData != "c2VjcmV0" {
		t.Errorf("version %d: %+v", *now.VersionNumber, o)
	}
	for i := len(back) - 1; i >= 0; i-- {
		if err := back[i].Do(t.Context(), c.Writes()); err != nil {
			t.Fatal(err)
		}
	}
	if now := defaultOf(t, c); *now.VersionNumber != 1 {
		t.Errorf("the default is version %d", *now.VersionNumber)
	}

	do := found[0].Plan.Steps[0].Ladder[0].Do // its number is not given again
	if err := do.Do(t.Context(), c.Writes()); !errors.Is(err, action.ErrCannot) {
		t.Errorf("a version of another number was taken for the one that was planned: %v", err)
	}
}

func defaultOf(t *testing.T, c *actiontest.AWS) types.LaunchTemplateVersion {
	t.Helper()
	out, err := c.Reads().EC2(here).DescribeLaunchTemplateVersions(t.Context(), &ec2.DescribeLaunchTemplateVersionsInput{LaunchTemplateId: aws.String("lt-0web"), Versions: []string{"$Default"}})
	if err != nil || len(out.LaunchTemplateVersions) != 1 {
		t.Fatal(out, err)
	}
	return out.LaunchTemplateVersions[0]
}

func TestALaunchConfigurationIsToldAndNotChanged(t *testing.T) {
	const old = "        launch_configurations: [{name: old, image: ami-0bbbbbbbbbbbbbbbb, type: t3.micro}]\n"
	tell(t, hardening.IMDSv1(), []story{
		{name: "a group launches by it", region: old + "        groups: [{name: web, launch_configuration: old, min: 0, max: 1, desired: 0}]\n", want: []string{
			"launch-configuration old: launch configuration old launches instances that answer metadata requests without a token; it can't be changed: put a launch template in its place, " +
				"with HttpTokens required in its metadata options",
		}},
		{name: "no group does", region: old},
		{name: "the account requires tokens", region: "        settings: {metadata: {tokens: required}}\n" + old + "        groups: [{name: web, launch_configuration: old, min: 0, max: 1, desired: 0}]\n"},
	}, event.LaunchConfiguration)
}

func TestTheDefaultOfARegionComesLast(t *testing.T) {
	const says = "ec2-setting eu-west-1: launches in eu-west-1 that say nothing of it answer metadata requests without a token"
	tell(t, hardening.IMDSv1(), []story{
		{name: "all instances require tokens", region: web(", metadata: {tokens: required}"), want: []string{says + "\n  ec2.metadata-default eu-west-1 metadata"}},
		{name: "one does not, stopped as it is", region: web(", state: stopped"), want: []string{says + "\n  ec2.metadata-default eu-west-1 metadata ?"}},
		{name: "one does not, and has ended, and there is no other", region: web(", state: terminated"), want: []string{says + "\n  ec2.metadata-default eu-west-1 metadata ?"}},
		{name: "there is no instance", region: "        settings: {metadata: {hops: 2}}\n", want: []string{says + "\n  ec2.metadata-default eu-west-1 metadata ?"}},
		{name: "a template leaves it to the default", region: from("", ", metadata: {tokens: required}"), want: []string{says + "\n  ec2.metadata-default eu-west-1 metadata ?"}},
		{name: "a template says it", region: from(", metadata: {tokens: optional}", ", metadata: {tokens: required}"), want: []string{says + "\n  ec2.metadata-default eu-west-1 metadata"}},
		{name: "a launch configuration leaves it to the default", region: "        launch_configurations: [{name: old, image: ami-0bbbbbbbbbbbbbbbb, type: t3.micro}]\n" + web(", metadata: {tokens: required}"), want: []string{
			says + "\n  ec2.metadata-default eu-west-1 metadata ?",
		}},
		{name: "tokens are required by default", region: "        settings: {metadata: {tokens: required}}\n"},
		{name: "a declarative policy says otherwise", region: "        settings: {managed_by: declarative-policy}\n", want: []string{
			says + "; a declarative policy manages it: set HttpTokens to required in the metadata defaults there",
		}},
		{name: "chosen meanwhile", region: "        settings: {metadata: {hops: 2}}\n", then: func(_ *world.World, c *actiontest.AWS) error {
			_, err := c.Writes().EC2(here).ModifyInstanceMetadataDefaults(t.Context(), &ec2.ModifyInstanceMetadataDefaultsInput{HttpTokens: types.MetadataDefaultHttpTokensStateRequired})
			return err
		}},
	}, event.Setting)
}

// What was cut off shows itself after hours: then the change is one to take back.
func TestARequirementThatCutsSomethingOffIsRegretted(t *testing.T) {
	for name, c := range map[string]struct {
		days string
		want string
	}{
		"nothing is refused": {"[0, 0]", ""},
		"no data":            {"[]", ""},
		"something is":       {"[0, 3]", "something on instance i-0web asks its metadata service without a token, and is refused"},
	} {
		_, aws := opened(t, web("")+"        metrics: [{name: AWS/EC2 MetadataNoTokenRejected, dimensions: {InstanceId: i-0web}, days: "+c.days+"}]\n")
		got, err := action.RequireTokens{Instance: here.In(event.Instance, "i-0web")}.Regrets(t.Context(), aws.Reads())
		if err != nil || got != c.want {
			t.Errorf("%s: %q, want %q, %v", name, got, c.want, err)
		}
	}
}
