// Package calls holds AWS's clients as the operations that access names, and no others. The holder of one of these has
// no way, not even by a type assertion, to an operation that riposte was not made to call; and the linker, which keeps all of a
// client that is put into an interface, leaves out the hundreds that are never called.
package calls

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ripostehq/riposte/event"
)

// Call is one operation of a client of AWS.
type Call[In, Out, Options any] = func(context.Context, *In, ...func(*Options)) (*Out, error)

// Opener gives a client of a service at a place: made by open from the configuration that belongs there, or one that it made
// before. A global service has one place in a partition.
type Opener func(p event.Place, service string, global bool, open func(aws.Config) any) any

func open[T any](from Opener, p event.Place, service string, global bool, made func(aws.Config) T) T {
	return from(p, service, global, func(cfg aws.Config) any { return made(cfg) }).(T)
}
