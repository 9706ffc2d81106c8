package ledger

import (
	"fmt"
	"time"
)

// Recent are the calls that a case's caller made around it, in one account and region, as CloudTrail's event history had them when it was asked:
// once the case was answered, for people. Nothing is decided by it. What a call was about is not kept.
type Recent struct {
	Asked   time.Time     `json:"asked"`
	Since   time.Time     `json:"since"`
	Account string        `json:"account"`
	Region  string        `json:"region"`
	Calls   []RecentCalls `json:"calls,omitempty"`  // the latest first
	More    int           `json:"more,omitempty"`   // calls that are in none of them
	Unseen  string        `json:"unseen,omitempty"` // why there may be others: unknown is not none
}

// RecentCalls are calls of one name that ended alike and came from one address.
type RecentCalls struct {
	Call  string    `json:"call"`            // ec2:DescribeInstances
	Error string    `json:"error,omitempty"` // its code, "" where the calls succeeded
	From  string    `json:"from,omitempty"`  // an address, or the name of a service
	Times int       `json:"times"`
	First time.Time `json:"first"`
	Last  time.Time `json:"last"`
}

// String is in one line what people read: "ec2:DescribeInstances 40 times, 12:01 to 12:04, from 198.51.100.7".
func (r RecentCalls) String() string {
	const minute = "15:04"
	s, first, last := r.Call, r.First.UTC().Format(minute), r.Last.UTC().Format(minute)
	if r.Times > 1 {
		s += fmt.Sprintf(" %d times", r.Times)
	}
	if s += ", " + first; first != last {
		s += " to " + last
	}
	if r.From != "" {
		s += ", from " + r.From
	}
	if r.Error != "" {
		s += ", failed: " + r.Error
	}
	return s
}
