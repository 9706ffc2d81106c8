package core

import (
	"fmt"
	"strings"
)

// Service is one of AWS's services, as far as the world answers for it.
type Service struct {
	Name        string // as IAM's actions, ARNs and records name it: ec2
	SDK         string // its id in the SDK: EC2
	Reference   string // its API reference, up to an operation's name
	Words       Words
	Global      bool // it knows no regions: its calls happen, and are recorded, in us-east-1
	HidesDenied bool // the parameters of a call that was denied are left out of its record
	Resources   []Resource
}

// Resource is a kind of thing that a service has: where it is kept, what can be done with it, and what it hears of.
type Resource struct {
	Shelf      Keeper // nil: it keeps nothing of its own
	Operations []Operation
	On         map[Happening]func(At, string)
}

// Services are all that a world has.
type Services []*Service

// Table is every operation by its name, "ec2.RunInstances".
func (all Services) Table() map[string]*Operation {
	table := map[string]*Operation{}
	for _, s := range all {
		for _, r := range s.Resources {
			for _, o := range r.Operations {
				o.Service = s
				if !strings.HasPrefix(o.Basis, "https://") {
					o.Basis = strings.TrimSuffix(s.Reference+o.Name+".html; "+o.Basis, "; ")
				}
				table[o.FullName()] = &o
			}
		}
	}
	return table
}

// Check finds what would hide one thing behind another: a name that two have, or one that the SDK does not.
func (all Services) Check() error {
	seen := map[string]bool{}
	for _, s := range all {
		for _, r := range s.Resources {
			names := []string{}
			if r.Shelf != nil {
				names = append(names, "shelf "+r.Shelf.kind())
			}
			for _, o := range r.Operations {
				names = append(names, s.Name+"."+o.Name)
				if word := o.misspelled(); word != "" {
					return fmt.Errorf("%s.%s has no parameter %s", s.Name, o.Name, word)
				}
			}
			for _, name := range names {
				if seen[name] {
					return fmt.Errorf("%s is there twice", name)
				}
				seen[name] = true
			}
		}
	}
	return nil
}
