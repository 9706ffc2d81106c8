package identity

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/ripostehq/riposte/iam"
)

// ofPlace reports whether a condition's key says where a call comes from.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-network-properties
func ofPlace(key string) bool {
	return slices.Contains([]string{"aws:sourceip", "aws:vpcsourceip", "aws:sourcevpc", "aws:sourcevpcarn", "aws:sourcevpce", "aws:vpceaccount", "aws:vpceorgid", "aws:vpceorgpaths"},
		strings.ToLower(key))
}

// ofCaller reports whether a condition's key says where a call comes from, where the instance is that makes it, or what the caller likes to say.
func ofCaller(key string) bool {
	return ofPlace(key) || slices.Contains([]string{"aws:ec2instancesourcevpc", "aws:ec2instancesourceprivateipv4", "aws:useragent", "aws:referer"}, strings.ToLower(key))
}

// placed is what a policy denies by where the caller is. That alone locks: a deny without such a condition takes a right away wherever its
// holder is, and says nothing of credentials that are used elsewhere.
func placed(document string) (p iam.Policy, is bool) {
	p, err := only([]byte(document), func(st statement, c map[string]map[string]json.RawMessage) (*statement, error) {
		for _, keys := range c {
			if slices.ContainsFunc(slices.Collect(maps.Keys(keys)), ofPlace) {
				return &st, nil
			}
		}
		return nil, nil
	})
	return p, err == nil
}

// placeless is a policy as it is read from where the caller chooses to be: a condition on that limits no right to a resource, so that what is
// allowed under one is allowed, and what is denied under one is not.
func placeless(document []byte) (iam.Policy, error) {
	if _, err := iam.Parse(document); err != nil {
		return iam.Policy{}, err
	}
	return only(document, func(st statement, c map[string]map[string]json.RawMessage) (*statement, error) {
		met := false
		for operator, keys := range c {
			before := len(keys)
			maps.DeleteFunc(keys, func(key string, _ json.RawMessage) bool { return ofCaller(key) })
			met = met || len(keys) < before
			if len(keys) == 0 {
				delete(c, operator)
			}
		}
		switch {
		case !met:
			return &st, nil
		case st.Effect == "Deny":
			return nil, nil
		}
		var err error
		if st.Condition = nil; len(c) > 0 {
			st.Condition, err = encode(c)
		}
		return &st, err
	})
}

// only is what is left of a policy once each statement was kept, rewritten, or left out (nil).
func only(document []byte, of func(st statement, condition map[string]map[string]json.RawMessage) (*statement, error)) (p iam.Policy, err error) {
	var d struct {
		Version   json.RawMessage `json:",omitempty"`
		Statement json.RawMessage
	}
	if err := json.Unmarshal(document, &d); err != nil {
		return p, fmt.Errorf("read policy: %w", err)
	}
	var all []statement
	if json.Unmarshal(d.Statement, &all) != nil {
		all = make([]statement, 1)
		if err := json.Unmarshal(d.Statement, &all[0]); err != nil {
			return p, fmt.Errorf("read statement: %w", err)
		}
	}
	var kept []*statement
	for _, st := range all {
		condition := map[string]map[string]json.RawMessage{}
		if len(st.Condition) > 0 {
			if err := json.Unmarshal(st.Condition, &condition); err != nil {
				return p, fmt.Errorf("read condition: %w", err)
			}
		}
		left, err := of(st, condition)
		if err != nil {
			return p, err
		}
		if left != nil {
			kept = append(kept, left)
		}
	}
	if len(kept) == 0 {
		return p, nil
	}
	if d.Statement, err = encode(kept); err != nil {
		return p, err
	}
	text, err := encode(d)
	if err != nil {
		return p, err
	}
	return iam.Parse(text)
}
