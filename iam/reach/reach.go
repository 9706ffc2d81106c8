// Package reach finds privilege escalation in an AWS organisation: which principal can become which other, and which an administrator.
// It asks the policy language (iam) about many principals and resources at a time, and searches backwards. It knows nothing of riposte.
//
// An answer is sure, or possible: then it hangs on condition keys that no inventory tells (a source address, MFA), on a part that was
// not read, or on something that the technique needs beside. What is not possible is never allowed by iam.Evaluate, what is sure always.
package reach

import "github.com/ripostehq/riposte/iam"

// Organisation is what a graph is built of. Texts are kept once however many have them: principals and accounts name them by number.
type Organisation struct {
	ID         string // o-...; "" where it is not known
	Center     string // the account that Identity Center is in; "" where that is not known
	Accounts   []Account
	Texts      []Text
	Principals []Principal
	Compute    []Compute
	Gaps       []Gap
	known      map[Text]int
}

// Account is one account, and what limits its principals.
type Account struct {
	ID        string
	Partition string          // "" is aws
	Services  [][]int         // service control policies, a level each from the root to the account; none for the management account
	Groups    []Group         // of users
	Policies  []Managed       // customer managed policies
	Listed    map[string]bool // kinds of compute that were listed whole: of another kind, any role that trusts its service may have one
}

// Text is the text of a policy, and what to call it.
type Text struct {
	Name  string
	JSON  string
	Trust bool // a role's trust policy
}

// Group of users.
type Group struct {
	ARN     string
	Texts   []int
	Managed []string // ARNs of the customer managed policies among them
}

// Managed is a customer managed policy.
type Managed struct {
	ARN     string
	Text    int   // of the default version
	Earlier []int // of the other versions
}

// Principal is a user or a role.
type Principal struct {
	ARN      string
	Kind     Kind
	Account  int
	Texts    []int    // inline, attached, and of its groups
	Managed  []string // ARNs of the customer managed policies among them
	Groups   []string // ARNs
	Boundary int      // a text; None where there is none, Gone where it is and can't be found
	Trust    int      // of a role; None where it was not read
	Tags     map[string]string
	Profile  bool   // an instance profile has it
	Limit    string // ARN of the boundary, "" for none
}

// Numbers of texts that are none.
const (
	None = -1
	Gone = -2 // allows nothing
)

// Compute is something that runs with a role.
type Compute struct {
	ARN     string
	Kind    Kind
	Account int
	Role    string // ARN
	Tags    map[string]string
}

// Gap is something that was not read.
type Gap struct {
	What   string `json:"what"`
	Why    string `json:"why"`
	Failed bool   `json:"failed,omitempty"` // reading it was tried: what is known is not all that there is
}

// Kind of a principal or of compute.
type Kind string

const (
	User Kind = "user"
	Role Kind = "role"
)

// Text adds a text, or finds it, and returns its number.
func (o *Organisation) Text(t Text) int {
	if o.known == nil {
		o.known = map[Text]int{}
		for i, have := range o.Texts {
			o.known[have] = i
		}
	}
	if i, ok := o.known[t]; ok {
		return i
	}
	o.known[t] = len(o.Texts)
	o.Texts = append(o.Texts, t)
	return o.known[t]
}

// pair is what is sure and what is possible of a list; sure is part of possible.
type pair struct{ sure, may bits }

func newPair(n int) pair { return pair{newBits(n), newBits(n)} }

func (p pair) copy() pair { return pair{p.sure.copy(), p.may.copy()} }

func (p pair) and(q pair) {
	p.sure.and(q.sure)
	p.may.and(q.may)
}

func (p pair) or(q pair) {
	p.sure.or(q.sure)
	p.may.or(q.may)
}

// set adds an answer about one of the list.
func (p pair) set(i int, a iam.Answer) {
	if a == iam.Yes {
		p.sure.set(i)
	}
	if a != iam.No {
		p.may.set(i)
	}
}

// atMost caps the answers.
func (p pair) atMost(a iam.Answer) {
	if a != iam.Yes {
		clear(p.sure)
	}
	if a == iam.No {
		clear(p.may)
	}
}

// of is the answer that is wanted: what is possible, or sure.
func (p pair) of(sure bool) bits {
	if sure {
		return p.sure
	}
	return p.may
}
