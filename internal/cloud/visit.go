package cloud

import (
	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ripostehq/riposte/event"
)

// nothing is what a visitor may change.
const nothing = `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}`

// Visitor is what the sessions of visitors are called.
const Visitor = "riposte-doctor"

// Visit returns the configuration of a session that looks at an account rather than at a case. In a tier that changes it may do
// nothing at all: that it can be opened is all there is to know.
func (c *Cloud) Visit(p event.Place, purpose Purpose) aws.Config {
	s := session{place: p, purpose: purpose, name: Visitor}
	if purpose.changes() {
		s.policy = nothing
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.config(s)
}

// Author returns the configuration of a session of the author tier that a person's verb opens for itself: narrowed by a policy of its
// own, as those of actions are by theirs.
func (c *Cloud) Author(p event.Place, name, policy string) aws.Config {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.config(session{place: Global(p), purpose: Author, name: name, policy: policy})
}
