package paths

import (
	"encoding/xml"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/ripostehq/riposte/internal/show"
)

// DOT writes the picture for Graphviz.
func DOT(r Report) string {
	out := &strings.Builder{}
	p := r.picture()
	fmt.Fprintln(out, "digraph paths {\n  rankdir=LR;\n  node [shape=box, fontname=\"sans-serif\"];")
	for _, name := range slices.Sorted(maps.Keys(p.spots)) {
		fmt.Fprintf(out, "  %s;\n", strconv.Quote(show.Plain(Short(name))))
	}
	for _, e := range p.edges {
		fmt.Fprintf(out, "  %s -> %s [label=%s, color=%q, style=%q];\n", strconv.Quote(show.Plain(Short(e.from))), strconv.Quote(show.Plain(Short(e.to))),
			strconv.Quote(e.label), e.colour(), map[bool]string{true: "dashed", false: "solid"}[e.cut])
	}
	fmt.Fprintln(out, "}")
	return out.String()
}

func (e edge) colour() string {
	if e.certain {
		return "#b3261e"
	}
	return "#a67c00"
}

// The picture's measures, in pixels.
const (
	boxWidth, boxHeight = 300, 26
	columnGap, rowGap   = 200, 14
	margin, head        = 20, 70
)

// SVG writes the picture: columns are hops, what is asked for stands on the right, red is sure, ochre possible, dashed what the cut takes away.
func SVG(r Report) string {
	out := &strings.Builder{}
	p := r.picture()
	width := 2*margin + max(p.columns, 2)*(boxWidth+columnGap) - columnGap
	height := head + margin + p.rows*(boxHeight+rowGap)
	fmt.Fprintf(out, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" font-family="sans-serif" font-size="12">`+"\n", width, height, width, height)
	fmt.Fprintf(out, `<rect width="%d" height="%d" fill="#ffffff"/>`+"\n", width, height)
	fmt.Fprintf(out, `<text x="%d" y="22" font-size="15" font-weight="bold">%d come to it for sure, %d perhaps</text>`+"\n", margin, r.Summary.ReachSure, r.Summary.ReachPossible)
	fmt.Fprintf(out, `<text x="%d" y="40"><tspan fill="#b3261e">red: sure</tspan>  <tspan fill="#a67c00">ochre: possible</tspan>  dashed: what the cut takes away</text>`+"\n", margin)
	for c := range p.columns {
		fmt.Fprintf(out, `<text x="%d" y="%d" fill="#5f5f5f">%s</text>`+"\n", p.x(c), head-8, map[bool]string{true: "the end", false: hops(c) + " before"}[c == 0])
	}
	for _, e := range p.edges {
		p.line(out, e)
	}
	for _, name := range slices.Sorted(maps.Keys(p.spots)) {
		p.box(out, p.spots[name])
	}
	fmt.Fprintln(out, "</svg>")
	return out.String()
}

func (p picture) x(column int) int { return margin + (max(p.columns, 2)-1-column)*(boxWidth+columnGap) }
func (p picture) y(row int) int    { return head + row*(boxHeight+rowGap) }

func (p picture) line(out io.Writer, e edge) {
	from, to := p.spots[e.from], p.spots[e.to]
	x1, y1 := p.x(from.column)+boxWidth, p.y(from.row)+boxHeight/2
	x2, y2 := p.x(to.column), p.y(to.row)+boxHeight/2
	dash := ""
	if e.cut {
		dash = ` stroke-dasharray="7 5" stroke-width="2.5"`
	}
	fmt.Fprintf(out, `<path d="M%d %d C%d %d %d %d %d %d" fill="none" stroke="%s"%s><title>%s</title></path>`+"\n",
		x1, y1, x1+columnGap/2, y1, x2-columnGap/2, y2, x2, y2, e.colour(), dash, escaped(Short(e.from)+" by "+e.label))
	if from.more == 0 {
		fmt.Fprintf(out, `<text x="%d" y="%d" font-size="10" fill="%s">%s</text>`+"\n", x1+6, y1-4, e.colour(), escaped(e.label))
	}
}

func (p picture) box(out io.Writer, s *spot) {
	name := Short(s.name)
	if s.more > 0 {
		name = fmt.Sprintf("and %d more", s.more)
	}
	fill := "#f4f4f4"
	if s.column == 0 {
		fill = "#fbe3e1"
	}
	fmt.Fprintf(out, `<rect x="%d" y="%d" width="%d" height="%d" rx="4" fill="%s" stroke="#5f5f5f"><title>%s</title></rect>`+"\n",
		p.x(s.column), p.y(s.row), boxWidth, boxHeight, fill, escaped(s.name))
	fmt.Fprintf(out, `<text x="%d" y="%d">%s</text>`+"\n", p.x(s.column)+8, p.y(s.row)+17, escaped(shortened(name)))
}

// shortened leaves what fits into a box: the end of a name tells more than its middle.
func shortened(name string) string {
	const fits = 44
	r := []rune(name)
	if len(r) <= fits {
		return name
	}
	return string(r[:fits/2-1]) + "\u2026" + string(r[len(r)-fits/2:])
}

// escaped makes a name, which any caller may have chosen, text, never markup.
func escaped(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(show.Plain(s))) // a strings.Builder takes everything
	return b.String()
}
