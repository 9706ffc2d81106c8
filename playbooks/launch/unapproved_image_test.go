package launch_test

import (
	"strings"
	"testing"
	"time"

	"github.com/ripostehq/riposte/action/actiontest"
	"github.com/ripostehq/riposte/playbooks/launch"
	"github.com/ripostehq/riposte/playbooks/playbooktest"
)

// instances is the answer to RunInstances; each is "id image group".
func instances(all ...string) string {
	var items []string
	for _, one := range all {
		f := strings.Fields(one + " - -")
		tags := `{}`
		if f[2] != "-" {
			tags = `{"items":[{"key":"Name","value":"x"},{"key":"aws:autoscaling:groupName","value":"` + f[2] + `"}]}`
		}
		items = append(items, `{"instanceId":"`+f[0]+`","imageId":"`+f[1]+`","vpcId":"vpc-0a1b2c3d","tagSet":`+tags+`}`)
	}
	return `{"reservationId":"r-1","instancesSet":{"items":[` + strings.Join(items, ",") + `]}}`
}

func run(response string, more ...string) string {
	return called(mallory, "RunInstances", `{"clientToken":"token-1","instancesSet":{"items":[{"minCount":1,"maxCount":1}]},"launchTemplate":{"launchTemplateId":"lt-0web"}}`, response, more...)
}

func TestUnapprovedImage(t *testing.T) {
	playbooktest.Run(t, launch.UnapprovedImage(), []playbooktest.Story{
		{
			Sort: playbooktest.Fires, Name: "several instances, groups and loners in one event", AWS: sighted, Suspects: 3,
			Record: run(instances("i-0public ami-0aaaaaaaaaaaaaaaa web", "i-0alone ami-0aaaaaaaaaaaaaaaa", "i-0golden ami-0bbbbbbbbbbbbbbbb web",
				"i-0public2 ami-0aaaaaaaaaaaaaaaa web", "i-0stolen ami-0aaaaaaaaaaaaaaaa gone")),
			Plans: []string{
				"group web: 2 instances of group web launched from ami-0aaaaaaaaaaaaaaaa: it is public" +
					"\n  autoscaling.suspend web !\n  ec2.terminate i-0public, else ec2.stop i-0public\n  ec2.terminate i-0public2, else ec2.stop i-0public2",
				"instance i-0alone: instance i-0alone launched from ami-0aaaaaaaaaaaaaaaa: it is public\n  ec2.terminate i-0alone, else ec2.stop i-0alone",
				"group gone: instance i-0stolen of group gone launched from ami-0aaaaaaaaaaaaaaaa: it is public" +
					"\n  autoscaling.suspend gone !\n  ec2.terminate i-0stolen, else ec2.stop i-0stolen",
			},
		},
		{
			Sort: playbooktest.Fires, Name: "launched long ago: terminated only after asking", Record: run(instances("i-0alone ami-0aaaaaaaaaaaaaaaa")),
			AWS: later(2 * time.Hour), Suspects: 1, Plans: []string{"instance i-0alone: instance i-0alone launched from ami-0aaaaaaaaaaaaaaaa: it is public\n  ec2.terminate i-0alone ?, else ec2.stop i-0alone ?"},
		},
		{
			Sort: playbooktest.Fires, Name: "only Launch", Record: run(instances("i-0public ami-0aaaaaaaaaaaaaaaa web")), Configure: with("Group", "suspend-launch"),
			AWS: sighted, Suspects: 1, Plans: []string{"group web: instance i-0public of group web launched from ami-0aaaaaaaaaaaaaaaa: it is public" +
				"\n  autoscaling.suspend web !\n  ec2.terminate i-0public, else ec2.stop i-0public"},
		},
		{Sort: playbooktest.Gone, Name: "terminated since", Record: run(instances("i-0ended ami-0aaaaaaaaaaaaaaaa")), AWS: ended, Suspects: 1},
		{Sort: playbooktest.Gone, Name: "no longer shown", Record: run(instances("i-0123456789abcdef0 ami-0aaaaaaaaaaaaaaaa")), AWS: later(time.Hour), Suspects: 1},
		{Sort: playbooktest.Denied, Name: "not shown yet", Record: run(instances("i-0123456789abcdef0 ami-0aaaaaaaaaaaaaaaa")), AWS: sighted, Suspects: 1},
		{Sort: playbooktest.Denied, Name: "neither instances nor token, and none to be seen yet", Record: called(mallory, "RunInstances", `{"instancesSet":{"items":[{"imageId":"ami-0ffffffffffffffff"}]}}`, `{"omitted":true}`), AWS: sighted, Suspects: 1},
		{Sort: playbooktest.Gone, Name: "neither instances nor token, and none to be seen", Record: called(mallory, "RunInstances", `{"instancesSet":{"items":[{"imageId":"ami-0ffffffffffffffff"}]}}`, `{"omitted":true}`), AWS: later(time.Hour), Suspects: 1},
		{Sort: playbooktest.Hostile, Name: "deeper than any parser", Record: run(strings.Repeat(`{"instancesSet":`, 5000) + "1" + strings.Repeat("}", 5000)), Suspects: 1},
	})
}

