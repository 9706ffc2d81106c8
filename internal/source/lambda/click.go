package lambda

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"

	"github.com/ripostehq/riposte/internal/source"
)

// Click is what the front puts into the queue of answers: a request as it came, and how Slack has signed it. The front has checked that; it
// stands open to all, and is not believed.
type Click struct {
	Timestamp string `json:"timestamp"`
	Signature string `json:"signature"`
	Body      string `json:"body"`
}

// message is a click as it stands in the queue.
type clickMessage struct {
	Riposte string `json:"riposte"`
	Click
}

const isClick = "click"

func (c Click) message() (string, error) {
	b, err := json.Marshal(clickMessage{isClick, c})
	return string(b), err
}

// readClick reads a message of the queue of answers. Whatever else stands in it is refused: an event, a wake, a tick.
func readClick(body []byte) (Click, error) {
	var m clickMessage
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	if err := d.Decode(&m); err != nil || m.Riposte != isClick {
		return Click{}, errors.New("it is no click, and by the queue of answers comes nothing else: who has sent it?")
	}
	if _, err := d.Token(); err != io.EOF {
		return Click{}, errors.New("something follows the click")
	}
	return m.Click, nil
}

// click takes a message of the queue of answers.
func (h *Handler) click(ctx context.Context, m message) error {
	c, err := readClick(m.body)
	if err != nil {
		return &source.Malformed{Err: err}
	}
	return h.Click(ctx, c)
}
