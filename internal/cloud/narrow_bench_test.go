package cloud

import "testing"

// BenchmarkNarrow is the session policy of one step of a plan of so many: it is written on the way to the first change.
func BenchmarkNarrow(b *testing.B) {
	for name, n := range map[string]int{"alone": 1, "of20": 20, "of200": 200} {
		plan := terminations(n)
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := narrow(plan[n-1], plan); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
