package rewrite

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"github.com/ripostehq/riposte/iam"
)

// randomRequests is how many requests a proof draws.
const randomRequests = 10000

// tryRandom asks the evaluator itself, which shares no code with the comparison of texts. The requests are the same each time.
func tryRandom(was, is set, of Catalogue, n int) error {
	r := rand.New(rand.NewPCG(1, 2))
	resources := was.resources()
	var actions []string
	for _, a := range of.actions {
		if len(was.allowing(a)) > 0 {
			actions = append(actions, a)
		}
	}
	for range n {
		request := iam.Request{Action: anyAction(r, actions, of), Resource: resources[r.IntN(len(resources))]}
		if r.IntN(2) == 0 {
			request.Context.Set("aws:RequestedRegion", []string{"eu-west-1", "us-east-1"}[r.IntN(2)])
		}
		if is.allows(request) && !was.allows(request) {
			return fmt.Errorf("%s on %s would be allowed, and was not", request.Action, request.Resource)
		}
	}
	return nil
}

// anyAction is one that was allowed, one of AWS's, or one that AWS has yet to invent.
func anyAction(r *rand.Rand, allowed []string, of Catalogue) string {
	a := "s3:GetObject"
	switch from := r.IntN(4); {
	case from > 0 && len(allowed) > 0:
		a = allowed[r.IntN(len(allowed))]
	case len(of.actions) > 0:
		a = of.actions[r.IntN(len(of.actions))]
	}
	if r.IntN(4) == 0 {
		service, name, _ := strings.Cut(a, ":")
		a = service + ":" + name[:1+r.IntN(len(name))] + "Tomorrow"
	}
	return a
}

// resources are names that the documents' patterns cover, and others.
func (s set) resources() []string {
	out := []string{"*", "arn:aws:s3:::riposte-none/x", "arn:aws:iam::111122223333:role/none"}
	for _, text := range s.named() {
		for one := range strings.SplitSeq(text, ",") {
			out = append(out, strings.NewReplacer("*", "x", "?", "y").Replace(strings.Trim(one, ` "`)))
		}
	}
	return out
}
