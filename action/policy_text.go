package action

import (
	"encoding/json"
	"fmt"
	"net/url"
	"reflect"
)

// The policies and names that riposte puts into AWS. A deployment may pre-deploy the first two; an SCP can keep anybody
// but riposte from touching whatever begins with riposte-.
const (
	DenyPolicy     = "riposte-deny"          // managed, attached to users and roles
	BoundaryPolicy = "riposte-deny-boundary" // managed, set as a user's permissions boundary
	inlinePrefix   = "riposte-deny-"         // inline, one for each case
)

func inline(caseID string) string { return inlinePrefix + caseID }

// revocation is beside the inline deny of the same case, so that a rung never overwrites the one below it.
func revocation(caseID string) string { return inlinePrefix + caseID + "-older" }

// unescape reads a policy as IAM returns it: URL-encoded by RFC 3986.
func unescape(doc string) (string, error) {
	out, err := url.PathUnescape(doc)
	if err != nil {
		return "", fmt.Errorf("read policy document: %w", err)
	}
	return out, nil
}

// sameDocument compares two policies whatever their white space and order of keys.
func sameDocument(found string, wanted []byte) bool {
	var x, y any
	if json.Unmarshal([]byte(found), &x) != nil || json.Unmarshal(wanted, &y) != nil {
		return false
	}
	return reflect.DeepEqual(x, y)
}
