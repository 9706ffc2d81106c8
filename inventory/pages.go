package inventory

import (
	"context"
	"fmt"
	"iter"
)

// pager is a paginator of the SDK's: outputs O of a client with options.
type pager[O, Options any] interface {
	HasMorePages() bool
	NextPage(context.Context, ...func(*Options)) (*O, error)
}

// pages reads a paginator to its end. What names the listing in errors.
func pages[T, O, Options any](ctx context.Context, what string, p pager[O, Options], items func(*O) []T) iter.Seq2[[]T, error] {
	return func(yield func([]T, error) bool) {
		for p.HasMorePages() {
			out, err := p.NextPage(ctx)
			if err != nil {
				yield(nil, fmt.Errorf("list %s: %w", what, err))
				return
			}
			if !yield(items(out), nil) {
				return
			}
		}
	}
}
