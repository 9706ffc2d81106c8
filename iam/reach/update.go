package reach

import (
	"maps"
	"reflect"
	"slices"
)

// Updated is the graph of what became of the organisation: it equals Build(o), and works out again only what the changes concern. A principal's
// policies, groups and versions cost that principal; anything else (trust, boundary, tags, a principal more or less, what runs with a
// role, guardrails) costs its account, and what is assumed anywhere. The graph itself stays as it is and may be read meanwhile.
func (g *Graph) Updated(o Organisation) (*Graph, error) {
	g.shared.making.Lock()
	defer g.shared.making.Unlock()
	next, err := draft(o)
	if err != nil {
		return nil, err
	}
	next.number(g)
	next.documents = slices.Clip(g.documents)
	same := g.frames(&next.o)
	if next.o.ID == g.o.ID && next.o.Center == g.o.Center && len(same) == len(g.o.Accounts) && !slices.Contains(same, false) {
		return g.repoliced(next), nil
	}
	if next.o.ID == g.o.ID && next.o.Center == g.o.Center {
		next.remember(g, same)
	}
	next.finish()
	return next, nil
}

// number gives the organisation's texts the numbers that they have in another graph; new ones come after all of that.
func (g *Graph) number(was *Graph) {
	texts, known := slices.Clip(was.o.Texts), map[Text]int(nil)
	place, moved := make([]int, len(g.o.Texts)), false
	for i, t := range g.o.Texts {
		if i < len(was.o.Texts) && was.o.Texts[i] == t {
			place[i] = i
			continue
		}
		if known == nil {
			known = make(map[Text]int, len(texts))
			for n, have := range was.o.Texts {
				known[have] = n
			}
		}
		n, ok := known[t]
		if !ok {
			n = len(texts)
			known[t], texts = n, append(texts, t)
		}
		place[i], moved = n, moved || n != i
	}
	g.o.Texts, g.texts, g.any = texts, place, was.any
	if moved {
		g.renumber(place)
	}
}

func (g *Graph) renumber(place []int) {
	at := func(i int) int {
		if i < 0 {
			return i
		}
		return place[i]
	}
	each := func(list []int) []int {
		out := make([]int, len(list))
		for i, t := range list {
			out[i] = at(t)
		}
		return out
	}
	for i := range g.o.Principals {
		p := &g.o.Principals[i]
		p.Texts, p.Boundary, p.Trust = each(p.Texts), at(p.Boundary), at(p.Trust)
	}
	g.o.Accounts = slices.Clone(g.o.Accounts)
	for i := range g.o.Accounts {
		a := &g.o.Accounts[i]
		a.Services, a.Groups, a.Policies = slices.Clone(a.Services), slices.Clone(a.Groups), slices.Clone(a.Policies)
		for n := range a.Services {
			a.Services[n] = each(a.Services[n])
		}
		for n := range a.Groups {
			a.Groups[n].Texts = each(a.Groups[n].Texts)
		}
		for n := range a.Policies {
			a.Policies[n].Text, a.Policies[n].Earlier = at(a.Policies[n].Text), each(a.Policies[n].Earlier)
		}
	}
}

// frames says of each account whether it is the same but for the policies of its principals.
func (g *Graph) frames(o *Organisation) []bool {
	out := make([]bool, len(o.Accounts))
	was, now := principalsBy(&g.o), principalsBy(o)
	for i := range out {
		out[i] = i < len(g.o.Accounts) && sameAccount(&g.o.Accounts[i], &o.Accounts[i]) && slices.EqualFunc(was[i], now[i], samePrincipal)
	}
	if len(g.o.Compute) > 0 && len(g.o.Compute) == len(o.Compute) && &g.o.Compute[0] == &o.Compute[0] {
		return out
	}
	wasRunning, running := computeBy(&g.o), computeBy(o)
	for i := range out {
		out[i] = out[i] && slices.EqualFunc(wasRunning[i], running[i], sameCompute)
	}
	return out
}

// principalsBy are the principals of each account; they are sorted by it.
func principalsBy(o *Organisation) [][]Principal {
	out := make([][]Principal, len(o.Accounts))
	for first := 0; first < len(o.Principals); {
		last, a := first, o.Principals[first].Account
		for last < len(o.Principals) && o.Principals[last].Account == a {
			last++
		}
		out[a], first = o.Principals[first:last], last
	}
	return out
}

func computeBy(o *Organisation) [][]Compute {
	out := make([][]Compute, len(o.Accounts))
	for _, c := range o.Compute {
		out[c.Account] = append(out[c.Account], c)
	}
	return out
}

func sameAccount(a, b *Account) bool {
	return a.ID == b.ID && a.Partition == b.Partition && slices.EqualFunc(a.Services, b.Services, slices.Equal) && maps.Equal(a.Listed, b.Listed)
}

func samePrincipal(a, b Principal) bool {
	return a.ARN == b.ARN && a.Kind == b.Kind && a.Boundary == b.Boundary && a.Trust == b.Trust && a.Profile == b.Profile && a.Limit == b.Limit && maps.Equal(a.Tags, b.Tags)
}

func sameCompute(a, b Compute) bool {
	return a.ARN == b.ARN && a.Kind == b.Kind && a.Role == b.Role && maps.Equal(a.Tags, b.Tags)
}

// samePolicies is what samePrincipal leaves out.
func samePolicies(a, b *Principal) bool {
	return slices.Equal(a.Texts, b.Texts) && slices.Equal(a.Managed, b.Managed) && slices.Equal(a.Groups, b.Groups)
}

// sameOffers says whether an account has the same groups to join, and versions to go back to.
func sameOffers(a, b *Account) bool {
	return reflect.DeepEqual(a.Groups, b.Groups) && reflect.DeepEqual(a.Policies, b.Policies)
}

// remember takes over what the classes of unchanged accounts gain there.
func (g *Graph) remember(was *Graph, same []bool) {
	before, after := principalsBy(&was.o), principalsBy(&g.o)
	for i := range same {
		same[i] = same[i] && slices.EqualFunc(before[i], after[i], func(a, b Principal) bool { return slices.Equal(a.Managed, b.Managed) })
	}
	for _, c := range was.classes {
		if _, have := g.alike[c.like]; c.account < len(same) && same[c.account] && !have {
			g.alike[c.like] = c
		}
	}
}
