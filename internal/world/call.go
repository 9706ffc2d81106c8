package world

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/ripostehq/riposte/event"
)

// request is one attempt of a client, as it left it.
type request struct {
	service, operation, region string
	from                       Origin
	input                      any
	signature                  signature
}

// reply is what the client gets: an output, a refusal in the service's own words, or an error of the way there.
type reply struct {
	requestID string
	out       any
	refused   *refusal
	err       error
}

// call is one call being answered, under the world's lock.
type call struct {
	*state
	operation
	place     event.Place
	by        principal
	from      Origin
	requestID string
	input     any
}

// call answers one attempt: authentication, throttling, authorisation, effect, record, in the order of AWS.
func (w *World) call(r request) reply {
	a := w.locked(r)
	if w.opts.AfterCall != nil && (a.out != nil || a.refused != nil) {
		if err := w.opts.AfterCall(r.service, r.operation); err != nil {
			return reply{err: err}
		}
	}
	return a
}

func (w *World) locked(r request) reply {
	w.mu.Lock()
	defer w.mu.Unlock()
	name := r.service + "." + r.operation
	op, ok := w.table[name]
	if !ok {
		return reply{err: &Unsupported{Service: r.service, Operation: r.operation}}
	}
	if unknown := op.unknownParameter(r.input); unknown != "" {
		return reply{err: &Unsupported{r.service, r.operation, unknown}}
	}
	fault := w.nextFault(name)
	if fault != nil && !isThrottle(fault) {
		return reply{err: fault}
	}
	c := &call{state: w.state, operation: op, from: r.from, requestID: w.state.uuid(), input: r.input}
	by, refused := w.state.authenticate(r.service, r.signature)
	if refused != nil {
		return reply{requestID: c.requestID, refused: refused}
	}
	c.by = by
	c.place = event.Place{Partition: w.state.Partition, Account: by.account, Region: regionOf(r)}
	out, refused := c.perform(w.authorize, fault)
	if op.write {
		c.record(out, refused)
		if err := w.save(); err != nil {
			return reply{err: fmt.Errorf("keep the world after %s: %w", name, err)}
		}
	}
	return reply{requestID: c.requestID, out: out, refused: refused}
}

// regionOf is where a call happens, and is recorded: IAM's only region is us-east-1.
func regionOf(r request) string {
	if r.service == "iam" {
		return "us-east-1"
	}
	return r.region
}

// perform is the part of a call that only an authenticated caller reaches, and that is recorded.
func (c *call) perform(may authorizer, fault error) (any, *refusal) {
	if fault != nil {
		return nil, c.throttled()
	}
	for _, n := range c.needs(c, c.input) {
		if err := may(c, n); err != nil {
			return nil, err
		}
	}
	if dryRun(c.input) {
		return nil, refuse("DryRunOperation", "Request would have succeeded, but DryRun flag is set.").as(412)
	}
	return c.do(c, c.input)
}

// dryRun reports EC2's request to be told only about one's rights.
func dryRun(in any) bool {
	f := reflect.ValueOf(in).Elem().FieldByName("DryRun")
	return f.IsValid() && !f.IsNil() && f.Elem().Bool()
}

// unknownParameter names a parameter that was given and that the operation does not model, "" where there is none: the
// world would rather fail than ignore what AWS would heed.
func (o operation) unknownParameter(in any) string {
	v := reflect.ValueOf(in).Elem()
	if unknown := unknownField(v, o.knows+" DryRun"); unknown != "" {
		return unknown
	}
	if data := v.FieldByName("LaunchTemplateData"); data.IsValid() && !data.IsNil() {
		if unknown := unknownField(data.Elem(), templateParameters); unknown != "" {
			return "LaunchTemplateData." + unknown
		}
	}
	return ""
}

func unknownField(v reflect.Value, known string) string {
	names := strings.Fields(known)
	for i := range v.NumField() {
		f := v.Type().Field(i)
		if f.IsExported() && !v.Field(i).IsZero() && !slices.Contains(names, f.Name) {
			return f.Name
		}
	}
	return ""
}
