// Package fix says how what a case found is mended in the code that makes it: which block, and what of it.
package fix

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/code/block"
	"github.com/ripostehq/riposte/internal/ledger"
)

// Wish is what is to become of the block that makes a thing.
type Wish struct {
	Of     event.Resource
	Drop   bool   // the whole block goes; else
	Inside string // of its nested block of this name, "" of itself,
	Name   string // the attribute
	Value  string // is this text
	Does   string // in words, without a name: require tokens
}

// Of is what a case would change in code; an error says why nothing, in a sentence. reads may be nil: what takes a question to AWS is refused then.
func Of(ctx context.Context, c *ledger.Case, codec action.Codec, reads access.Reads) (Wish, error) {
	w := Wish{Of: c.Root}
	switch c.Playbook {
	case "hardening.imds-v1":
		return tokens(w)
	case "launch.unapproved-template":
		return image(ctx, w, c, codec, reads)
	case "takeover.dangling-record", "takeover.orphan-delegation":
		return record(w, c, codec)
	}
	return w, fmt.Errorf("riposte knows no change of code for what %s finds", c.Playbook)
}

// tokens are required in the same words of the three resources that launch.
// https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/launch_template#metadata-options
func tokens(w Wish) (Wish, error) {
	switch w.Of.Type {
	case event.Instance, event.LaunchTemplate, event.LaunchConfiguration:
		w.Inside, w.Name, w.Value, w.Does = "metadata_options", "http_tokens", "required", "require tokens of the metadata service"
		return w, nil
	}
	return w, errors.New("the region's default is no block that riposte changes: set aws_ec2_instance_metadata_defaults")
}

// image is that of the version which the plan makes the default again: the last that complied.
func image(ctx context.Context, w Wish, c *ledger.Case, codec action.Codec, reads access.Reads) (Wish, error) {
	do, err := planned(c, codec, action.DefaultVersion{}.About().Kind.Name)
	back, ok := do.(action.DefaultVersion)
	switch {
	case err != nil:
		return w, err
	case !ok || back.Version < 1:
		return w, errors.New("no earlier version of the launch template is known to comply")
	case reads == nil:
		return w, errors.New("which image the version had can't be asked from here")
	}
	out, err := reads.EC2(w.Of.Place()).DescribeLaunchTemplateVersions(ctx, &ec2.DescribeLaunchTemplateVersionsInput{
		LaunchTemplateId: aws.String(w.Of.ID), Versions: []string{strconv.FormatInt(back.Version, 10)},
	})
	if err != nil {
		return w, fmt.Errorf("read version %d of launch template %q: %w", back.Version, w.Of.ID, err)
	}
	for _, v := range out.LaunchTemplateVersions {
		if d := v.LaunchTemplateData; d != nil && aws.ToString(d.ImageId) != "" {
			w.Name, w.Value, w.Does = "image_id", aws.ToString(d.ImageId), "launch the image that was approved before"
			return w, nil
		}
	}
	return w, fmt.Errorf("version %d of the launch template says no image", back.Version)
}

// record goes as a whole: of a part of one, which values a block gives it is for people to say.
func record(w Wish, c *ledger.Case, codec action.Codec) (Wish, error) {
	gone, err := planned(c, codec, "route53.delete-record")
	if err != nil {
		return w, err
	}
	if gone == nil || w.Of.Type != event.RecordSet {
		return w, errors.New("not the whole record is to go: take the value out of the block by hand")
	}
	w.Drop, w.Does = true, "remove a DNS record that leads to what is gone"
	return w, nil
}

// planned is the first action of a kind in what a case plans now; nil where there is none.
func planned(c *ledger.Case, codec action.Codec, kind string) (action.Action, error) {
	for i := range c.Revisions {
		if c.Revisions[i].Superseded != 0 {
			continue
		}
		plan, err := codec.Open(c.Revisions[i].Plan)
		if err != nil {
			return nil, fmt.Errorf("read the plan: %w", err)
		}
		for _, s := range plan.Steps {
			for _, rung := range s.Ladder {
				if rung.Do.About().Kind.Name == kind {
					return rung.Do, nil
				}
			}
		}
	}
	return nil, nil
}

// Change makes the wish of the block that an address names.
func (w Wish) Change(m *block.Module, address string) (block.Change, error) {
	b, err := m.Resource(address)
	if err != nil {
		return block.Change{}, err
	}
	if w.Drop {
		return b.Drop()
	}
	return b.Set(w.Inside, w.Name, w.Value)
}
