package doctor

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/ripostehq/riposte/internal/code/owners"
)

// Repository is one that changes are proposed to. Look reads it, and proposes nothing.
type Repository struct {
	Name string
	Look func(context.Context) (branch string, err error)
}

// code looks whether it would be known which code makes a thing, and whether changes could be proposed there.
func (p Parts) code() (out []check) {
	if len(p.Config.Code.States) > 0 && p.States != nil {
		out = append(out, p.states)
	}
	for _, r := range p.Repositories {
		out = append(out, func(ctx context.Context) []Finding {
			ctx, cancel := p.limited(ctx)
			defer cancel()
			branch, err := r.Look(ctx)
			if err != nil {
				err = fmt.Errorf("repository %s: %w", r.Name, err)
			}
			return one(Finding{Check: "code", State: OK, Says: fmt.Sprintf("repository %s is read, and proposals are for %s; whether the token may write shows with the first", r.Name, branch)}, err,
				"look at code.repositories: the token has to read and write contents and pull or merge requests of this repository, and nothing else")
		})
	}
	return out
}

// states says of each place whether its states can be read: what can't be holds all mends and destructions that it could speak of.
func (p Parts) states(ctx context.Context) (found []Finding) {
	ctx, cancel := p.limited(ctx)
	defer cancel()
	for _, at := range p.States(ctx) {
		var err error
		if n := len(at.Unread); n > 0 {
			err = errors.New(at.Unread[0])
			if n > 1 {
				err = fmt.Errorf("%w; so it is with %d more", err, n-1)
			}
		}
		found = append(found, one(Finding{Check: "code", State: OK, Says: fmt.Sprintf("%d states of Terraform's are read at %s", at.States, at.Name)}, err,
			"until it can be read, nothing is mended or destroyed that it may hold: "+mendsState(at))...)
	}
	return found
}

func mendsState(at owners.Place) string {
	if strings.HasPrefix(at.Name, "s3://") {
		return "look at code.states, and give riposte's own role what riposte permissions --tier own prints"
	}
	return "look at code.states, and at who may read the file"
}
