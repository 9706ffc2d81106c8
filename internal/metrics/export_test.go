package metrics

import (
	"regexp"

	"github.com/prometheus/client_golang/prometheus"
)

var described = regexp.MustCompile(`fqName: "(riposte_\w+)"`)

// Described are the names of all figures of riposte's own, of those too that nothing has set yet.
func (m *Meter) Described() (names []string) {
	all := make(chan *prometheus.Desc)
	go func() { m.registry.Describe(all); close(all) }()
	for d := range all {
		if found := described.FindStringSubmatch(d.String()); found != nil {
			names = append(names, found[1])
		}
	}
	return names
}
