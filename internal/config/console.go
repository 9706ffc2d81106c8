package config

import (
	"maps"
	"net"
	"net/url"
	"slices"
	"strings"

	"github.com/ripostehq/riposte/internal/strict"
)

// Console is the web pages.
type Console struct {
	Listen string   `yaml:"listen" help:"Address and port: 127.0.0.1:8417. Of this machine alone, but where console.oidc, alb or proxy says who comes in. riposte serve has no pages without it."`
	Hosts  []string `yaml:"hosts" help:"Further names under which browsers come, without port: of a proxy that speaks TLS. Under any other name nothing is answered. To the first, console.oidc sends people back."`
	Key    string   `yaml:"key" help:"Opens the pages: env:NAME, an environment variable with 32 characters or more. Without one, and without a login, a key is made at each start, and printed."`
	OIDC   OIDC     `yaml:"oidc" help:"Lets the people in whom people.groups, owners and approval.approvers name, by their own names, in place of a key. Any address of people.domains comes in to the cases alone that ask it whether it was they, or that are about what it owns by a tag."`
	ALB    ALB      `yaml:"alb" help:"Lets the same people in, who have signed in to a load balancer of AWS's. Only it may reach the pages."`
	Proxy  Proxy    `yaml:"proxy" help:"Lets the same people in, of whom a proxy says who they are, by a signed token."`

	Viewers []string `yaml:"viewers" help:"Groups and addresses that may look too, and order nothing by that."`
}

// OIDC is a provider that knows who signs in. The zero value is none.
type OIDC struct {
	Issuer       string `yaml:"issuer" help:"Its URL, as its discovery document names it: https://login.example.com."`
	ClientID     string `yaml:"client_id" help:"As which the console is known there, with the redirect URI https://HOST/login/callback."`
	ClientSecret string `yaml:"client_secret" help:"env:NAME, an environment variable."`
}

// SecretEnv is the name of the environment variable that holds the client's secret.
func (o OIDC) SecretEnv() string { return strings.TrimPrefix(o.ClientSecret, "env:") }

// Known reports whether the file names a person, by address: as an approver, in another group, or as an owner.
func (c *Config) Known(address string) bool {
	in := func(name string) bool { return slices.Contains(c.members(name), address) }
	return address != "" && (slices.Contains(c.Approvers(), address) || slices.ContainsFunc(slices.Collect(maps.Keys(c.Groups)), in) || slices.ContainsFunc(c.Owners.names(), in))
}

// MayLook reports whether a person may see the pages: whoever is known, and console.viewers.
func (c *Config) MayLook(address string) bool {
	in := func(name string) bool { return slices.Contains(c.members(name), address) }
	return c.Known(address) || address != "" && slices.ContainsFunc(c.Console.Viewers, in)
}

// MayCome reports whether a person may sign in: whoever may look, and any address of people.domains, which sees the cases alone that ask it
// whether it was they, or that are about what it owns by a tag. Where no domain is named nobody more does.
func (c *Config) MayCome(address string) bool {
	return c.MayLook(address) || len(c.Domains) > 0 && c.Within(address)
}

// KeyEnv is the name of the environment variable that holds the key, "" where one is made.
func (c Console) KeyEnv() string { return strings.TrimPrefix(c.Key, "env:") }

// Local reports whether only this machine reaches the pages.
func (c Console) Local() bool {
	_, port, err := net.SplitHostPort(c.Listen)
	return err == nil && port != "" && !open(c.Listen)
}

// console checks the pages' address, their names, and where the key is. Whoever has the key is in; that is for one machine's people, not for a network.
func (k checker) console() {
	c, at := k.c.Console, k.at("console")
	if c.Listen != "" {
		k.listen(at.At("listen"), c.Listen)
		if _, _, err := net.SplitHostPort(c.Listen); err == nil && !c.Local() && !c.SignsIn() {
			at.At("listen").Complain("%s is open to other machines, and no login is named for them: name console.oidc, alb or proxy, or listen on 127.0.0.1, and come by ssh -L or through a proxy on the same machine that knows its users", c.Listen)
		}
	}
	for i, h := range c.Hosts {
		switch {
		case !hostName.MatchString(h):
			at.At("hosts", i).Complain("%q is no host's name: want it in lower case, without scheme and port, like riposte.example.com", h)
		case slices.Index(c.Hosts, h) < i:
			at.At("hosts", i).Complain("%s is there twice", h)
		}
	}
	if name, ok := strings.CutPrefix(c.Key, "env:"); c.Key != "" && (!ok || !envName.MatchString(name)) {
		at.At("key").Complain("want the name of an environment variable, like env:RIPOSTE_CONSOLE_KEY: the key itself never stands in this file")
	}
	k.login(at, c)
	k.viewers(at.At("viewers"), c.Viewers)
}

// oidc checks how people sign in.
func (k checker) oidc(at strict.Node, c Console) {
	if u, err := url.Parse(c.OIDC.Issuer); err != nil || !secure(u) || u.RawQuery != "" || u.Fragment != "" {
		at.At("oidc", "issuer").Complain("want the provider's URL, like https://login.example.com")
	}
	if c.OIDC.ClientID == "" {
		at.At("oidc", "client_id").Complain("want the id that the provider has given the console")
	}
	if name, ok := strings.CutPrefix(c.OIDC.ClientSecret, "env:"); !ok || !envName.MatchString(name) {
		at.At("oidc", "client_secret").Complain("want the name of an environment variable, like env:RIPOSTE_OIDC_SECRET: the secret itself never stands in this file")
	}
	if len(c.Hosts) == 0 && c.Listen != "" {
		at.At("hosts").Complain("the provider has to know where it sends people back to: name the console's host, as hosts: [riposte.example.com]")
	}
}

// consoleChanges are all weaker but a shorter list of names: who comes in, and how.
func consoleChanges(old, now *Config) []Change {
	is, was := now.Console, old.Console
	out := weakerWhere(false, is.Listen != was.Listen, "console.listen: from the next start on")
	out = append(out, weakerWhere(true, is.OIDC != was.OIDC, "console.oidc: another login from the next start on")...)
	out = append(out, weakerWhere(true, is.ALB != was.ALB, "console.alb: another login from the next start on")...)
	out = append(out, weakerWhere(true, is.Proxy != was.Proxy, "console.proxy: another login from the next start on")...)
	out = append(out, entries(was.Viewers, is.Viewers, Change{"console.viewers: %s may look now", true}, Change{"console.viewers: %s may not look any more by that", false})...)
	out = append(out, weakerWhere(true, is.Key != was.Key, "console.key: another one from the next start on")...)
	return append(out, entries(was.Hosts, is.Hosts, Change{"console.hosts: %s counts as the console from the next start on", true},
		Change{"console.hosts: %s counts as the console no more from the next start on", false})...)
}
