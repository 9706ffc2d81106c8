// Package evidence asks AWS what became of a resource between two looks: CloudWatch for its use, CloudTrail's event history for calls that
// name it. Each answer is one that covers what was asked, or playbook.ErrNoEvidence.
package evidence

import (
	"fmt"
	"sync"
	"time"

	"github.com/ripostehq/riposte/playbook"
)

// budget counts questions of a day, so that no caller can use them up: one that brings many resources of an account uses up that account's, and
// one that has one resource looked at again and again uses up that resource's.
type budget struct {
	account, resource int // questions a day

	mu   sync.Mutex
	day  string
	used map[string]int // by account, and by account and resource
}

// take takes one question of a day (UTC); ErrNoEvidence where none is left.
func (b *budget) take(now time.Time, account, resource string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if err := b.none(now, account, resource); err != nil {
		return err
	}
	b.used[account]++
	b.used[account+" "+resource]++
	return nil
}

// left is ErrNoEvidence where no question is left: then nobody needs to wait for a turn to ask it.
func (b *budget) left(now time.Time, account, resource string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.none(now, account, resource)
}

func (b *budget) none(now time.Time, account, resource string) error {
	if day := now.UTC().Format(time.DateOnly); day != b.day {
		b.day, b.used = day, map[string]int{}
	}
	switch {
	case b.used[account] >= b.account:
		return fmt.Errorf("the %d questions of account %s are used up for %s: %w", b.account, account, b.day, playbook.ErrNoEvidence)
	case b.used[account+" "+resource] >= b.resource:
		return fmt.Errorf("the %d questions about %s are used up for %s: %w", b.resource, resource, b.day, playbook.ErrNoEvidence)
	}
	return nil
}
