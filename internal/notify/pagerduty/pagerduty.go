// Package pagerduty pages people by PagerDuty's Events API v2: about what is critical or high, once for each matter, until nothing of it is open.
// It acknowledges nothing: that is said by whoever looks at it.
package pagerduty

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"time"

	"github.com/ripostehq/riposte/internal/notify"
	"github.com/ripostehq/riposte/playbook"
)

// Limits of an event, and of what is read of its answer. https://developer.pagerduty.com/docs/send-alert-event
const (
	mostSummary = 1024
	mostKey     = 255
	mostText    = 300 // ours: with it an event stays far below the 512 KB that are taken
	mostAnswer  = 64 << 10
	patience    = 10 * time.Second
)

// keyShape is what an integration key looks like.
var keyShape = regexp.MustCompile(`^[A-Za-z0-9]{32}$`)

// Host is where events go, by the region in which PagerDuty keeps an account: us or eu.
func Host(region string) string {
	if region == "eu" {
		return "https://events.eu.pagerduty.com"
	}
	return "https://events.pagerduty.com"
}

// Channel pages by one service of PagerDuty's.
type Channel struct {
	key, at string
	client  *http.Client
}

// New makes a Channel for the integration key of a service. The error does not repeat the key.
func New(key, host string) (*Channel, error) {
	if !keyShape.MatchString(key) {
		return nil, errors.New("an integration key of PagerDuty's has 32 letters and digits, and this has not: take that of Events API v2")
	}
	stay := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &Channel{key, host + "/v2/enqueue", &http.Client{Timeout: patience, CheckRedirect: stay}}, nil
}

type sent struct {
	Key     string   `json:"routing_key"`
	Action  string   `json:"event_action"` // trigger, resolve
	Matter  string   `json:"dedup_key"`
	Client  string   `json:"client,omitempty"`
	Link    string   `json:"client_url,omitempty"`
	Payload *payload `json:"payload,omitempty"`
}

type payload struct {
	Summary  string            `json:"summary"`
	Source   string            `json:"source"`
	Severity string            `json:"severity"`
	Details  map[string]string `json:"custom_details,omitempty"`
}

// Send implements notify.Channel. The ref is the matter, by which PagerDuty knows what it was told before: another attempt pages nobody twice. What is
// less than high is rejected where it was not told before, so that somebody else is told.
func (c *Channel) Send(ctx context.Context, l notify.Letter) (string, error) {
	matter := notify.Cut(l.Matter, mostKey)
	grave := l.Content.Severity == playbook.Critical || l.Content.Severity == playbook.High
	told := l.Ref != "" || l.Tried
	switch {
	case l.Content.Closed && told:
		return c.send(ctx, sent{Action: "resolve", Matter: matter})
	case l.Content.Closed, !grave && told:
		return matter, nil
	case !grave:
		return "", &notify.Rejected{Why: "PagerDuty is told of what is critical or high alone"}
	}
	return c.send(ctx, sent{Action: "trigger", Matter: matter, Client: "riposte", Link: l.Content.Link, Payload: describe(l.Content)})
}

func describe(c notify.Content) *payload {
	text := func(s string) string { return notify.Cut(notify.Defang(notify.Plain(s)), mostText) }
	severity := "error"
	if c.Severity == playbook.Critical {
		severity = "critical"
	}
	details := map[string]string{"state": text(c.State)}
	for i, item := range c.Cases[:min(len(c.Cases), notify.MostItems)] {
		details[fmt.Sprintf("case %02d", i+1)] = text(item.State + ": " + item.Title + " (" + item.Account + ")")
	}
	if more := c.More + max(len(c.Cases)-notify.MostItems, 0); more > 0 {
		details["more"] = strconv.Itoa(more)
	}
	return &payload{notify.Cut(notify.Defang(notify.Plain(c.Title)), mostSummary), "riposte", severity, details}
}

// send sends an event, and returns what it is about.
func (c *Channel) send(ctx context.Context, e sent) (string, error) {
	e.Key = c.key
	body, err := json.Marshal(e)
	if err != nil {
		return "", fmt.Errorf("write the event: %w", err)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.at, bytes.NewReader(body))
	if err != nil {
		return "", fmt.Errorf("write the event: %w", err)
	}
	request.Header.Set("Content-Type", "application/json")
	answer, err := c.client.Do(request)
	if err != nil {
		var at *url.Error
		if errors.As(err, &at) {
			err = at.Err
		}
		return "", fmt.Errorf("reach PagerDuty: %w", err)
	}
	defer answer.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(answer.Body, mostAnswer)) // which may repeat the key
	switch {
	case answer.StatusCode == http.StatusAccepted:
		return e.Matter, nil
	case answer.StatusCode == http.StatusTooManyRequests:
		return "", &notify.Throttled{After: notify.RetryAfter(answer.Header.Get("Retry-After")), Err: errors.New("PagerDuty wants fewer events")}
	case answer.StatusCode == http.StatusBadRequest:
		return "", &notify.Rejected{Why: "PagerDuty takes no such event: is the key that of a service's Events API v2, and is report.pagerduty.region right?"}
	}
	return "", fmt.Errorf("PagerDuty answers %s", answer.Status)
}
