package cloud

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/aws/smithy-go"

	"github.com/ripostehq/riposte/event"
)

// ownRoles are the roles of riposte's names that have let it in, by the id that STS tells with each session. A name says less:
// where riposte was configured and never deployed, it is free for the taking.
type ownRoles struct {
	mu      sync.Mutex
	opened  map[string][]string // ids by ARN
	refused map[string]refusal  // by ARN
}

// refusal is what came of the last question whether a role lets riposte in.
type refusal struct {
	id     string // of the role that it was asked about
	at     time.Time
	denied bool
}

// learn keeps the id of a role that let riposte in, of AROA...:session.
func (o *ownRoles) learn(arn, assumed string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if id, _, ok := strings.Cut(assumed, ":"); ok && !slices.Contains(o.opened[arn], id) {
		o.opened[arn] = append(o.opened[arn], id)
	}
}

// recall returns what is known of a role: whether it has let riposte in, else what was found out within the last moments.
func (o *ownRoles) recall(arn, id string, now time.Time) (ours bool, last refusal, recent bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	last = o.refused[arn]
	age := now.Sub(last.at)
	return slices.Contains(o.opened[arn], id), last, last.id == id && age >= 0 && age < spell
}

// Namesake reports whether the role behind an actor is surely none of riposte's, although it has the ARN of one: no role of its
// id has let riposte in, and the one that has the ARN now is asked, and refuses. A role that lets riposte in is taken for
// riposte's own, and so is any where AWS does not answer: what is not sure must not be contained.
func (c *Cloud) Namesake(ctx context.Context, a event.Actor) bool {
	arn, id, now := a.Principal(), a.UniqueID(), c.opts.Now()
	purposes := Purposes()
	named := slices.IndexFunc(purposes, func(p Purpose) bool {
		name, ok := c.opts.Roles[p]
		return ok && a.IssuerName() == "role/"+strings.TrimPrefix(name, "/")
	})
	if named < 0 || id == "" {
		return false
	}
	if ours, last, recent := c.ownRoles.recall(arn, id, now); ours || recent {
		return !ours && last.denied
	}
	s := session{place: Global(event.Place{Partition: a.Partition, Account: a.Account}), purpose: purposes[named], name: "riposte", policy: nothing}
	c.mu.Lock()
	credentials := c.config(s).Credentials
	c.mu.Unlock()
	_, err := credentials.Retrieve(ctx)
	var refused *NotAssumed
	var api smithy.APIError
	denied := errors.As(err, &refused) && errors.As(err, &api) && api.ErrorCode() == "AccessDenied"
	c.ownRoles.mu.Lock()
	defer c.ownRoles.mu.Unlock()
	c.ownRoles.refused[arn] = refusal{id, now, denied}
	return denied
}
