package dynamodb

import (
	"maps"
	"slices"
	"strings"
)

// setter is an update expression.
type setter struct {
	expression string
	names      map[string]string
	values     item
}

func setting(attributes item, drop []string) setter {
	u := setter{names: map[string]string{}, values: item{}}
	var sets, drops []string
	for _, name := range slices.Sorted(maps.Keys(attributes)) {
		u.names["#"+name], u.values[":"+name] = name, attributes[name]
		sets = append(sets, "#"+name+" = :"+name)
	}
	for _, name := range drop {
		u.names["#"+name] = name
		drops = append(drops, "#"+name)
	}
	u.expression = "SET " + strings.Join(sets, ", ")
	if len(drops) > 0 {
		u.expression += " REMOVE " + strings.Join(drops, ", ")
	}
	return u
}
