package rewrite

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/ripostehq/riposte/iam"
)

// Evidence is what a replacement has to answer for.
type Evidence struct {
	Use   func(action string) Use
	Calls []iam.Request // that were made and allowed: none of them may be cut off
}

// Proof says what was compared, and that it held. It is data: a case keeps it, and a later proof compares digests.
type Proof struct {
	Old     string   `json:"old"`     // digest of the documents before
	New     string   `json:"new"`     // and after
	Actions int      `json:"actions"` // of the catalogue, each compared
	Left    []string `json:"left"`    // actions that were allowed somewhere and are nowhere now
	Calls   int      `json:"calls"`   // decided by both
	Random  int      `json:"random"`  // requests drawn, actions that no catalogue has among them
}

// Digest names a proof: proved again on the same documents and evidence, it is the same.
func (p Proof) Digest() string {
	return digest([]string{encode(p)})
}

func digest(texts []string) string {
	sum := sha256.New()
	for _, t := range texts {
		fmt.Fprintf(sum, "%d:%s", len(t), t)
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// Prove compares all documents of a principal before and after. It shows that
//   - no document denies more or less: the statements that deny are the same;
//   - nothing new is allowed, ever: each pattern that is allowed lies within one that was, on the same resources under the same conditions;
//   - nothing that is used or unknown is lost: of each action of the catalogue the same is allowed as before, or, of one that is unused, nothing;
//   - no call that was made is cut off, and none of many random requests is allowed that was not.
//
// The error names the first thing that does not hold.
func Prove(before, after []string, of Catalogue, e Evidence) (Proof, error) {
	return prove(before, after, of, e, randomRequests)
}

func prove(before, after []string, of Catalogue, e Evidence, random int) (Proof, error) {
	was, err := readAll(before)
	if err != nil {
		return Proof{}, fmt.Errorf("the policies before: %w", err)
	}
	is, err := readAll(after)
	if err != nil {
		return Proof{}, fmt.Errorf("the replacement: %w", err)
	}
	p := Proof{Old: digest(before), New: digest(after), Actions: len(of.actions), Calls: len(e.Calls), Random: random}
	if err := errors.Join(sameDenies(was, is), was.covering(is)); err != nil {
		return Proof{}, err
	}
	if p.Left, err = lost(was, is, of, e.Use); err != nil {
		return Proof{}, err
	}
	for _, r := range e.Calls {
		if was.allows(r) && !is.allows(r) {
			return Proof{}, fmt.Errorf("a call that was made would be cut off: %s on %s", r.Action, r.Resource)
		}
	}
	return p, tryRandom(was, is, of, random)
}

// set is all documents of a principal.
type set []document

func readAll(texts []string) (out set, err error) {
	for _, t := range texts {
		d, err := read(t)
		if err != nil {
			return nil, err
		}
		out = append(out, d)
	}
	return out, nil
}

func (s set) allows(r iam.Request) bool {
	var p iam.Policies
	for _, d := range s {
		p.Identity = append(p.Identity, d.parsed)
	}
	return iam.Evaluate(r, p).Effect == iam.Allowed
}

// denies are the statements that deny, actions and all, however often each stands there.
func (s set) denies() map[string]bool {
	out := map[string]bool{}
	for _, d := range s {
		for _, t := range d.Statement {
			if t.Effect == "Deny" {
				t.Sid, t.raw = "", nil
				out[d.Version+encode(t)] = true
			}
		}
	}
	return out
}

func sameDenies(was, is set) error {
	if !maps.Equal(was.denies(), is.denies()) {
		return errors.New("the statements that deny are not the same")
	}
	return nil
}

// covering says which pattern that is allowed was not.
func (s set) covering(is set) error {
	for _, d := range is {
		for _, t := range d.Statement {
			if t.Effect == "Deny" || s.covers(t, d.Version) {
				continue
			}
			return fmt.Errorf("a statement of the replacement allows what none did: %s", encode(t))
		}
	}
	return nil
}

// covers reports whether all that a statement allows, ever, was allowed by statements of the same body.
func (s set) covers(t statement, version string) bool {
	var old []statement
	for _, d := range s {
		for i, o := range d.Statement {
			if d.bodies[i] == t.body(version) {
				old = append(old, o)
			}
		}
	}
	if len(t.NotAction) > 0 {
		return slices.ContainsFunc(old, func(o statement) bool { return slices.Equal(o.NotAction, t.NotAction) })
	}
	return !slices.ContainsFunc(t.Action, func(pattern string) bool {
		return !slices.ContainsFunc(old, func(o statement) bool { return speller{s: o}.wide(pattern) })
	})
}

// lost compares what is said of each action.
func lost(was, is set, of Catalogue, use func(string) Use) (left []string, err error) {
	for _, a := range of.actions {
		old, now := was.allowing(a), is.allowing(a)
		switch {
		case maps.Equal(old, now):
		case len(now) > 0:
			return nil, fmt.Errorf("of %s something else is allowed than before", a)
		case use == nil || use(a) != Unused:
			return nil, fmt.Errorf("%s would be lost, and is not known to be unused", a)
		default:
			left = append(left, a)
		}
	}
	return left, nil
}

// allowing are the bodies of the statements that allow an action.
func (s set) allowing(action string) map[string]bool {
	out := map[string]bool{}
	for _, d := range s {
		allow, _ := d.parsed.Clauses(action)
		for _, c := range allow {
			out[d.bodies[c.Index()]] = true
		}
	}
	return out
}

// named are the texts of resources that the documents name, each list in one.
func (s set) named() (out []string) {
	for _, d := range s {
		for _, t := range d.Statement {
			out = append(out, strings.Trim(string(t.Resource), `[]"`), strings.Trim(string(t.NotResource), `[]"`))
		}
	}
	return out
}

// Compare returns whether documents before and after say the same of an action: the same statements allow it, and the same deny it.
func Compare(before, after []string) (same func(action string) bool, err error) {
	was, err := readAll(before)
	if err != nil {
		return nil, fmt.Errorf("the policies before: %w", err)
	}
	is, err := readAll(after)
	if err != nil {
		return nil, fmt.Errorf("the policies after: %w", err)
	}
	return func(action string) bool {
		return maps.Equal(was.allowing(action), is.allowing(action)) && maps.Equal(was.denying(action), is.denying(action))
	}, nil
}

func (s set) denying(action string) map[string]bool {
	out := map[string]bool{}
	for _, d := range s {
		_, deny := d.parsed.Clauses(action)
		for _, c := range deny {
			out[d.bodies[c.Index()]] = true
		}
	}
	return out
}
