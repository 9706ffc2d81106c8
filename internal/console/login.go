package console

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// cookieName binds the cookie to this host and to a connection that nobody reads. Loopback counts as that in Chromium and Firefox, in Safari
// it does not: https://github.com/httpwg/http-extensions/issues/2605.
const cookieName = "__Host-riposte"

// pageTakes is how long a page may wait for the ledger.
const pageTakes = 15 * time.Second

type sessionKey struct{}

// sessionOf is a request's session. Pages behind member have one.
func sessionOf(r *http.Request) *session {
	one, _ := r.Context().Value(sessionKey{}).(*session)
	return one
}

// member lets only those in that have a session: others log in first, if what they want is a page.
func (c *Console) member(h handler) http.HandlerFunc {
	return c.answer(func(w http.ResponseWriter, r *http.Request) error {
		one, err := c.present(r)
		if err != nil {
			return err
		}
		if one == nil {
			return stranger(w, r)
		}
		if err := c.admitted(r, one); err != nil {
			return err
		}
		ctx, cancel := context.WithTimeout(context.WithValue(r.Context(), sessionKey{}, one), pageTakes)
		defer cancel()
		c.answer(h)(w, r.WithContext(ctx))
		return nil
	})
}

// present is the session of whoever asks, nil where there is none.
func (c *Console) present(r *http.Request) (*session, error) {
	if c.front != nil {
		return c.sent(r)
	}
	cookie, err := r.Cookie(cookieName)
	if err != nil {
		return nil, nil
	}
	if one := c.sessions.of(cookie.Value); c.stands(one) {
		return one, nil
	}
	return nil, nil
}

// stands reports whether a session goes on. Whom the configuration does not know any more is out.
func (c *Console) stands(one *session) bool {
	return one != nil && c.sessions.lasts(one) && (!one.proven || c.Config().MayCome(one.who))
}

func stranger(w http.ResponseWriter, r *http.Request) error {
	if r.Method == http.MethodGet {
		http.Redirect(w, r, "/login?next="+url.QueryEscape(r.URL.RequestURI()), http.StatusSeeOther)
		return nil
	}
	return refused(http.StatusUnauthorized, "you are not logged in, or no more: nothing was done")
}

func (c *Console) loginPage(w http.ResponseWriter, r *http.Request) error {
	return c.show(w, r, http.StatusOK, "login", c.loginView(local(r.FormValue("next")), ""))
}

func (c *Console) loginView(next, wrong string) view {
	start := ""
	if c.signIn != nil {
		start = "/login/start?" + url.Values{"next": {next}}.Encode()
	}
	return view{Title: "Log in", Body: map[string]string{"Next": next, "Wrong": wrong, "Start": start}}
}

// login exchanges the key for a session. The cookie is always a new one, so that nobody lays one out for others.
func (c *Console) login(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return err
	}
	next := local(r.PostFormValue("next"))
	given, want := sha256.Sum256([]byte(strings.TrimSpace(r.PostFormValue("key")))), sha256.Sum256([]byte(c.Key))
	if subtle.ConstantTimeCompare(given[:], want[:]) != 1 {
		c.Log.Warn("the console was asked for with a wrong key", "from", r.RemoteAddr)
		return c.show(w, r, http.StatusUnauthorized, "login", c.loginView(next, "This is not the key."))
	}
	if old, err := r.Cookie(cookieName); err == nil {
		c.sessions.end(old.Value)
	}
	http.SetCookie(w, cookie(c.sessions.begin(session{who: c.User}), int(sessionLasts.Seconds())))
	http.Redirect(w, r, next, http.StatusSeeOther)
	return nil
}

func (c *Console) logout(w http.ResponseWriter, r *http.Request) error {
	if err := c.posted(r, "logout"); err != nil {
		return err
	}
	c.sessions.leave(sessionOf(r).who)
	http.SetCookie(w, cookie("", -1))
	http.Redirect(w, r, "/login", http.StatusSeeOther)
	return nil
}

func cookie(value string, seconds int) *http.Cookie {
	return &http.Cookie{Name: cookieName, Value: value, Path: "/", MaxAge: seconds, Secure: true, HttpOnly: true, SameSite: http.SameSiteStrictMode}
}

// local is a path of the console's own to go on to, the overview where something else is asked for.
func local(next string) string {
	u, err := url.Parse(next)
	if err != nil || u.Scheme != "" || u.Host != "" || u.Opaque != "" || !strings.HasPrefix(next, "/") || strings.HasPrefix(next, "//") || strings.ContainsAny(next, "\\\r\n\t") {
		return "/"
	}
	return next
}

// posted takes a form of this session's, made for this purpose. One that was sent before, by a second click, is told apart.
func (c *Console) posted(r *http.Request, purpose string) error {
	if err := r.ParseForm(); err != nil {
		return err
	}
	one := sessionOf(r)
	if c.sessions.hasty(one) {
		return refused(http.StatusTooManyRequests, "more than %d orders in a minute: nothing was done; wait a little", mostOrders)
	}
	switch ours, first := c.sessions.takes(one, r.PostFormValue("form"), purpose); {
	case !ours:
		return refused(http.StatusForbidden, "this form was not made for you here: nothing was done; go back, load the page again")
	case !first:
		return refused(http.StatusConflict, "this form was sent before: it counts once")
	}
	return nil
}
