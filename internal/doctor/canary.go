package doctor

import (
	"context"
	"crypto/rand"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ec2"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/canary"
	"github.com/ripostehq/riposte/internal/cloud"
	"github.com/ripostehq/riposte/internal/ledger"
)

// sent is a canary under way.
type sent struct {
	at      event.Place
	request string
	when    time.Time
}

// Flight is how canaries are waited for.
type Flight struct {
	Cases func(ctx context.Context, after string) ([]*ledger.Case, error) // of canaries, behind one of them, in the ledger that is served
	Wait  time.Duration                                                   // for the last of them
	Pause func(context.Context, time.Duration) error                      // between two looks
}

// settled is how long before the first canary a case must have been opened for no look to need it again: the clocks of
// replicas differ, and so may the order of what they open.
const settled = 10 * time.Minute

// glance is the time between two looks into the ledger.
const glance = time.Second

// Canaries sends one in every account and region, and tells which arrived, after how long: what AWS's delivery takes now.
func Canaries(ctx context.Context, p Parts, f Flight, tell func(Finding)) error {
	var under []sent
	for _, a := range p.Accounts {
		for _, at := range p.places(a) {
			s, err := p.send(ctx, at)
			if err != nil {
				tell(one(Finding{Check: "canary"}.at(at), err, "see the findings about this account's audit role")[0])
				continue
			}
			under = append(under, s)
		}
	}
	after, begun := "", p.Now()
	for end := begun.Add(f.Wait); len(under) > 0; {
		cases, err := f.Cases(ctx, after)
		if err != nil {
			return fmt.Errorf("look for canaries in the ledger: %w", err)
		}
		after = past(after, cases, begun.Add(-settled))
		if under = arrived(under, cases, tell); len(under) == 0 || !p.Now().Before(end) {
			break
		}
		if err := f.Pause(ctx, glance); err != nil {
			return err
		}
	}
	for _, s := range under {
		tell(Finding{
			Check: "canary", State: Failed, Says: fmt.Sprintf("not arrived within %s", f.Wait),
			Mend: "see that riposte serves this ledger, that a trail logs in the account, and what the rules' targets and their dead-letter queues say",
		}.at(s.at))
	}
	return nil
}

// past is the last of the cases that, like all before it, nothing joins any more: the next look begins behind it.
func past(after string, cases []*ledger.Case, before time.Time) string {
	for _, c := range cases {
		if c.State.Open() || !c.Times.Received.Before(before) {
			break
		}
		after = c.ID
	}
	return after
}

func (p Parts) send(ctx context.Context, at event.Place) (sent, error) {
	ctx, cancel := p.limited(ctx)
	defer cancel()
	var nonce [5]byte
	if _, err := rand.Read(nonce[:]); err != nil {
		return sent{}, err
	}
	s := sent{at: at, when: p.Now()}
	var err error
	s.request, err = canary.Send(ctx, ec2.NewFromConfig(p.AWS.Visit(at, cloud.Audit)).ModifyInstanceAttribute, nonce)
	return s, err
}

// arrived tells of those that have, and gives those that have not.
func arrived(under []sent, cases []*ledger.Case, tell func(Finding)) (left []sent) {
	for _, s := range under {
		from, ok := canary.Arrival(cases, s.request)
		if !ok {
			left = append(left, s)
			continue
		}
		tell(Finding{Check: "canary", State: OK, Says: fmt.Sprintf("arrived %s after it was sent", from.Received.Sub(s.when).Round(10*time.Millisecond))}.at(s.at))
	}
	return left
}
