package engine

import (
	"context"
	"fmt"
	"time"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/playbook"
)

// blind is what checks ask where this process has no source of evidence or of prices: nothing is known, which is no permission.
type blind struct{}

func (blind) Daily(_ context.Context, q playbook.MetricQuery) (playbook.Series, error) {
	return playbook.Series{}, fmt.Errorf("metric %s %s is not asked by this riposte: %w", q.Namespace, q.Name, playbook.ErrNoEvidence)
}

func (blind) Calls(_ context.Context, of event.Resource, _ time.Time) ([]playbook.PastCall, error) {
	return nil, fmt.Errorf("the event history of %s is not asked by this riposte: %w", of, playbook.ErrNoEvidence)
}

func (blind) Price(_ context.Context, item playbook.PriceItem) (playbook.Price, error) {
	return playbook.Price{}, fmt.Errorf("%s of %s: this riposte has no price list: %w", item.Family, item.Service, playbook.ErrNoPrice)
}
