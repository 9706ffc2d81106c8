package reach

import (
	"slices"
	"testing"
	"time"
)

// BenchmarkOnePolicyChanged is the whole graph with both searches, against the update after one policy of one role was changed, searches
// included.
func BenchmarkOnePolicyChanged(b *testing.B) {
	small := synthetic{accounts: 1, principals: 1000, compute: 5000, chains: 27, seed: 1}
	whole, update := time.Hour, time.Hour // the least of several: what else the machine does only adds
	for b.Loop() {
		g, took := small.build(b)
		whole = min(whole, took)
		o := g.o
		for i := range 20 {
			o.Principals = slices.Clone(o.Principals)
			o.Principals[i*40].Texts = []int{o.Text(Text{Name: "policy", JSON: policy(allow("lambda:UpdateFunctionCode", "arn:aws:lambda:*:*:function:f-*"), allow("s3:*", "*"))})}
			g, took = updated(b, g, o)
			update = min(update, took)
		}
	}
	b.ReportMetric(whole.Seconds()/update.Seconds(), "ratio")
	b.ReportMetric(float64(update.Microseconds()), "us/update")
}

// BenchmarkOneGuardrailChanged is the update after a guardrail of every account was changed, against the whole graph.
func BenchmarkOneGuardrailChanged(b *testing.B) {
	whole, update := time.Hour, time.Hour
	for b.Loop() {
		g, took := synthetic{accounts: 1, principals: 1000, compute: 5000, chains: 27, seed: 1}.build(b)
		whole = min(whole, took)
		o := g.o
		o.Accounts = slices.Clone(o.Accounts)
		for i := range o.Accounts {
			o.Accounts[i].Services = append(slices.Clone(o.Accounts[i].Services), []int{o.Text(Text{Name: "policy", JSON: policy(allow("*", "*"), deny("organizations:LeaveOrganization", "*"))})})
		}
		_, took = updated(b, g, o)
		update = min(update, took)
	}
	b.ReportMetric(update.Seconds()/whole.Seconds(), "ratio")
}

// updated is the graph of what became of an organisation, with both searches.
func updated(b *testing.B, g *Graph, o Organisation) (*Graph, time.Duration) {
	began := time.Now()
	next, err := g.Updated(o)
	if err != nil {
		b.Fatal(err)
	}
	next.Search(Query{Sure: true})
	next.Search(Query{})
	return next, time.Since(began)
}
