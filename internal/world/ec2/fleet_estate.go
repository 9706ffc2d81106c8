package ec2

import (
	"cmp"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ripostehq/riposte/internal/world/core"
)

// fleetEstate is an EC2 Fleet, which launches by a template, or a Spot Fleet, which may launch by an image.
type fleetEstate struct {
	ID        string   `yaml:"id"`
	Type      string   `yaml:"type"`     // maintain
	Policy    string   `yaml:"policy"`   // termination; of a Spot Fleet: default
	Template  string   `yaml:"template"` // id
	Version   string   `yaml:"version"`
	Image     string   `yaml:"image"` // over the template's
	Total     int      `yaml:"total"`
	OnDemand  int      `yaml:"on_demand"`
	Spot      int      `yaml:"spot"`
	Instances []string `yaml:"instances"` // ids of the running ones; a fleet launches the rest when it looks after itself next
}

type spotRequestEstate struct {
	ID       string `yaml:"id"`
	Type     string `yaml:"type"` // one-time
	Image    string `yaml:"image"`
	Instance string `yaml:"instance"` // running; without it the request is open
}

// build makes an EC2 Fleet.
func (e fleetEstate) build(at core.At) error {
	f := e.fleet(at, "termination", fleetService, fleetTag)
	f.Default = "on-demand"
	f.Templates = []types.FleetLaunchTemplateConfig{{LaunchTemplateSpecification: e.launchTemplate()}}
	if e.Image != "" {
		f.Templates[0].Overrides = []types.FleetLaunchTemplateOverrides{{ImageId: aws.String(e.Image)}}
	}
	return e.start(at, fleets.Put(at, f))
}

// buildSpot makes a Spot Fleet.
func (e fleetEstate) buildSpot(at core.At) error {
	f := e.fleet(at, "default", spotFleetService, spotFleetTag)
	f.Request = &types.SpotFleetRequestConfigData{IamFleetRole: aws.String(at.Global().ARN("iam", "role/fleet"))}
	if e.Template != "" {
		f.Request.LaunchTemplateConfigs = []types.LaunchTemplateConfig{{LaunchTemplateSpecification: e.launchTemplate()}}
	} else {
		f.Request.LaunchSpecifications = []types.SpotFleetLaunchSpecification{{ImageId: aws.String(e.Image)}}
	}
	return e.start(at, spotFleets.Put(at, f))
}

func (e fleetEstate) fleet(at core.At, policy string, service core.Linked, tag string) *fleet {
	if e.ID == "" {
		e.ID = map[string]string{fleetTag: "fleet-", spotFleetTag: "sfr-"}[tag] + at.UUID()
	}
	return &fleet{
		ID: e.ID, Type: cmp.Or(e.Type, "maintain"), State: "active", Excess: cmp.Or(e.Policy, policy), Service: service, Tag: tag,
		Total: max(e.Total, 0), OnDemand: max(e.OnDemand, 0), Spot: max(e.Spot, 0), Created: at.Now.Add(-settled),
	}
}

func (e fleetEstate) launchTemplate() *types.FleetLaunchTemplateSpecification {
	return &types.FleetLaunchTemplateSpecification{LaunchTemplateId: aws.String(e.Template), Version: aws.String(cmp.Or(e.Version, "$Default"))}
}

func (e fleetEstate) start(at core.At, f *fleet) error {
	for _, id := range e.Instances {
		if _, err := Running(at, f.Service, f.launch(), id); err != nil {
			return fmt.Errorf("fleet %s: %w", f.ID, err)
		}
	}
	return nil
}

func (e spotRequestEstate) build(at core.At) error {
	x := spotRequests.Put(at, &spotRequest{
		ID: e.ID, Type: cmp.Or(e.Type, "one-time"), State: "open", Created: at.Now.Add(-settled),
		Launch: &types.RequestSpotLaunchSpecification{ImageId: aws.String(e.Image)},
	})
	if e.Instance == "" {
		return nil
	}
	x.Instance, x.State = e.Instance, "active"
	if _, err := Running(at, spotService, x.launch(""), e.Instance); err != nil {
		return fmt.Errorf("spot request %s: %w", x.ID, err)
	}
	instances.Of(at)[e.Instance].Spot = x.ID
	return nil
}
