package ledger

import (
	"context"
	"iter"
)

// page is how many cases are in memory at once while all are gone through.
const page = 1000

// All goes through the cases that Cases would list, some at a time, so that memory does not grow with the ledger. It ends
// with the first error. A case that changes meanwhile is met at most once.
func All(ctx context.Context, s interface {
	Cases(context.Context, Filter) ([]*Case, error)
}, f Filter) iter.Seq2[*Case, error] {
	return func(yield func(*Case, error) bool) {
		for f.Limit = page; ; {
			some, err := s.Cases(ctx, f)
			if err != nil {
				yield(nil, err)
				return
			}
			for _, c := range some {
				if f.After = c.ID; !yield(c, nil) {
					return
				}
			}
			if len(some) < page {
				return
			}
		}
	}
}

// Newest goes through the cases that Page would list, some at a time, newest first. It ends with the first error.
func Newest(ctx context.Context, s interface {
	Page(context.Context, Filter, string, int) ([]*Case, string, error)
}, f Filter, some int) iter.Seq2[*Case, error] {
	return func(yield func(*Case, error) bool) {
		for before := ""; ; {
			found, next, err := s.Page(ctx, f, before, some)
			if err != nil {
				yield(nil, err)
				return
			}
			for _, c := range found {
				if !yield(c, nil) {
					return
				}
			}
			if next == "" {
				return
			}
			before = next
		}
	}
}
