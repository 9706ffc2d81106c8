package core

import (
	"reflect"
	"slices"
	"strings"
)

// UsualSpelling is the note of a record whose shape was not compared with a recorded one.
const UsualSpelling = "record: by the service's usual spelling, unverified"

// Operation is one row of the table of what the world knows.
type Operation struct {
	Service  *Service
	Name     string // RunInstances
	Write    bool   // changes something, and is recorded, refused or not
	ReadOnly bool   // recorded, although CloudTrail counts it as a read
	Basis    string // where its behaviour and its record are documented, or "unverified"
	knows    []string
	input    reflect.Type

	needs     func(*Call) []Need
	do        func(*Call) (any, *Refusal)
	request   func(*Call) any
	response  func(*Call, any) any
	resources func(*Call) []any
}

// FullName is the operation's name with its service's: "ec2.RunInstances".
func (o *Operation) FullName() string { return o.Service.Name + "." + o.Name }

// Spec is an operation with its types, of which the input's says its name.
type Spec[I, O any] struct {
	Write  bool
	Basis  string                 // a page's address; anything else is a note on the API reference's page
	Knows  string                 // the parameters that it models, separated by spaces; Data.X: one member
	Needs  func(*Call, *I) []Need // nil: the action of its name on everything
	Answer func(*Call, *I) (*O, *Refusal)

	Request   func(*Call, *I) any   // requestParameters of its record; nil: the input in CloudTrail's usual spelling
	Response  func(*Call, *O) any   // responseElements of its record; nil: null
	Resources func(*Call, *I) []any // resources of its record; nil: absent
	ReadOnly  bool
}

// Define erases the types of a spec.
func Define[I, O any](s Spec[I, O]) Operation {
	o := Operation{
		Name: strings.TrimSuffix(reflect.TypeFor[I]().Name(), "Input"), Write: s.Write, ReadOnly: s.ReadOnly, Basis: s.Basis,
		knows: append(strings.Fields(s.Knows), "DryRun"), input: reflect.TypeFor[I](),
		needs:     func(c *Call) []Need { return c.On("*") },
		request:   func(c *Call) any { return Camel(c.Input) },
		response:  func(*Call, any) any { return nil },
		resources: func(*Call) []any { return nil },
	}
	if s.Needs != nil {
		o.needs = func(c *Call) []Need { return s.Needs(c, c.Input.(*I)) }
	}
	o.do = func(c *Call) (any, *Refusal) {
		out, refused := s.Answer(c, c.Input.(*I))
		if refused != nil {
			return nil, refused
		}
		return out, nil
	}
	if s.Request != nil {
		o.request = func(c *Call) any { return s.Request(c, c.Input.(*I)) }
	}
	if s.Response != nil {
		o.response = func(c *Call, out any) any { return s.Response(c, out.(*O)) }
	}
	if s.Resources != nil {
		o.resources = func(c *Call) []any { return s.Resources(c, c.Input.(*I)) }
	}
	return o
}

// misspelled is the first of the parameters that an operation is to know and its input does not have, "" for none.
func (o *Operation) misspelled() string {
	for _, path := range o.knows {
		in := o.input
		for _, name := range strings.Split(path, ".") {
			if in.Kind() == reflect.Pointer {
				in = in.Elem()
			}
			f, ok := in.FieldByName(name)
			if !ok && path != "DryRun" {
				return path
			}
			in = f.Type
		}
	}
	return ""
}

// UnknownParameter names a parameter that was given and that the operation does not model, "" where there is none: the
// world would rather fail than ignore what AWS would heed.
func (o *Operation) UnknownParameter(in any) string {
	return unknownField(reflect.ValueOf(in), "", o.knows)
}

func unknownField(v reflect.Value, under string, known []string) string {
	v = reflect.Indirect(v)
	for i := range v.NumField() {
		f := v.Type().Field(i)
		path := under + f.Name
		if !f.IsExported() || v.Field(i).IsZero() || slices.Contains(known, path) {
			continue
		}
		if !slices.ContainsFunc(known, func(k string) bool { return strings.HasPrefix(k, path+".") }) {
			return path
		}
		if unknown := unknownField(v.Field(i), path+".", known); unknown != "" {
			return unknown
		}
	}
	return ""
}
