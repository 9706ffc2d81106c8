package http

import "net/http"

// refusal is an answer to a request whose body was not handled.
type refusal struct {
	status int
	why    string // for figures
	text   string
	header string // one more header, with its value
	value  string
}

// What a sender is told. A stranger's connection is closed, so that strangers hold none open.
var (
	stranger  = &refusal{http.StatusUnauthorized, "secret", "the header with the secret is missing or wrong", "Connection", "close"}
	method    = &refusal{http.StatusMethodNotAllowed, "method", "events are posted", "Allow", http.MethodPost}
	encoded   = &refusal{http.StatusUnsupportedMediaType, "encoding", "events are taken as they are, not compressed", "Accept-Encoding", "identity"}
	tooLarge  = &refusal{http.StatusRequestEntityTooLarge, "size", "an event has at most 1 MiB", "Connection", "close"}
	cutOff    = &refusal{http.StatusBadRequest, "cut off", "the body ends before it is whole", "Connection", "close"}
	busy      = &refusal{http.StatusTooManyRequests, "busy", "too many events at once: come again", "Retry-After", "1"}
	notStored = &refusal{http.StatusServiceUnavailable, "store", "the event can't be stored now: come again", "Retry-After", "5"}
)

func (r *refusal) write(w http.ResponseWriter) {
	w.Header().Set(r.header, r.value)
	http.Error(w, r.text, r.status)
}
