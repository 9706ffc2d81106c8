package iam

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// number reads a decimal number. Go's own spellings of infinity, hexadecimal and the like are none to AWS.
func number(s string) (float64, error) {
	if s == "" || strings.Trim(s, "+-0123456789.eE") != "" {
		return 0, fmt.Errorf("%q is no number", s)
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return 0, fmt.Errorf("%q is no number", s)
	}
	return f, nil
}

// date reads a moment as seconds since 1970: a date of W3C's profile of ISO 8601, or the seconds themselves. Four digits
// are a year.
func date(s string) (float64, error) {
	if len(s) > 4 && strings.Trim(s, "0123456789.") == "" {
		return number(s)
	}
	t, err := time.Parse(layoutOf(s), s)
	if err != nil {
		return 0, fmt.Errorf("%q is no date", s)
	}
	return float64(t.Unix()) + float64(t.Nanosecond())/1e9, nil
}

// layoutOf picks the one layout that a date of this length can have.
func layoutOf(s string) string {
	switch {
	case len(s) == len("2006"):
		return "2006"
	case len(s) == len("2006-01"):
		return "2006-01"
	case len(s) == len(time.DateOnly):
		return time.DateOnly
	case strings.Count(s, ":") == 1 || strings.Count(s, ":") == 2 && strings.ContainsAny(s[max(0, len(s)-6):], "+-"):
		return "2006-01-02T15:04Z07:00"
	}
	return time.RFC3339
}
