package cloud

import (
	"github.com/ripostehq/riposte/internal/config"
)

// RolesOf returns the roles that the configuration names, by purpose: each tier of rights is one.
func RolesOf(r config.Roles) map[Purpose]string {
	named := map[Purpose]string{}
	for _, t := range r.Tiers() {
		if t.Role != "" {
			named[Purpose(t.Name)] = t.Role
		}
	}
	return named
}

// Purposes returns those that have a role in an account, in the order of the tiers.
func Purposes() (all []Purpose) {
	for _, t := range (config.Roles{}).Tiers() {
		all = append(all, Purpose(t.Name))
	}
	return all
}
