package identity

import (
	"context"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	iamtypes "github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/smithy-go"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/playbook"
	"github.com/ripostehq/riposte/playbooks/contain"
)

// globe is an EC2 of which each region answers a code: "" has the instance.
type globe struct {
	access.Reads
	regions  map[string]string
	profiles int            // of the role
	asked    map[string]int // how often each region was asked for the instance
}

type globeEC2 struct {
	access.EC2Reads
	globe
	region string
}

type globeIAM struct {
	access.IAMReads
	globe
}

func (g globe) EC2(at event.Place) access.EC2Reads { return globeEC2{globe: g, region: at.Region} }

func (g globe) IAM(event.Place) access.IAMReads { return globeIAM{globe: g} }

const nowhere = "InvalidInstanceID.NotFound"

func (g globeEC2) DescribeInstances(context.Context, *ec2.DescribeInstancesInput, ...func(*ec2.Options)) (*ec2.DescribeInstancesOutput, error) {
	g.asked[g.region]++
	code, known := g.regions[g.region]
	if !known {
		code = nowhere
	}
	if code != "" {
		return nil, &smithy.GenericAPIError{Code: code}
	}
	return &ec2.DescribeInstancesOutput{Reservations: []types.Reservation{{Instances: []types.Instance{{VpcId: aws.String("vpc-a")}}}}}, nil
}

func (g globeEC2) DescribeRegions(context.Context, *ec2.DescribeRegionsInput, ...func(*ec2.Options)) (*ec2.DescribeRegionsOutput, error) {
	if g.regions[g.region] == "UnauthorizedOperation" {
		return nil, &smithy.GenericAPIError{Code: "UnauthorizedOperation"}
	}
	out := &ec2.DescribeRegionsOutput{}
	for region := range g.regions {
		out.Regions = append(out.Regions, types.Region{RegionName: aws.String(region)})
	}
	return out, nil
}

func (g globeIAM) ListInstanceProfilesForRole(context.Context, *iam.ListInstanceProfilesForRoleInput, ...func(*iam.Options)) (*iam.ListInstanceProfilesForRoleOutput, error) {
	return &iam.ListInstanceProfilesForRoleOutput{InstanceProfiles: make([]iamtypes.InstanceProfile, g.profiles)}, nil
}

// stolen are credentials that were used in us-east-1.
func stolen(known bool) used {
	at := event.Place{Partition: "aws", Account: "111122223333"}
	u := used{Actor: contain.Actor{Place: at, Holder: at.In(event.Role, "ops/web")}, Known: known, From: "198.51.100.7"}
	at.Region = "us-east-1"
	u.Instance = at.In(event.Instance, "i-0a1b2c3d4e5f60718")
	return u
}

// The thief chooses the region of a call. Where the instance is found counts; what can't be read is no proof that it is nowhere, and what is answered
// by nobody is looked at again.
func TestAnInstanceIsLookedForWhereItMayBe(t *testing.T) {
	for story, c := range map[string]struct {
		regions    map[string]string
		configured []string
		merely     bool // named like the instance
		profiles   int
		in         string // "": nowhere
		unread     string // what the person is told that can't be read
		fails      bool
		asked      string // regions, in their order
	}{
		"where the call was":                         {regions: map[string]string{"us-east-1": "", "eu-west-1": nowhere}, in: "us-east-1", asked: "us-east-1"},
		"in another region of the account":           {regions: map[string]string{"us-east-1": nowhere, "eu-west-1": ""}, in: "eu-west-1", asked: "eu-west-1 us-east-1"},
		"in a region of the configuration":           {regions: map[string]string{"eu-west-1": ""}, configured: []string{"eu-west-1"}, in: "eu-west-1", asked: "eu-west-1 us-east-1"},
		"outside the configuration, which is enough": {regions: map[string]string{"eu-west-1": "", "eu-west-2": nowhere}, configured: []string{"eu-west-2"}, asked: "eu-west-2 us-east-1"},
		"nowhere":                    {regions: map[string]string{"us-east-1": nowhere, "eu-west-1": nowhere}, asked: "eu-west-1 us-east-1"},
		"perhaps in a closed region": {regions: map[string]string{"ap-east-1": "OptInRequired", "eu-west-1": nowhere}, unread: "ap-east-1", asked: "ap-east-1 eu-west-1 us-east-1"},
		"called in a closed region, found in another": {regions: map[string]string{"us-east-1": "UnauthorizedOperation", "eu-west-1": ""}, configured: []string{"eu-west-1"},
			in: "eu-west-1", asked: "eu-west-1 us-east-1"},
		"called in a closed region, and in no other": {regions: map[string]string{"us-east-1": "UnauthorizedOperation", "eu-west-1": nowhere}, configured: []string{"eu-west-1"},
			unread: "us-east-1", asked: "eu-west-1 us-east-1"},
		"nothing can be read":                    {regions: map[string]string{"us-east-1": "UnauthorizedOperation"}, fails: true, asked: "us-east-1"},
		"a region does not answer":               {regions: map[string]string{"eu-west-1": "InternalFailure"}, fails: true, asked: "eu-west-1 us-east-1"},
		"named like it, of a role of instances":  {regions: map[string]string{"eu-west-1": ""}, merely: true, profiles: 1, in: "eu-west-1", asked: "eu-west-1 us-east-1"},
		"named like it, of no role of instances": {regions: map[string]string{"eu-west-1": ""}, merely: true, asked: "us-east-1"},
	} {
		g := globe{regions: c.regions, profiles: c.profiles, asked: map[string]int{}}
		got, err := stolen(!c.merely).find(t.Context(), playbook.In{AWS: g, Organization: playbook.Organization{Regions: c.configured}})
		if (err != nil) != c.fails {
			t.Errorf("%s: %v", story, err)
		}
		if asked := strings.Join(slices.Sorted(maps.Keys(g.asked)), " "); asked != c.asked {
			t.Errorf("%s: asked %s, want %s", story, asked, c.asked)
		}
		if got.found != (c.in != "") || got.found && got.region != c.in {
			t.Errorf("%s: found %v in %q, want %q", story, got.found, got.region, c.in)
		}
		if (got.unread != "") != (c.unread != "") || c.unread != "" && !strings.Contains(got.unread, c.unread+" can't be read") {
			t.Errorf("%s: %q, want what names %q", story, got.unread, c.unread)
		}
	}
}

