package config

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Span is a length of time. The file may count it in days of 24 hours.
type Span time.Duration

const day = Span(24 * time.Hour)

// UnmarshalText reads "36h" and "31d".
func (s *Span) UnmarshalText(b []byte) error {
	text := string(b)
	var d time.Duration
	days, inDays := strings.CutSuffix(text, "d")
	n, err := strconv.Atoi(days)
	if inDays && err == nil {
		d = time.Duration(n) * 24 * time.Hour
	} else {
		d, err = time.ParseDuration(text)
	}
	if err != nil || d < 0 || n > 36_500 {
		return fmt.Errorf("want a length of time, like 36h or 31d")
	}
	*s = Span(d)
	return nil
}

// String is the span as the file may say it.
func (s Span) String() string {
	if s > 0 && s%day == 0 {
		return fmt.Sprintf("%dd", s/day)
	}
	return time.Duration(s).String()
}
