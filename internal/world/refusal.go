package world

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

// refusal is a service's own error.
type refusal struct {
	code, message string
	status        int
	typed         error // the SDK's modelled error, nil for a generic one
}

func refuse(code, format string, args ...any) *refusal {
	return &refusal{code: code, message: fmt.Sprintf(format, args...), status: 400}
}

func (r *refusal) as(status int) *refusal { r.status = status; return r }

func (r *refusal) with(typed error) *refusal { r.typed = typed; return r }

func (r *refusal) api() error {
	if r.typed != nil {
		return r.typed
	}
	return &smithy.GenericAPIError{Code: r.code, Message: r.message, Fault: smithy.FaultClient}
}

// recorded is the code as CloudTrail writes it: EC2's carry a prefix, those of IAM's own errors their type's ending.
func (r *refusal) recorded(service string) string {
	if service == "ec2" {
		return "Client." + r.code
	}
	if service == "iam" && r.typed != nil {
		return r.code + "Exception"
	}
	return r.code
}
