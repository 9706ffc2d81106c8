package world

import (
	"net/url"
	"reflect"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/iam/types"
)

// iamRead is the row of an operation that only reads.
func iamRead[I, O any](name, knows string, needs func(*call, *I) []need, do func(*call, *I) (*O, *refusal)) operation {
	return define(spec[I, O]{name: "iam." + name, basis: iamReference + name + ".html", knows: knows, needs: needs, do: do})
}

// iamChange is the row of an operation that changes something. What of the output is recorded stands under a key; most
// outputs are empty and recorded as null.
func iamChange[I, O any](name, knows string, needs func(*call, *I) []need, do func(*call, *I) (*O, *refusal), part func(*O) any, key string) operation {
	s := spec[I, O]{
		name: "iam." + name, basis: iamReference + name + ".html; record: recorded ones", knows: knows, needs: needs, do: do,
		request: func(_ *call, in *I) any { return orNull(camel(in)) },
	}
	if part != nil {
		s.response = func(_ *call, out *O) any { return fields{key: iamSpelling(part(out))} }
	}
	return changesIAM(s)
}

// orNull is null for parameters of which none was given.
func orNull(parameters any) any {
	if m, ok := parameters.(fields); ok && len(m) == 0 {
		return nil
	}
	return parameters
}

// iamSpelling is an output as IAM's records have it: times in words, counts also where they are zero.
func iamSpelling(v any) any {
	m, ok := camel(v).(fields)
	if !ok {
		return nil
	}
	s := reflect.Indirect(reflect.ValueOf(v))
	for i := range s.NumField() {
		if !s.Type().Field(i).IsExported() {
			continue
		}
		name := lowerFirst(s.Type().Field(i).Name)
		switch f := s.Field(i).Interface().(type) {
		case *time.Time:
			if f != nil {
				m[name] = inWords(*f, "Jan 2, 2006 3:04:05 PM")
			}
		case bool:
			m[name] = f
		}
	}
	return m
}

// inWords is a time as IAM and STS write it in their own ways.
func inWords(t time.Time, layout string) string { return t.UTC().Format(layout) }

// withoutSecret is a new key as it is recorded.
func withoutSecret(k *types.AccessKey) *types.AccessKey {
	recorded := *k
	recorded.SecretAccessKey = nil
	return &recorded
}

// percent is a document as IAM returns it: encoded by RFC 3986, where a space is %20.
func percent(document string) string {
	return strings.ReplaceAll(url.QueryEscape(document), "+", "%20")
}

// shown is how IAM names a resource in a refusal: what exists by its kind and name, what is to be made by its ARN.
func shown(n need) string {
	if strings.HasPrefix(n.Action, "iam:Create") && !strings.HasSuffix(n.Action, "Version") && n.Action != "iam:CreateAccessKey" {
		return n.Resource
	}
	for _, kind := range []string{"user", "role"} {
		if strings.Contains(n.Resource, ":"+kind+"/") {
			return kind + " " + lastPart(n.Resource)
		}
	}
	if strings.Contains(n.Resource, ":policy/") {
		return "policy " + n.Resource
	}
	return n.Resource
}
