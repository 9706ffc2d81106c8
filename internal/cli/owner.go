package cli

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/owner"
	"github.com/ripostehq/riposte/internal/show"
)

type ownerVerb struct {
	ledgerFlag
	Of string `arg:"" help:"A case, or the beginning of its id; or a resource, as riposte case shows it."`
}

// Run says whose a resource is, and how that is known.
func (v ownerVerb) Run(ctx context.Context, sh *shell) error {
	r, err := v.open(ctx, sh)
	if err != nil {
		return err
	}
	defer r.Close()
	c, err := v.lookUp(ctx, r)
	if err != nil {
		return err
	}
	resource, o := v.Of, owner.Of(r.config, v.Of, accountOf(v.Of), nil, r.now(sh))
	if c != nil {
		resource, o = c.Root.String(), owner.OfCase(r.config, c)
	}
	one := show.OwnerOf(o)
	if sh.json() {
		sh.object(struct {
			Resource string `json:"resource"`
			*show.Owner
		}{resource, cmp.Or(one, &show.Owner{})})
		return nil
	}
	if one == nil {
		sh.line("%s: nobody is known to own it: see owners in the configuration", show.Plain(resource))
	} else {
		sh.line("%s: %s, %s", show.Plain(resource), show.Plain(cmp.Or(one.Address, one.Group)), show.Plain(one.How))
	}
	for _, i := range o.Ignored {
		sh.remark("%s says %q, which names no group, and no address of people.domains", show.Plain(i.By), show.Plain(i.Value))
	}
	return nil
}

// lookUp is the case that is meant, or the newest of a resource, which saw its tags; nil where there is none.
func (v ownerVerb) lookUp(ctx context.Context, r record) (*ledger.Case, error) {
	if !strings.ContainsAny(v.Of, ":/") {
		return r.one(ctx, v.Of)
	}
	looked := 0
	for c, err := range ledger.Newest(ctx, r, ledger.Filter{Account: accountOf(v.Of)}, aPage) {
		if err != nil {
			return nil, fmt.Errorf("read the cases: %w", err)
		}
		if c.Root.String() == v.Of {
			return c, nil
		}
		if looked++; looked == mostLooked {
			break
		}
	}
	return nil, nil
}

// accountOf is the account that a resource names, by its ARN or in front, "" where it names none.
func accountOf(resource string) string {
	if parts := strings.SplitN(resource, ":", 6); len(parts) == 6 {
		return parts[4]
	}
	account, _, _ := strings.Cut(resource, "/")
	return account
}
