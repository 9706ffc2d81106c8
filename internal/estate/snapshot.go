package estate

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/ripostehq/riposte/iam/reach"
)

// format is that of snapshots.
const format = 1

// Snapshot is an organisation as it was at a time. Its digest covers time and organisation.
type Snapshot struct {
	Format       int                `json:"format"`
	At           time.Time          `json:"at"` // when collecting began
	Digest       string             `json:"digest"`
	Organisation reach.Organisation `json:"organisation"`
}

// seal makes a snapshot.
func seal(at time.Time, o reach.Organisation) (Snapshot, error) {
	s := Snapshot{Format: format, At: at.UTC(), Organisation: o}
	var err error
	s.Digest, err = s.digest()
	return s, err
}

func (s Snapshot) digest() (string, error) {
	s.Digest = ""
	text, err := json.Marshal(s)
	if err != nil {
		return "", fmt.Errorf("write the snapshot: %w", err)
	}
	sum := sha256.Sum256(text)
	return "sha256:" + hex.EncodeToString(sum[:]), nil
}

// Save writes a snapshot into a file that only its owner reads: whole, or not at all.
func (s Snapshot) Save(file string) (err error) {
	text, err := json.Marshal(s)
	if err != nil {
		return fmt.Errorf("write the snapshot: %w", err)
	}
	draft, err := os.CreateTemp(filepath.Dir(file), ".snapshot-*") // 0600
	if err != nil {
		return fmt.Errorf("write the snapshot: %w", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(draft.Name()))
		}
	}()
	_, err = draft.Write(text)
	if err = errors.Join(err, draft.Sync(), draft.Close()); err != nil {
		return fmt.Errorf("write the snapshot: %w", err)
	}
	if err = os.Rename(draft.Name(), file); err != nil {
		return fmt.Errorf("write the snapshot: %w", err)
	}
	return nil
}

// Load reads one. A file that was changed since, or that a newer riposte wrote, is refused.
func Load(file string) (Snapshot, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return Snapshot{}, fmt.Errorf("read the snapshot: %w", err)
	}
	var s Snapshot
	if err := json.Unmarshal(text, &s); err != nil {
		return Snapshot{}, fmt.Errorf("read the snapshot %s: %w", file, err)
	}
	if s.Format != format {
		return Snapshot{}, fmt.Errorf("read the snapshot %s: its format is %d, and %d is known here: write it anew with riposte paths --save", file, s.Format, format)
	}
	digest, err := s.digest()
	if err != nil {
		return Snapshot{}, err
	}
	if digest != s.Digest {
		return Snapshot{}, fmt.Errorf("read the snapshot %s: its digest is another: it was changed after it was written", file)
	}
	return s, nil
}
