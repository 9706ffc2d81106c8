package iam

import (
	"bytes"
	"encoding/json"
	"fmt"
	"unicode"
)

// Document is a policy to be written. The same document gives the same bytes, always: fields in AWS's customary order,
// condition keys sorted, lists as they are.
type Document struct {
	Version   string // "" means 2012-10-17
	Statement []Statement
}

// Statement of a Document. Action or NotAction, Resource or NotResource; a list is written as a list, even of one.
type Statement struct {
	Sid         string                         `json:",omitempty"`
	Effect      string                         // Allow or Deny
	Action      []string                       `json:",omitempty"`
	NotAction   []string                       `json:",omitempty"`
	Resource    []string                       `json:",omitempty"`
	NotResource []string                       `json:",omitempty"`
	Condition   map[string]map[string][]string `json:",omitempty"` // operator, key, values
}

// JSON returns the document as AWS takes it, without white space, checked by Parse: what this package can't evaluate it
// doesn't write.
func (d Document) JSON() ([]byte, error) {
	if d.Version == "" {
		d.Version = "2012-10-17"
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(d); err != nil {
		return nil, fmt.Errorf("write policy: %w", err)
	}
	out := bytes.TrimSpace(b.Bytes())
	if _, err := Parse(out); err != nil {
		return nil, fmt.Errorf("write policy: %w", err)
	}
	return out, nil
}

// Size returns the number of characters that count against IAM's quotas, which leave out white space: inline policies of a
// user 2,048, a role 10,240, a group 5,120 in total; a managed policy 6,144.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
func Size(document string) int {
	n := 0
	for _, r := range document {
		if !unicode.IsSpace(r) {
			n++
		}
	}
	return n
}
