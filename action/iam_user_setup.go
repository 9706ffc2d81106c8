package action

import (
	"fmt"
	"strings"
)

// UserSetup is what a user has beside its name and tags: what has to be taken from it before IAM deletes it, and what a person needs who
// makes one like it. It holds no secret, and nothing that riposte itself put there.
type UserSetup struct {
	Keys     []string       `json:",omitempty"` // ids, which are no secrets
	Password bool           `json:",omitempty"` // for the console
	Groups   []string       `json:",omitempty"`
	Attached []string       `json:",omitempty"` // ARNs
	Inline   []InlinePolicy `json:",omitempty"`
	Boundary string         `json:",omitempty"` // ARN; deleting a user takes nothing from it first
}

// InlinePolicy is a policy that is nowhere else.
type InlinePolicy struct{ Name, Document string }

// String says it in a few words: "1 access key, a password, 2 policies".
func (s UserSetup) String() string {
	var parts []string
	count := func(n int, one, many string) {
		switch {
		case n == 1:
			parts = append(parts, "1 "+one)
		case n > 1:
			parts = append(parts, fmt.Sprintf("%d %s", n, many))
		}
	}
	count(len(s.Keys), "access key", "access keys")
	if s.Password {
		parts = append(parts, "a password")
	}
	count(len(s.Groups), "group", "groups")
	count(len(s.Attached)+len(s.Inline), "policy", "policies")
	if len(parts) == 0 {
		return "nothing"
	}
	return strings.Join(parts, ", ")
}
