package cli

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"log/slog"
	"net"
	"os"
	"time"

	"github.com/ripostehq/riposte/internal/config"
	"github.com/ripostehq/riposte/internal/console"
	"github.com/ripostehq/riposte/internal/demo"
	"github.com/ripostehq/riposte/internal/serve"
)

// defaultPages is where pages are without a configured address.
const defaultPages = "127.0.0.1:8417"

type consoleVerb struct {
	ledgerFlag
	Listen string `placeholder:"ADDRESS" help:"Address and port, of this machine alone. Default: console.listen of the configuration, else 127.0.0.1:8417."`
}

// Run shows a ledger until told to stop. It needs the ledger and nothing else: no role, no rights in an account.
func (v consoleVerb) Run(ctx context.Context, sh *shell) error {
	r, err := v.serve(ctx, sh)
	if err != nil {
		return err
	}
	defer r.Close()
	at := r.config.Console
	if at.Listen = cmp.Or(v.Listen, at.Listen, defaultPages); !at.Local() && !at.SignsIn() {
		return wrongUsage("--listen %s: want address and port of this machine alone, like %s: no login is named for others (console.oidc, alb or proxy)", at.Listen, defaultPages)
	}
	if at.OIDC != (config.OIDC{}) && len(at.Hosts) == 0 {
		return wrongUsage("console.hosts names no host that the provider could send people back to")
	}
	l, err := v.ledger(r.config)
	if err != nil {
		return err
	}
	var carry func(context.Context) error
	if r.release != nil { // the demo's world is ours
		carry = r.stage.Settle
	}
	return sh.showPages(ctx, r, at, pollOf(l), carry)
}

// demoPages shows a demo that is over, whose world this process has.
func (sh *shell) demoPages(ctx context.Context, r record, stage *demo.Stage) error {
	r.stage = stage
	return sh.showPages(ctx, r, config.Console{Listen: "127.0.0.1:0"}, filePoll, stage.Settle)
}

// showPages serves the pages of a record that is open, until the context ends.
func (sh *shell) showPages(ctx context.Context, r record, at config.Console, poll time.Duration, carry func(context.Context) error) error {
	p, err := sh.pages(ctx, at, true)
	if err != nil {
		return err
	}
	defer p.Close()
	o := p.options(poll)
	o.Store, o.Config, o.Codec, o.Ledger = r.Store, func() *config.Config { return r.config }, r.codec, r.file
	o.Now, o.Clock, o.User, o.Log = func() time.Time { return r.now(sh) }, sh.now, sh.user, slog.New(slog.NewTextHandler(sh.err, nil))
	o.Carry = carry
	c, err := console.New(o)
	if err != nil {
		return err
	}
	sh.remark("console   %s", p.link())
	return c.Serve(ctx, p.Listener)
}

// pages are where the console listens, and what opens it.
type pages struct {
	net.Listener
	at     config.Console
	signIn console.SignIn
	front  console.Front
	key    string
	made   bool // the key: it is printed, and ends with this process
}

// pages opens the console's address, nil where there is none. It comes before the ledger: what can't begin leaves nothing behind.
func (sh *shell) pages(ctx context.Context, at config.Console, printable bool) (*pages, error) {
	if at.Listen == "" {
		return nil, nil
	}
	p := &pages{at: at}
	if err := p.opens(printable); err != nil {
		return nil, err
	}
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", at.Listen)
	if err != nil {
		return nil, fmt.Errorf("listen for the console: %w; console.listen in the configuration names another address", err)
	}
	p.Listener = l
	return p, nil
}

// opens finds out who comes in: a person who signs in, here or in front, or the holder of the key.
func (p *pages) opens(printable bool) error {
	if a, x := p.at.ALB, p.at.Proxy; a != (config.ALB{}) || x != (config.Proxy{}) {
		p.front = console.Front{Proxy: console.Proxy(x)}
		if a != (config.ALB{}) {
			p.front.ALB = console.ALB{ARN: a.ARN, ClientID: a.ClientID}
		}
		return nil
	}
	if o := p.at.OIDC; o != (config.OIDC{}) {
		p.signIn = console.SignIn{Issuer: o.Issuer, ClientID: o.ClientID, Secret: os.Getenv(o.SecretEnv()), Host: backTo(p.at)}
		if p.signIn.Secret == "" {
			return wrongUsage("console.oidc: the environment variable %s is not set", o.SecretEnv())
		}
		return nil
	}
	name := p.at.KeyEnv()
	p.key = os.Getenv(name)
	switch {
	case name != "" && p.key == "":
		return wrongUsage("console.key: the environment variable %s is not set", name)
	case name == "" && !printable:
		return wrongUsage("console.key is not set, and a key that was made here would be printed into a log: say console: {key: env:RIPOSTE_CONSOLE_KEY}")
	case name == "":
		var secret [32]byte
		_, _ = rand.Read(secret[:]) // never fails
		p.key, p.made = hex.EncodeToString(secret[:]), true
	}
	if err := console.Usable(p.key); err != nil {
		return usage{fmt.Errorf("%s: %w", name, err)}
	}
	return nil
}

// backTo is where a provider sends people back to. On this machine no proxy stands before the pages, so that it is their own port.
func backTo(at config.Console) string {
	host := at.Hosts[0]
	_, port, err := net.SplitHostPort(at.Listen)
	if ip := net.ParseIP(host); err == nil && (host == "localhost" || ip != nil && ip.IsLoopback()) {
		return net.JoinHostPort(host, port)
	}
	return host
}

func (p *pages) address() string { return "http://" + p.Addr().String() + "/" }

// link opens the pages, with the key where nobody has it yet: behind the #, which browsers send to no server.
func (p *pages) link() string {
	if p.made {
		return p.address() + "login#" + p.key
	}
	return p.address()
}

func (p *pages) options(poll time.Duration) console.Options {
	if poll == filePoll { // a file is asked for nothing: browsers hear within a second
		poll = newsPoll
	}
	return console.Options{Poll: poll, Hosts: p.at.Hosts, SignIn: p.signIn, Front: p.front, Key: p.key}
}

// beside is the console of a daemon, by the configuration in effect.
func (p *pages) beside(w wiring, ledger string, poll time.Duration) func(context.Context, *serve.Live) {
	o := p.options(poll)
	o.Store, o.Ledger, o.Now, o.Clock, o.User, o.Log = w.store, ledger, w.sh.now, w.sh.now, w.sh.user, w.log
	return func(ctx context.Context, live *serve.Live) {
		o.Config, o.Codec = func() *config.Config { return live.App().Config }, live.App().Codec
		c, err := console.New(o)
		if err == nil {
			err = c.Serve(ctx, p.Listener)
		}
		if err != nil {
			w.log.Error("the console is gone", "error", err)
		}
	}
}
