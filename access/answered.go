package access

import (
	"errors"
	"slices"

	"github.com/aws/smithy-go"
)

// Answered reports whether AWS answered with one of these codes: those of what is not there, say.
func Answered(err error, codes ...string) bool {
	var api smithy.APIError
	return errors.As(err, &api) && slices.Contains(codes, api.ErrorCode())
}

// Unreadable reports whether AWS answered that what was asked for can't be had, and will answer the same again.
func Unreadable(err error) bool {
	return Answered(err, "ValidationException", "AccessDeniedException", "AccessDenied", "InvalidParameterValue", "UnauthorizedOperation")
}
