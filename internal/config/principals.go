package config

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/region"
	"github.com/ripostehq/riposte/internal/spelling"
	"github.com/ripostehq/riposte/internal/strict"
	"github.com/ripostehq/riposte/playbook"
)

// arn is an Amazon Resource Name in its six parts; ok is false where it is none.
func arn(s string) (parts []string, ok bool) {
	parts = strings.SplitN(s, ":", 6)
	ok = len(parts) == 6 && parts[0] == "arn" && strings.HasPrefix(parts[1], "aws") && parts[2] != "" && parts[5] != ""
	return parts, ok
}

func (k checker) people(p people) {
	for i, issuer := range p.Issuers {
		at := k.at("people", "issuers", i)
		parts, ok := arn(issuer)
		switch {
		case !ok || parts[2] != "iam" || parts[3] != "" || !strings.HasPrefix(parts[5], "role/"):
			at.Complain("%q can't match an issuer: want arn:aws:iam::ACCOUNT:role/PATH/NAME, with * where it may vary%s", issuer, behind(issuer))
		case strings.HasPrefix(parts[5], "role/*"):
			k.warn(at, "every role's sessions count as human: a caller that assumes one chooses its session name")
		default:
			k.partition(at, parts[1])
		}
	}
	k.c.People = event.People{Issuers: p.Issuers, Template: strings.ToLower(p.Address), Users: p.Users}
	if p.SessionName == "" {
		return
	}
	re, err := regexp.Compile(p.SessionName)
	if err != nil {
		k.at("people", "session_name").Complain("not a regular expression: %v", err)
		return
	}
	re.Longest() // the whole name has to match, whichever alternative comes first
	k.c.People.SessionName = re
}

func (k checker) trusted() {
	for i, t := range k.c.Trusted {
		at := k.at("trusted", i)
		parts, ok := arn(t.Issuer)
		switch {
		case !ok || parts[2] != "iam" || !strings.HasPrefix(parts[5], "role/") && !strings.HasPrefix(parts[5], "user/"):
			at.At("issuer").Complain("%q is not the ARN of a role or user%s", t.Issuer, behind(t.Issuer))
		case !accountID.MatchString(parts[4]):
			at.At("issuer").Complain("trust names the account exactly: %q does not", t.Issuer)
		case !k.ours(parts[4]):
			at.At("issuer").Complain("account %s is not in organization.accounts", parts[4])
		case strings.ContainsAny(t.Issuer, "*?"):
			k.warn(at.At("issuer"), "a wildcard in a trusted name fits nothing: trust is exact, since a caller that may create a role could choose a name that fits")
		default:
			k.partition(at.At("issuer"), parts[1])
			k.id(at, t.Principal())
		}
		if len(t.Playbooks) == 0 {
			at.At("playbooks").Complain("trust is given per playbook: playbooks is missing")
		}
		for j, pattern := range t.Playbooks {
			if !slices.ContainsFunc(k.ids, func(id string) bool { return fits(pattern, id) }) {
				at.At("playbooks", j).Complain("%q fits no playbook that trust counts for%s", pattern, spelling.Hint(pattern, k.ids))
			}
		}
	}
}

// behind names the role of a session's ARN that was written instead: a caller that assumes a role names its session.
func behind(session string) string {
	parts, _ := arn(session)
	if name, ok := strings.CutPrefix(parts[len(parts)-1], "assumed-role/"); ok && len(parts) == 6 {
		role, _, _ := strings.Cut(name, "/")
		return fmt.Sprintf("; that is a session: name its role, arn:%s:iam::%s:role/%s, with the path that the role has", parts[1], parts[4], role)
	}
	return ""
}

// ours reports whether an account belongs to the organisation, as far as the file can tell: with discovery, or where no
// account is listed, it can't; nor where one that is listed could not be read, which is said already.
func (k checker) ours(account string) bool {
	_, listed := k.c.accounts[account]
	all := k.c.Organization.Accounts
	unread := slices.ContainsFunc(all, func(a Account) bool { return !accountID.MatchString(a.ID) })
	return listed || unread || k.c.Organization.Discover || len(all) == 0
}

// principals checks the lists of exact ARNs.
func (k checker) principals() {
	for i, s := range k.c.Untouchable {
		if parts := k.exact("untouchable", s, k.at("untouchable", i)); parts != nil {
			k.place(k.at("untouchable", i), parts)
		}
	}
	for i, p := range k.c.BreakGlass {
		at := k.at("break_glass", i)
		parts := k.exact("break_glass", p.ARN, at.At("arn"))
		switch {
		case parts == nil:
		case parts[2] != "iam":
			at.At("arn").Complain("%q is not a principal that stays: want a role or user%s", p.ARN, behind(p.ARN))
		default:
			k.id(at, p)
		}
	}
}

// place wants a region and an account that can be, where an ARN has them: an ARN that nothing has protects nothing.
func (k checker) place(at strict.Node, parts []string) {
	if parts[3] != "" {
		k.region(at, parts[3])
	}
	if p, known := region.Of(parts[3]); known && p.ID != parts[1] {
		at.Complain("region %s is in the partition %s, not in %s", parts[3], p.ID, parts[1])
	}
	if parts[4] != "" && parts[4] != "aws" && !accountID.MatchString(parts[4]) {
		at.Complain("%q is no account: want twelve digits", parts[4])
	}
}

// exact checks an ARN of a list; nil is none.
func (k checker) exact(list, s string, at strict.Node) []string {
	parts, ok := arn(s)
	switch {
	case !ok:
		at.Complain("%q is not an ARN", s)
		return nil
	case strings.ContainsAny(s, "*?"):
		at.Complain("%s is exact: no wildcards", list)
		return nil
	}
	k.partition(at, parts[1])
	return parts
}

// fits reports whether a trust's pattern, an id or a theme like launch.*, takes a playbook in that trust counts for: never
// evasion and decoys, since an attacker with the automation's credentials would switch the lights off first.
func fits(pattern, id string) bool {
	if strings.HasPrefix(id, "evasion.") || id == "identity.decoy-used" {
		return false
	}
	return playbook.Covers(pattern, id)
}
