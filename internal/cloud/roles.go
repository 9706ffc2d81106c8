package cloud

import (
	"maps"

	"github.com/ripostehq/riposte/internal/config"
)

// RolesOf returns the roles that the configuration names, by purpose.
func RolesOf(r config.Roles) map[Purpose]string {
	named := map[Purpose]string{Audit: r.Audit, Tag: r.Tag, Report: r.Report, Contain: r.Contain, Author: r.Author, Destroy: r.Destroy}
	maps.DeleteFunc(named, func(_ Purpose, name string) bool { return name == "" })
	return named
}

// Purposes returns those that have a role in an account, weakest first.
func Purposes() []Purpose { return []Purpose{Audit, Tag, Report, Contain, Author, Destroy} }
