package world

import (
	"errors"
	"fmt"

	"github.com/ripostehq/riposte/internal/world/core"
	"github.com/ripostehq/riposte/internal/world/ec2"
	"github.com/ripostehq/riposte/internal/world/iam"
)

// request is one attempt of a client, as it left it.
type request struct {
	service           *core.Service
	operation, region string
	from              Origin
	input             any
	signature         signature
}

// reply is what the client gets: an output, a refusal in the service's own words, or an error of the way there.
type reply struct {
	requestID string
	out       any
	refused   *core.Refusal
	err       error
}

// call answers one attempt: authentication, throttling, authorisation, effect, record, in the order of AWS.
func (w *World) call(r request) reply {
	a := w.locked(r)
	if w.opts.AfterCall != nil && (a.out != nil || a.refused != nil) {
		if err := w.opts.AfterCall(r.service.Name, r.operation); err != nil {
			return reply{err: err}
		}
	}
	return a
}

func (w *World) locked(r request) reply {
	w.mu.Lock()
	defer w.mu.Unlock()
	name := r.service.Name + "." + r.operation
	op := w.state.Operation(name)
	if op == nil {
		return reply{err: &Unsupported{Service: r.service.Name, Operation: r.operation}}
	}
	if unknown := op.UnknownParameter(r.input); unknown != "" {
		return reply{err: &Unsupported{Service: r.service.Name, Operation: r.operation, Parameter: unknown}}
	}
	fault := w.nextFault(name)
	if fault != nil && !errors.Is(fault, errThrottled) {
		return reply{err: fault}
	}
	id := w.state.UUID()
	by, refused := w.authenticate(r.service.Words, r.signature)
	if refused != nil {
		return reply{requestID: id, refused: refused}
	}
	if r.service.Global {
		r.region = "us-east-1"
	}
	c := &core.Call{At: w.state.At(by.Account, r.region), Operation: op, By: by, From: r.from, RequestID: id, Input: r.input}
	if r.from.Endpoint != "" {
		c.From.VPC = ec2.NetworkOf(w.state, r.from.Endpoint)
	}
	out, refused := w.perform(c, fault)
	c.Record(out, refused)
	if op.Write {
		if err := w.save(); err != nil {
			return reply{err: fmt.Errorf("keep the world after %s: %w", name, err)}
		}
	}
	return reply{requestID: id, out: out, refused: refused}
}

// perform is the part of a call that only an authenticated caller reaches, and that is recorded.
func (w *World) perform(c *core.Call, fault error) (any, *core.Refusal) {
	if fault != nil {
		return nil, &c.Service.Words.Throttled
	}
	return c.Perform(func(c *core.Call, n core.Need) *core.Refusal {
		refused := w.judge.Authorize(c, n)
		if refused == nil {
			by := c.By.ARN
			if c.By.Role != nil {
				by = c.By.Role.ARN
			}
			if w.rights[by] == nil {
				w.rights[by] = map[string]bool{}
			}
			w.rights[by][n.Action] = true
		}
		return refused
	})
}

// authenticate returns the principal that signed.
func (w *World) authenticate(in core.Words, sig signature) (core.Principal, *core.Refusal) {
	if sig.key == "" {
		return core.Principal{}, core.Refuse("MissingAuthenticationToken", "Request is missing Authentication Token").As(403)
	}
	k, ok := iam.FindCredential(w.state, sig.key)
	switch {
	case !ok || !k.Active || k.Token != sig.token:
		return core.Principal{}, &in.BadKey
	case k.Expired:
		return core.Principal{}, &in.Expired
	case !sig.valid(k.Secret):
		return core.Principal{}, &in.BadSignature
	}
	return k.Principal, nil
}
