package notify

import (
	"strconv"
	"time"
)

// RetryAfter is how long a service wants to be left alone, by its header Retry-After in seconds: a minute where it does not say, an hour at most.
func RetryAfter(header string) time.Duration {
	seconds, err := strconv.Atoi(header)
	if err != nil || seconds < 1 {
		return time.Minute
	}
	return time.Duration(min(seconds, 3600)) * time.Second
}
