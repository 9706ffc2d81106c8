package ledger

import (
	"time"

	"github.com/ripostehq/riposte/event"
)

// Maker is who made what a case is about, as CloudTrail's event history had it when it was asked. Whose a thing is may follow from it
// (internal/owner), and what that person may order; nothing else is decided by it.
type Maker struct {
	Asked  time.Time   `json:"asked"`
	Actor  event.Actor `json:"actor,omitzero"` // whose call made it; the zero actor: not found
	Call   string      `json:"call,omitempty"` // CreateVolume
	At     time.Time   `json:"at,omitzero"`
	Unseen string      `json:"unseen,omitempty"` // why it is not known, "" where the history has no such call
}

// Known reports whether the history showed who it was.
func (m *Maker) Known() bool { return m != nil && m.Call != "" }

// Made keeps who made what the case is about. An older riposte, which would lose it, leaves such a case alone.
func (c *Case) Made(m Maker) {
	c.Maker = &m
	if m.Known() {
		c.Schema = max(c.Schema, makerSchema)
	}
}
