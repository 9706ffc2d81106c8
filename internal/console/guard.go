package console

import (
	"errors"
	"fmt"
	"mime"
	"net"
	"net/http"
	"slices"
	"strings"
)

// mostBody is the largest form that is read, in bytes.
const mostBody = 64 << 10

// policy lets a page take from its own origin what it is made of, and nothing else: no inline script or style, no frame, no foreign form,
// and no text that becomes markup by script.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; " +
	"frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"

// guarded stands before every page: names under which it answers, headers, and who may post.
func (c *Console) guarded(next http.Handler) http.Handler {
	cross := http.NewCrossOriginProtection() // of requests without any header of a browser it says nothing: the session's own form does
	cross.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "this form comes from another site", http.StatusForbidden)
	}))
	inner := cross.Handler(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		for name, value := range map[string]string{
			"Content-Security-Policy": policy, "X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Referrer-Policy": "same-origin",
			"Cache-Control": "no-store", "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin",
			"Permissions-Policy": "camera=(), geolocation=(), microphone=()",
		} {
			h.Set(name, value)
		}
		if !c.here(r.Host) { // a foreign name that resolves to this machine: DNS rebinding
			http.Error(w, "the console does not answer under this name: console.hosts lists those that it has", http.StatusMisdirectedRequest)
			return
		}
		if r.Method == http.MethodPost {
			if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/x-www-form-urlencoded" {
				http.Error(w, "want a form", http.StatusUnsupportedMediaType)
				return
			}
			r.Body = http.MaxBytesReader(w, r.Body, mostBody)
		}
		inner.ServeHTTP(w, r)
	})
}

// here reports whether a request's Host is a name of the console.
func (c *Console) here(host string) bool {
	name, _, err := net.SplitHostPort(host)
	if err != nil {
		name = strings.Trim(host, "[]")
	}
	name = strings.ToLower(name)
	return loopback(name) || slices.Contains(c.Hosts, name)
}

// handler is a page: what it returns is shown.
type handler func(http.ResponseWriter, *http.Request) error

// problem is an error that people may see.
type problem struct {
	status int
	text   string
}

func (p problem) Error() string { return p.text }

func refused(status int, format string, args ...any) error {
	return problem{status, fmt.Sprintf(format, args...)}
}

// answer runs a page and shows what was wrong.
func (c *Console) answer(h handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		err := h(w, r)
		if err == nil || r.Context().Err() != nil {
			return
		}
		p, tooLarge := problem{}, &http.MaxBytesError{}
		switch {
		case errors.As(err, &tooLarge):
			p = problem{http.StatusRequestEntityTooLarge, fmt.Sprintf("a form has at most %d bytes", tooLarge.Limit)}
		case !errors.As(err, &p):
			c.Log.Error("a page could not be made", "path", r.URL.Path, "error", err)
			p = problem{http.StatusInternalServerError, "the page could not be made: the log of this process says why"}
		}
		if err := c.show(w, r, p.status, "problem", view{Title: http.StatusText(p.status), Body: [2]string{p.text, back(r.URL.Path)}}); err != nil {
			c.Log.Error("a page could not be made", "path", r.URL.Path, "error", err)
			http.Error(w, p.text, p.status)
		}
	}
}

// back is where to go on after what was refused: the case that it was about.
func back(path string) string {
	if part := strings.Split(path, "/"); len(part) > 2 && part[1] == "cases" {
		return "/cases/" + part[2]
	}
	return "/"
}

// nothing answers for pages that are not there.
func (c *Console) nothing(http.ResponseWriter, *http.Request) error {
	return refused(http.StatusNotFound, "there is no such page")
}
