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
	Listen string   `yaml:"listen" help:"Address and port: 127.0.0.1:8417. Of this machine alone, but where console.oidc says who comes in. riposte serve has no pages without it."`
	Hosts  []string `yaml:"hosts" help:"Further names under which browsers come, without port: of a proxy that speaks TLS. Under any other name nothing is answered. To the first, console.oidc sends people back."`
	Key    string   `yaml:"key" help:"Opens the pages: env:NAME, an environment variable with 32 characters or more. Without one, and without console.oidc, a key is made at each start, and printed."`
	OIDC   OIDC     `yaml:"oidc" help:"Lets the people in whom people.groups, owners and approval.approvers name, by their own names, in place of a key."`
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
	return address != "" && (slices.Contains(c.Approvers(), address) || slices.ContainsFunc(slices.Collect(maps.Keys(c.Groups)), in) || slices.ContainsFunc(slices.Collect(maps.Values(c.Owners.Accounts)), in))
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
		if _, _, err := net.SplitHostPort(c.Listen); err == nil && !c.Local() && c.OIDC == (OIDC{}) {
			at.At("listen").Complain("%s is open to other machines, and no login is named for them: name console.oidc, or listen on 127.0.0.1, and come by ssh -L or through a proxy on the same machine that knows its users", c.Listen)
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
	if c.OIDC != (OIDC{}) {
		k.oidc(at, c)
	}
}

// oidc checks how people sign in.
func (k checker) oidc(at strict.Node, c Console) {
	u, err := url.Parse(c.OIDC.Issuer)
	secure := err == nil && u.Host != "" && (u.Scheme == "https" || u.Scheme == "http" && !open(net.JoinHostPort(u.Hostname(), "80")))
	if !secure || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
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
	if c.Key != "" {
		at.At("key").Complain("a key lets anybody in who has it: leave it out where console.oidc says who comes in")
	}
	if len(k.c.Approvers()) == 0 {
		at.At("oidc").Complain("whoever comes in could give every order: name approval.approvers")
	}
}

// consoleChanges are all weaker but a shorter list of names: who comes in, and how.
func consoleChanges(old, now *Config) []Change {
	is, was := now.Console, old.Console
	out := weakerWhere(false, is.Listen != was.Listen, "console.listen: from the next start on")
	out = append(out, weakerWhere(true, is.OIDC != was.OIDC, "console.oidc: another login from the next start on")...)
	out = append(out, weakerWhere(true, is.Key != was.Key, "console.key: another one from the next start on")...)
	return append(out, entries(was.Hosts, is.Hosts, Change{"console.hosts: %s counts as the console from the next start on", true},
		Change{"console.hosts: %s counts as the console no more from the next start on", false})...)
}
