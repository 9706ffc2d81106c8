package world

import (
	"slices"
	"strings"
)

// operation is one row of the table of what the world knows.
type operation struct {
	service, name string
	write         bool   // changes something, and is recorded, refused or not
	basis         string // where its behaviour is documented, or "unverified"
	knows         string // the parameters that it models, separated by spaces
	needs         func(*call, any) []need
	do            func(*call, any) (any, *refusal)
	request       func(*call, any) any   // requestParameters of its record
	response      func(*call, any) any   // responseElements of its record
	resources     func(*call, any) []any // resources of its record, nil: absent
	readOnly      bool                   // recorded, although CloudTrail counts it as a read
}

// spec is an operation with its types.
type spec[I, O any] struct {
	name     string // service.Operation
	write    bool
	basis    string
	knows    string
	needs    func(*call, *I) []need // nil: the action of its name on everything
	do       func(*call, *I) (*O, *refusal)
	request  func(*call, *I) any // nil: the input in CloudTrail's usual spelling
	response func(*call, *O) any // nil: null

	resources func(*call, *I) []any // nil: absent
	readOnly  bool
}

// define erases the types of a spec.
func define[I, O any](s spec[I, O]) operation {
	service, name, _ := strings.Cut(s.name, ".")
	o := operation{service: service, name: name, write: s.write, basis: s.basis, knows: s.knows, readOnly: s.readOnly}
	if s.resources != nil {
		o.resources = func(c *call, in any) []any { return s.resources(c, in.(*I)) }
	}
	o.needs = func(c *call, in any) []need {
		if s.needs == nil {
			return []need{{Action: service + ":" + name, Resource: "*"}}
		}
		return s.needs(c, in.(*I))
	}
	o.do = func(c *call, in any) (any, *refusal) {
		out, refused := s.do(c, in.(*I))
		if refused != nil {
			return nil, refused
		}
		return out, nil
	}
	o.request = func(c *call, in any) any {
		if s.request == nil {
			return camel(in)
		}
		return s.request(c, in.(*I))
	}
	o.response = func(c *call, out any) any {
		if s.response == nil || out == nil {
			return nil
		}
		return s.response(c, out.(*O))
	}
	return o
}

// operations is the table of everything that the world knows.
func operations() map[string]operation {
	table := map[string]operation{}
	for _, o := range slices.Concat(
		instanceOperations(), templateOperations(), templateReads(), imageAndNetworkOperations(), imageChanges(), securityGroupOperations(),
		groupOperations(), processOperations(), attachOperations(), refreshOperations(), rootVolumeOperations(), labelOperations(),
		fleetOperations(), spotRequestOperations(),
		iamOperations(), stsOperations(), parameterOperations(), findingOperations(),
	) {
		table[o.service+"."+o.name] = o
	}
	return table
}

// Known is one operation that the world answers.
type Known struct {
	Name  string // service.Operation
	Write bool
	Basis string // where its behaviour is documented, or "unverified"
}

// Operations lists what the world answers, sorted by name; it answers anything else with Unsupported.
func Operations() []Known {
	var all []Known
	for name, o := range operations() {
		all = append(all, Known{name, o.write, o.basis})
	}
	slices.SortFunc(all, func(a, b Known) int { return strings.Compare(a.Name, b.Name) })
	return all
}
