package ec2

import (
	"cmp"
	"maps"
	"reflect"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ripostehq/riposte/internal/world/core"
)

// Launch is what an instance is made from: the caller's parameters over a template's, or what the estate says of a template,
// a launch configuration or an instance.
type Launch struct {
	Image          string            `yaml:"image"`
	Type           string            `yaml:"type"`
	Key            string            `yaml:"key"`
	Zone           string            `yaml:"zone"`
	Subnet         string            `yaml:"subnet"`
	Address        string            `yaml:"address"` // private; one of its own unless given
	Profile        string            `yaml:"profile"`
	UserData       string            `yaml:"user_data"`
	SecurityGroups []string          `yaml:"security_groups"`
	Protected      *bool             `yaml:"protected"`
	StopProtected  *bool             `yaml:"stop_protected"`
	Shutdown       string            `yaml:"shutdown"` // stop, terminate
	Tags           map[string]string `yaml:"tags"`
	Metadata       Metadata          `yaml:"metadata"`
	Snapshot       string            `yaml:"snapshot"` // of which a disk is made, in templates alone
}

// over lays what is given over what a template says; tags add up.
func (l Launch) over(t Launch) Launch {
	tags := map[string]string{}
	maps.Copy(tags, t.Tags)
	maps.Copy(tags, l.Tags)
	was := t.Metadata
	given, into := reflect.ValueOf(l), reflect.ValueOf(&t).Elem()
	for i := range given.NumField() {
		if f := given.Field(i); !f.IsZero() {
			into.Field(i).Set(f)
		}
	}
	t.Tags, t.Metadata = tags, l.Metadata.over(was)
	return t
}

// launch makes instances; whether it is allowed has been decided.
func launch(at core.At, d Launch, n int, token string) []*Instance {
	reservation, zone := at.ResourceID("r"), d.Zone
	if zone == "" {
		zone = at.Place.Region + "a"
	}
	var made []*Instance
	for k := range n {
		i := &Instance{
			ID: at.ResourceID("i"), Image: d.Image, Type: d.Type, KeyName: d.Key, Zone: zone, Subnet: d.Subnet,
			VPC: at.Fixed("vpc", ""), Profile: d.Profile, UserData: d.UserData, Token: token, Reservation: reservation,
			Index: k, Launched: at.Now, Protected: aws.ToBool(d.Protected),
			StopProtected: aws.ToBool(d.StopProtected), Shutdown: d.Shutdown, Tags: maps.Clone(d.Tags), Metadata: d.Metadata.over(settingOf(at).Metadata).settled(),
		}
		i.Subnet = cmp.Or(i.Subnet, at.Fixed("subnet", zone))
		i.Type, i.Shutdown = cmp.Or(i.Type, "m1.small"), cmp.Or(i.Shutdown, "stop")
		i.IP = cmp.Or(d.Address, at.Address())
		groups := d.SecurityGroups
		if len(groups) == 0 {
			groups = []string{defaultGroup(at)}
		}
		i.Interface = interfaces.Put(at, &networkInterface{
			ID: at.ResourceID("eni"), Instance: i.ID, Attachment: at.ResourceID("eni-attach"), Groups: groups, Attached: i.Launched,
		}).ID
		instances.Put(at, i)
		i.enter(at, "pending")
		at.After(transition, settles, i.ID)
		made = append(made, i)
	}
	return made
}

// templateParameters are the members of a template's data that the world models.
const templateParameters = " LaunchTemplateData.ImageId LaunchTemplateData.InstanceType LaunchTemplateData.KeyName LaunchTemplateData.SecurityGroupIds " +
	"LaunchTemplateData.UserData LaunchTemplateData.DisableApiTermination LaunchTemplateData.DisableApiStop " +
	"LaunchTemplateData.InstanceInitiatedShutdownBehavior LaunchTemplateData.IamInstanceProfile LaunchTemplateData.TagSpecifications LaunchTemplateData.MetadataOptions"

func fromTemplate(c *core.Call, t *types.RequestLaunchTemplateData) (Launch, *core.Refusal) {
	d := Launch{
		Image: aws.ToString(t.ImageId), Type: string(t.InstanceType), Key: aws.ToString(t.KeyName),
		SecurityGroups: t.SecurityGroupIds, UserData: aws.ToString(t.UserData), Protected: t.DisableApiTermination,
		StopProtected: t.DisableApiStop, Shutdown: string(t.InstanceInitiatedShutdownBehavior), Metadata: templateMetadata(t.MetadataOptions),
	}
	if p := t.IamInstanceProfile; p != nil {
		d.Profile = profileName(&types.IamInstanceProfileSpecification{Arn: p.Arn, Name: p.Name})
	}
	for _, s := range t.TagSpecifications {
		if d.Tags == nil {
			d.Tags = map[string]string{}
		}
		if refused := takeTags(c, d.Tags, []types.TagSpecification{{ResourceType: s.ResourceType, Tags: s.Tags}}); refused != nil {
			return d, refused
		}
	}
	return d, nil
}

// response is the data as DescribeLaunchTemplateVersions shows it.
func (l Launch) response() *types.ResponseLaunchTemplateData {
	t := &types.ResponseLaunchTemplateData{
		ImageId: core.Optional(l.Image), InstanceType: types.InstanceType(l.Type), KeyName: core.Optional(l.Key),
		SecurityGroupIds: l.SecurityGroups, UserData: core.Optional(l.UserData), DisableApiTermination: l.Protected,
		DisableApiStop: l.StopProtected, InstanceInitiatedShutdownBehavior: types.ShutdownBehavior(l.Shutdown),
		MetadataOptions: l.Metadata.inTemplate(),
	}
	if l.Snapshot != "" {
		t.BlockDeviceMappings = []types.LaunchTemplateBlockDeviceMapping{{Ebs: &types.LaunchTemplateEbsBlockDevice{SnapshotId: &l.Snapshot}}}
	}
	if l.Profile != "" {
		t.IamInstanceProfile = &types.LaunchTemplateIamInstanceProfileSpecification{Name: aws.String(l.Profile)}
	}
	if len(l.Tags) > 0 {
		t.TagSpecifications = []types.LaunchTemplateTagSpecification{{ResourceType: types.ResourceTypeInstance, Tags: TagsOf(l.Tags)}}
	}
	return t
}
