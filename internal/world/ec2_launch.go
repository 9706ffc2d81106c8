package world

import (
	"maps"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ripostehq/riposte/event"
)

// launchData is what an instance is made from: the caller's parameters over a template's, or a launch configuration.
type launchData struct {
	Image, Type, KeyName, Subnet, Zone string
	Profile, UserData, Shutdown        string
	Protected, StopProtected           *bool
	SecurityGroups                     []string
	Tags                               map[string]string
}

// over lays the data that is given over what a template says.
func (d launchData) over(t launchData) launchData {
	t.Image, t.Type, t.KeyName = orElse(d.Image, t.Image), orElse(d.Type, t.Type), orElse(d.KeyName, t.KeyName)
	t.Subnet, t.Zone, t.Profile = orElse(d.Subnet, t.Subnet), orElse(d.Zone, t.Zone), orElse(d.Profile, t.Profile)
	t.UserData, t.Shutdown = orElse(d.UserData, t.UserData), orElse(d.Shutdown, t.Shutdown)
	if d.Protected != nil {
		t.Protected = d.Protected
	}
	if d.StopProtected != nil {
		t.StopProtected = d.StopProtected
	}
	if d.SecurityGroups != nil {
		t.SecurityGroups = d.SecurityGroups
	}
	tags := maps.Clone(t.Tags)
	if tags == nil {
		tags = map[string]string{}
	}
	maps.Copy(tags, d.Tags)
	t.Tags = tags
	return t
}

// launch makes instances; whether it is allowed has been decided.
func (s *state) launch(p event.Place, d launchData, n int, token string) []*instance {
	reservation, zone := s.resourceID("r"), d.Zone
	if zone == "" {
		zone = p.Region + "a"
	}
	var made []*instance
	for k := range n {
		i := &instance{
			ID: s.resourceID("i"), Image: d.Image, Type: d.Type, KeyName: d.KeyName, Zone: zone, Subnet: d.Subnet,
			VPC: s.fixed("vpc", p, ""), Profile: d.Profile, UserData: d.UserData, Token: token, Reservation: reservation,
			Index: k, State: "pending", Launched: s.Now, Protected: aws.ToBool(d.Protected),
			StopProtected: aws.ToBool(d.StopProtected), Shutdown: d.Shutdown, Tags: maps.Clone(d.Tags),
		}
		i.Subnet = orElse(i.Subnet, s.fixed("subnet", p, zone))
		i.Type, i.Shutdown = orElse(i.Type, "m1.small"), orElse(i.Shutdown, "stop")
		if i.Tags == nil {
			i.Tags = map[string]string{}
		}
		i.IP = s.address()
		s.attach(p, i, d.SecurityGroups)
		s.at(p).Instances[i.ID] = i
		s.after(transition, settles, p, i.ID)
		made = append(made, i)
	}
	return made
}
