package demo

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/app"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/sweep"
	"github.com/ripostehq/riposte/internal/world"
)

// What sweeps find in the demo, in accounts of their own, in the region of which riposte has a table of prices.
const (
	cellar = "777788889999"
	tower  = "888899990000"
	priced = "us-east-1"

	left = "vol-0a0a0a0a0a0a0a0a1" // nothing uses it
	twin = "vol-0a0a0a0a0a0a0a0a2" // used for an hour on day 40
	host = "i-0a0a0a0a0a0a0a0a1"

	calm    = "i-0d0d0d0d0d0d0d0d1" // calls its metadata service with a token
	talking = "i-0d0d0d0d0d0d0d0d2" // calls it without
)

// idleVolume is seed 002's: waste shows in no event, and what looks like waste may be data that is needed.
func idleVolume() Attack {
	const day = 24 * time.Hour
	return Attack{
		Name:  "idle-volume",
		about: ofVolumes,
		swept: cellar,
		Title: "Two idle volumes, 45 days in seconds (account cellar)",
		Story: "Nobody attacks. Two volumes lie there, attached to nothing, which shows in no event: riposte lists the account each night, and says nothing for a month. Look at what it does " +
			"to the one that is used for an hour on day 40, between two sweeps, and at what a snapshot is for.",
		moves: []move{
			{32 * day, "mara", "reads the tags of her volumes", volumeTags},
			{40 * day, "mara", "attaches one for an hour", func(ctx context.Context, s *Stage) (string, error) {
				_, err := s.swept("mara", cellar).ec2().AttachVolume(ctx, &ec2.AttachVolumeInput{VolumeId: aws.String(twin), InstanceId: aws.String(host), Device: aws.String("/dev/sdf")})
				return twin, err
			}},
			{40*day + time.Hour, "mara", "detaches it", func(ctx context.Context, s *Stage) (string, error) {
				_, err := s.swept("mara", cellar).ec2().DetachVolume(ctx, &ec2.DetachVolumeInput{VolumeId: aws.String(twin)})
				return twin, err
			}},
			{47 * day, "mara", "lists her volumes", volumes},
			{47*day + time.Hour, "sam", "riposte undo", func(ctx context.Context, s *Stage) (string, error) {
				return s.ordersOf(ctx, ofVolumes, left, ledger.Verified, ledger.Undo, "mara wants it back")
			}},
			{47*day + 3*time.Hour, "mara", "lists them again", volumes},
		},
	}
}

// metadataV1 is seed 002's as well: what version 1 of the metadata service gives away is mended where nothing relies on it.
func metadataV1() Attack {
	return Attack{
		Name:  "imds-v1",
		about: ofMetadata,
		swept: tower,
		Title: "Version 1 of the metadata service (account tower)",
		Story: "Nobody attacks. Two instances hand out their credentials without a token, as instances did for years. On one of them an old agent relies on it. Look at whom riposte asks, and whom it need not.",
		moves: []move{
			{time.Hour, "sam", "riposte dismiss", func(ctx context.Context, s *Stage) (string, error) {
				return s.ordersOf(ctx, ofMetadata, talking, ledger.Asked, ledger.Dismiss, "its agent is replaced first")
			}},
			{2 * time.Hour, "mara", "looks at what they require", tokens},
		},
	}
}

// swept is a hand in an account that is swept.
func (s *Stage) swept(who, account string) hand {
	p := event.Place{Partition: "aws", Account: account, Region: priced}
	cfg := s.World.ConfigFrom(p, credentials(who+" of "+account), world.Origin{SourceIP: "192.0.2.77", UserAgent: "aws-cli/2.22.0"})
	return hand{cfg, cfg}
}

// sweeps does the sweeps that are due in the account that an attack is about, and returns when the next is; zero: none is.
func (s *Stage) sweeps(ctx context.Context, a Attack) (time.Time, error) {
	if a.swept == "" {
		return time.Time{}, nil
	}
	r := s.App.Sweeps
	if a.swept != everywhere {
		r.Accounts = func() []string { return []string{a.swept} }
	}
	return r.Once(ctx, 1)
}

// ordersOf has sam decide about the case of a resource, which is to be in a state.
func (s *Stage) ordersOf(ctx context.Context, about, resource string, state ledger.State, verb ledger.Verb, reason string) (string, error) {
	cases, err := s.Store.Cases(ctx, ledger.Filter{Playbook: about})
	if err != nil {
		return "", err
	}
	i := slices.IndexFunc(cases, func(c *ledger.Case) bool { return c.Root.ID == resource })
	if i < 0 {
		return "", fmt.Errorf("no case of %s", resource)
	}
	c := cases[i]
	if c.State != state || c.Undo != nil {
		return c.ID, nil // ordered before the demo was killed
	}
	_, err = app.Order(ctx, s.Store, c.ID, ledger.Order{Verb: verb, Shown: c.Shown(0), By: "sam", At: s.World.Now(), Reason: reason})
	return c.ID, err
}

// volumes are those of the cellar, in a line.
func volumes(ctx context.Context, s *Stage) (string, error) {
	return s.tellVolumes(ctx, func(v types.Volume) string {
		text := fmt.Sprintf("%s (%s, %d GB, %s)", tagged(v.Tags, "Name"), aws.ToString(v.VolumeId), aws.ToInt32(v.Size), v.VolumeType)
		if was := tagged(v.Tags, "riposte:of"); was != "" {
			text += ", once " + was
		}
		return text
	})
}

// volumeTags is what riposte wrote to the volumes of the cellar.
func volumeTags(ctx context.Context, s *Stage) (string, error) {
	return s.tellVolumes(ctx, func(v types.Volume) string {
		return tagged(v.Tags, "Name") + " unused since " + tagged(v.Tags, "riposte:unused-since") + ", deleted after " + tagged(v.Tags, "riposte:deletes-after")
	})
}

func (s *Stage) tellVolumes(ctx context.Context, tell func(types.Volume) string) (string, error) {
	out, err := s.swept("mara", cellar).ec2().DescribeVolumes(ctx, &ec2.DescribeVolumesInput{})
	if err != nil {
		return "", err
	}
	var all []string
	for _, v := range out.Volumes {
		all = append(all, tell(v))
	}
	slices.Sort(all)
	return strings.Join(all, "; "), nil
}

// tokens is whether the instances of the tower require them.
func tokens(ctx context.Context, s *Stage) (string, error) {
	out, err := s.swept("mara", tower).ec2().DescribeInstances(ctx, &ec2.DescribeInstancesInput{})
	if err != nil {
		return "", err
	}
	var all []string
	for _, r := range out.Reservations {
		for _, i := range r.Instances {
			all = append(all, fmt.Sprintf("%s: %s", aws.ToString(i.InstanceId), i.MetadataOptions.HttpTokens))
		}
	}
	slices.Sort(all)
	return strings.Join(all, ", "), nil
}

func tagged(tags []types.Tag, key string) string {
	i := slices.IndexFunc(tags, func(t types.Tag) bool { return aws.ToString(t.Key) == key })
	if i < 0 {
		return ""
	}
	return aws.ToString(tags[i].Value)
}

// uncounted counts nothing of what sweeps do: the timeline tells.
type uncounted struct{}

func (uncounted) SweepCalled(string, string) {}
func (uncounted) SweepReconciled(int)        {}
func (uncounted) SweepsStand(sweep.Standing) {}
