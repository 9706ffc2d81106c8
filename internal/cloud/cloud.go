// Package cloud hands out access to accounts and regions: one session per account, region, purpose and case, and around
// every call the guard and the trace.
package cloud

import (
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/smithy-go/middleware"

	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/securityhub"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
)

// Purpose is what a session is for; each has a role of its own, so that rights can be granted one by one.
type Purpose string

const (
	Audit   Purpose = "audit"
	Report  Purpose = "report"
	Contain Purpose = Purpose(action.TierContain)
	Author  Purpose = Purpose(action.TierAuthor)
	Destroy Purpose = Purpose(action.TierDestroy)
)

// Options are what a Cloud stands on.
type Options struct {
	Base       func(event.Place) aws.Config // signs as riposte itself
	Roles      map[Purpose]string           // role names, with path; a purpose without one is refused; none at all: Base's own rights
	ExternalID string
	Guard      Guard
	Now        func() time.Time
}

// Cloud opens clients lazily and keeps them. It is safe for concurrent use.
type Cloud struct {
	opts    Options
	mu      sync.Mutex
	configs map[session]aws.Config
	clients map[key]any
}

// key is one client: a service's, in one session.
type key struct {
	session session
	service string
}

// session is what one set of credentials is good for.
type session struct {
	place   event.Place
	purpose Purpose
	name    string // riposte-CASE, or riposte
}

// sessions is how many are kept.
const sessions = 1000

// New makes a Cloud.
func New(o Options) *Cloud {
	return &Cloud{opts: o, configs: map[session]aws.Config{}, clients: map[key]any{}}
}

// client is the session's client of a service: made once, since making one takes longer than using it.
func client[T any](c *Cloud, s session, service string, open func(aws.Config) T) T {
	c.mu.Lock()
	defer c.mu.Unlock()
	k := key{s, service}
	if made, ok := c.clients[k].(T); ok {
		return made
	}
	made := open(c.config(s))
	c.clients[k] = made
	return made
}

// Reads opens the audit role.
func (c *Cloud) Reads() access.Reads { return reader{c} }

// Writes opens the role of one tier, in the name of one case.
func (c *Cloud) Writes(tier action.Tier, caseID string) access.Writes {
	return writer{c, Purpose(tier), "riposte-" + caseID}
}

// SecurityHub opens the report role.
func (c *Cloud) SecurityHub(p event.Place) *securityhub.Client {
	return client(c, session{p, Report, "riposte"}, "securityhub", func(cfg aws.Config) *securityhub.Client { return securityhub.NewFromConfig(cfg) })
}

func (c *Cloud) ec2(s session) *ec2.Client {
	return client(c, s, "ec2", func(cfg aws.Config) *ec2.Client { return ec2.NewFromConfig(cfg) })
}

func (c *Cloud) autoscaling(s session) *autoscaling.Client {
	return client(c, s, "autoscaling", func(cfg aws.Config) *autoscaling.Client { return autoscaling.NewFromConfig(cfg) })
}

func (c *Cloud) iam(s session) *iam.Client {
	s.place = global(s.place)
	return client(c, s, "iam", func(cfg aws.Config) *iam.Client { return iam.NewFromConfig(cfg) })
}

func (c *Cloud) ssm(s session) *ssm.Client {
	return client(c, s, "ssm", func(cfg aws.Config) *ssm.Client { return ssm.NewFromConfig(cfg) })
}

type reader struct{ *Cloud }

func (r reader) session(p event.Place) session { return session{p, Audit, "riposte"} }

func (r reader) EC2(p event.Place) access.EC2Reads { return r.ec2(r.session(p)) }
func (r reader) AutoScaling(p event.Place) access.AutoScalingReads {
	return r.autoscaling(r.session(p))
}
func (r reader) IAM(p event.Place) access.IAMReads { return r.iam(r.session(p)) }
func (r reader) SSM(p event.Place) access.SSMReads { return r.ssm(r.session(p)) }

type writer struct {
	*Cloud
	purpose Purpose
	name    string
}

func (w writer) session(p event.Place) session { return session{p, w.purpose, w.name} }

func (w writer) EC2(p event.Place) access.EC2Writes { return w.ec2(w.session(p)) }
func (w writer) AutoScaling(p event.Place) access.AutoScalingWrites {
	return w.autoscaling(w.session(p))
}
func (w writer) IAM(p event.Place) access.IAMWrites { return w.iam(w.session(p)) }

// global is the home region of a partition's global services.
func global(p event.Place) event.Place {
	switch p.Partition {
	case "aws-cn":
		p.Region = "cn-north-1"
	case "aws-us-gov":
		p.Region = "us-gov-west-1"
	default:
		p.Region = "us-east-1"
	}
	return p
}

// config is the session's configuration: the base's transport, the role's credentials, guard and trace. The caller holds
// the lock.
func (c *Cloud) config(s session) aws.Config {
	if cfg, ok := c.configs[s]; ok {
		return cfg
	}
	cfg := c.opts.Base(s.place).Copy()
	if len(c.opts.Roles) > 0 {
		cfg.Credentials = c.assume(s)
	} else {
		cfg.Credentials = &itself{sts: sts.NewFromConfig(cfg), account: s.place.Account, base: cfg.Credentials}
	}
	if len(c.configs) >= sessions {
		clear(c.clients)
		clear(c.configs) // a case's session is used for minutes; whoever goes on opens it anew
	}
	cfg.APIOptions = append(cfg.APIOptions, c.opts.Guard.around(s.purpose), func(st *middleware.Stack) error {
		return st.Initialize.Add(trace(), middleware.After)
	})
	c.configs[s] = cfg
	return cfg
}