// Whoever holds credentials may call from any number of addresses, in every region: where the instance is, and that it is nowhere, is looked for once.
func TestRepetitionCostsOneLookThroughTheRegions(t *testing.T) {
	now := time.Date(2030, 1, 7, 9, 0, 0, 0, time.UTC)
	for story, c := range map[string]struct {
		instance string        // what eu-west-1 answers
		later    time.Duration // how much later it is asked again
		more     int           // how often eu-west-1 is asked then
		call     int           // and the region of the call
	}{
		"found, and read where it is":          {"", 12 * time.Hour, 1, 0},
		"nowhere":                              {nowhere, 30 * time.Second, 0, 1},
		"nowhere, which may have changed":      {nowhere, 2 * time.Minute, 1, 1},
		"unread, and a person has been asked":  {"OptInRequired", 30 * time.Second, 0, 1},
		"found, so long ago that it is sought": {"", 25 * time.Hour, 1, 1},
	} {
		g := globe{regions: map[string]string{"eu-west-1": c.instance}, asked: map[string]int{}}
		in := playbook.In{AWS: g, Now: now, Organization: playbook.Organization{Regions: []string{"eu-west-1"}}, Whereabouts: &playbook.Whereabouts{}}
		first, err := stolen(true).find(t.Context(), in)
		if err != nil {
			t.Fatal(err)
		}
		clear(g.asked)
		in.Now = now.Add(c.later)
		again, err := stolen(true).find(t.Context(), in)
		if err != nil || again.found != first.found || again.unread != first.unread {
			t.Errorf("%s: %+v, then %+v, %v", story, first, again, err)
		}
		if g.asked["eu-west-1"] != c.more || g.asked["us-east-1"] != c.call {
			t.Errorf("%s: asked %v", story, g.asked)
		}
	}
}

// An AWS that names the instance's region is believed: no other is read.
func TestWhereAWSNamesTheRegionNoOtherIsRead(t *testing.T) {
	g := globe{regions: map[string]string{"eu-west-1": ""}, asked: map[string]int{}}
	u := stolen(true)
	u.Placed = true
	if got, err := u.find(t.Context(), playbook.In{AWS: g}); err != nil || got.found || g.asked["eu-west-1"] > 0 {
		t.Errorf("%+v, %v, asked %v", got, err, g.asked)
	}
}

// While a region can't be read, a theft that AWS vouches for is asked about, and a session that is merely named like an instance is left alone.
func TestWhatCantBeReadAsks(t *testing.T) {
	for _, known := range []bool{true, false} {
		g := globe{regions: map[string]string{"ap-east-1": "OptInRequired"}, profiles: 1, asked: map[string]int{}}
		in := playbook.In{AWS: g, Organization: playbook.Organization{Regions: []string{"ap-east-1"}}}
		found, err := checkUse(t.Context(), in, playbook.Suspect[used]{Facts: stolen(known)}, ElsewhereParams{})
		if err != nil || (len(found) == 1) != known {
			t.Fatalf("known %v: %d findings, %v", known, len(found), err)
		}
		for _, s := range found {
			if !strings.Contains(s.Facts.Doubt, "ap-east-1 can't be read") {
				t.Errorf("the person is told %q", s.Facts.Doubt)
			}
		}
	}
}
