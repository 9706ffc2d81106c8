package cli

import (
	"fmt"
	"strconv"
	"strings"
)

// size is a number of bytes that people write as 16MiB.
type size int64

// UnmarshalText reads a whole number with an optional unit, binary in each spelling: K, KB, KiB and so on.
func (b *size) UnmarshalText(text []byte) error {
	s := strings.ToUpper(strings.TrimSpace(string(text)))
	s = strings.TrimSuffix(strings.TrimSuffix(s, "B"), "I")
	shift := 0
	for i, unit := range []string{"K", "M", "G", "T"} {
		if number, ok := strings.CutSuffix(s, unit); ok {
			s, shift = number, 10*(i+1)
		}
	}
	n, err := strconv.ParseInt(strings.TrimSpace(s), 10, 64)
	if err != nil || n <= 0 || n > 1<<(62-shift) {
		return fmt.Errorf("want a size like 64MiB, not %q", string(text))
	}
	*b = size(n << shift)
	return nil
}

// String rounds to a unit that people read.
func (b size) String() string {
	n, unit := float64(b), 0
	for n >= 1024 && unit < 4 {
		n, unit = n/1024, unit+1
	}
	if unit == 0 {
		return fmt.Sprintf("%d B", int64(b))
	}
	return fmt.Sprintf("%.1f %ciB", n, " KMGT"[unit])
}
