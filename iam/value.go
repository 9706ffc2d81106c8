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
	layout := time.RFC3339 // of the layouts, the one that a date of this length can have
	switch {
	case len(s) == len("2006"):
		layout = "2006"
	case len(s) == len("2006-01"):
		layout = "2006-01"
	case len(s) == len(time.DateOnly):
		layout = time.DateOnly
	case strings.Count(s, ":") == 1 || strings.Count(s, ":") == 2 && strings.ContainsAny(s[max(0, len(s)-6):], "+-"):
		layout = "2006-01-02T15:04Z07:00"
	}
	t, err := time.Parse(layout, s)
	if err != nil {
		return 0, fmt.Errorf("%q is no date", s)
	}
	return float64(t.Unix()) + float64(t.Nanosecond())/1e9, nil
}
