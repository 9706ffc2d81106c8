package playbook

import (
	"cmp"
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail/types"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
)

// AWS answers two look-ups a second in each account and region, to all who ask. Riposte asks a part of that.
// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/WhatIsCloudTrail-Limits.html
const (
	pagesOfCheck   = 10              // 500 calls
	pagesOfPlace   = 30              // at once, in one account and region
	anotherPageIn  = 6 * time.Second // there
	mostOfOnePage  = 50
	historyReaches = 90 * 24 * time.Hour
)

// Lookups is what checks share: each may read some pages of the event history, and each account has pages of its own, so that
// what happens in one leaves the others theirs. Whoever fills a history, or brings many checks, makes a check tell that it has
// not seen all, and never that there was nothing. The zero value is ready.
type Lookups struct {
	OfLook, OfPlace int // pages; 0: as many as a check, and all checks, may read

	mu    sync.Mutex
	spent map[event.Place]spent
}

// spent are the pages that a place has used of its own, as of a moment.
type spent struct {
	pages float64
	at    time.Time
}

// Calls returns the look-ups of one check.
func (l *Lookups) Calls(r access.Reads, now time.Time) Lookup {
	left := cmp.Or(l.OfLook, pagesOfCheck)
	return func(ctx context.Context, s Session) (Called, error) {
		out := Called{}
		if earliest := now.Add(-historyReaches); s.From.Before(earliest) {
			s.From = earliest
		}
		in := &cloudtrail.LookupEventsInput{LookupAttributes: s.attributes(), StartTime: &s.From, EndTime: &s.To, MaxResults: aws.Int32(mostOfOnePage)}
		for {
			switch {
			case left == 0:
				out.Unseen = fmt.Sprintf("a look reads %d pages of the event history, and there are more", cmp.Or(l.OfLook, pagesOfCheck))
				return out, nil
			case !l.take(s.Place, now):
				out.Unseen, out.UsedUp = usedUp, true
				return out, nil
			}
			left--
			page, err := r.CloudTrail(s.Place).LookupEvents(ctx, in)
			if err != nil {
				return Called{}, fmt.Errorf("read the event history of %q: %w", s.Name, err)
			}
			for _, e := range page.Events {
				out.add(e, s.UserID)
			}
			if in.NextToken = page.NextToken; in.NextToken == nil {
				return out, nil
			}
		}
	}
}

const usedUp = "the look-ups of this account and region are used up for now"

// attributes are what a session is looked up by: LookupEvents takes one.
func (s Session) attributes() []types.LookupAttribute {
	if s.Key != "" {
		return []types.LookupAttribute{{AttributeKey: types.LookupAttributeKeyAccessKeyId, AttributeValue: &s.Key}}
	}
	return []types.LookupAttribute{{AttributeKey: types.LookupAttributeKeyUsername, AttributeValue: &s.Name}}
}

// add takes a record that is the session's. One that can't be read is one that was not seen.
func (c *Called) add(of types.Event, userID string) {
	e, err := event.Decode([]byte(aws.ToString(of.CloudTrailEvent)))
	if err != nil {
		c.Unseen = "a record of the event history can't be read"
		return
	}
	if e.Actor.PrincipalID != userID {
		return
	}
	made := RecordedCall{At: e.Time, Call: call.OfEvent(e), From: e.SourceIP, Endpoint: e.Endpoint, InvokedBy: e.Actor.InvokedBy}
	if e.Failed() {
		made.Error = e.Error.Code
	}
	c.Calls = append(c.Calls, made)
}

// take takes a page of those that a place has.
func (l *Lookups) take(p event.Place, now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.spent == nil {
		l.spent = map[event.Place]spent{}
	}
	s := l.spent[p]
	s.pages = max(0, s.pages-now.Sub(s.at).Seconds()/anotherPageIn.Seconds())
	s.at = now
	if s.pages+1 > float64(cmp.Or(l.OfPlace, pagesOfPlace)) {
		l.spent[p] = s
		return false
	}
	s.pages++
	l.spent[p] = s
	return true
}
