package source

import (
	"log/slog"
	"strconv"
	"strings"
	"sync"
)

// Strangers are messages that hold none of what riposte looks for. They are counted by kind, and each kind is warned of once:
// where they come by mistake silence must not be taken for safety, and a sender of many must not fill the log.
type Strangers struct {
	Log   *slog.Logger
	Count func(kind string) // for figures; may be nil

	mu   sync.Mutex
	seen map[string]int64
}

// Met notes one. Kind is one of a fixed list, what its name for people, and advice what to do about it.
func (s *Strangers) Met(kind, what, advice string) {
	if s.Count != nil {
		s.Count(kind)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.seen == nil {
		s.seen = map[string]int64{}
	}
	s.seen[kind]++
	switch n := s.seen[kind]; {
	case n == 1:
		s.Log.Warn("a message holds no record that riposte takes; further ones of its kind are counted", "kind", kind, "what", what[:min(len(what), longestName)], "advice", advice)
	case strings.Trim(strconv.FormatInt(n, 10), "0") == "1": // 10, 100, 1,000 and so on
		s.Log.Info("messages that hold no record", "kind", kind, "messages", n)
	}
}

// longestName is how much of a name is logged: some of it may be the sender's word.
const longestName = 100
