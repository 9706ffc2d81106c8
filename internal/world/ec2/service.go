// Package ec2 is EC2 in the world: images, instances and what launches them, their network.
package ec2

import (
	"cmp"
	"time"

	"github.com/ripostehq/riposte/internal/world/core"
)

// Service is EC2.
func Service() *core.Service {
	return &core.Service{
		Name: "ec2", SDK: "EC2", Reference: "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_", Words: core.EC2Words(),
		Resources: []core.Resource{
			imageResource(), securityGroupResource(), prefixListResource(), vpcResource(), interfaceResource(), addressResource(), routeTableResource(),
			natGatewayResource(), vpcEndpointResource(), endpointServiceResource(), templateResource(), instanceResource(),
			rootVolumeResource(), volumeResource(), modificationResource(), snapshotResource(), recycledResource(), lockResource(), fastRestoreResource(), sharingResource(), addressTransferResource(), fleetResource(), spotFleetResource(), spotRequestResource(), tagResource(), settingResource(),
		},
	}
}

// Estate is what a region has of it in YAML. What has an id may leave it out: then it is made.
type Estate struct {
	Images         []imageEstate         `yaml:"images"`
	SecurityGroups []securityGroupEstate `yaml:"security_groups"`
	PrefixLists    []prefixList          `yaml:"prefix_lists"`
	Templates      []templateEstate      `yaml:"templates"`
	Instances      []instanceEstate      `yaml:"instances"`
	Fleets         []fleetEstate         `yaml:"fleets"`
	SpotFleets     []fleetEstate         `yaml:"spot_fleets"`
	SpotRequests   []spotRequestEstate   `yaml:"spot_requests"`
	Settings       settingEstate         `yaml:"settings"`
}

// settled is how long what an estate holds has been there.
const settled = 30 * 24 * time.Hour

// BuildImages makes the images, which another account may use.
func (e Estate) BuildImages(at core.At) error { return each(at, e.Images, imageEstate.build) }

// Build makes the rest.
func (e Estate) Build(at core.At) error {
	return cmp.Or(
		e.Settings.build(at), each(at, e.SecurityGroups, securityGroupEstate.build), each(at, e.PrefixLists, prefixList.build), each(at, e.Templates, templateEstate.build), each(at, e.Instances, instanceEstate.build),
		each(at, e.Fleets, fleetEstate.build), each(at, e.SpotFleets, fleetEstate.buildSpot), each(at, e.SpotRequests, spotRequestEstate.build),
	)
}

func each[E any](at core.At, all []E, build func(E, core.At) error) error {
	for _, e := range all {
		if err := build(e, at); err != nil {
			return err
		}
	}
	return nil
}
