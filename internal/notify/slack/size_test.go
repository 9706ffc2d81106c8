package slack_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/ripostehq/riposte/internal/notify"
	"github.com/ripostehq/riposte/internal/notify/slack"
)

// Slack sends the whole message with each click on it, percent-encoded: the largest message is still one that is answered.
func TestTheLargestMessageIsAnswered(t *testing.T) {
	s := newStage(t)
	l := letter()
	item := l.Content.Cases[0]
	for i := range 12 {
		item.Facts = append(item.Facts, notify.Fact{Name: fmt.Sprint("fact ", i), Value: strings.Repeat("ü/", 100)})
	}
	item.Ask.Steps = slices.Repeat([]string{"close port 22 of the security group sg-0123"}, 9)
	item.Ask.Final = slices.Repeat([]string{"it is gone"}, 5)
	l.Content.Cases, l.Content.Says = slices.Repeat([]notify.Item{item}, notify.MostItems), slices.Repeat([]string{strings.Repeat("a sentence ", 20)}, 10)
	m := s.send(l)
	var payload map[string]any
	click := s.slack.Press("U1ANN", m, "Approve")
	if err := json.Unmarshal(click.Payload(), &payload); err != nil {
		t.Fatal(err)
	}
	payload["message"] = map[string]any{"type": "message", "text": m.Text, "blocks": json.RawMessage(m.Blocks)}
	whole, err := json.Marshal(payload)
	if err != nil {
		t.Fatal(err)
	}
	body := url.Values{"payload": {string(whole)}}.Encode()
	t.Logf("%d bytes of blocks, %d of a click, %d as it is posted, of %d", len(m.Blocks), len(whole), len(body), slack.MostBody)
	if len(body) > slack.MostBody*2/3 {
		t.Errorf("a click has %d bytes, of %d", len(body), slack.MostBody)
	}
	if err := s.clicks.TakeSigned(t.Context(), []byte(body)); err != nil || len(s.ordered()) != 1 {
		t.Errorf("%v, %s", err, s.log.String())
	}
}
