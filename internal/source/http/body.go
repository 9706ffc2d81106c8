package http

import (
	"bytes"
	"errors"
	"net/http"
)

// kept is the largest buffer that is used again, in bytes: a few large events must not stay in memory for ever.
const kept = 64 << 10

// read reads a body into a buffer of the pool; done gives that back.
func (s *Source) read(w http.ResponseWriter, r *http.Request) (body []byte, done func(), refused *refusal) {
	buffer, ok := s.bodies.Get().(*bytes.Buffer)
	if !ok {
		buffer = &bytes.Buffer{}
	}
	buffer.Reset()
	if r.ContentLength > 0 {
		buffer.Grow(int(r.ContentLength) + bytes.MinRead) // or reading to the end would double it
	}
	_, err := buffer.ReadFrom(http.MaxBytesReader(w, r.Body, maxBody))
	done = func() {
		if buffer.Cap() <= kept {
			s.bodies.Put(buffer)
		}
	}
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return nil, done, tooLarge
	case err != nil:
		return nil, done, cutOff
	}
	return buffer.Bytes(), done, nil
}
