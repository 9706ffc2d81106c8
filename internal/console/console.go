// Package console is the web pages: what the record says, and people's orders into its inboxes. Engine and gate know nothing of it; it reads the
// ledger and nothing else, so that its process needs no rights in any account.
package console

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/internal/config"
	"github.com/ripostehq/riposte/internal/ledger"
)

// Store is what the pages need of the record.
type Store interface {
	ledger.Cases
	ledger.Inbox
	ledger.Exceptions
	ledger.Brakes
	ledger.Letters
	ledger.Sweeps
}

// Options are what the pages are made of.
type Options struct {
	Store  Store
	Config func() *config.Config // in effect
	Codec  action.Codec
	Ledger string           // as people know it: riposte.db
	Now    func() time.Time // that orders are given at: in a demo, its world's
	Clock  func() time.Time // the wall's: sessions and streams end by it
	Poll   time.Duration    // how often the ledger is asked for news while a person watches
	Hosts  []string         // further names of the pages
	SignIn SignIn           // how people come in; none: the person with the key, or whom the front names
	Front  Front            // what stands before the pages and says who comes
	Key    string           // that opens the pages where nobody signs in
	User   string           // of the operating system, whose process this is
	Log    *slog.Logger
	Carry  func(context.Context) error // has an order carried out at once; nil where a riposte serves the ledger
}

// shortestKey is how many characters of a key can't be guessed, whoever chose it.
const shortestKey = 32

// Console is the pages, put together.
type Console struct {
	Options
	templates templates
	assets    []asset
	sessions  *sessions
	signIn    *signIn // nil where nobody signs in here
	front     *front  // nil where nothing before the pages says who comes
	news      *news
	figures   *counted[sums]
	worth     *counted[worth]
	carries   sync.Mutex // one order at a time where they are carried out here
}

// Usable refuses a key that could be guessed.
func Usable(key string) error {
	if len(key) < shortestKey {
		return fmt.Errorf("the console's key has %d characters: want %d or more, as openssl rand -hex 32 prints them", len(key), shortestKey)
	}
	return nil
}

// New puts the pages together.
func New(o Options) (*Console, error) {
	c := &Console{Options: o, sessions: newSessions(o.Clock), news: newNews(o.Store.Mark, o.Poll), figures: &counted[sums]{count: figures{o.Store, o.Store, o.Now}.add, clock: o.Clock}}
	c.worth = &counted[worth]{count: c.value, clock: o.Clock}
	var err error
	if c.front, err = newFront(o.Front, o.Clock); err != nil {
		return nil, err
	}
	switch {
	case c.front != nil:
	case o.SignIn != (SignIn{}):
		c.signIn = newSignIn(o.SignIn, o.Clock)
	default:
		err = Usable(o.Key)
	}
	if err != nil {
		return nil, err
	}
	if c.templates, err = parse(); err != nil {
		return nil, err
	}
	c.assets, err = assets()
	return c, err
}

// Handler answers requests for the pages.
func (c *Console) Handler() http.Handler {
	mux := http.NewServeMux()
	for _, a := range c.assets {
		mux.Handle("GET /"+a.name, a)
	}
	c.logins(mux)
	mux.HandleFunc("GET /changes", c.answer(c.changes))
	for pattern, page := range map[string]handler{
		"GET /{$}": c.live("list", c.overview), "GET /cases": c.live("list", c.cases), "GET /cases/{id}": c.live("parts", c.oneCase),
		"GET /cases/{id}/{verb}": c.orderPage, "POST /cases/{id}/{verb}": c.order,
		"GET /incidents": c.live("list", c.incidents), "GET /incidents/{id}": c.live("list", c.incident),
		"GET /incidents/{id}/approve": c.togetherPage, "POST /incidents/{id}/approve": c.approveTogether, "GET /letters": c.live("list", c.letters), "POST /letters/again": c.again,
		"GET /coverage": c.live("list", c.coverage), "GET /savings": c.live("list", c.savings), "GET /surges": c.live("list", c.surges),
		"GET /exceptions": c.live("list", c.exceptions), "GET /exceptions/new": c.exceptPage, "POST /exceptions": c.except,
		"POST /exceptions/end": c.endAlone, "GET /playbooks": c.playbooks, "GET /playbooks/{id}": c.playbook,
		"GET /halt": c.haltPage, "POST /halt": c.halt, "POST /release": c.release,
		"GET /": c.nothing,
	} {
		mux.HandleFunc(pattern, c.member(page))
	}
	return c.guarded(mux)
}

// logins are the ways in and out. Where a signed header says who comes there is none.
func (c *Console) logins(mux *http.ServeMux) {
	if c.front != nil {
		return
	}
	mux.HandleFunc("GET /login", c.answer(c.loginPage))
	if c.signIn != nil {
		mux.HandleFunc("GET /login/start", c.answer(c.startSignIn))
		mux.HandleFunc("GET /login/callback", c.answer(c.endSignIn))
	} else {
		mux.HandleFunc("POST /login", c.answer(c.login))
	}
	mux.HandleFunc("POST /logout", c.member(c.logout))
}

// Serve answers on a listener until the context ends.
func (c *Console) Serve(ctx context.Context, l net.Listener) error {
	server := &http.Server{
		Handler: c.Handler(), BaseContext: func(net.Listener) context.Context { return ctx },
		ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second, WriteTimeout: 20 * time.Second, IdleTimeout: time.Minute,
		MaxHeaderBytes: 16 << 10, ErrorLog: slog.NewLogLogger(c.Log.Handler(), slog.LevelDebug),
	}
	if c.Carry != nil {
		go c.tend(ctx)
	}
	share := mostOfAddress
	if c.front != nil {
		share = 0
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(limit(l, mostConnections, share)) }()
	select {
	case err := <-ended:
		return fmt.Errorf("serve the console: %w", err)
	case <-ctx.Done():
	}
	limited, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer cancel()
	if err := server.Shutdown(limited); err != nil && !errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("end the console: %w", err)
	}
	return nil
}

// tend has orders carried out that others put into the ledger, where that is done here.
func (c *Console) tend(ctx context.Context) {
	tick := time.NewTicker(c.Poll)
	defer tick.Stop()
	for last := ""; ; {
		mark, err := c.Store.Mark(ctx)
		if err == nil && mark != last {
			if err = c.carry(ctx); err == nil {
				last = mark // what came meanwhile is another
			}
		}
		if err != nil && ctx.Err() == nil {
			c.Log.Error("orders could not be carried out", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// loopback reports whether a host is this machine by its own names.
func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
