package world

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"time"

	"github.com/goccy/go-yaml"

	"github.com/ripostehq/riposte/internal/world/autoscaling"
	"github.com/ripostehq/riposte/internal/world/cloudtrail"
	"github.com/ripostehq/riposte/internal/world/cloudwatch"
	"github.com/ripostehq/riposte/internal/world/core"
	"github.com/ripostehq/riposte/internal/world/ec2"
	"github.com/ripostehq/riposte/internal/world/elb"
	"github.com/ripostehq/riposte/internal/world/iam"
	"github.com/ripostehq/riposte/internal/world/route53"
	"github.com/ripostehq/riposte/internal/world/s3"
	"github.com/ripostehq/riposte/internal/world/ssm"
)

// estate is a world in YAML, as a person writes it.
type estate struct {
	Now      time.Time       `yaml:"now"`
	Accounts []accountEstate `yaml:"accounts"`
}

type accountEstate struct {
	ID      string                  `yaml:"id"`
	Name    string                  `yaml:"name"`
	Alias   string                  `yaml:"alias"` // as an owner of images: amazon
	Regions map[string]regionEstate `yaml:"regions"`
	IAM     iam.Estate              `yaml:",inline"`
	Zones   route53.Estate          `yaml:"zones"`
}

type regionEstate struct {
	SSM         ssm.Estate         `yaml:",inline"`
	EC2         ec2.Estate         `yaml:",inline"`
	AutoScaling autoscaling.Estate `yaml:",inline"`
	CloudTrail  cloudtrail.Estate  `yaml:",inline"`
	ELB         elb.Estate         `yaml:"target_groups"`
	CloudWatch  cloudwatch.Estate  `yaml:"metrics"`
	Buckets     s3.Estate          `yaml:"buckets"`

	// Rows are of the kinds that the world keeps as the SDK describes them, in the SDK's words: ec2.vpc, [{VpcId: vpc-1}].
	Rows map[string][]map[string]any `yaml:"rows"`
}

func (r regionEstate) build(at core.At) error {
	for _, build := range []func(core.At) error{r.SSM.Build, r.EC2.Build, r.AutoScaling.Build, r.ELB.Build, r.CloudTrail.Build, r.CloudWatch.Build, r.Buckets.Build} {
		if err := build(at); err != nil {
			return err
		}
	}
	for _, kind := range slices.Sorted(maps.Keys(r.Rows)) {
		for _, row := range r.Rows[kind] {
			text, err := json.Marshal(row)
			if err != nil {
				return fmt.Errorf("%s: %w", kind, err)
			}
			if err := at.Load(kind, text); err != nil {
				return err
			}
		}
	}
	return nil
}

// parse reads an estate strictly: an unknown key is an error that shows its line.
func parse(text []byte) (estate, error) {
	var e estate
	d := yaml.NewDecoder(bytes.NewReader(text), yaml.Strict())
	if err := d.Decode(&e); err != nil && !errors.Is(err, io.EOF) {
		return e, err
	}
	if len(e.Accounts) == 0 {
		return e, errors.New("it has no accounts")
	}
	return e, nil
}

// accountID is what an account's id looks like.
var accountID = regexp.MustCompile(`^[0-9]{12}$`)

func (e estate) build(s *core.State) error {
	if s.Now = e.Now.UTC(); e.Now.IsZero() {
		s.Now = time.Date(2030, 1, 7, 9, 0, 0, 0, time.UTC)
	}
	for _, a := range e.Accounts { // all accounts first: an image of one may be used in another
		if !accountID.MatchString(a.ID) {
			return fmt.Errorf("account %q: its id is not twelve digits", a.ID)
		}
		if s.Accounts[a.ID] != nil {
			return fmt.Errorf("account %s is listed twice", a.ID)
		}
		s.Open(a.ID, a.Name, a.Alias)
		if err := a.inRegions(s, func(r regionEstate, at core.At) error { return r.EC2.BuildImages(at) }); err != nil {
			return err
		}
	}
	for _, a := range e.Accounts {
		if err := a.IAM.Build(s.At(a.ID, "")); err != nil {
			return fmt.Errorf("account %s: %w", a.ID, err)
		}
		if err := a.Zones.Build(s.At(a.ID, "")); err != nil {
			return fmt.Errorf("account %s: %w", a.ID, err)
		}
		if err := a.inRegions(s, regionEstate.build); err != nil {
			return err
		}
	}
	return nil
}

func (e accountEstate) inRegions(s *core.State, build func(regionEstate, core.At) error) error {
	for _, name := range slices.Sorted(maps.Keys(e.Regions)) {
		if err := build(e.Regions[name], s.At(e.ID, name)); err != nil {
			return fmt.Errorf("account %s, %s: %w", e.ID, name, err)
		}
	}
	return nil
}
