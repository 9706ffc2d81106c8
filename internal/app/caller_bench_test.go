package app_test

import (
	"testing"

	"github.com/ripostehq/riposte/internal/route"
	"github.com/ripostehq/riposte/playbooks"
)

// Goal: about 0.9, of scanning and routing alone: the whole catalogue, which watches callers too, against three playbooks that don't.
func BenchmarkRouteWholeCatalogueVersusThree(b *testing.B) {
	all, size := records(2000)
	whole := routed(route.New(playbooks.All()), all)
	versus(b, size, whole, routed(route.New(playbooks.All()[:3]), all))
	b.ReportMetric(testing.AllocsPerRun(5, whole), "allocs")
}
