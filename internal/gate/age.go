package gate

import (
	"fmt"
	"time"
)

// Oldest is how long after a call its record may come and still be answered without a person: CloudTrail delivers within
// some minutes. What comes later tells of a past that may have been dealt with, and can be brought about by any principal
// that may move messages: a redrive, a replay, a first sweep of a bucket.
const Oldest = time.Hour

// age asks before anything is done about an old call.
func age(_ Policy, f Facts) (Verdict, bool) {
	if f.Approved || f.Sweep != "" || f.Occurred.IsZero() || f.Received.Sub(f.Occurred) <= Oldest {
		return pass()
	}
	return object(Ask, "age", fmt.Sprintf("the call was made at %s, and its record came at %s", f.Occurred.UTC().Format(time.RFC3339), f.Received.UTC().Format(time.RFC3339)))
}
