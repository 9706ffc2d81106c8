package world

import (
	"bytes"
	"errors"
	"io"
	"time"

	"github.com/goccy/go-yaml"
)

// snapshot is a world in YAML, as a person writes it. What has an id may leave it out: then it is made.
type snapshot struct {
	Now      time.Time         `yaml:"now"`
	Accounts []snapshotAccount `yaml:"accounts"`
}

type snapshotAccount struct {
	ID       string                    `yaml:"id"`
	Name     string                    `yaml:"name"`
	Alias    string                    `yaml:"alias"` // as an owner of images: amazon
	Regions  map[string]snapshotRegion `yaml:"regions"`
	Users    []snapshotUser            `yaml:"users"`
	Roles    []snapshotRole            `yaml:"roles"`
	Policies []snapshotPolicy          `yaml:"policies"`
}

type snapshotRegion struct {
	Images         []snapshotImage         `yaml:"images"`
	SecurityGroups []snapshotSecurityGroup `yaml:"security_groups"`
	Parameters     []snapshotParameter     `yaml:"parameters"`
	Templates      []snapshotTemplate      `yaml:"templates"`
	Configurations []snapshotConfiguration `yaml:"launch_configurations"`
	Groups         []snapshotGroup         `yaml:"groups"`
	Instances      []snapshotInstance      `yaml:"instances"`
	Fleets         []snapshotFleet         `yaml:"fleets"`
	SpotFleets     []snapshotFleet         `yaml:"spot_fleets"`
	SpotRequests   []snapshotSpotRequest   `yaml:"spot_requests"`
}

type snapshotImage struct {
	ID         string            `yaml:"id"`
	Name       string            `yaml:"name"`
	Public     bool              `yaml:"public"`
	Shared     []string          `yaml:"shared"`
	Created    time.Time         `yaml:"created"`
	Deprecated time.Time         `yaml:"deprecated"`
	Tags       map[string]string `yaml:"tags"`
}

// snapshotSecurityGroup lists what lets traffic through; a group without rules isolates.
type snapshotSecurityGroup struct {
	ID      string            `yaml:"id"`
	Name    string            `yaml:"name"`
	Ingress []string          `yaml:"ingress"` // CIDR blocks
	Egress  []string          `yaml:"egress"`
	Tags    map[string]string `yaml:"tags"`
}

type snapshotParameter struct {
	Name   string   `yaml:"name"`
	Type   string   `yaml:"type"`
	Values []string `yaml:"values"` // one a version
}

// snapshotLaunch is what templates, configurations and instances share.
type snapshotLaunch struct {
	Image          string            `yaml:"image"`
	Type           string            `yaml:"type"`
	Key            string            `yaml:"key"`
	Zone           string            `yaml:"zone"`
	Subnet         string            `yaml:"subnet"`
	Profile        string            `yaml:"profile"`
	UserData       string            `yaml:"user_data"`
	SecurityGroups []string          `yaml:"security_groups"`
	Protected      *bool             `yaml:"protected"`
	StopProtected  *bool             `yaml:"stop_protected"`
	Shutdown       string            `yaml:"shutdown"` // stop, terminate
	Tags           map[string]string `yaml:"tags"`
}

type snapshotTemplate struct {
	ID       string           `yaml:"id"`
	Name     string           `yaml:"name"`
	Default  int              `yaml:"default"` // 1
	Versions []snapshotLaunch `yaml:"versions"`
}

type snapshotConfiguration struct {
	Name   string         `yaml:"name"`
	Launch snapshotLaunch `yaml:",inline"`
}

type snapshotGroup struct {
	Name          string            `yaml:"name"`
	Template      string            `yaml:"template"` // name
	Version       string            `yaml:"version"`  // $Default
	Configuration string            `yaml:"launch_configuration"`
	Min           int               `yaml:"min"`
	Max           int               `yaml:"max"`
	Desired       int               `yaml:"desired"`
	Suspended     []string          `yaml:"suspended"`
	Tags          map[string]string `yaml:"tags"`
	Instances     []string          `yaml:"instances"` // ids of the running ones; the rest are made
}

type snapshotInstance struct {
	ID     string         `yaml:"id"`
	State  string         `yaml:"state"` // running
	Launch snapshotLaunch `yaml:",inline"`
}

type snapshotUser struct {
	Name     string         `yaml:"name"`
	Path     string         `yaml:"path"`
	Keys     []snapshotKey  `yaml:"keys"`
	Inline   map[string]any `yaml:"inline"`   // documents by name, as YAML or as JSON text
	Attached []string       `yaml:"attached"` // ARNs
	Boundary string         `yaml:"boundary"`
}

type snapshotKey struct {
	ID       string `yaml:"id"`
	Secret   string `yaml:"secret"`
	Inactive bool   `yaml:"inactive"`
}

type snapshotRole struct {
	Name     string         `yaml:"name"`
	Path     string         `yaml:"path"`
	Trust    any            `yaml:"trust"`
	Inline   map[string]any `yaml:"inline"`
	Attached []string       `yaml:"attached"`
	Boundary string         `yaml:"boundary"`
}

type snapshotPolicy struct {
	Name     string `yaml:"name"`
	Path     string `yaml:"path"`
	Document any    `yaml:"document"`
}

// parse reads a snapshot strictly: an unknown key is an error that shows its line.
func parse(text []byte) (snapshot, error) {
	var s snapshot
	d := yaml.NewDecoder(bytes.NewReader(text), yaml.Strict())
	if err := d.Decode(&s); err != nil && !errors.Is(err, io.EOF) {
		return s, err
	}
	if len(s.Accounts) == 0 {
		return s, errors.New("it has no accounts")
	}
	return s, nil
}
