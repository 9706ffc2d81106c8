package show

import (
	"time"

	"github.com/ripostehq/riposte/internal/ledger"
)

// Letter is what is printed of one. The JSON names are stable: scripts rely on them.
type Letter struct {
	Letter   string    `json:"letter"`
	To       string    `json:"to"` // group:NAME, an address, everybody, program
	Channel  string    `json:"channel"`
	Matter   string    `json:"matter"`
	State    string    `json:"state"` // sent, owed, failed: refused for good, and told elsewhere; nothing: there was nothing left to tell of
	Urgent   bool      `json:"urgent"`
	Cases    []string  `json:"cases"`
	More     int       `json:"more,omitempty"` // beyond those
	Opened   time.Time `json:"opened"`
	Sent     time.Time `json:"sent,omitzero"`   // when a channel last accepted it
	Notice   time.Time `json:"notice,omitzero"` // when it last was worth a notice
	Due      time.Time `json:"due,omitzero"`    // where it is owed
	Attempts int       `json:"attempts,omitempty"`
	Error    string    `json:"error,omitempty"` // of the last attempt
}

// LetterOf makes a letter presentable.
func LetterOf(l *ledger.Letter) Letter {
	out := Letter{
		Letter: l.ID, To: l.To, Channel: l.Channel, Matter: l.Matter, State: "nothing", Urgent: l.Urgent, Cases: l.Cases, More: l.More, Opened: l.Opened.UTC(),
		Sent: l.SentAt.UTC(), Notice: l.NoticeAt.UTC(), Attempts: l.Attempts, Error: l.Error,
	}
	switch {
	case l.Failed:
		out.State = "failed"
	case l.Owed():
		out.State, out.Due = "owed", l.Ready().UTC()
	case !l.SentAt.IsZero():
		out.State = "sent"
	}
	if out.Cases == nil {
		out.Cases = []string{}
	}
	return out
}
