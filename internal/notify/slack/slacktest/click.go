package slacktest

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Click is a click as Slack tells of it, which a test may forge.
type Click struct {
	Type, App, Team      string
	User, UserTeam       string
	Channel, TS          string
	Action, Label, Value string
	At                   string // action_ts
	Ephemeral            bool
}

// Press is a person's click on the first button of a message whose label begins so.
func (s *Server) Press(user string, m Message, label string) Click {
	var blocks []struct {
		Elements []struct {
			Type     string          `json:"type"`
			ActionID string          `json:"action_id"`
			Value    string          `json:"value"`
			Text     json.RawMessage `json:"text"`
		} `json:"elements"`
	}
	_ = json.Unmarshal([]byte(m.Blocks), &blocks)
	c := Click{Type: "block_actions", App: App, Team: Team, User: user, UserTeam: Team, Channel: m.Channel, TS: m.TS}
	s.mu.Lock()
	c.At = s.tick()
	s.mu.Unlock()
	for _, b := range blocks {
		for _, e := range b.Elements {
			var text struct{ Text string }
			if e.Type != "button" || json.Unmarshal(e.Text, &text) != nil || !strings.HasPrefix(text.Text, label) || c.Action != "" {
				continue
			}
			c.Action, c.Label, c.Value = e.ActionID, text.Text, e.Value
		}
	}
	return c
}

// Payload is the click as a payload.
func (c Click) Payload() []byte {
	b, err := json.Marshal(answer{
		"type": c.Type, "api_app_id": c.App, "token": "old", "trigger_id": "1", "response_url": "https://hooks.slack.com/actions/never",
		"team": answer{"id": c.Team}, "user": answer{"id": c.User, "team_id": c.UserTeam}, "channel": answer{"id": c.Channel},
		"container": answer{"type": "message", "channel_id": c.Channel, "message_ts": c.TS, "is_ephemeral": c.Ephemeral},
		"actions":   []answer{{"type": "button", "block_id": "b", "action_id": c.Action, "value": c.Value, "action_ts": c.At, "text": answer{"type": "plain_text", "text": c.Label}}},
	})
	if err != nil {
		panic(err)
	}
	return b
}

// Body is the click as Slack posts it.
func (c Click) Body() []byte { return []byte(url.Values{"payload": {string(c.Payload())}}.Encode()) }

// Sign signs a body as Slack does, at a time: the two headers.
func Sign(secret string, at time.Time, body []byte) (timestamp, signature string) {
	timestamp = strconv.FormatInt(at.Unix(), 10)
	h := hmac.New(sha256.New, []byte(secret))
	fmt.Fprintf(h, "v0:%s:%s", timestamp, body)
	return timestamp, "v0=" + hex.EncodeToString(h.Sum(nil))
}
