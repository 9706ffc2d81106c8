package console

import (
	"net/http"
	"strings"

	"github.com/ripostehq/riposte/internal/app"
)

// guest reports whether a session is of somebody whom the configuration does not name: an address of people.domains, who is asked
// whether it was they, or owns something by a tag.
func (c *Console) guest(one *session) bool {
	return one != nil && one.proven && !c.Config().MayLook(one.who)
}

// admitted refuses a guest every page but those of a case that concerns them, and the way out.
func (c *Console) admitted(r *http.Request, one *session) error {
	if !c.guest(one) || r.Pattern == "POST /logout" {
		return nil
	}
	refusal := refused(http.StatusForbidden, "%s is in no group of people.groups, owns nothing by the configuration and is none of console.viewers: such an address sees the cases alone that "+
		"ask it whether it was they, or that are about what it owns by a tag and do not contain", clip(100, one.who))
	if _, path, _ := strings.Cut(r.Pattern, " "); path != "/cases/{id}" && path != "/cases/{id}/{verb}" {
		return refusal
	}
	of, err := c.find(r)
	if err != nil {
		return refusal // whether there is such a case is none of theirs
	}
	concerns, err := app.Concerns(c.Config(), c.Codec, of, one.who)
	if err != nil {
		return err
	}
	if !concerns {
		return refusal
	}
	return nil
}
