package names

import (
	"regexp"
	"slices"
	"strings"
)

// Record is a record set of a hosted zone, as far as it can point to something.
type Record struct {
	Name   string   // as the zone has it
	Type   string   // A, AAAA, CNAME, NS, ...
	Values []string // none of an alias
	Alias  string   // the target of an alias, "" of others
}

// Keys of what the record points to, without repetition, the one that answers by it first; none of most records. Those of a delegation to Route 53 are the zone that is
// called like the record: at these name servers, and wherever it is served.
func (r Record) Keys() (all []Key) {
	if r.Type == "NS" {
		if at, ok := DelegationKey(r.Name, r.Values); ok {
			return []Key{at, ZoneKey(r.Name)}
		}
		return nil
	}
	if r.Type != "A" && r.Type != "AAAA" && r.Type != "CNAME" {
		return nil
	}
	targets := r.Values
	if r.Alias != "" {
		targets = []string{r.Alias}
	}
	known := map[Key]bool{}
	for _, t := range targets {
		for _, k := range Parse(t, r.Name) {
			if !known[k] {
				known[k] = true
				all = append(all, k)
			}
		}
	}
	return all
}

var nameServer = regexp.MustCompile(`^ns-[0-9]+\.awsdns-(?:cn-)?[0-9]+\.(?:com|net|org|co\.uk|cn|biz)$`)

// Delegates reports whether name servers are all of Route 53: a part of them elsewhere is a design that is not known here.
func Delegates(servers []string) bool {
	for _, s := range servers {
		if !nameServer.MatchString(Plain(s)) {
			return false
		}
	}
	return len(servers) > 0
}

// ZoneKey is a zone by its name alone, wherever it is served.
func ZoneKey(zone string) Key { return Key{"aws", Zone, "", Plain(zone)} }

// DelegationKey is a zone at the name servers that serve it; false where they are not all of Route 53.
func DelegationKey(zone string, servers []string) (Key, bool) {
	if !Delegates(servers) {
		return Key{}, false
	}
	all := make([]string, 0, len(servers))
	for _, s := range servers {
		all = append(all, Plain(s))
	}
	slices.Sort(all)
	return Key{"aws", Delegation, "", Plain(zone) + "/" + strings.Join(slices.Compact(all), ",")}, true
}

// Points reports whether a value or alias points to a key.
func Points(target, own string, to Key) bool {
	for _, k := range Parse(target, own) {
		if k == to {
			return true
		}
	}
	return false
}

// Unescaped is a name without the octal escapes that Route 53 answers with: \052 is the wildcard.
// https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DomainNameFormat.html
func Unescaped(name string) string {
	return escape.ReplaceAllStringFunc(name, func(e string) string {
		var c byte
		for _, d := range strings.TrimPrefix(e, `\`) {
			c = c<<3 | byte(d-'0')
		}
		return string(rune(c))
	})
}

var escape = regexp.MustCompile(`\\[0-3][0-7]{2}`)
