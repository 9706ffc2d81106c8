package demo_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/securityhub"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/demo"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/ledger/sqlite"
	"github.com/ripostehq/riposte/internal/world"
	"github.com/ripostehq/riposte/playbooks"
)

const (
	shop    = "111122223333"
	lab     = "222233334444"
	plant   = "333344445555"
	vault   = "444455556666"
	studio  = "666677778888"
	harbour = "555566667777"
)

// audience is a demo that was watched to its end.
type audience struct {
	*testing.T
	*demo.Stage
	lines []demo.Line
	sum   demo.Summary
	wrong error
}

func watch(t *testing.T, delay time.Duration, names ...string) *audience {
	t.Helper()
	a := &audience{T: t}
	a.Stage = open(t, sqlite.Memory, "", delay, func(l demo.Line) { a.lines = append(a.lines, l) })
	attacks := pick(names...)
	if err := a.Play(t.Context(), attacks); err != nil {
		t.Fatal(err)
	}
	var err error
	if a.sum, err = a.Outcome(t.Context(), attacks); err != nil {
		t.Error(err)
	}
	return a
}

func open(t *testing.T, file, kept string, delay time.Duration, emit func(demo.Line)) *demo.Stage {
	t.Helper()
	store, err := sqlite.Open(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	s, err := demo.Open(demo.Options{
		Catalogue: playbooks.All(), Kinds: action.Kinds(), Store: store, World: kept, DeliveryDelay: delay, Emit: emit, Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func pick(names ...string) (out []demo.Attack) {
	if len(names) == 0 {
		return demo.Attacks()
	}
	for _, a := range demo.Named(playbooks.All()) {
		if strings.Contains(strings.Join(names, " "), a.Name) {
			out = append(out, a)
		}
	}
	return out
}

// told is the timeline, a line per line.
func (a *audience) told() string {
	var b strings.Builder
	for _, l := range a.lines {
		fmt.Fprintf(&b, "%s %s %d: %s\n", l.Since, l.Who, l.Number, l.Text)
	}
	return b.String()
}

// inOrder insists that the timeline says these things, one after the other.
func (a *audience) inOrder(patterns ...string) {
	a.Helper()
	rest := a.told()
	for _, p := range patterns {
		at := regexp.MustCompile(p).FindStringIndex(rest)
		if at == nil {
			a.Fatalf("nothing like %q in what is left of\n%s", p, a.told())
		}
		rest = rest[at[1]:]
	}
}

func (a *audience) states() string {
	a.Helper()
	cases, err := a.Store.Cases(a.Context(), ledger.Filter{})
	if err != nil {
		a.Fatal(err)
	}
	var out []string
	for _, c := range cases {
		out = append(out, string(c.State))
	}
	return strings.Join(out, " ")
}

// as is the configuration of one of an account's principals.
func (a *audience) as(principal, account string) aws.Config {
	a.Helper()
	creds, err := a.World.Mint("arn:aws:iam::"+account+":"+principal, world.SessionOptions{Name: "spectator"})
	if err != nil {
		a.Fatal(err)
	}
	return a.World.Config(event.Place{Partition: "aws", Account: account, Region: "eu-west-1"}, creds)
}

// group is whether a group may launch, and the images of its running instances.
func (a *audience) group(account, name string) (launches bool, images string) {
	a.Helper()
	cfg := a.as("role/riposte-audit", account)
	groups, err := autoscaling.NewFromConfig(cfg).DescribeAutoScalingGroups(a.Context(), &autoscaling.DescribeAutoScalingGroupsInput{AutoScalingGroupNames: []string{name}})
	if err != nil || len(groups.AutoScalingGroups) != 1 {
		a.Fatalf("group %s: %v", name, err)
	}
	launches = true
	for _, p := range groups.AutoScalingGroups[0].SuspendedProcesses {
		launches = launches && aws.ToString(p.ProcessName) != "Launch"
	}
	return launches, strings.Join(a.running(account, name), " ")
}

// running are the images of a group's running instances, or of all where no group is named.
func (a *audience) running(account, group string) (images []string) {
	a.Helper()
	out, err := ec2.NewFromConfig(a.as("role/riposte-audit", account)).DescribeInstances(a.Context(), &ec2.DescribeInstancesInput{})
	if err != nil {
		a.Fatal(err)
	}
	for _, r := range out.Reservations {
		for _, i := range r.Instances {
			of := ""
			for _, tag := range i.Tags {
				if aws.ToString(tag.Key) == "aws:autoscaling:groupName" {
					of = aws.ToString(tag.Value)
				}
			}
			if i.State.Name == "running" && of == group {
				images = append(images, aws.ToString(i.ImageId))
			}
		}
	}
	return images
}

func TestTheDeputyIsConfusedAndAnswered(t *testing.T) {
	a := watch(t, 0, "deputy")
	a.inOrder(`deployer of shop 0: adds a version`, `makes it the default`, `stops the running instance`, `ec2 0: says that i-\w+ is pending, 1s after`,
		`finds instance i-\w+ of group web launched from ami-0feedfacefeedface: it is public`, `does autoscaling.suspend group/web`, `does ec2.terminate instance/i-`,
		`contained: 1s after it happened \(EC2's notice took 1s, riposte 0s\)`,
		`trail 0: RunInstances by AWSServiceRoleForAutoScaling arrives, 5s after`, `the record names the caller, 4s after the notice: assumed-role/AWSServiceRoleForAutoScaling`, `verified`)
	if launches, images := a.group(shop, "web"); launches || images != "" {
		t.Errorf("the group launches: %t, of its instances run %q", launches, images)
	}
}

func TestTheDeputyIsStoppedInTime(t *testing.T) {
	a := watch(t, 0, "template")
	a.inOrder(`does ec2.default-version launch-template/lt-`, `contained`, `RunInstances by AWS`, `finds no fault: instance`, `verified`)
	if launches, images := a.group(lab, "batch"); !launches || images != "ami-0900d1ea9e0900d1f" {
		t.Errorf("the group launches: %t, of its instances run %q", launches, images)
	}
}

func TestAGroupThatFollowsTheLatestVersionIsStopped(t *testing.T) {
	a := watch(t, 0, "latest")
	a.inOrder(`does ec2.default-version`, `does autoscaling.suspend group/render`, `contained`, `verified`)
	if launches, images := a.group(lab, "render"); launches || images != "" {
		t.Errorf("the group launches: %t, of its instances run %q", launches, images)
	}
}

func TestDemolition(t *testing.T) {
	for _, s := range []struct {
		name  string
		delay time.Duration
		lost  int
		tally string
	}{
		{"today", 0, 3, `3 of 10 instances lost: 2 before the first record arrived, 1 before what riposte did took effect. 7 saved.`},
		{"in the year 2016", 40 * time.Second, 10, `10 of 10 instances lost: 10 before the first record arrived, 0 before what riposte did took effect. 0 saved.`},
	} {
		t.Run(s.name, func(t *testing.T) {
			a := watch(t, s.delay, "demolition")
			a.inOrder(`does iam.deactivate-key`, `does iam.attach-user-deny user/igor`, `contained`, `verified`, s.tally)
			if left := len(a.running(plant, "")); a.sum.Lost != s.lost || left != 10-s.lost {
				t.Errorf("%d lost, %d run", a.sum.Lost, left)
			}
		})
	}
}

func TestTheSecondKeyIsCaught(t *testing.T) {
	for _, s := range []struct {
		name  string
		delay time.Duration
		why   []string
	}{
		{"by its own record", 0, []string{`trail 0: DetachUserPolicy by mallory arrives`, `was undone: iam.attach-user-deny user/mallory: iam:DetachUserPolicy by user/mallory`}},
		{"by looking again, where records are slow", 40 * time.Second, []string{`was undone: iam.attach-user-deny user/mallory: two looks did not find it`}},
	} {
		t.Run(s.name, func(t *testing.T) {
			a := watch(t, s.delay, "second-key")
			a.inOrder(append(append([]string{`does iam.attach-user-deny`, `took off riposte-deny`}, s.why...), `does iam.deny-user user/mallory`, `contained`, `does iam.deactivate-key access-key/AKIAMALLORYVAULT0002`, `verified`)...)
		})
	}
}

func TestAFalseAlarmIsTakenBack(t *testing.T) {
	a := watch(t, 0, "false-alarm")
	a.inOrder(`sam 0: riposte undo: case 1`, `takes back: sam \(unproven\)`, `iam.attach-user-deny user/olga: taken back`, `iam.deactivate-key access-key/AKIAOLGAVAULT0000001: taken back`,
		`ec2.protect instance/i-\w+: stays`, `undone`, `olga 0: stops it for the resize: works again`, `lets it be \(exception: case 1 was taken back, by sam`)
	if got := a.states(); got != "undone excepted" {
		t.Error(got)
	}
}

func TestAPersonIsAskedWhereTheRecordDoesNotSay(t *testing.T) {
	a := watch(t, 0, "approval")
	a.inOrder(`nadia, as ops 0: switches termination protection off`, `does ec2.protect`, `asks`, `upstream, by the event history: AssumeRole by user/nadia`,
		`asks \(approval: it opened the session`, `3m0s sam 0: riposte approve: case 1`, `does iam.deny-session`, `does iam.deactivate-key`, `contained`,
		`nadia, as ops 0: terminates i-\w+: refused: InvalidClientTokenId`, `verified`)
}

func TestTheBrakeHoldsUntilItsRelease(t *testing.T) {
	a := watch(t, 0, "halt")
	a.inOrder(`sam 0: riposte halt`, `holds \(brake: all halted by sam\), not done: ec2.protect`, `1m0s sam 0: riposte release`, `1m0s riposte 1: released: all, by sam`, `does ec2.protect`, `contained`, `verified`)
}

func TestAnotherTeamsGroupIsPutBack(t *testing.T) {
	a := watch(t, 0, "foreign-group")
	a.inOrder(`checkout's instance 0: puts group search on standby`, `sets group search to none`, `does iam.deny-session role/app`, `does autoscaling.set-sizes group/search`,
		`does autoscaling.return instance/i-0dddddddddddddd00`, `contained`, `deletes group search: refused: AccessDenied`, `find in service: i-0dddddddddddddd00, i-0dddddddddddddd01`, `verified`)
}

func TestTheWholeDemo(t *testing.T) {
	a := watch(t, 0)
	want := "observed observed superseded verified verified verified verified verified undone excepted verified verified verified" +
		" superseded observed verified superseded verified verified verified observed observed observed observed verified"
	if got := faults(a.states()); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	t.Run("every confirmed case has its finding", func(t *testing.T) { a.filed(t) })
	t.Run("it is the same the next time", func(t *testing.T) {
		if again := watch(t, 0); a.told() != again.told() {
			t.Errorf("one:\n%s\nthe other:\n%s", a.told(), again.told())
		}
	})
	t.Run("it goes on where it was stopped", func(t *testing.T) { goesOn(t, a.states()) })
}

func (a *audience) filed(t *testing.T) {
	cases, err := a.Store.Cases(t.Context(), ledger.Filter{})
	if err != nil {
		t.Fatal(err)
	}
	filed := map[string]bool{}
	for _, account := range []string{shop, lab, plant, vault, harbour, studio} {
		pages := securityhub.NewGetFindingsPaginator(securityhub.NewFromConfig(a.as("user/sam", account)), &securityhub.GetFindingsInput{})
		for pages.HasMorePages() {
			page, err := pages.NextPage(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range page.Findings {
				filed[aws.ToString(f.Id)] = true
			}
		}
	}
	for _, c := range cases {
		if c.Playbook == "ownership.creator" || c.Kept() { // it is not told
			continue
		}
		if confirmed := len(c.Revisions) > 0; filed["riposte/"+c.ID] != confirmed {
			t.Errorf("case %s, %s: filed %t", c.ID, c.State, !confirmed)
		}
	}
}

// faults are the states without the cases that a look dismissed: they are no part of the story, and another process may look again.
func faults(states string) string { return strings.ReplaceAll(states, "dismissed ", "") }

func goesOn(t *testing.T, straight string) {
	file := filepath.Join(t.TempDir(), "demo.db")
	for stops := 0; ; stops++ {
		ctx, stop := context.WithCancel(t.Context())
		lines := 0
		s := open(t, file, file+".world", 0, func(demo.Line) {
			if lines++; lines > 40 {
				stop()
			}
		})
		err := s.Play(ctx, demo.Attacks())
		stop()
		if err != nil && stops < 100 {
			continue
		}
		a := &audience{T: t, Stage: s}
		sum, wrong := a.Outcome(t.Context(), demo.Attacks())
		if err != nil || wrong != nil || faults(a.states()) != faults(straight) || sum.Lost != 5 || stops < 3 {
			t.Errorf("after %d stops: %v, %v, %d lost\ngot  %s\nwant %s", stops, err, wrong, sum.Lost, a.states(), straight)
		}
		v, err := a.Store.Verify(t.Context())
		if err != nil || len(v.Broken) > 0 {
			t.Errorf("the ledger: %+v, %v", v.Broken, err)
		}
		return
	}
}

// TestCredentialsAreStolenTwice: without the lock the first call works, and the session is denied; with it, AWS refuses the first
// call, and riposte tells of it.
func TestCredentialsAreStolenTwice(t *testing.T) {
	a := watch(t, 0, "theft", "lock")
	a.inOrder(
		`gull .*crane's credentials: works`, `riposte 2: finds credentials of instance .* were used from "203.0.113.66"`, `does iam.deny-session role/crane`,
		`gull .*lists them again: refused: UnauthorizedOperation`, `verified`,
		`sam .*starts the tender`, `does iam.put-credential-lock role/barge`, `barge .*by its own gateway: works`,
		`gull .*barge's credentials: refused: UnauthorizedOperation`, `finds .* were used from "203.0.113.66", and AWS refused the call`, `verified`,
	)
	if a.sum.Verified != 3 {
		t.Errorf("%+v", a.sum)
	}
}

// What nothing uses is told, copied, deleted and given back; what was used between two sweeps is let be.
func TestTwoIdleVolumes(t *testing.T) {
	a := watch(t, 0, "idle-volume")
	a.inOrder(
		`riposte 1: does tag.announce volume/vol-0a0a0a0a0a0a0a0a1`, `riposte 2: does tag.announce volume/vol-0a0a0a0a0a0a0a0a2`, `mara 0: reads the tags of her volumes: old-logs unused since 2030-03-04, deleted after 2030-04-\d\d; year-end unused`,
		`960h0m0s mara 0: attaches one`, `961h0m0s mara 0: detaches`, `riposte 2: let be: it is used again`, `riposte 2: tag.announce volume/vol-0a0a0a0a0a0a0a0a2: taken off`,
		`riposte 1: does ec2.delete-volume volume/vol-0a0a0a0a0a0a0a0a1`, `riposte 1: verified`, `mara 0: lists her volumes: year-end \(vol-0a0a0a0a0a0a0a0a2, 500 GB, gp3\)\n`,
		`sam 0: riposte undo: case 1`, `ec2.delete-volume volume/vol-0a0a0a0a0a0a0a0a1: taken back`, `mara 0: lists them again: old-logs \(vol-\w+, 500 GB, gp3\), once vol-0a0a0a0a0a0a0a0a1; year-end`,
	)
	if got := a.states(); got != "undone dismissed" || a.sum.Time != (demo.Spread{}) {
		t.Errorf("%s; %+v", got, a.sum)
	}
}

// Tokens are required where nothing calls without one; where something does, a person is asked.
func TestVersionOneOfTheMetadataService(t *testing.T) {
	a := watch(t, 0, "imds-v1")
	a.inOrder(`riposte 1: does ec2.require-tokens instance/i-0d0d0d0d0d0d0d0d1`, `riposte 2: asks \(approval: the metadata service is called without a token, some times a day`, `riposte 1: verified`,
		`sam 0: riposte dismiss: case 2`, `i-0d0d0d0d0d0d0d0d1: required, i-0d0d0d0d0d0d0d0d2: optional`)
	if got := a.states(); got != "verified dismissed" {
		t.Error(got)
	}
}

// A name goes once what it points to is gone, whichever account has it; what the owner's pipeline makes again is told, and not fought.
func TestADanglingName(t *testing.T) {
	a := alone(t, "dangling-name")
	if got := a.states(); got != "superseded superseded verified held" || a.wrong != nil {
		t.Errorf("%s, %v", got, a.wrong)
	}
	a.inOrder(
		`mara 0: deletes bucket img.shop.example`, `mara 0: deletes bucket docs.shop.example`,
		`does route53.delete-record \S+img.shop.example`, `does route53.delete-record \S+docs.shop.example`,
		`mara 0: looks up what is left: kept.shop.example\n`, `pipeline 0: terraform apply makes docs.shop.example again`,
		`it came back: Terraform makes it, as aws_route53_record.docs in s3://shop-states/dns.tfstate`, `mara 0: looks again: docs.shop.example, kept.shop.example`,
	)
}

// alone plays an attack that has a world of its own.
func alone(t *testing.T, name string) *audience {
	t.Helper()
	var scene *demo.Scene
	for _, attack := range pick(name) {
		var err error
		if scene, err = demo.Alone(attack, playbooks.All(), action.Kinds()); err != nil {
			t.Fatal(err)
		}
	}
	return played(t, scene)
}
