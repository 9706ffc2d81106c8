package action

import (
	"context"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
)

// keepProtectedKind is ec2.protect for what was never protected: an owner who takes the protection off, to end the instance, is not fought.
var keepProtectedKind = Define[KeepProtected](Kind{
	Name: "ec2.keep-protected", Version: 1, Does: "protect an instance from termination until its owner says otherwise", Class: Mend, Tier: TierMend, Yields: true,
	Final:  protectKind.Final,
	Reads:  []call.ID{call.EC2DescribeInstances, call.EC2DescribeInstanceAttribute},
	Writes: []call.ID{call.EC2ModifyInstanceAttribute},
})

// KeepProtected wants an instance protected from termination.
type KeepProtected struct{ Instance event.Resource }

func (k KeepProtected) protect() Protect { return Protect{k.Instance, AgainstTermination} }

// About is the action as data.
func (k KeepProtected) About() About {
	return About{Kind: keepProtectedKind, Target: k.Instance, Facet: AgainstTermination}
}

// Look reads the attribute.
func (k KeepProtected) Look(ctx context.Context, r access.Reads) (Look, error) {
	return k.protect().Look(ctx, r)
}

// Do switches the protection on.
func (k KeepProtected) Do(ctx context.Context, w access.Writes) error { return k.protect().set(ctx, w) }
