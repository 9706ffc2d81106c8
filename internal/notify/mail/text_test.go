package mail

import (
	"strings"
	"testing"
	"time"

	"github.com/ripostehq/riposte/internal/notify"
)

// Who is asked whether it was they reads what their no lets be done, apart from what others are asked.
func TestAMailSaysWhatANoDoes(t *testing.T) {
	text := body(notify.Content{Title: "secrets read", Cases: []notify.Item{{Title: "secrets read", Ask: &notify.Ask{
		WasItYou: true, AtOnce: 1, Steps: []string{"deny the session alice", "close port 22"},
	}}}})
	if !strings.Contains(text, "WAS IT YOU?\n   If it was not you, this is done at once:\n   - deny the session alice\n   Others are asked about this:\n   - close port 22\n") {
		t.Errorf("the mail says\n%s", text)
	}
}

// A further mail of which nobody knows whether it was sent is tried again under the same name, though its deadline has moved meanwhile; one that says
// something else has another name.
func TestAFurtherMailHasOneName(t *testing.T) {
	c := New("riposte@example.com", nil, at)
	l := letter()
	l.Ref = "<first@example.com>"
	l.Content.Cases = []notify.Item{{Case: "c_1", Ask: &notify.Ask{Steps: []string{"close port 22"}, Until: at(), By: "ten", Silence: "it is done"}}}
	first, _, err := c.names(l)
	if err != nil {
		t.Fatal(err)
	}
	ask := *l.Content.Cases[0].Ask
	ask.Until, ask.By = at().Add(time.Minute), "a minute past ten"
	l.Content.Cases = []notify.Item{{Case: "c_1", Ask: &ask}}
	if again, _, _ := c.names(l); again != first {
		t.Errorf("%s, then %s", first, again)
	}
	ask.Steps = []string{"close port 23"}
	if other, _, _ := c.names(l); other == first {
		t.Error("another question has the same name")
	}
}
