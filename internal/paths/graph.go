package paths

import (
	"cmp"
	"slices"
)

// spot is a principal in the picture, edge a hop between two.
type spot struct {
	name   string
	column int // hops to the target
	row    int
	more   int // of a spot that stands for those that did not fit
}

type edge struct {
	from, to     string
	label        string
	certain, cut bool
}

// maxRows bounds a column of the picture; the rest is counted in one box.
const maxRows = 30

// picture is what both forms draw: each principal once, at the hops of its own way.
type picture struct {
	spots   map[string]*spot
	edges   []edge
	columns int
	rows    int
}

func (r Report) picture() picture {
	p := picture{spots: map[string]*spot{}}
	cut := map[[2]string]bool{}
	for _, x := range r.Cut {
		cut[[2]string{x.Principal, x.Technique}] = true
	}
	seen := map[edge]bool{}
	for _, w := range r.Ways {
		for i, s := range w.Steps {
			to := s.Gains
			if s.With != "" {
				to += ", " + s.With
			}
			from := s.Principal
			if i > 0 {
				from = spotName(w.Steps[i-1])
			}
			p.place(from, len(w.Steps)-i)
			p.place(to, len(w.Steps)-i-1)
			e := edge{from, to, s.Technique, s.Certainty == sure, cut[[2]string{s.Principal, s.Technique}]}
			if !seen[e] {
				seen[e] = true
				p.edges = append(p.edges, e)
			}
		}
	}
	p.arrange()
	return p
}

func spotName(s Step) string {
	if s.With == "" {
		return s.Gains
	}
	return s.Gains + ", " + s.With
}

// place puts a principal into the column that is nearest to the target.
func (p *picture) place(name string, column int) {
	s, ok := p.spots[name]
	if !ok {
		s = &spot{name: name, column: column}
		p.spots[name] = s
	}
	s.column = min(s.column, column)
}

// arrange gives each principal its row, beside what it leads to; what does not fit goes into one box.
func (p *picture) arrange() {
	byColumn := map[int][]*spot{}
	for _, s := range p.spots {
		byColumn[s.column] = append(byColumn[s.column], s)
		p.columns = max(p.columns, s.column+1)
	}
	leads := map[string]string{}
	for _, e := range p.edges {
		leads[e.from] = e.to
	}
	for c := range p.columns { // from the end, so that what they lead to has its row
		list := byColumn[c]
		slices.SortFunc(list, func(a, b *spot) int {
			return cmp.Or(cmp.Compare(p.rowOf(leads[a.name]), p.rowOf(leads[b.name])), cmp.Compare(a.name, b.name))
		})
		for i, s := range list {
			s.row = min(i, maxRows)
			if i >= maxRows {
				s.more = len(list) - maxRows
			}
		}
		p.rows = max(p.rows, min(len(list), maxRows+1))
	}
}

func (p *picture) rowOf(name string) int {
	if s, ok := p.spots[name]; ok {
		return s.row
	}
	return 0
}
