package identity

import (
	"regexp"
	"strings"
)

// given reports whether IAM can have given an id: what it is an id of in four letters, and at least twelve capitals and digits. One that was
// cut off where it was copied fits nothing, and what it was to spare is answered.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
func given(kind, id string) bool {
	rest, ok := strings.CutPrefix(id, kind)
	return ok && uniqueID.MatchString(rest)
}

var uniqueID = regexp.MustCompile(`^[A-Z0-9]{12,124}$`)
