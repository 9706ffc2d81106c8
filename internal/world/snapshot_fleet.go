package world

import (
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ripostehq/riposte/event"
)

// snapshotFleet is an EC2 Fleet, which launches by a template, or a Spot Fleet, which may launch by an image.
type snapshotFleet struct {
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

type snapshotSpotRequest struct {
	ID       string `yaml:"id"`
	Type     string `yaml:"type"` // one-time
	Image    string `yaml:"image"`
	Instance string `yaml:"instance"` // running; without it the request is open
}

func (r snapshotRegion) buildFleets(st *state, p event.Place) error {
	for _, x := range r.Fleets {
		f := x.fleet(st, "termination", "ec2fleet.amazonaws.com", fleetTag)
		f.Default = "on-demand"
		f.Templates = []types.FleetLaunchTemplateConfig{{LaunchTemplateSpecification: x.template()}}
		if x.Image != "" {
			f.Templates[0].Overrides = []types.FleetLaunchTemplateOverrides{{ImageId: aws.String(x.Image)}}
		}
		if err := st.startFleet(p, f, x.Instances); err != nil {
			return err
		}
	}
	for _, x := range r.SpotFleets {
		f := x.fleet(st, "default", "spotfleet.amazonaws.com", spotFleetTag)
		f.Request = &types.SpotFleetRequestConfigData{IamFleetRole: aws.String(st.arn(event.Place{Account: p.Account}, "iam", "role/fleet"))}
		if x.Template != "" {
			f.Request.LaunchTemplateConfigs = []types.LaunchTemplateConfig{{LaunchTemplateSpecification: x.template()}}
		} else {
			f.Request.LaunchSpecifications = []types.SpotFleetLaunchSpecification{{ImageId: aws.String(x.Image)}}
		}
		if err := st.startFleet(p, f, x.Instances); err != nil {
			return err
		}
	}
	return nil
}

func (x snapshotFleet) fleet(st *state, policy, service, tag string) *fleet {
	return &fleet{
		ID: orElse(x.ID, "fleet-"+st.uuid()), Type: orElse(x.Type, "maintain"), State: "active", Excess: orElse(x.Policy, policy), Service: service, Tag: tag,
		Total: max(x.Total, 0), OnDemand: max(x.OnDemand, 0), Spot: max(x.Spot, 0), Created: st.Now.Add(-settled),
	}
}

func (x snapshotFleet) template() *types.FleetLaunchTemplateSpecification {
	return &types.FleetLaunchTemplateSpecification{LaunchTemplateId: aws.String(x.Template), Version: aws.String(orElse(x.Version, "$Default"))}
}

// startFleet fills a fleet of the snapshot: nobody launched these instances, so nothing is recorded.
func (s *state) startFleet(p event.Place, f *fleet, ids []string) error {
	s.at(p).Fleets[f.ID] = f
	for _, id := range ids {
		if err := s.startInstance(p, f.Service, f.launch(), id); err != nil {
			return fmt.Errorf("fleet %s: %w", f.ID, err)
		}
	}
	return nil
}

func (r snapshotRegion) buildSpotRequests(st *state, p event.Place) error {
	for _, y := range r.SpotRequests {
		x := &spotRequest{
			ID: y.ID, Type: orElse(y.Type, "one-time"), State: "open", Created: st.Now.Add(-settled),
			Launch: &types.RequestSpotLaunchSpecification{ImageId: aws.String(y.Image)},
		}
		st.at(p).SpotRequests[x.ID] = x
		if y.Instance == "" {
			continue
		}
		x.Instance, x.State = y.Instance, "active"
		if err := st.startInstance(p, spotService, x.launch(""), y.Instance); err != nil {
			return fmt.Errorf("spot request %s: %w", x.ID, err)
		}
		st.at(p).Instances[y.Instance].Spot = x.ID
	}
	return nil
}

// startInstance has one instance running that a service launched before the snapshot.
func (s *state) startInstance(p event.Place, service string, in *ec2.RunInstancesInput, id string) error {
	in.MinCount, in.MaxCount = aws.Int32(1), aws.Int32(1)
	c := &call{state: s, operation: operation{service: "ec2"}, place: p, by: principal{account: p.Account, service: service}}
	d, refused := c.launchDataOf(in)
	if refused != nil {
		return errors.New(refused.message)
	}
	s.place(p, s.launch(p, d, 1, "")[0], id, "running")
	return nil
}
