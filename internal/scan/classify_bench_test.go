package scan

import (
	"math/rand/v2"
	"testing"
	"time"
)

// BenchmarkClassifyVersusPlainGo is how many times faster this processor's version marks a log than the one in plain Go, at
// the best of either: 1 where there is no version of its own, and less where that is not worth having.
func BenchmarkClassifyVersusPlainGo(b *testing.B) {
	text := prose(rand.New(rand.NewPCG(1, 2)), 1<<20)
	best, plain := time.Hour, time.Hour
	for b.Loop() {
		best, plain = min(best, marking(text, classify)), min(plain, marking(text, classifyWords))
	}
	b.ReportMetric(float64(plain)/float64(best), "ratio")
	b.ReportMetric(float64(len(text))/1e6/best.Seconds(), "MB/s")
	b.ReportMetric(float64(len(text))/1e6/plain.Seconds(), "plain-MB/s")
	b.ReportMetric(0, "ns/op")
}

// marking is how long a version takes for a text, in parts such as the scan marks.
func marking(text []byte, version func([]byte, []marks)) time.Duration {
	var out [marked]marks
	start := time.Now()
	for ; len(text) >= part; text = text[part:] {
		version(text, out[:])
	}
	return time.Since(start)
}
