package backtest

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"strings"
	"time"

	"github.com/ripostehq/riposte/internal/show"
)

//go:embed page.html
var pageText string

// onPage is how many rows a table of the page has.
const onPage = 20

// page is what the template needs.
type page struct {
	*Report
	Made     time.Time
	Source   string
	Days     []column
	Pictures []picture
	Legend   []part
	Named    []string // gaps
	MoreGaps int
}

// WriteHTML writes one page that needs nothing beside itself. Source is what was read, for people.
func (r *Report) WriteHTML(w io.Writer, source string, made time.Time) error {
	t, err := template.New("page").Funcs(template.FuncMap{"plain": show.Plain, "figure": Figure}).Parse(pageText)
	if err != nil {
		return fmt.Errorf("read the page: %w", err)
	}
	p := page{Report: r, Made: made.UTC(), Source: source, Days: columns(r.Calendar)}
	for _, table := range r.Tables {
		if len(table.Rows) > 0 {
			p.Pictures = append(p.Pictures, drawn(table))
		}
	}
	p.Legend = legend(r.Checked)
	p.Named, p.MoreGaps = GapsNamed(r.Gaps, onPage)
	if err := t.Execute(w, p); err != nil {
		return fmt.Errorf("write the page: %w", err)
	}
	return nil
}

// GapsNamed are the first gaps for people, and how many more there are.
func GapsNamed(all []Gap, most int) (named []string, more int) {
	for _, g := range all[:min(len(all), most)] {
		named = append(named, g.String())
	}
	return named, len(all) - len(named)
}

// column is one day as a bar.
type column struct {
	Day
	X, Y, Width, Height float64
	Label               string // of every few days
}

// How wide and high the pictures are, in the units of their own viewBox.
const (
	wide, high = 720.0, 120.0
	labels     = 260.0 // left of the bars of a table
	barHeight  = 20.0
)

func columns(days []Day) (out []column) {
	most := 1
	for _, d := range days {
		most = max(most, d.Suspects)
	}
	width := wide / float64(max(len(days), 1))
	each := max(1, len(days)/8)
	for i, d := range days {
		c := column{Day: d, X: float64(i) * width, Width: max(width-1, 0.5), Height: high * float64(d.Suspects) / float64(most)}
		if c.Y = high - c.Height; d.Missing {
			c.Y, c.Height = 0, high
		}
		if i%each == 0 {
			c.Label = d.Day[5:]
		}
		out = append(out, c)
	}
	return out
}

// picture is a table as bars, each in parts by what became of its suspects.
type picture struct {
	By     string
	Height float64
	Bars   []bar
	More   int // rows that are not shown
	Rest   int // their suspects
}

type bar struct {
	Row
	Y, Text float64
	Short   string
	Parts   []part
}

type part struct {
	Class, Says string
	X, Width    float64
}

func drawn(t Table) picture {
	shown := t.Rows[:min(len(t.Rows), onPage)]
	p := picture{By: t.By, Height: barHeight * float64(len(shown)), More: len(t.Rows) - len(shown)}
	for _, row := range t.Rows[len(shown):] {
		p.Rest += row.Suspects
	}
	for i, row := range shown {
		b := bar{Row: row, Y: float64(i) * barHeight, Text: float64(i)*barHeight + 14, Short: short(row.Name, 36)}
		x, scale := labels, (wide-labels-60)/float64(max(shown[0].Suspects, 1))
		for _, one := range parts(row) {
			if one.n > 0 {
				b.Parts = append(b.Parts, part{one.class, fmt.Sprintf("%d %s", one.n, one.class), x, float64(one.n) * scale})
				x += float64(one.n) * scale
			}
		}
		p.Bars = append(p.Bars, b)
	}
	return p
}

// legend says what the parts of bars are.
func legend(checked bool) []part {
	if checked {
		return []part{
			{Class: "confirmed", Says: "confirmed by the present"}, {Class: "unknown", Says: "the present could not be read"},
			{Class: "dismissed", Says: "not confirmed, left alone, or not looked at"},
		}
	}
	return []part{
		{Class: "act", Says: "would have been acted on"}, {Class: "ask", Says: "asked about"}, {Class: "observe", Says: "observed"},
		{Class: "alone", Says: "left alone by a rule of the configuration"},
	}
}

type share struct {
	class string
	n     int
}

// parts are what became of a row's suspects: as the present says, else as the modes do.
func parts(r Row) []share {
	if judged := r.Confirmed + r.Dismissed + r.Unknown; judged > 0 {
		return []share{{"confirmed", r.Confirmed}, {"unknown", r.Unknown}, {"dismissed", r.Dismissed}, {"other", r.Suspects - judged}}
	}
	return []share{{"act", r.Act}, {"ask", r.Ask}, {"observe", r.Observe}, {"alone", r.Alone}}
}

// short keeps the end of a name, which is where names differ.
func short(name string, most int) string {
	runes := []rune(show.Plain(name))
	if len(runes) <= most {
		return string(runes)
	}
	return "…" + string(runes[len(runes)-most+1:])
}

// Figure groups the digits of a number.
func Figure(n int64) string {
	text := fmt.Sprint(n)
	var b strings.Builder
	for i, c := range text {
		if i > 0 && (len(text)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(c)
	}
	return b.String()
}
