package slack

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Age is how old a request may be that comes from Slack itself, and how far its clock may be ahead.
const Age = 5 * time.Minute

// Headers that Slack signs its requests with.
// https://docs.slack.dev/authentication/verifying-requests-from-slack
const (
	TimestampHeader = "X-Slack-Request-Timestamp"
	SignatureHeader = "X-Slack-Signature"
)

// Signed is a request as Slack has signed it.
type Signed struct {
	Timestamp string // header X-Slack-Request-Timestamp: seconds since 1970
	Signature string // header X-Slack-Signature: v0= and 64 hex digits
	Body      []byte // raw: one byte changed, and the signature is wrong
}

// Check returns why a request is not one that Slack has just signed. (slack-go has such a check, by the machine's clock and five minutes
// alone: what has waited in a queue is older.)
func (s Signed) Check(secret string, now time.Time, age time.Duration) error {
	given, ok := strings.CutPrefix(s.Signature, "v0=")
	switch {
	case secret == "":
		return errors.New("no signing secret is configured: nothing can be checked")
	case s.Timestamp == "" || s.Signature == "":
		return errors.New("it is not signed")
	case !ok:
		return errors.New("the signature is of no known kind")
	}
	mac, err := hex.DecodeString(given)
	if err != nil {
		return errors.New("the signature is none")
	}
	h := hmac.New(sha256.New, []byte(secret))
	fmt.Fprintf(h, "v0:%s:", s.Timestamp)
	h.Write(s.Body)
	if !hmac.Equal(h.Sum(nil), mac) {
		return errors.New("the signature is wrong")
	}
	seconds, err := strconv.ParseInt(s.Timestamp, 10, 64)
	if err != nil {
		return errors.New("the time of the signature is none")
	}
	switch at := time.Unix(seconds, 0); {
	case now.Sub(at) > age:
		return fmt.Errorf("the signature is older than %s", age)
	case at.Sub(now) > Age:
		return fmt.Errorf("the signature is more than %s in the future", Age)
	}
	return nil
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
