package ec2

import (
	"cmp"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ripostehq/riposte/internal/world/core"
)

// fleet is an EC2 Fleet, or a Spot Fleet, which is the older sort of the same.
type fleet struct {
	ID, Token       string
	Type, State     string // maintain, request, instant; submitted, active
	Excess, Default string // as its own sort spells them
	Unit            string // what its size counts, "" for instances
	Total, OnDemand int
	Spot            int
	Created         time.Time
	Templates       []types.FleetLaunchTemplateConfig
	Request         *types.SpotFleetRequestConfigData // of a Spot Fleet: all that was asked for
	Service         core.Linked                       // launches for it
	Tag             string                            // is put on what is launched
}

// The tags by which AWS marks what a fleet launched.
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/tag-ec2-fleet.html
const (
	fleetTag     = "aws:ec2:fleet-id"
	spotFleetTag = "aws:ec2spot:fleet-request-id"
)

var (
	fleetService     = core.Linked{Service: "ec2fleet.amazonaws.com", Name: "EC2Fleet"}
	spotFleetService = core.Linked{Service: "spotfleet.amazonaws.com", Name: "EC2SpotFleet"}
	spotService      = core.Linked{Service: "spot.amazonaws.com", Name: "EC2Spot"}
)

var fleets = core.Shelf[fleet]{
	Kind: "ec2.fleet", ID: "ID", Missing: core.Missing("InvalidFleetId.NotFound", "The fleet ID '%s' does not exist"),
}

var spotFleets = core.Shelf[fleet]{
	Kind: "ec2.spot-fleet-request", ID: "ID", Missing: core.Missing("InvalidSpotFleetRequestId.NotFound", "The spot fleet request ID '%s' does not exist"),
}

func fleetResource() core.Resource {
	return core.Resource{Shelf: &fleets, Operations: []core.Operation{
		core.Define(core.Spec[ec2.CreateFleetInput, ec2.CreateFleetOutput]{
			Write: true, Basis: "record: by analogy with CreateLaunchTemplate, unverified",
			Knows: "LaunchTemplateConfigs TargetCapacitySpecification ClientToken ExcessCapacityTerminationPolicy Type", Answer: createFleet,
			Request: func(c *core.Call, in *ec2.CreateFleetInput) any {
				return core.Fields{c.Name + "Request": core.Pascal(in)}
			},
			Response: func(c *core.Call, out *ec2.CreateFleetOutput) any {
				return templateResponse(c, core.Fields{"fleetId": aws.ToString(out.FleetId)})
			},
		}),
		core.Define(core.Spec[ec2.ModifyFleetInput, ec2.ModifyFleetOutput]{
			Write: true, Basis: "refusals' codes unverified; record: by analogy with CreateLaunchTemplate, unverified",
			Knows: "FleetId TargetCapacitySpecification ExcessCapacityTerminationPolicy",
			Needs: func(c *core.Call, in *ec2.ModifyFleetInput) []core.Need {
				return c.On(c.ARN("ec2", "fleet/"+aws.ToString(in.FleetId)))
			},
			Answer: modifyFleet,
			Request: func(c *core.Call, in *ec2.ModifyFleetInput) any {
				return core.Fields{c.Name + "Request": core.Pascal(in)}
			},
			Response: func(c *core.Call, _ *ec2.ModifyFleetOutput) any {
				return templateResponse(c, core.Fields{"return": true})
			},
		}),
		core.List[ec2.DescribeFleetsInput, ec2.DescribeFleetsOutput](&fleets, core.Listing{
			IDs: "FleetIds", Basis: "a version that follows ($Latest) is shown as it was given, unverified",
		}, describedFleet),
	}, On: map[core.Happening]func(core.At, string){replenishes: lookAfterFleet, InstanceGone: fleetMisses}}
}

func spotFleetResource() core.Resource {
	return core.Resource{Shelf: &spotFleets, Operations: []core.Operation{
		core.Define(core.Spec[ec2.RequestSpotFleetInput, ec2.RequestSpotFleetOutput]{
			Write: true, Basis: core.UsualSpelling, Knows: "SpotFleetRequestConfig", Answer: requestSpotFleet,
			Response: func(c *core.Call, out *ec2.RequestSpotFleetOutput) any {
				return core.Fields{"requestId": c.RequestID, "spotFleetRequestId": aws.ToString(out.SpotFleetRequestId)}
			},
		}),
		core.Define(core.Spec[ec2.ModifySpotFleetRequestInput, ec2.ModifySpotFleetRequestOutput]{
			Write: true, Basis: "refusals' codes unverified; " + core.UsualSpelling,
			Knows: "SpotFleetRequestId TargetCapacity OnDemandTargetCapacity ExcessCapacityTerminationPolicy",
			Needs: func(c *core.Call, in *ec2.ModifySpotFleetRequestInput) []core.Need {
				return c.On(c.ARN("ec2", "spot-fleet-request/"+aws.ToString(in.SpotFleetRequestId)))
			},
			Answer: modifySpotFleetRequest, Response: returned[ec2.ModifySpotFleetRequestOutput],
		}),
		core.List[ec2.DescribeSpotFleetRequestsInput, ec2.DescribeSpotFleetRequestsOutput](
			&spotFleets, core.Listing{IDs: "SpotFleetRequestIds"}, describedSpotFleet,
		),
	}}
}

func describedFleet(_ *core.Call, f *fleet) types.FleetData {
	return types.FleetData{
		FleetId: aws.String(f.ID), FleetState: types.FleetStateCode(f.State), Type: types.FleetType(f.Type), CreateTime: aws.Time(f.Created),
		ExcessCapacityTerminationPolicy: types.FleetExcessCapacityTerminationPolicy(f.Excess), LaunchTemplateConfigs: f.Templates,
		ClientToken: core.Optional(f.Token),
		TargetCapacitySpecification: &types.TargetCapacitySpecification{
			TotalTargetCapacity: aws.Int32(int32(f.Total)), OnDemandTargetCapacity: aws.Int32(int32(f.OnDemand)),
			SpotTargetCapacity: aws.Int32(int32(f.Spot)), DefaultTargetCapacityType: types.DefaultTargetCapacityType(f.Default),
			TargetCapacityUnitType: types.TargetCapacityUnitType(f.Unit),
		},
	}
}

func describedSpotFleet(_ *core.Call, f *fleet) types.SpotFleetRequestConfig {
	asked := *f.Request
	asked.TargetCapacity, asked.OnDemandTargetCapacity = aws.Int32(int32(f.Total)), aws.Int32(int32(f.OnDemand))
	asked.ExcessCapacityTerminationPolicy, asked.Type = types.ExcessCapacityTerminationPolicy(f.Excess), types.FleetType(f.Type)
	return types.SpotFleetRequestConfig{
		SpotFleetRequestId: aws.String(f.ID), SpotFleetRequestState: types.BatchState(f.State), CreateTime: aws.Time(f.Created),
		SpotFleetRequestConfig: &asked,
	}
}

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
