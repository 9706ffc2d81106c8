package config

import (
	"net"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/ripostehq/riposte/internal/region"
	"github.com/ripostehq/riposte/internal/spelling"
	"github.com/ripostehq/riposte/internal/strict"
	"github.com/ripostehq/riposte/playbook"
)

var (
	accountID  = regexp.MustCompile(`^[0-9]{12}$`)
	ouID       = regexp.MustCompile(`^(ou-[0-9a-z]{4,32}-[0-9a-z]{8,32}|r-[0-9a-z]{4,32})$`) // Organizations API, OrganizationalUnit
	word       = regexp.MustCompile(`^[a-z][a-z0-9_-]*$`)
	production = regexp.MustCompile(`^(prod|prd)([-_].*)?$|^production[-_]`) // names that mean production
	roleName   = regexp.MustCompile(`^([\w+=,.@-]+/)*[\w+=,.@-]{1,64}$`)     // IAM, CreateRole; the path before the name
	external   = regexp.MustCompile(`^[\w+=,.@:/-]{2,}$`)                    // STS, AssumeRole; at most 1224, which nobody reaches by mistake
	envName    = regexp.MustCompile(`^[A-Z_][A-Z0-9_]*$`)
	hostName   = regexp.MustCompile(`^[a-z0-9-]+(\.[a-z0-9-]+)*$`)
	namespace  = regexp.MustCompile(`^[A-Za-z0-9._/#:-]+$`)
	tagPrefix  = regexp.MustCompile(`^[\p{L}\p{N}_.:/=+@-]+$`) // no {1,64} here: compiling it would take longer than all else at start-up
)

// checker finds what is wrong with a configuration that has the right shape.
type checker struct {
	c         *Config
	root      strict.Node
	catalogue []playbook.Definition
	ids       []string // of the catalogue
}

func (k checker) at(path ...any) strict.Node { return k.root.At(path...) }

func (k checker) warn(at strict.Node, format string, args ...any) {
	k.c.Warnings = append(k.c.Warnings, at.Problem(format, args...))
}

func (k checker) organization() {
	o := k.c.Organization
	for i, a := range o.Accounts {
		at := k.at("organization", "accounts", i)
		if !accountID.MatchString(a.ID) {
			at.At("id").Complain("an account needs an id of twelve digits in quotes, without hyphens; leading zeros count")
			continue
		}
		if _, twice := k.c.accounts[a.ID]; twice {
			first := slices.IndexFunc(o.Accounts, func(b Account) bool { return b.ID == a.ID })
			at.At("id").Complain("account %s is there twice: first in line %d", a.ID, k.at("organization", "accounts", first, "id").Line())
			continue
		}
		k.c.accounts[a.ID] = a
		k.account(at, a)
	}
	for i, r := range o.Regions {
		at := k.at("organization", "regions", i)
		if slices.Index(o.Regions, r) < i {
			at.Complain("region %s is there twice", r)
			continue
		}
		k.region(at, r)
	}
	k.c.offices = k.ranges(k.at("organization", "offices"), o.Offices)
	k.c.egress = k.ranges(k.at("organization", "egress"), o.Egress)
	k.vendors(o.Vendors)
	for _, t := range o.Roles.Tiers() {
		if t.Role != "" && !roleName.MatchString(t.Role) {
			k.at("organization", "roles", t.Name).Complain("%q is not a role's name: it is a name with its path (defence/riposte-audit), no ARN", t.Role)
		}
	}
	if id := o.Roles.ExternalID; id != "" && !external.MatchString(id) { // which is a secret, and not repeated
		k.at("organization", "roles", "external_id").Complain("STS takes no such external id: want at least two letters, digits or any of + = , . @ : / -, and no spaces")
	}
}

