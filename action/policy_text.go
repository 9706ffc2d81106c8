package action

import (
	"encoding/json"
	"fmt"
	"net/url"
	"reflect"

	"github.com/ripostehq/riposte/iam"
)

// The policies and names that riposte puts into AWS. A deployment may pre-deploy the first two; an SCP can keep all callers
// but riposte from touching whatever begins with riposte-.
const (
	DenyPolicy     = "riposte-deny"          // managed, attached to users and roles
	BoundaryPolicy = "riposte-deny-boundary" // managed, set as a user's permissions boundary
	inlinePrefix   = "riposte-deny-"         // inline, one for each case
)

func inline(caseID string) string { return inlinePrefix + caseID }

// unescape reads a policy as IAM returns it: URL-encoded by RFC 3986.
func unescape(doc string) (string, error) {
	out, err := url.PathUnescape(doc)
	if err != nil {
		return "", fmt.Errorf("read policy document: %w", err)
	}
	return out, nil
}

// sameDocument compares two policies whatever their white space, their order of keys, their Sids, and whether one word stands
// alone or in a list: none of these changes what a policy denies. Anything else is another policy, and so is one that can be
// read in two ways, with a key that it has twice.
func sameDocument(found string, wanted []byte) bool {
	if _, err := iam.Parse([]byte(found)); err != nil {
		return false
	}
	x, one := canonical([]byte(found))
	y, two := canonical(wanted)
	return one && two && reflect.DeepEqual(x, y)
}

// canonical is a policy with its statements in a list, each without Sid and with its words in lists.
func canonical(document []byte) (map[string]any, bool) {
	var d map[string]any
	if json.Unmarshal(document, &d) != nil {
		return nil, false
	}
	statements := words(d["Statement"])
	for _, s := range statements {
		statement, ok := s.(map[string]any)
		if !ok {
			return nil, false
		}
		delete(statement, "Sid")
		for _, element := range []string{"Action", "NotAction", "Resource", "NotResource"} {
			if said, ok := statement[element]; ok {
				statement[element] = words(said)
			}
		}
	}
	d["Statement"] = statements
	return d, true
}

func words(v any) []any {
	if all, ok := v.([]any); ok {
		return all
	}
	return []any{v}
}
