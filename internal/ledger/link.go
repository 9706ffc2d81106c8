package ledger

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"
)

// The chains that belong to no case: that of the brakes has what concerns all cases, the configuration too. Whole names what concerns the ledger as one, in a Break.
const (
	BrakesChain     = "brakes"
	CheckpointChain = "checkpoints"
	ExceptionsChain = "exceptions" // that come from no case
	Whole           = "ledger"
)

// Link is what an entry says. Its JSON is stored and hashed as the same bytes.
type Link struct {
	Chain   string      `json:"chain"`
	Seq     int64       `json:"seq"`
	Prev    string      `json:"prev"` // hash of the chain's entry before, "" for its first
	At      time.Time   `json:"at"`
	State   State       `json:"state,omitempty"`
	Due     time.Time   `json:"due,omitzero"`         // of the case, from here on
	Payload string      `json:"payload,omitempty"`    // Sum of the case's payload, "" where it stayed the same
	Notes   []string    `json:"notes,omitempty"`      // for people
	Wrote   []Wrote     `json:"wrote,omitempty"`      // rows beside the case that were written with it
	Seals   *Checkpoint `json:"checkpoint,omitempty"` // of the checkpoints' chain
	Heads   []Head      `json:"heads,omitempty"`      // that the checkpoint seals, where it does not seal an order over all
}

// Head is how far a chain has come: the hash of its last entry holds all that are before it.
type Head struct {
	Chain string `json:"chain"`
	Seq   int64  `json:"seq"`
	Hash  string `json:"hash"`
}

// Wrote is a row that stands beside a case: an effect, a message, a brake. Its digest in the chain makes a change of the
// row visible.
type Wrote struct {
	What string `json:"what"`
	Key  string `json:"key"`
	Sum  string `json:"sum,omitempty"` // "" where the row was deleted
	// Over and As are the row's version before and after, 0 where there was no row: of rows that several chains write,
	// where nothing else orders these.
	Over int64 `json:"over,omitempty"`
	As   int64 `json:"as,omitempty"`
}

// What a Wrote may be of.
const (
	WroteMessage   = "message"
	WroteLead      = "lead"  // that its key is known, where the store keeps that in a row of its own
	WroteTaken     = "taken" // the message's mark
	WroteEffect    = "effect"
	WroteRequest   = "request"
	WrotePlace     = "place" // in a limit
	WroteException = "exception"
	WroteBrake     = "brake"
)

// Present is the sum of a row that says all in its key; Pruned, of one whose content was deleted on purpose.
const (
	Present = "present"
	Pruned  = "pruned"
)

// Sum is the digest used all over the record: SHA-256 in hex.
func Sum(b []byte) string { h := sha256.Sum256(b); return hex.EncodeToString(h[:]) }

// Entry makes the link's bytes and hash.
func (l Link) Entry() (Entry, error) {
	l.At, l.Due = l.At.UTC(), l.Due.UTC()
	b, err := json.Marshal(l)
	if err != nil {
		return Entry{}, fmt.Errorf("write entry %d of %s: %w", l.Seq, l.Chain, err)
	}
	return Entry{Chain: l.Chain, Seq: l.Seq, At: l.At, State: l.State, Notes: l.Notes, Hash: Sum(b), Bytes: b}, nil
}

// ReadLink reads an entry's bytes.
func ReadLink(b []byte) (Link, error) {
	var l Link
	if err := json.Unmarshal(b, &l); err != nil {
		return Link{}, fmt.Errorf("read entry: %w", err)
	}
	return l, nil
}

// Fold takes one more entry into the root of a checkpoint. A root is a digest over every entry up to one, in the order of
// the ledger, and so over the heads of all chains; folding keeps a checkpoint as cheap as what happened since the last.
func Fold(root string, entry []byte) string { return Sum([]byte(root + Sum(entry))) }

// Seal is the root of a checkpoint that names heads, on top of the root before it.
func Seal(root string, heads []Head) (string, error) {
	b, err := json.Marshal(heads)
	if err != nil {
		return "", fmt.Errorf("seal %d chains: %w", len(heads), err)
	}
	return Fold(root, b), nil
}
