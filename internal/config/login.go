package config

import (
	"net"
	"net/http"
	"net/url"
	"regexp"
	"slices"

	"github.com/ripostehq/riposte/internal/strict"
)

// ALB is a load balancer that signs people in. The zero value is none.
type ALB struct {
	ARN      string `yaml:"arn" help:"The load balancer's ARN: what any other one signs is refused."`
	ClientID string `yaml:"client_id" help:"The id that the provider has given the load balancer. None: any that it signs for."`
}

// Proxy is one that signs who comes. The zero value is none.
type Proxy struct {
	Header   string `yaml:"header" help:"The header that holds the signed token, a JWT: X-Forwarded-Access-Token. What is not signed is not believed."`
	Issuer   string `yaml:"issuer" help:"The token's issuer, to the letter."`
	Audience string `yaml:"audience" help:"The token's audience."`
	Keys     string `yaml:"keys" help:"URL of the keys that sign, a JWKS: https://..."`
}

// SignsIn reports whether whoever comes has signed in, by whichever way.
func (c Console) SignsIn() bool {
	return c.OIDC != (OIDC{}) || c.ALB != (ALB{}) || c.Proxy != (Proxy{})
}

// albARN is an application load balancer's: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-authenticate-users.html
var albARN = regexp.MustCompile(`^arn:aws[a-z-]*:elasticloadbalancing:[a-z0-9-]+:[0-9]{12}:loadbalancer/app/[A-Za-z0-9-]+/[0-9a-f]+$`)

// login checks by which of the ways people sign in.
func (k checker) login(at strict.Node, c Console) {
	ways := slices.DeleteFunc([]bool{c.OIDC != (OIDC{}), c.ALB != (ALB{}), c.Proxy != (Proxy{})}, func(is bool) bool { return !is })
	if len(ways) == 0 {
		return
	}
	if len(ways) > 1 {
		at.Complain("people sign in by one of oidc, alb, proxy")
	}
	if c.Key != "" {
		at.At("key").Complain("a key lets anybody in who has it: leave it out where console.oidc, alb or proxy says who comes in")
	}
	if len(k.c.Approvers()) == 0 {
		at.Complain("whoever comes in could give every order: name approval.approvers")
	}
	if c.OIDC != (OIDC{}) {
		k.oidc(at, c)
	}
	if c.ALB != (ALB{}) && !albARN.MatchString(c.ALB.ARN) {
		at.At("alb", "arn").Complain("want the ARN of an application load balancer: arn:aws:elasticloadbalancing:REGION:ACCOUNT:loadbalancer/app/NAME/ID")
	}
	if c.Proxy != (Proxy{}) {
		k.proxy(at.At("proxy"), c.Proxy)
	}
}

func (k checker) proxy(at strict.Node, p Proxy) {
	if !headerName.MatchString(p.Header) || http.CanonicalHeaderKey(p.Header) == "Cookie" {
		at.At("header").Complain("want the name of a header, like X-Forwarded-Access-Token")
	}
	if p.Issuer == "" {
		at.At("issuer").Complain("want the token's issuer: without it a token of anybody who has keys would do")
	}
	if p.Audience == "" {
		at.At("audience").Complain("want the token's audience: without it a token for something else would do")
	}
	if u, err := url.Parse(p.Keys); err != nil || !secure(u) || u.Fragment != "" {
		at.At("keys").Complain("want the URL of the keys, like https://login.example.com/keys")
	}
}

var headerName = regexp.MustCompile(`^[A-Za-z0-9-]+$`)

// secure reports whether nobody reads or changes what comes from a URL on the way: by TLS, or on this machine.
func secure(u *url.URL) bool {
	local := u.Scheme == "http" && !open(net.JoinHostPort(u.Hostname(), "80"))
	return u.Host != "" && u.User == nil && (u.Scheme == "https" || local)
}

// viewers checks who may look without being named anywhere else.
func (k checker) viewers(at strict.Node, all []string) {
	for i, who := range all {
		if k.who(at.At(i), who); slices.Index(all, who) < i {
			at.At(i).Complain("%s is there twice", who)
		}
	}
	if len(all) > 0 && !k.c.Console.SignsIn() {
		at.Complain("nobody signs in, so that nobody is known: name console.oidc, alb or proxy")
	}
}
