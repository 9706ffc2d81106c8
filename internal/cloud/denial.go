package cloud

import "github.com/aws/smithy-go"

// denial makes an error of riposte's own what AWS's AccessDenied is to an action: a refusal for good. Nothing was sent.
type denial struct{}

func (denial) ErrorCode() string             { return "AccessDenied" }
func (denial) ErrorMessage() string          { return "refused by riposte itself" }
func (denial) ErrorFault() smithy.ErrorFault { return smithy.FaultClient }
