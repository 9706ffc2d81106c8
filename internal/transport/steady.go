// Package transport holds what an HTTP client of the SDK needs around it, wherever it talks to.
package transport

import (
	"io"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// Steady is a client that sends each request's body as a reader alone. The SDK closes a body as soon as the answer is there; its
// own, which can also write itself, then ends with io.EOF where net/http still writes, which takes that for a broken request
// and closes the connection under the answer. An answer as fast as that comes from an emulator, or by a VPC endpoint.
type Steady struct{ aws.HTTPClient }

// Do is http.Client's.
func (s Steady) Do(r *http.Request) (*http.Response, error) {
	if r.Body != nil && r.Body != http.NoBody {
		r = r.WithContext(r.Context()) // a copy: the caller's keeps its body
		r.Body = struct{ io.ReadCloser }{r.Body}
	}
	return s.HTTPClient.Do(r)
}
