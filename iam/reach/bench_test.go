package reach

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/ripostehq/riposte/iam"
)

func (y synthetic) build(t testing.TB) (*Graph, time.Duration) {
	o, _ := y.generate()
	began := time.Now()
	g, err := Build(o)
	if err != nil {
		t.Fatal(err)
	}
	g.Search(Query{Sure: true})
	g.Search(Query{})
	return g, time.Since(began)
}

// BenchmarkGraphVersusPairs is the whole graph and both searches, against asking the evaluator about each principal, technique and
// target, sampled and extrapolated.
func BenchmarkGraphVersusPairs(b *testing.B) {
	graph, each := time.Hour, time.Hour // the least of several: what else the machine does only adds
	var asks float64
	for b.Loop() {
		g, took := synthetic{accounts: 1, principals: 1000, compute: 5000, chains: 27, seed: 1}.build(b)
		n, one := g.pairs()
		graph, each, asks = min(graph, took), min(each, one), n
	}
	b.ReportMetric(asks*each.Seconds()/graph.Seconds(), "ratio")
	b.ReportMetric(graph.Seconds(), "s/graph")
}

// pairs counts what would be asked pair by pair, and measures what one of these questions takes.
func (g *Graph) pairs() (asks float64, each time.Duration) {
	for _, p := range g.o.Principals {
		for _, t := range g.table {
			n := 1
			switch t.Gain {
			case Impersonate, Elevate, Pass, Deputy:
				n = g.spans[p.Account].n
			case Takeover:
				n = 0
				if l := g.kinds[p.Account][t.Kind]; l != nil {
					n = len(l.arns)
				}
			}
			asks += float64(n * len(t.Needs))
		}
	}
	r := rand.New(rand.NewPCG(1, 1))
	var requests []iam.Request
	var policies []iam.Policies
	for range 2000 {
		p := &g.o.Principals[r.IntN(len(g.o.Principals))]
		w := g.caller(p)
		requests = append(requests, iam.Request{Action: g.actions[r.IntN(len(g.actions))], Resource: g.everybody.arns[r.IntN(len(g.everybody.arns))], Principal: w.as, Context: w.x})
		policies = append(policies, w.policies())
	}
	const rounds = 20
	began := time.Now()
	for range rounds {
		for i := range requests {
			iam.Evaluate(requests[i], policies[i])
		}
	}
	return asks, time.Since(began) / time.Duration(rounds*len(requests))
}

// BenchmarkTenTimesAsMany is 10,000 principals and 50,000 compute resources in 40 accounts, against 1,000 and 5,000 in one.
func BenchmarkTenTimesAsMany(b *testing.B) {
	few, many := time.Hour, time.Hour
	for b.Loop() {
		_, one := synthetic{accounts: 1, principals: 1000, compute: 5000, chains: 27, seed: 1}.build(b)
		_, forty := synthetic{accounts: 40, principals: 10000, compute: 50000, chains: 270, seed: 1}.build(b)
		few, many = min(few, one), min(many, forty)
	}
	b.ReportMetric(many.Seconds()/few.Seconds(), "ratio")
}

// BenchmarkOneLargeAccount is the same number in one account.
func BenchmarkOneLargeAccount(b *testing.B) {
	var took time.Duration
	for b.Loop() {
		_, one := synthetic{accounts: 1, principals: 10000, compute: 50000, chains: 270, seed: 1}.build(b)
		took += one
	}
	b.ReportMetric(took.Seconds()/float64(b.N), "s/graph")
}

// BenchmarkTenHopsVersusTwo is the graph with a search over ten hops, against one over two.
func BenchmarkTenHopsVersusTwo(b *testing.B) {
	g, whole := synthetic{accounts: 1, principals: 1000, compute: 5000, chains: 27, seed: 1}.build(b)
	var two, ten time.Duration
	for b.Loop() {
		began := time.Now()
		g.Search(Query{Hops: 2})
		two += time.Since(began)
		began = time.Now()
		g.Search(Query{Hops: 10})
		ten += time.Since(began)
	}
	two, ten = two/time.Duration(b.N), ten/time.Duration(b.N)
	b.ReportMetric((whole+ten).Seconds()/(whole+two).Seconds(), "ratio")
	b.ReportMetric(float64(ten.Microseconds()), "us/search")
}
