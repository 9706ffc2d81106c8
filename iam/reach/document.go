package reach

import (
	"slices"
	"strings"

	"github.com/ripostehq/riposte/iam"
)

// document is a policy, made ready to be asked about the table's actions once, however many principals have it.
type document struct {
	text   Text
	policy iam.Policy
	says   map[int]stance // by action; of those that it does not speak of, nothing
	mask   bits           // actions of which an allow speaks
	own    bool           // it speaks of the caller
	alone  bool           // likewise, in a variable: it has to be decided for each caller by itself
	tells  []iam.Clause   // clauses that tell callers apart by conditions alone
	wrong  error          // what could not be read of it
}

// stance is what a document says of one action.
type stance struct {
	allow, deny []iam.Clause
	free        bool // it names a key that the caller chooses
}

// read parses a text; what can't be read of it stays possible, and is named.
func read(t Text) *document {
	salvage := iam.Salvage
	if t.Trust {
		salvage = iam.SalvageTrust
	}
	p, err := salvage([]byte(t.JSON))
	p.Name = t.Name
	return &document{text: t, policy: p, wrong: err}
}

// compile asks once what the document says of each action.
func (d *document) compile(actions []string) {
	d.says, d.mask = map[int]stance{}, newBits(len(actions))
	for i, action := range actions {
		var s stance
		s.allow, s.deny = d.policy.Clauses(action)
		if len(s.allow) > 0 {
			d.mask.set(i)
		}
		if len(s.allow)+len(s.deny) == 0 {
			continue
		}
		for _, list := range [][]iam.Clause{s.allow, s.deny} {
			for _, c := range list {
				s.free = s.free || hasKey(c, chosen)
				d.note(c)
			}
		}
		d.says[i] = s
	}
}

// note keeps how a clause tells callers apart, if it does.
func (d *document) note(c iam.Clause) {
	switch {
	case !c.Varies() && !hasKey(c, ofCaller):
		return
	case c.Varies() || inVariable(c):
		d.alone = true
	case !slices.Contains(d.tells, c):
		d.tells = append(d.tells, c)
	}
	d.own = true
}

// inVariable reports a clause whose conditions compare with a variable.
func inVariable(c iam.Clause) bool {
	for _, key := range c.Keys() {
		for _, v := range c.Named(key) {
			if strings.Contains(v, "${") {
				return true
			}
		}
	}
	return false
}

func hasKey(c iam.Clause, is func(string) bool) bool {
	for _, k := range c.Keys() {
		if is(k) {
			return true
		}
	}
	return false
}

// ofCaller reports a key about the caller; chosen one whose value the caller picks; ofTarget one that the resource decides.
func ofCaller(key string) bool {
	return strings.HasPrefix(key, "aws:principaltag/") || key == "aws:principalarn" || key == "aws:principaltype" || key == "aws:username" || key == "aws:userid"
}

func chosen(key string) bool {
	switch key {
	case "aws:tagkeys", "aws:requestedregion", "aws:useragent", "aws:referer", "sts:rolesessionname", "sts:transitivetagkeys", "ec2:instancetype",
		"iam:policyarn", "iam:associatedresourcearn", "aws:sourcearn", "lambda:layer", "lambda:functionarn":
		return true
	}
	return strings.HasPrefix(key, "aws:requesttag/")
}

func ofTarget(key string) bool {
	return strings.Contains(key, "resourcetag/") || key == "aws:resourceaccount" || key == "aws:requestedregion" || key == "iam:permissionsboundary"
}

// settled reports a key of which a caller's context has all there is to know, its absence included: nothing asks on behalf.
func settled(key string) bool {
	switch key {
	case "aws:principalarn", "aws:principalaccount", "aws:principaltype", "aws:username", "aws:securetransport", "aws:viaawsservice", "aws:principalisawsservice",
		"aws:principalservicename", "aws:principalservicenameslist", "aws:calledvia", "aws:calledviafirst", "aws:calledvialast", "aws:sourceaccount", "aws:sourceorgid",
		"iam:passedtoservice", "iam:permissionsboundary", "aws:resourceaccount":
		return true
	}
	return false
}
