package demo

import (
	"bytes"
	"context"
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"text/template"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/route53"
	"github.com/aws/aws-sdk-go-v2/service/route53/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/code"
	"github.com/ripostehq/riposte/internal/code/state"
	"github.com/ripostehq/riposte/internal/world"
	"github.com/ripostehq/riposte/playbook"
)

//go:embed takeover.yaml
var takeoverWorld string

//go:embed takeover_riposte.yaml
var takeoverConfig []byte

//go:embed takeover_state.json
var takeoverState []byte

const (
	ofNames = "takeover.dangling-record"

	registry = lab // the account that has the zone in this world
	zone     = "Z0900D1EA9E0900D1E"
)

// danglingName is seed 002's: what a name of DNS points to is deleted, and the name stays. All accounts of a small organisation are swept first, in a
// world of its own: which names there are shows in no event.
func danglingName() Attack {
	return Attack{
		Name:  "dangling-name",
		about: ofNames,
		swept: everywhere,
		scene: danglingScene,
		held:  zone + "/CNAME/docs.shop.example",
		Title: "The dangling name (accounts shop and names)",
		Story: "Nobody attacks yet. Mara deletes two buckets; in another account, records still point to them, and whoever makes buckets of these names answers by them. Look at the ten minutes that " +
			"riposte waits, at the record that is left alone, and at what it does when the pipeline, whose Terraform has one of the records, makes it again.",
		moves: []move{
			{time.Minute, "mara", "deletes bucket img.shop.example", deleteBucket("img.shop.example")},
			{2 * time.Minute, "mara", "deletes bucket docs.shop.example", deleteBucket("docs.shop.example")},
			{20 * time.Minute, "mara", "looks up what is left", leftNames},
			{21 * time.Minute, "pipeline", "terraform apply makes docs.shop.example again", makeAgain},
			{45 * time.Minute, "mara", "looks again", leftNames},
		},
	}
}

// danglingScene is the world of a dangling name, and what Terraform has of it.
func danglingScene(catalogue []playbook.Definition, kinds []action.Kind) (Scene, error) {
	roles, err := block(catalogue, kinds)
	if err != nil {
		return Scene{}, err
	}
	t, err := template.New("takeover").Parse(takeoverWorld)
	if err != nil {
		return Scene{}, err
	}
	var out bytes.Buffer
	if err := t.Execute(&out, map[string]any{"Riposte": roles}); err != nil {
		return Scene{}, err
	}
	things, err := state.Read(bytes.NewReader(takeoverState), state.Most)
	if err != nil {
		return Scene{}, fmt.Errorf("the demo's state of Terraform: %w", err)
	}
	made := &made{}
	made.index.Add(things, code.Owner{Where: "s3://shop-states/dns.tfstate", Repository: "shop/dns"})
	return Scene{Attacks: []Attack{danglingName()}, estate: out.Bytes(), config: takeoverConfig, code: made}, nil
}

// made is what the demo's state of Terraform holds.
type made struct{ index state.Index }

// Owners says which code makes a resource.
func (m *made) Owners(_ context.Context, of event.Resource) code.Answer {
	return code.Answer{Owners: m.index.Owners(of)}
}

func deleteBucket(name string) func(context.Context, *Stage) (string, error) {
	return func(ctx context.Context, s *Stage) (string, error) {
		_, err := s3.NewFromConfig(s.inside("mara of "+shop, shop)).DeleteBucket(ctx, &s3.DeleteBucketInput{Bucket: &name})
		return "", err
	}
}

func (s *Stage) inside(who, account string) aws.Config {
	return s.World.ConfigFrom(event.Place{Partition: "aws", Account: account, Region: priced}, credentials(who), world.Origin{SourceIP: "192.0.2.77", UserAgent: "aws-cli/2.22.0"})
}

// leftNames are the names of the zone that point to something.
func leftNames(ctx context.Context, s *Stage) (string, error) {
	out, err := route53.NewFromConfig(s.inside("pipeline", registry)).ListResourceRecordSets(ctx, &route53.ListResourceRecordSetsInput{HostedZoneId: aws.String(zone)})
	if err != nil {
		return "", err
	}
	var all []string
	for _, r := range out.ResourceRecordSets {
		if r.Type == types.RRTypeCname {
			all = append(all, strings.TrimSuffix(aws.ToString(r.Name), "."))
		}
	}
	slices.Sort(all)
	return strings.Join(all, ", "), nil
}

func makeAgain(ctx context.Context, s *Stage) (string, error) {
	_, err := route53.NewFromConfig(s.inside("pipeline", registry)).ChangeResourceRecordSets(ctx, &route53.ChangeResourceRecordSetsInput{
		HostedZoneId: aws.String(zone), ChangeBatch: &types.ChangeBatch{Changes: []types.Change{{
			Action: types.ChangeActionUpsert, ResourceRecordSet: &types.ResourceRecordSet{
				Name: aws.String("docs.shop.example"), Type: types.RRTypeCname, TTL: aws.Int64(300),
				ResourceRecords: []types.ResourceRecord{{Value: aws.String("docs.shop.example.s3-website-us-east-1.amazonaws.com")}},
			},
		}}},
	})
	return "", err
}
