// Package calls holds AWS's clients as the operations that access names, and no others. The holder of one of these has
// no way, not even by a type assertion, to an operation that riposte was not made to call; and the linker, which keeps all of a
// client that is put into an interface, leaves out the hundreds that are never called.
package calls

import "context"

// Call is one operation of a client of AWS.
type Call[In, Out, Options any] = func(context.Context, *In, ...func(*Options)) (*Out, error)
