package world

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/ripostehq/riposte/internal/world/core"
)

// Open reads a world that was saved. Delays in the options count over the saved ones.
func Open(path string, opts Options) (*World, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("open world: %w", err)
	}
	s := newState(opts)
	s.Format = 0 // a file that names none is no world
	if err := json.Unmarshal(b, s); err != nil {
		return nil, fmt.Errorf("open world %s: %w", path, err)
	}
	if s.Format != format {
		return nil, fmt.Errorf("open world %s: its format is %d, this riposte reads %d: begin a new one", path, s.Format, format)
	}
	if err := s.Restore(); err != nil {
		return nil, fmt.Errorf("open world %s: %w", path, err)
	}
	if opts.DeliveryDelay != 0 {
		s.Delivery = orDefault(opts.DeliveryDelay, 0)
	}
	if opts.PropagationDelay != 0 {
		s.Propagation = orDefault(opts.PropagationDelay, 0)
	}
	return start(s, opts), nil
}

// Save keeps the whole world in one file: clock, timers and pending deliveries included. The file is replaced at once or
// not at all.
func (w *World) Save(path string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return save(w.state, path)
}

// save keeps the world where the options say.
func (w *World) save() error {
	if w.opts.File == "" {
		return nil
	}
	return save(w.state, w.opts.File)
}

func save(s *core.State, path string) error {
	b, err := json.Marshal(s)
	if err != nil {
		return fmt.Errorf("save world: %w", err)
	}
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*")
	if err != nil {
		return fmt.Errorf("save world: %w", err)
	}
	defer os.Remove(f.Name()) // gone after the rename: then this fails and does not matter
	_, err = f.Write(b)
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("save world: %w", err)
	}
	return nil
}

// Note remembers something for the world's owner: how far a script has come. It is kept with the world.
func (w *World) Note(key, value string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.state.Notes[key] = value
	return w.save()
}

// Remember is Note that waits: it is kept with the next change, or not at all, so that both happen or neither.
func (w *World) Remember(key, value string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.state.Notes[key] = value
}

// Noted is what was noted last under a key, "" where nothing was.
func (w *World) Noted(key string) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.state.Notes[key]
}
