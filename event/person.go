package event

import (
	"regexp"
	"slices"
	"strings"
)

// People says which role sessions are human: those of the issuers that a person has to sign in for (Identity Center, SAML
// providers). No other session name is to be believed, since its caller chose it. It also says who a person is: by one address, whatever
// the name that they came by.
type People struct {
	Issuers     []string          // ARN patterns of the roles, with *
	SessionName *regexp.Regexp    // what the whole session name looks like; nil takes any
	Template    string            // makes an address of a name, with {session} for the name; "": the name is the address
	Users       map[string]string // whose an IAM user is: its ARN, and the person's address
	Aliases     map[string]string // further addresses of a person, and the one that counts
}

// Address returns the one address, in lower case, of the person of a name: the name of a session, an address, or a further
// address of a person that has several. It is "" for no name.
func (p People) Address(name string) string {
	name = strings.ToLower(strings.TrimSpace(name))
	if name != "" && !strings.Contains(name, "@") && p.Template != "" {
		name = strings.ReplaceAll(p.Template, "{session}", name)
	}
	if counts, ok := p.Aliases[name]; ok {
		return counts
	}
	return name
}

// AddressOf returns the address of the person behind an actor, "" where none is known: no name that a caller may choose counts.
func (p People) AddressOf(a Actor) string {
	if a.Kind == UserActor {
		return p.Address(p.Users[a.ARN])
	}
	return p.Address(p.Person(a))
}

// VouchedAddressOf is AddressOf where AWS vouches for the name. Of a session it does so for Identity Center's roles alone: no caller can make
// a role below their path or write its trust, while any other role that fits an issuer's pattern can be made, and a session of it
// can bear any person's name.
// https://docs.aws.amazon.com/singlesignon/latest/userguide/using-service-linked-roles.html
func (p People) VouchedAddressOf(a Actor) string {
	if a.Kind == RoleActor && !strings.HasPrefix(a.IssuerName(), "role/aws-reserved/sso.amazonaws.com/") {
		return ""
	}
	return p.AddressOf(a)
}

// Person returns the human behind an actor, by the name of the session, "" where none is known.
func (p People) Person(a Actor) string {
	if a.Kind != RoleActor || a.Session == "" || a.Issuer == "" {
		return ""
	}
	if p.SessionName != nil {
		name := *p.SessionName // which has to match as a whole, also where the pattern is not anchored
		name.Longest()
		if name.FindString(a.Session) != a.Session {
			return ""
		}
	}
	if p.SignedIn(a) {
		return a.Session
	}
	return ""
}

// SignedIn reports whether the session's issuer is one that a person has to sign in for, however the session is called.
func (p People) SignedIn(a Actor) bool {
	return a.Kind == RoleActor && a.Issuer != "" && slices.ContainsFunc(p.Issuers, func(pattern string) bool { return matchARN(pattern, a.Issuer) })
}

// matchARN compares an ARN with a pattern part by part. A * stands for any text within its part, so that the * of an
// account can't reach into the path of a role, which an attacker chooses in an account of their own.
func matchARN(pattern, arn string) bool {
	want, have := strings.SplitN(pattern, ":", 6), strings.SplitN(arn, ":", 6)
	if len(want) != 6 || len(have) != 6 {
		return false
	}
	for i := range want {
		if !matchGlob(want[i], have[i]) {
			return false
		}
	}
	return true
}

// matchGlob takes the shortest text for each * and goes back to the last one where that fails.
func matchGlob(pattern, s string) bool {
	star, from := -1, 0
	p, i := 0, 0
	for i < len(s) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, from, p = p, i, p+1
		case p < len(pattern) && pattern[p] == s[i]:
			p, i = p+1, i+1
		case star >= 0:
			from, p = from+1, star+1
			i = from
		default:
			return false
		}
	}
	return strings.Trim(pattern[p:], "*") == ""
}
