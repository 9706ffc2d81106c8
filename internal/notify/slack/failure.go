package slack

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strings"
	"time"

	api "github.com/slack-go/slack"

	"github.com/ripostehq/riposte/internal/notify"
)

// errGone: the message is not there any more, or can't be edited any more.
var errGone = errors.New("the message is gone")

func gone(err error) bool { return errors.Is(err, errGone) }

// patience is how long a service is left alone that says no time.
const patience = 30 * time.Second

// failure is a call's error as a channel returns it. Of what the library says, only Slack's own word for it and the sort of network error
// are kept: an error of the HTTP client quotes the URL, and Slack's own may quote what was sent.
func (c *Channel) failure(err error) error {
	if err == nil {
		return nil
	}
	if limit, ok := errors.AsType[*api.RateLimitedError](err); ok {
		return &notify.Throttled{After: max(limit.RetryAfter, time.Second), Err: errors.New("slack says 429")}
	}
	if status, ok := errors.AsType[api.StatusCodeError](err); ok {
		if status.Code == 429 { // without a time
			return &notify.Throttled{After: patience, Err: errors.New("slack says 429")}
		}
		return fmt.Errorf("slack answers with HTTP status %d", status.Code)
	}
	if said, ok := errors.AsType[api.SlackErrorResponse](err); ok {
		return meaning(word(said.Err))
	}
	for _, known := range []error{context.Canceled, context.DeadlineExceeded} {
		if errors.Is(err, known) {
			return fmt.Errorf("slack does not answer: %w", known)
		}
	}
	if _, ok := errors.AsType[*url.Error](err); ok {
		if sort, ok := errors.AsType[*net.OpError](err); ok {
			return fmt.Errorf("slack can't be reached: %s fails", sort.Op)
		}
		return errors.New("slack can't be reached")
	}
	return errors.New("slack's answer can't be read")
}

// meaning is what Slack's words mean for a letter.
// https://docs.slack.dev/reference/methods/chat.postMessage#errors
func meaning(said string) error {
	for _, x := range []struct {
		said []string
		why  string
	}{
		{[]string{"channel_not_found"}, "there is no such channel, or the app is not in it: invite it there, with /invite"},
		{[]string{"not_in_channel"}, "the app is not in the channel: invite it there, with /invite"},
		{[]string{"is_archived"}, "the channel is archived"},
		{[]string{"users_not_found", "user_not_found", "user_not_visible"}, "no such person is in Slack"},
		{[]string{"user_disabled", "cannot_dm_bot", "cannot_message_user"}, "the person can't be written to in Slack any more"},
		{[]string{"restricted_action", "restricted_action_read_only_channel", "restricted_action_non_threadable_channel"}, "the app may not post there"},
	} {
		if slices.Contains(x.said, said) {
			return &notify.Rejected{Why: fmt.Sprintf("%s (%s)", x.why, said)}
		}
	}
	switch said {
	case "ratelimited", "rate_limited", "message_limit_exceeded":
		return &notify.Throttled{After: patience, Err: errors.New("slack says " + said)}
	case "message_not_found", "cant_update_message", "edit_window_closed", "thread_not_found":
		return fmt.Errorf("%w (%s)", errGone, said)
	case "invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired":
		return fmt.Errorf("slack takes the token no more (%s): see report.slack.token", said)
	case "missing_scope":
		return errors.New("the app lacks a scope (missing_scope): hold its manifest against riposte slack, and install it again")
	}
	return errors.New("slack says " + said)
}

// word is an error's name, and nothing else that somebody may have put there.
func word(s string) string {
	if s == "" || len(s) > 60 || strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789_") != "" {
		return "what it never says"
	}
	return s
}
