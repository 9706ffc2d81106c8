package iam

import (
	"maps"
	"strings"
)

// Context holds the condition keys of a request. A key that is not there is absent, which is not the same as empty; one
// that holds no values is absent.
type Context struct{ values map[string]contextValue }

// contextValue is what a key holds; a key that may hold several values is no policy variable, however many it holds.
type contextValue struct {
	all []string
	set bool
}

// ContextOf makes a context of keys and values; the case of keys does not count.
func ContextOf(values map[string]string) Context {
	var c Context
	for k, v := range values {
		c.Set(k, v)
	}
	return c
}

// Set adds a key of one value, or gives it another.
func (c *Context) Set(key, value string) { c.put(key, contextValue{all: []string{value}}) }

// SetAll adds a key that may hold several values, as aws:TagKeys does, or gives it others.
func (c *Context) SetAll(key string, values []string) {
	c.put(key, contextValue{all: values, set: true})
}

// With is the context with more keys, or other values of them; the context itself stays as it is.
func (c Context) With(more map[string]string) Context {
	out := Context{values: make(map[string]contextValue, len(c.values)+len(more))}
	maps.Copy(out.values, c.values)
	for k, v := range more {
		out.Set(k, v)
	}
	return out
}

func (c *Context) put(key string, v contextValue) {
	if c.values == nil {
		c.values = map[string]contextValue{}
	}
	c.values[strings.ToLower(key)] = v
}

// variable returns what a policy variable stands for; false where the key is absent or holds a set.
func (c Context) variable(key string) (string, bool) {
	v, ok := c.values[key]
	if !ok || v.set || len(v.all) == 0 {
		return "", false
	}
	return v.all[0], true
}

// Lookup returns the first value of a key; false where it is absent.
func (c Context) Lookup(key string) (string, bool) {
	v := c.values[strings.ToLower(key)].all
	if len(v) == 0 {
		return "", false
	}
	return v[0], true
}
