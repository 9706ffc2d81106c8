package app

import "maps"

// Inherit takes over what the riposte before knew, which its configuration was exchanged for: AWS Organizations may be away
// just then, and an account that was defended a moment ago must not become a stranger. The next answer takes its place.
func (o *Organization) Inherit(before *Organization) {
	if !o.config.Organization.Discover {
		return
	}
	before.mu.Lock()
	found, asked, regions := before.found, before.asked, maps.Clone(before.regions)
	before.mu.Unlock()
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.found == nil && found != nil {
		o.found, o.asked, o.regions = found, asked, regions
	}
}
