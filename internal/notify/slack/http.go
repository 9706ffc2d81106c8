package slack

import (
	"context"
	"errors"
	"io"
	"net/http"
	"time"
)

// soon is how long a click is worked on before it is acknowledged: Slack waits three seconds, and then tells the person that it failed.
const soon = 2500 * time.Millisecond

// ServeHTTP takes clicks as Slack posts them. Nothing of a request is read as more than bytes before its signature was found right.
func (k *Clicks) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		http.Error(w, "POST", http.StatusMethodNotAllowed)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, MostBody))
	if err != nil {
		status := http.StatusBadRequest
		if _, large := errors.AsType[*http.MaxBytesError](err); large {
			status = http.StatusRequestEntityTooLarge
		}
		http.Error(w, http.StatusText(status), status)
		return
	}
	signed := Signed{r.Header.Get(TimestampHeader), r.Header.Get(SignatureHeader), body}
	if err := signed.Check(k.Secret, k.Now(), Age); err != nil {
		k.Log.Warn("a request is not Slack's: refused", "why", err)
		if k.Count != nil {
			k.Count(Forged)
		}
		http.Error(w, http.StatusText(http.StatusUnauthorized), http.StatusUnauthorized)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), soon)
	defer cancel()
	if err := k.TakeSigned(ctx, body); err != nil {
		k.Log.Error("a click could not be dealt with", "error", err)
		http.Error(w, http.StatusText(http.StatusServiceUnavailable), http.StatusServiceUnavailable)
	}
}

// TakeSigned takes the click in a request's body whose signature was checked, as Take does.
func (k *Clicks) TakeSigned(ctx context.Context, body []byte) error {
	payload, err := payloadOf(body)
	if err != nil {
		k.Log.Warn("a signed request holds no click", "why", err)
		if k.Count != nil {
			k.Count(Unreadable)
		}
		return nil
	}
	return k.Take(ctx, payload)
}
