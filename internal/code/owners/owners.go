// Package owners asks which code makes a resource: Terraform's states, where the configuration says that they are.
package owners

import (
	"context"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/code"
	"github.com/ripostehq/riposte/internal/code/state"
	"github.com/ripostehq/riposte/internal/config"
)

// Owners are all places that are asked. It is safe for concurrent use.
type Owners struct {
	states []*place
}

// New asks the places of a configuration, with riposte's own credentials. Nil where there are none: nothing is known to be made by code.
func New(c config.Code, base func(event.Place) aws.Config) *Owners {
	if len(c.States) == 0 {
		return nil
	}
	o := &Owners{}
	for _, s := range c.States {
		as := code.Owner{Tool: code.Terraform, Repository: s.Repository, Folder: s.Path}
		if s.File != "" {
			o.states = append(o.states, newPlace(as, s.File, file(s.File)))
			continue
		}
		o.states = append(o.states, newPlace(as, "s3://"+s.S3, newBucket(s, base)))
	}
	return o
}

// Owners says which code makes a resource, as the states are now. A state that can't be read may hold it, where it may hold such a thing at all.
func (o *Owners) Owners(ctx context.Context, of event.Resource) (a code.Answer) {
	if !state.Holds(of.Type) {
		return a
	}
	for _, p := range o.states {
		found, unread := p.owners(ctx, of)
		for _, x := range found {
			if !slices.Contains(a.Owners, x) {
				a.Owners = append(a.Owners, x)
			}
		}
		a.Unknown = append(a.Unknown, unread...)
	}
	for i := range a.Owners {
		unread := o.share(ctx, &a.Owners[i])
		a.Unknown = append(a.Unknown, unread...)
	}
	return a
}

// share looks for another state of the owner's folder in which the block makes something, too.
func (o *Owners) share(ctx context.Context, of *code.Owner) (unread []string) {
	for _, p := range o.states {
		if p.as.Repository != of.Repository || p.as.Folder != of.Folder || of.Shared != "" {
			continue
		}
		var wrong []string
		if of.Shared, wrong = p.besides(ctx, *of); len(wrong) > 0 {
			unread = append(unread, wrong...)
		}
	}
	return unread
}

// Check reads every place, and says what can't be read.
func (o *Owners) Check(ctx context.Context) (read int, unread []string) {
	for _, p := range o.states {
		_, wrong := p.owners(ctx, event.Resource{})
		if unread = append(unread, wrong...); len(wrong) == 0 {
			read++
		}
	}
	return read, unread
}

// unreadable is how a place is told of that can't be read.
func unreadable(name string, err error) string {
	return fmt.Sprintf("state %s can't be read: %v", name, err)
}
