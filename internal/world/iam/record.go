package iam

import (
	"net/url"
	"reflect"
	"strings"
	"time"

	"github.com/ripostehq/riposte/internal/world/core"
)

// change is the row of an operation that changes something: enforcement follows later.
func change[I, O any](knows string, needs func(*core.Call, *I) []core.Need, do func(*core.Call, *I) (*O, *core.Refusal)) core.Operation {
	return core.Define(core.Spec[I, O]{
		Write: true, Basis: "record: recorded ones", Knows: knows, Needs: needs,
		Answer: func(c *core.Call, in *I) (*O, *core.Refusal) {
			before := freeze(c.At)
			out, refused := do(c, in)
			if refused == nil {
				remember(c.At, before)
			}
			return out, refused
		},
		Request:  func(_ *core.Call, in *I) any { return core.OrNull(core.Camel(in)) },
		Response: func(_ *core.Call, out *O) any { return recorded(out) },
	})
}

// found answers with what a field of the input names, or refuses.
func found[I, O, T any](
	find func(*core.Call, *string) (*T, *core.Refusal), field string, answer func(*core.Call, *I, *T) (*O, *core.Refusal),
) func(*core.Call, *I) (*O, *core.Refusal) {
	return func(c *core.Call, in *I) (*O, *core.Refusal) {
		t, refused := find(c, given(in, field))
		if refused != nil {
			return nil, refused
		}
		return answer(c, in, t)
	}
}

func readUser[I, O any](knows string, answer func(*core.Call, *I, *user) (*O, *core.Refusal)) core.Operation {
	return core.Define(core.Spec[I, O]{Knows: "UserName " + knows, Needs: ofUser[I], Answer: found(userNamed, "UserName", answer)})
}

func changeUser[I, O any](knows string, answer func(*core.Call, *I, *user) (*O, *core.Refusal)) core.Operation {
	return change("UserName "+knows, ofUser, found(userNamed, "UserName", answer))
}

func readRole[I, O any](knows string, answer func(*core.Call, *I, *role) (*O, *core.Refusal)) core.Operation {
	anyRole := func(c *core.Call, name *string) (*role, *core.Refusal) { return roles.Find(c.At, name) }
	return core.Define(core.Spec[I, O]{Knows: "RoleName " + knows, Needs: ofRole[I], Answer: found(anyRole, "RoleName", answer)})
}

func changeRole[I, O any](knows string, answer func(*core.Call, *I, *role) (*O, *core.Refusal)) core.Operation {
	return change("RoleName "+knows, ofRole, found(ownRole, "RoleName", answer))
}

func readPolicy[I, O any](knows string, answer func(*core.Call, *I, *managedPolicy) (*O, *core.Refusal)) core.Operation {
	return core.Define(core.Spec[I, O]{Knows: "PolicyArn " + knows, Needs: ofPolicy[I], Answer: found(anyPolicy, "PolicyArn", answer)})
}

// changePolicy finds only the account's own: AWS's belong to AWS.
func changePolicy[I, O any](knows string, answer func(*core.Call, *I, *managedPolicy) (*O, *core.Refusal)) core.Operation {
	own := func(c *core.Call, arn *string) (*managedPolicy, *core.Refusal) { return policies.Find(c.At, arn) }
	return change("PolicyArn "+knows, ofPolicy, found(own, "PolicyArn", answer))
}

// unseen marks a change whose record was never compared with a recorded one that succeeded.
func unseen(o core.Operation) core.Operation {
	o.Basis = core.UsualSpelling
	return o
}

// recorded is an output in its record: null, unless it has parts.
func recorded(out any) any {
	m, v := core.Fields{}, reflect.ValueOf(out).Elem()
	for i := range v.NumField() {
		if f := v.Field(i); f.Kind() == reflect.Pointer && !f.IsNil() {
			m[core.LowerFirst(v.Type().Field(i).Name)] = spelled(f.Interface())
		}
	}
	return core.OrNull(m)
}

// spelled is a part of an output as IAM's records have it: times in words, what is false as well, and no secret.
func spelled(part any) core.Fields {
	m := core.Camel(part).(core.Fields)
	delete(m, "secretAccessKey")
	s := reflect.Indirect(reflect.ValueOf(part))
	for i := range s.NumField() {
		if !s.Type().Field(i).IsExported() {
			continue
		}
		name := core.LowerFirst(s.Type().Field(i).Name)
		switch f := s.Field(i).Interface().(type) {
		case *time.Time:
			if f != nil {
				m[name] = f.UTC().Format("Jan 2, 2006 3:04:05 PM")
			}
		case bool:
			m[name] = f
		}
	}
	return m
}

// percent is a document as IAM returns it: encoded by RFC 3986, where a space is %20.
func percent(document string) string {
	return strings.ReplaceAll(url.QueryEscape(document), "+", "%20")
}

// shown is how IAM names a resource in a refusal: what exists by its kind and name, what is to be made by its ARN.
func shown(n core.Need) string {
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
