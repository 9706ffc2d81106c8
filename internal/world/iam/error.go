package iam

import (
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/ripostehq/riposte/internal/world/core"
)

// IAM's errors are those of the SDK's models, so that clients can tell them by type as well as by code.
// https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html

func noEntity(format string, args ...any) *core.Refusal {
	m := fmt.Sprintf(format, args...)
	return core.Refuse("NoSuchEntity", "%s", m).As(404).With(&types.NoSuchEntityException{Message: &m})
}

func entityExists(format string, args ...any) *core.Refusal {
	m := fmt.Sprintf(format, args...)
	return core.Refuse("EntityAlreadyExists", "%s", m).As(409).With(&types.EntityAlreadyExistsException{Message: &m})
}

func overQuota(format string, args ...any) *core.Refusal {
	m := fmt.Sprintf(format, args...)
	return core.Refuse("LimitExceeded", "%s", m).As(409).With(&types.LimitExceededException{Message: &m})
}

func inUse(what string) *core.Refusal {
	m := "Cannot delete entity, must " + what + " first."
	return core.Refuse("DeleteConflict", "%s", m).As(409).With(&types.DeleteConflictException{Message: &m})
}

func Malformed(err error) *core.Refusal {
	m := err.Error()
	return core.Refuse("MalformedPolicyDocument", "%s", m).With(&types.MalformedPolicyDocumentException{Message: &m})
}

func InvalidInput(format string, args ...any) *core.Refusal {
	m := fmt.Sprintf(format, args...)
	return core.Refuse("ValidationError", "%s", m)
}
