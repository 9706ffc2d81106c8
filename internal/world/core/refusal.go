package core

import (
	"fmt"

	"github.com/aws/smithy-go"
)

// Unsupported is the answer to what the world does not model: an operation, or one of its parameters.
type Unsupported struct{ Service, Operation, Parameter string }

func (e *Unsupported) Error() string {
	if e.Parameter != "" {
		return fmt.Sprintf("the world does not know parameter %s of %s.%s", e.Parameter, e.Service, e.Operation)
	}
	return fmt.Sprintf("the world does not know %s.%s", e.Service, e.Operation)
}

// Refusal is a service's own error.
type Refusal struct {
	Code, Message string
	Status        int
	Typed         error // the SDK's modelled error, nil for a generic one
}

// Refuse makes a refusal with status 400.
func Refuse(code, format string, args ...any) *Refusal {
	return &Refusal{Code: code, Message: fmt.Sprintf(format, args...), Status: 400}
}

// Missing is the refusal of an id that is not there; the format takes it.
func Missing(code, format string) func(id string) *Refusal {
	return func(id string) *Refusal { return Refuse(code, format, id) }
}

// As sets the status.
func (r *Refusal) As(status int) *Refusal { r.Status = status; return r }

// With sets the SDK's modelled error.
func (r *Refusal) With(typed error) *Refusal { r.Typed = typed; return r }

// API is the error that the SDK's client returns.
func (r *Refusal) API() error {
	if r.Typed != nil {
		return r.Typed
	}
	return &smithy.GenericAPIError{Code: r.Code, Message: r.Message, Fault: smithy.FaultClient}
}