func TestALaunchWhoseInstancesTheRecordLeavesOutIsFoundByItsToken(t *testing.T) {
	w := open(t)
	c := as(w, "AKIAOPERATOR00000001", "operator")
	id := launchedBy(t, c, "token-1")
	playbooktest.Story{
		Record: run(`{"omitted":true,"originalSize":131072,"reason":"responseElements too large"}`), Suspects: 1,
		AWS:   func(*testing.T) (*actiontest.AWS, time.Time) { return c, w.Now() },
		Plans: []string{"instance " + id + ": instance " + id + " launched from ami-0aaaaaaaaaaaaaaaa: it is public\n  ec2.terminate " + id + ", else ec2.stop " + id},
	}.Tell(t, launch.UnapprovedImage())
}

func TestIsolationKeepsTheEvidence(t *testing.T) {
	configure := func(p any) error {
		params := p.(*launch.ImageParams)
		params.Instance, params.IsolationGroups = launch.Isolate, map[string]string{"vpc-0a1b2c3d": "sg-0a1b2c3d"}
		return nil
	}
	book, err := launch.UnapprovedImage().Bind(configure)
	if err != nil {
		t.Fatal(err)
	}
	plan := preview(t, book, run(instances("i-0public ami-0aaaaaaaaaaaaaaaa web")))
	if got, want := strings.Join(plan.Kinds(), " "), "autoscaling.suspend ec2.isolate autoscaling.standby"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestParametersThatCantBeMeantAreRefused(t *testing.T) {
	for name, configure := range map[string]func(any) error{
		"empty pattern": with("AllowNames", []string{""}),
		"negative age":  with("MaxAge", -1), "negative delay": with("TerminateWithin", -1),
	} {
		if _, err := launch.UnapprovedImage().Bind(configure); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

// Whoever allows an owner, an image or a group that there can't be believes that something is spared, or isolated.
func TestParametersThatCanMatchNothingAreRefused(t *testing.T) {
	for _, c := range []struct {
		name, field string
		value       any
		want        string
	}{
		{"a misspelt alias", "AllowOwners", []string{"self", "amazn"}, `allow_owners[1]: "amazn" owns no image: want an account's twelve digits`},
		{"an alias in capitals", "AllowOwners", []string{"Amazon"}, `allow_owners[0]: "Amazon" owns no image`},
		{"an account as the console writes it", "AllowOwners", []string{"1111-2222-3333"}, `has no hyphens here: "111122223333"`},
		{"an account without its leading zero", "AllowOwners", []string{"11112222333"}, `has 11 digits, an account's id twelve`},
		{"an account's ARN", "AllowOwners", []string{"arn:aws:iam::111122223333:root"}, `the account's id alone: "111122223333"`},
		{"nobody's image", "Deny", []string{"unlisted"}, `allow_owners names no owner: no image could be launched`},
		{"no owner", "AllowOwners", []string{""}, `"" owns no image`},
		{"an image by its name", "AllowIDs", []string{"golden"}, `allow_ids[0]: "golden" can't be the id of an image: want ami-`},
		{"an id with a letter that is none", "AllowIDs", []string{"ami-0123456789abcdefg"}, `can't be the id of an image`},
		{"an id with a digit too few", "AllowIDs", []string{"ami-0123456789abcdef"}, `can't be the id of an image`},
		{"all images", "AllowIDs", []string{"*"}, `can't be the id of an image`},
		{"a VPC that is none", "IsolationGroups", map[string]string{"foo": "sg-0a1b2c3d"}, `isolation_groups.foo: "foo" can't be the id of a VPC`},
		{"a group that is none", "IsolationGroups", map[string]string{"vpc-0a1b2c3d": "bar"}, `"bar" can't be the id of a security group`},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := launch.UnapprovedImage().Bind(with(c.field, c.value))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
	both := func(p any) error {
		params := p.(*launch.ImageParams)
		params.AllowIDs = []string{"ami-0a1b2c3d", "ami-0a1b2c3d4e5f60718"}
		params.AllowOwners = []string{"self", "amazon", "aws-marketplace", "aws-backup-vault", "012345678901"}
		return nil
	}
	if _, err := launch.UnapprovedImage().Bind(both); err != nil {
		t.Errorf("what there can be is refused: %v", err)
	}
}
