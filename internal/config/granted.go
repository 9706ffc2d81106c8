package config

import "github.com/ripostehq/riposte/action"

// Granted reports whether riposte has a tier of rights: by a role that is named for it, or, where no role is named at all, by
// acting as itself.
func (c *Config) Granted(t action.Tier) bool {
	r := c.Organization.Roles
	if r == (Roles{ExternalID: r.ExternalID}) {
		return true
	}
	switch t {
	case action.TierContain:
		return r.Contain != ""
	case action.TierAuthor:
		return r.Author != ""
	case action.TierDestroy:
		return r.Destroy != ""
	}
	return false
}
