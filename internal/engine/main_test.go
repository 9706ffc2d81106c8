package engine_test

import (
	"flag"
	"fmt"
	"os"
	"testing"
)

// lives is how many lives a property draws by itself. A life here is half an hour of attacks, crashes and answers, where rapid counts
// on properties that take microseconds; each run draws others. For more: go test ./internal/engine -rapid.checks=1000.
const lives = "25"

func TestMain(m *testing.M) {
	flag.Parse()
	if checks := flag.Lookup("rapid.checks"); checks.Value.String() == checks.DefValue {
		if err := checks.Value.Set(lives); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(2)
		}
	}
	os.Exit(m.Run())
}
