package lambda

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
)

// Front is the other part of the function: what stands open to the internet, behind a function URL, and has no rights but to put a click into
// a queue. Slack waits three seconds for an answer, and a ledger can be slower than that.
type Front struct {
	Check func(Click) error // whether Slack has just signed it
	Queue string            // URL of the queue of answers
	Send  Sender
	Log   *slog.Logger
	Now   func() time.Time

	Path   string // that Slack posts to: /slack
	Most   int    // bytes of a request
	Header struct{ Timestamp, Signature string }

	mu      sync.Mutex
	refused int       // since that was logged
	logged  time.Time // when it was
}

// logEvery is how often it is logged that requests were refused: whoever knocks pays nothing for it, and each line costs.
const logEvery = time.Minute

// request is one to a function URL, its headers in lower case.
// https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html
type request struct {
	Path    string            `json:"rawPath"`
	Headers map[string]string `json:"headers"`
	Body    string            `json:"body"`
	Base64  bool              `json:"isBase64Encoded"`
	Context struct {
		HTTP *struct {
			Method string `json:"method"`
		} `json:"http"`
	} `json:"requestContext"`
}

// ofURL reports whether a payload is a request to a function URL, or to an HTTP API.
func ofURL(raw []byte) bool {
	var r request
	return json.Unmarshal(raw, &r) == nil && r.Context.HTTP != nil
}

// Invoke is one request. Who is refused learns no more than that.
func (f *Front) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	var r request
	if err := json.Unmarshal(payload, &r); err != nil || r.Context.HTTP == nil {
		return nil, errors.New("the front takes requests to its URL, and nothing else")
	}
	status, err := f.take(ctx, r)
	if err != nil {
		f.refuse(status, err)
	}
	return json.Marshal(map[string]any{"statusCode": status, "headers": map[string]string{"cache-control": "no-store"}, "body": ""})
}

// refuse tells of a refusal, and of how many there were since the last that was told. What Slack has signed and no queue takes is told each time.
func (f *Front) refuse(status int, why error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.refused++
	if now := f.Now(); status == http.StatusServiceUnavailable || f.logged.IsZero() || now.Sub(f.logged).Abs() >= logEvery {
		f.Log.Warn("a request was refused", "status", status, "why", why, "requests", f.refused)
		f.refused, f.logged = 0, now
	}
}

func (f *Front) take(ctx context.Context, r request) (status int, why error) {
	switch {
	case r.Path != f.Path:
		return http.StatusNotFound, errors.New("there is nothing else here")
	case r.Context.HTTP.Method != http.MethodPost:
		return http.StatusMethodNotAllowed, errors.New("want POST")
	case len(r.Body) > base64.StdEncoding.EncodedLen(f.Most):
		return http.StatusRequestEntityTooLarge, fmt.Errorf("it has %d bytes", len(r.Body))
	}
	body := []byte(r.Body)
	if r.Base64 {
		var err error
		if body, err = base64.StdEncoding.DecodeString(r.Body); err != nil {
			return http.StatusBadRequest, errors.New("its body is no base64")
		}
	}
	if len(body) > f.Most {
		return http.StatusRequestEntityTooLarge, fmt.Errorf("it has %d bytes", len(body))
	}
	c := Click{Timestamp: r.Headers[f.Header.Timestamp], Signature: r.Headers[f.Header.Signature], Body: string(body)}
	if err := f.Check(c); err != nil {
		return http.StatusUnauthorized, err
	}
	message, err := c.message()
	if err != nil {
		return http.StatusBadRequest, err
	}
	if _, err := f.Send.SendMessage(ctx, &sqs.SendMessageInput{QueueUrl: aws.String(f.Queue), MessageBody: aws.String(message)}); err != nil {
		return http.StatusServiceUnavailable, fmt.Errorf("put the click into the queue: %w", err)
	}
	return http.StatusOK, nil
}
