package world

import (
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
)

// IAM's errors are those of the SDK's models, so that clients can tell them by type as well as by code.
// https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html

func noEntity(format string, args ...any) *refusal {
	m := fmt.Sprintf(format, args...)
	return refuse("NoSuchEntity", "%s", m).as(404).with(&types.NoSuchEntityException{Message: &m})
}

func entityExists(format string, args ...any) *refusal {
	m := fmt.Sprintf(format, args...)
	return refuse("EntityAlreadyExists", "%s", m).as(409).with(&types.EntityAlreadyExistsException{Message: &m})
}

func overQuota(format string, args ...any) *refusal {
	m := fmt.Sprintf(format, args...)
	return refuse("LimitExceeded", "%s", m).as(409).with(&types.LimitExceededException{Message: &m})
}

func inUse(what string) *refusal {
	m := "Cannot delete entity, must " + what + " first."
	return refuse("DeleteConflict", "%s", m).as(409).with(&types.DeleteConflictException{Message: &m})
}

func malformed(err error) *refusal {
	m := err.Error()
	return refuse("MalformedPolicyDocument", "%s", m).with(&types.MalformedPolicyDocumentException{Message: &m})
}

func unmodifiable(r *role) *refusal {
	m := fmt.Sprintf("Cannot perform the operation on the protected role '%s' - this role is only modifiable by AWS", r.Name)
	return refuse("UnmodifiableEntity", "%s", m).with(&types.UnmodifiableEntityException{Message: &m})
}

func invalidInput(format string, args ...any) *refusal {
	m := fmt.Sprintf(format, args...)
	return refuse("ValidationError", "%s", m)
}

func noUser(name *string) *refusal {
	return noEntity("The user with name %s cannot be found.", aws.ToString(name))
}

func noRole(name *string) *refusal {
	return noEntity("The role with name %s cannot be found.", aws.ToString(name))
}
