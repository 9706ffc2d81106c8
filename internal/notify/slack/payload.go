package slack

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// MostBody is the largest request that is read. With a click Slack sends the whole message, percent-encoded: the largest of ours has some
// 85 KB then. In a queue, which takes 256 KB, it has room.
const MostBody = 160 << 10

// click is what Slack says of a click on a button, as far as it is needed.
// https://docs.slack.dev/reference/interaction-payloads/block_actions-payload
type click struct {
	Type string `json:"type"`
	App  string `json:"api_app_id"`
	Team struct {
		ID string `json:"id"`
	} `json:"team"`
	User struct {
		ID   string `json:"id"`
		Team string `json:"team_id"`
	} `json:"user"`
	Container struct {
		Type      string `json:"type"`
		Channel   string `json:"channel_id"`
		TS        string `json:"message_ts"`
		Ephemeral bool   `json:"is_ephemeral"`
	} `json:"container"`
	Actions []pressed `json:"actions"`
}

// pressed is the button.
type pressed struct {
	ID    string `json:"action_id"`
	Type  string `json:"type"`
	Value string `json:"value"`
	TS    string `json:"action_ts"`
	Text  struct {
		Text string `json:"text"`
	} `json:"text"`
}

// errOther is another interaction than a click on a button, which means nothing here.
var errOther = errors.New("it is no click on a button")

// payloadOf is the payload in a request's body.
func payloadOf(body []byte) ([]byte, error) {
	if len(body) > MostBody {
		return nil, fmt.Errorf("it has %d bytes", len(body))
	}
	form, err := url.ParseQuery(string(body))
	if err != nil || len(form["payload"]) != 1 {
		return nil, errors.New("it is no form with one payload")
	}
	return []byte(form.Get("payload")), nil
}

// readClick reads a payload: the click, and when it was made by Slack's clock, which names it: no other click of the app has this time.
func readClick(payload []byte) (click, time.Time, error) {
	var c click
	if len(payload) > MostBody {
		return c, time.Time{}, fmt.Errorf("it has %d bytes", len(payload))
	}
	if err := json.Unmarshal(payload, &c); err != nil {
		return c, time.Time{}, errors.New("it is no payload of Slack's")
	}
	switch {
	case c.Type != "block_actions", c.Container.Type != "message", c.Container.Ephemeral:
		return c, time.Time{}, errOther
	case len(c.Actions) != 1 || c.Actions[0].Type != "button":
		return c, time.Time{}, errOther
	case c.App == "" || c.Team.ID == "" || c.User.ID == "" || c.Container.Channel == "" || c.Container.TS == "":
		return c, time.Time{}, errors.New("it does not say who has clicked where")
	}
	at, err := moment(c.Actions[0].TS)
	return c, at, err
}

// moment is one of Slack's times: seconds since 1970, a point, and microseconds.
func moment(ts string) (time.Time, error) {
	whole, micro, ok := strings.Cut(ts, ".")
	seconds, err := strconv.ParseInt(whole, 10, 64)
	if !ok || err != nil || len(micro) != 6 || seconds <= 0 || seconds > math.MaxInt32*4 {
		return time.Time{}, errors.New("it does not say when it was made")
	}
	us, err := strconv.ParseUint(micro, 10, 32)
	if err != nil {
		return time.Time{}, errors.New("it does not say when it was made")
	}
	return time.Unix(seconds, int64(us)*1000).UTC(), nil
}
