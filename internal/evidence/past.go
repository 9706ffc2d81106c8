package evidence

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail/types"
	"golang.org/x/time/rate"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/playbook"
)

// AWS answers two look-ups a second in each account and region, to all callers: these take one at most. A question does not wait for its turn, since a
// worker would wait with it, which an attack may need; one that has begun waits so long for each further page.
// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/WhatIsCloudTrail-Limits.html
const (
	lookupRate      = 1
	lookupBurst     = 2
	lookupWaits     = 3 * time.Second
	mostLookupPages = 10 // of one question: 500 calls
	pagesOfAccount  = 2000
	pagesOfOne      = 60
	historyReaches  = 90 * day
	settled         = 15 * time.Minute // CloudTrail delivers "within 5 to 15 minutes": so old is what must show by now
)

// Past is playbook.Past over CloudTrail's event history.
type Past struct {
	aws access.Reads
	own func(context.Context, event.Event) (bool, error)
	now func() time.Time
	b   budget
	// Rate is how many look-ups an account and region gets; a clock that is not the world's has another.
	Rate rate.Limit

	mu    sync.Mutex
	paces map[event.Place]*rate.Limiter
}

// NewPast asks in the sessions in which places are read. Own says whether riposte made a call, by proof: a caller that was believed
// on its word could hide a use, and have a resource deleted.
func NewPast(r access.Reads, own func(context.Context, event.Event) (bool, error), now func() time.Time) *Past {
	return &Past{aws: r, own: own, now: now, b: budget{account: pagesOfAccount, resource: pagesOfOne}, Rate: lookupRate, paces: map[event.Place]*rate.Limiter{}}
}

// Calls returns the calls since a time, at most the 90 days that the history has, newest first. Where it is ErrNoEvidence, what was seen until
// then is returned beside it: use that was seen is use, whatever else is not seen. So it is with any other error.
func (p *Past) Calls(ctx context.Context, of event.Resource, since time.Time) ([]playbook.PastCall, error) {
	now := p.now()
	s := search{of: of, since: since, settled: now.Add(-settled), own: p.own}
	for _, name := range names(of) {
		if err := p.read(ctx, of, name, now, &s); err != nil && !errors.Is(err, errEnough) {
			return s.calls, fmt.Errorf("look up calls on %s: %w", of, err)
		}
	}
	slices.SortStableFunc(s.calls, func(a, b playbook.PastCall) int { return b.Event.Time.Compare(a.Event.Time) })
	switch {
	case !s.tagged:
		return s.calls, fmt.Errorf("the event history does not show that riposte tagged %s, so that it may lack other calls: %w", of, playbook.ErrNoEvidence)
	}
	return s.calls, nil
}

// errEnough ends a reading: what comes now is older than what was asked.
var errEnough = errors.New("all was seen")

// names are what calls name a resource by, each of which is asked for: load balancers have their ARN alone; RDS and Redshift tag by the ARN, and do all else
// by the name. Which of them the event history shows for a call is not documented.
func names(of event.Resource) []string {
	if arn := of.ARN(); (of.Type == event.DBInstance || of.Type == event.DBCluster || of.Type == event.Warehouse) && arn != "" {
		return []string{arn, of.ID} // first what shows riposte's tags
	}
	if arn := of.ARN(); of.Type == event.LoadBalancer && arn != "" {
		return []string{arn}
	}
	return []string{of.ID}
}

// read gives all events that name a resource by a name to a search, newest first.
func (p *Past) read(ctx context.Context, of event.Resource, name string, now time.Time, s seen) error {
	if of.Region == "" || of.ID == "" {
		return fmt.Errorf("it has no region: %w", playbook.ErrNoEvidence)
	}
	in := &cloudtrail.LookupEventsInput{
		LookupAttributes: []types.LookupAttribute{{AttributeKey: types.LookupAttributeKeyResourceName, AttributeValue: &name}},
		StartTime:        aws.Time(now.Add(-historyReaches)), EndTime: &now, MaxResults: aws.Int32(50),
	}
	for range mostLookupPages {
		if err := p.b.left(now, of.Account, of.ID); err != nil { // ten thousand groups that a caller made would else wait for a turn each, and a sweep with them
			return err
		}
		if err := p.turn(ctx, of.Place(), s.began()); err != nil {
			return err
		}
		if err := p.b.take(now, of.Account, of.ID); err != nil {
			return err
		}
		page, err := p.aws.CloudTrail(of.Place()).LookupEvents(ctx, in)
		if err != nil {
			return err
		}
		for _, e := range page.Events {
			if err := s.add(ctx, e); err != nil {
				return err
			}
		}
		if in.NextToken = page.NextToken; in.NextToken == nil {
			return nil
		}
	}
	return fmt.Errorf("%d pages were read, and there are more: %w", mostLookupPages, playbook.ErrNoEvidence)
}

// turn takes a place among the look-ups of an account and region. Only what has begun waits for it, and not for long.
func (p *Past) turn(ctx context.Context, at event.Place, begun bool) error {
	p.mu.Lock()
	l, ok := p.paces[at]
	if !ok {
		l = rate.NewLimiter(p.Rate, lookupBurst)
		p.paces[at] = l
	}
	p.mu.Unlock()
	if l.Allow() {
		return nil
	}
	limited, cancel := context.WithTimeout(ctx, lookupWaits)
	defer cancel()
	if !begun || l.Wait(limited) != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return fmt.Errorf("too many look-ups wait in %s %s: %w", at.Account, at.Region, playbook.ErrNotNow)
	}
	return nil
}

// seen takes the events of an answer, newest first.
type seen interface {
	began() bool // whether a page was asked for before; from now on, one was
	add(ctx context.Context, one types.Event) error
}

// search is what was seen of a resource so far.
type search struct {
	of             event.Resource
	since, settled time.Time
	own            func(context.Context, event.Event) (bool, error)
	calls          []playbook.PastCall
	begun          bool // a page was asked for
	tagged         bool // by riposte, long enough ago to show
}

func (s *search) began() bool { begun := s.begun; s.begun = true; return begun }

func (s *search) add(ctx context.Context, one types.Event) error {
	e, err := event.Decode([]byte(aws.ToString(one.CloudTrailEvent)))
	if err != nil {
		return fmt.Errorf("a record of it can't be read (%w): %w", err, playbook.ErrNoEvidence)
	}
	own, err := s.own(ctx, e)
	if err != nil {
		return fmt.Errorf("whether riposte made %s: %w", e.Name, err)
	}
	if own && !e.Failed() && slices.Contains(taggings(), e.Name) && !e.Time.After(s.settled) {
		s.tagged = true
	}
	switch {
	case !e.Time.Before(s.since):
		s.calls = append(s.calls, playbook.PastCall{Event: e, Own: own})
	case s.tagged:
		return errEnough
	}
	return nil
}

// taggings are the calls by which riposte puts its tags, in the services that have what sweeps delete.
func taggings() []string { return []string{"CreateTags", "AddTagsToResource", "AddTags"} }
