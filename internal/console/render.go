package console

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/show"
)

//go:embed pages
var files embed.FS

// templates are the pages by name, each within the layout.
type templates map[string]*template.Template

// parse reads the pages. What is in one is no other's.
func parse() (templates, error) {
	layout, err := template.New("layout.html").Funcs(template.FuncMap{
		"clip": clip, "iso": func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
		"stamp": func(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05") },
		"span":  span, "join": func(s []string) string { return strings.Join(s, ", ") },
		"dollars": func(d float64) string { return fmt.Sprintf("%.2f", d) }, "percent": func(share float64) string { return fmt.Sprintf("%.1f %%", 100*share) },
		"day": func(t time.Time) string { return t.UTC().Format(time.DateOnly) },
		"mul": func(a, b int) int { return a * b }, "sub": func(a, b int) int { return a - b },
	}).ParseFS(files, "pages/layout.html", "pages/parts.html")
	if err != nil {
		return nil, fmt.Errorf("read the pages: %w", err)
	}
	names, err := fs.Glob(files, "pages/*.html")
	if err != nil {
		return nil, fmt.Errorf("list the pages: %w", err)
	}
	all := templates{}
	for _, name := range names {
		if name == "pages/layout.html" || name == "pages/parts.html" {
			continue
		}
		one, err := layout.Clone()
		if err == nil {
			_, err = one.ParseFS(files, name)
		}
		if err != nil {
			return nil, fmt.Errorf("read the page %s: %w", name, err)
		}
		all[strings.TrimSuffix(path.Base(name), ".html")] = one
	}
	return all, nil
}

// view is what the layout shows of a page.
type view struct {
	Title  string
	Live   string // how the page takes news: "list" says that there is some, "parts" takes it in; "" not at all
	Mark   string // of the record as the page shows it, or older
	Body   any
	Ledger string
	User   string
	Logout string // form; "" where nobody is logged in, or in front of the console
	Brakes []ledger.Brake
	Pages  []link
}

// link is an entry of the navigation.
type link struct {
	Path, Name string
	Here       bool
}

func pages(path string) (all []link) {
	for _, p := range []link{{Path: "/", Name: "Overview"}, {Path: "/cases", Name: "Cases"}, {Path: "/incidents", Name: "Incidents"},
		{Path: "/exceptions", Name: "Exceptions"}, {Path: "/playbooks", Name: "Playbooks"}, {Path: "/letters", Name: "Letters"}, {Path: "/coverage", Name: "Coverage"},
		{Path: "/savings", Name: "Savings"}, {Path: "/surges", Name: "Surges"}, {Path: "/halt", Name: "Halt"}} {
		p.Here = p.Path == path
		all = append(all, p)
	}
	return all
}

// show writes a page. Whatever a template does with a text: no control character, none that turns the direction of writing around, and none
// that can't be seen gets out.
func (c *Console) show(w http.ResponseWriter, r *http.Request, status int, name string, v view) error {
	v.Ledger, v.Pages = c.Ledger, pages("/"+strings.SplitN(strings.TrimPrefix(r.URL.Path, "/"), "/", 2)[0])
	if one := sessionOf(r); one != nil {
		v.User = one.who
		if c.front == nil {
			v.Logout = one.form("logout")
		}
		if c.guest(one) {
			v.Pages = nil
			return c.write(w, status, name, v)
		}
		var err error
		if v.Brakes, err = c.Store.Brakes(r.Context()); err != nil {
			return fmt.Errorf("read the brakes: %w", err)
		}
	}
	return c.write(w, status, name, v)
}

func (c *Console) write(w http.ResponseWriter, status int, name string, v view) error {
	var page bytes.Buffer
	if err := c.templates[name].ExecuteTemplate(&page, "layout.html", v); err != nil {
		return fmt.Errorf("write the page %s: %w", name, err)
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, err := w.Write([]byte(plain(page.String())))
	return err
}

// plain is show.Plain of each line.
func plain(page string) string {
	var out strings.Builder
	for line := range strings.Lines(page) {
		text, ended := strings.CutSuffix(line, "\n")
		out.WriteString(show.Plain(text))
		if ended {
			out.WriteByte('\n')
		}
	}
	return out.String()
}

// clip shortens a text that may be as long as its author likes.
func clip(most int, text any) string {
	s := fmt.Sprint(text)
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	return string([]rune(s)[:most]) + "… (shortened)"
}

// span is a duration as people read it.
func span(d time.Duration) string {
	switch {
	case d < 0:
		return "-"
	case d < time.Second:
		return d.Round(time.Millisecond).String()
	case d < time.Minute:
		return d.Round(100 * time.Millisecond).String()
	}
	return d.Round(time.Second).String()
}

// live is a page that takes news. Its mark is read before anything else of it: what changes meanwhile is news.
func (c *Console) live(how string, page func(http.ResponseWriter, *http.Request, view) error) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		if c.guest(sessionOf(r)) {
			return page(w, r, view{})
		}
		mark, err := c.Store.Mark(r.Context())
		if err != nil {
			return fmt.Errorf("read the ledger's mark: %w", err)
		}
		return page(w, r, view{Live: how, Mark: mark})
	}
}

// list makes cases presentable; those that a newer riposte planned are counted instead.
func (c *Console) list(cases []*ledger.Case) (rows []show.Case, newer int, err error) {
	for _, one := range cases {
		row, err := show.Of(one, c.Codec, c.Config().People)
		if errors.Is(err, action.ErrNewer) {
			newer++
			continue
		}
		if err != nil {
			return nil, 0, err
		}
		rows = append(rows, row)
	}
	return rows, newer, nil
}

// asset is a file that pages ask for: the style and the script.
type asset struct {
	name, kind string
	body       []byte
}

func assets() (all []asset, err error) {
	for name, kind := range map[string]string{"console.css": "text/css; charset=utf-8", "console.js": "text/javascript; charset=utf-8", "icon.svg": "image/svg+xml"} {
		body, err := files.ReadFile("pages/" + name)
		if err != nil {
			return nil, fmt.Errorf("read the pages: %w", err)
		}
		all = append(all, asset{name, kind, body})
	}
	return all, nil
}

func (a asset) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", a.kind)
	w.Header().Set("Cache-Control", "private, max-age=300")
	_, _ = w.Write(a.body) // a reader that is gone
}