func (k checker) account(at strict.Node, a Account) {
	if a.Environment != "" && !word.MatchString(a.Environment) {
		at.At("environment").Complain("%q can't be an environment: want lower case letters, digits and dashes", a.Environment)
	}
	if slices.Contains(reserved(), a.Environment) {
		at.At("environment").Complain("an environment can't be called %s: playbooks use that key for something else", a.Environment)
	}
	if e := a.Environment; meansProduction(e) {
		k.warn(at.At("environment"), "%s is another environment than production: what approval.production says, and what playbooks look for in production, does not count in it; call it production", e)
	}
	if a.OU != "" && !ouID.MatchString(a.OU) {
		at.At("ou").Complain("%q is not an organisational unit: want an id like ou-ab12-cdef3456%s", a.OU, spelling.Hint(a.OU, []string{strings.ToLower(a.OU)}))
	}
}

// meansProduction reports whether an environment is probably production by another name, and not what comes before it.
func meansProduction(e string) bool {
	near := spelling.Hint(e, []string{"production"}) != "" && e != "production" && !strings.HasPrefix(e, "pre") && !strings.HasPrefix(e, "non")
	return near || production.MatchString(e)
}

func (k checker) listen(at strict.Node, address string) {
	if _, port, err := net.SplitHostPort(address); err != nil || port == "" {
		at.Complain("want address and port, like 127.0.0.1:8418")
	}
}

// answerQueue checks the queue of people's clicks: what comes by the others is believed, and the front that writes into this one stands open to all.
func (k checker) answerQueue() {
	l, at := k.c.Lambda, k.at("lambda", "answer_queue")
	if l.AnswerQueue == "" {
		return
	}
	k.queue(at, l.AnswerQueue, "")
	if l.AnswerQueue == l.WakeQueue || slices.Contains(l.Queues, l.AnswerQueue) {
		at.Complain("whoever can write to it could send events: want a queue of its own")
	}
}

// settings checks what stands for itself: listeners, the bus, the function, limits and tags.
func (k checker) settings() {
	k.console()
	if k.c.Metrics.Listen != "" {
		k.listen(k.at("metrics", "listen"), k.c.Metrics.Listen)
	}
	k.canary()
	k.sweep()
	if b, at := k.c.Report.EventBus, k.at("report", "event_bus"); b.Name != "" {
		k.partition(at, b.Partition)
		k.region(at, b.Region)
		if p, ok := region.Of(b.Region); ok && p.ID != b.Partition {
			at.Complain("region %s is in the partition %s, not in %s", b.Region, p.ID, b.Partition)
		}
	}
	for i, url := range k.c.Lambda.Queues {
		k.queue(k.at("lambda", "queues", i), url, "")
	}
	if url := k.c.Lambda.WakeQueue; url != "" {
		k.queue(k.at("lambda", "wake_queue"), url, "")
	}
	if name := k.c.Lambda.Metrics; name != "" && (!namespace.MatchString(name) || len(name) > 255 || strings.HasPrefix(name, "AWS/")) {
		k.at("lambda", "metrics").Complain("%q can't be a namespace of CloudWatch's: want letters, digits and . - _ / # :, at most 255, not AWS/", name)
	}
	k.answerQueue()
	l := k.c.Limits
	if l.IncidentsPerHour < 1 {
		k.at("limits", "incidents_per_hour").Complain("want at least 1: to stop everything, use riposte halt")
	}
	if l.DestroyPerHour < 1 {
		k.at("limits", "destroy_per_hour").Complain("want at least 1: to destroy nothing, leave roles.destroy out")
	}
	if !tagPrefix.MatchString(k.c.Tags.Prefix) || utf8.RuneCountInString(k.c.Tags.Prefix) > 64 || strings.HasPrefix(strings.ToLower(k.c.Tags.Prefix), "aws:") {
		k.at("tags", "prefix").Complain("want a tag key's beginning of at most 64 characters, not aws:")
	}
}

// canary checks the schedule. Where no account is listed or discovered, there would be none to send one into.
func (k checker) canary() {
	every, o := time.Duration(k.c.Canary.Every), k.c.Organization
	at, said := k.said("canary", "every")
	switch {
	case !said:
	case every < time.Hour || every > 30*24*time.Hour:
		at.Complain("want from 1h to 30d between two canaries of an account and region, as in every: 24h; leave the key out for none")
	case !o.Discover && len(o.Accounts) == 0:
		at.Complain("there is no account to send canaries into: list them in organization.accounts, or set organization.discover")
	}
}
