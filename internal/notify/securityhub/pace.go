package securityhub

import (
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/ripostehq/riposte/event"
)

// Security Hub takes 10 imports a second in one account and region, 30 in a burst, from all products that import there
// together. In a storm of cases riposte leaves some of that to others: what it does not say now, the outbox says later.
// https://docs.aws.amazon.com/securityhub/1.0/APIReference/Welcome.html
const (
	perSecond = 8
	burst     = 20
)

// pace counts the imports of this process, place by place. It never waits: a reporter that waits here would keep a case from being
// answered.
type pace struct {
	mu sync.Mutex
	at map[event.Place]*rate.Limiter
}

func (p *pace) allows(at event.Place, now time.Time) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.at == nil {
		p.at = map[event.Place]*rate.Limiter{}
	}
	if p.at[at] == nil {
		p.at[at] = rate.NewLimiter(perSecond, burst)
	}
	return p.at[at].AllowN(now, 1)
}
