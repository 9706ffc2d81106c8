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
func New(o Options) *Cloud { return &Cloud{opts: o, configs: map[session]aws.Config{}} }

// Reads opens the audit role.
func (c *Cloud) Reads() access.Reads { return reader{c} }

// Writes opens the role of one tier, in the name of one case.
func (c *Cloud) Writes(tier action.Tier, caseID string) access.Writes {
	return writer{c, Purpose(tier), "riposte-" + caseID}
}

// SecurityHub opens the report role.
func (c *Cloud) SecurityHub(p event.Place) *securityhub.Client {
	return securityhub.NewFromConfig(c.config(session{p, Report, "riposte"}))
}

type reader struct{ *Cloud }

func (r reader) config(p event.Place) aws.Config { return r.Cloud.config(session{p, Audit, "riposte"}) }

func (r reader) EC2(p event.Place) access.EC2Reads { return ec2.NewFromConfig(r.config(p)) }
func (r reader) AutoScaling(p event.Place) access.AutoScalingReads {
	return autoscaling.NewFromConfig(r.config(p))
}
func (r reader) IAM(p event.Place) access.IAMReads { return iam.NewFromConfig(r.config(global(p))) }
func (r reader) SSM(p event.Place) access.SSMReads { return ssm.NewFromConfig(r.config(p)) }

type writer struct {
	*Cloud
	purpose Purpose
	name    string
}

func (w writer) config(p event.Place) aws.Config {
	return w.Cloud.config(session{p, w.purpose, w.name})
}

func (w writer) EC2(p event.Place) access.EC2Writes { return ec2.NewFromConfig(w.config(p)) }
func (w writer) AutoScaling(p event.Place) access.AutoScalingWrites {
	return autoscaling.NewFromConfig(w.config(p))
}
func (w writer) IAM(p event.Place) access.IAMWrites { return iam.NewFromConfig(w.config(global(p))) }

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

// config is the session's configuration: the base's transport, the role's credentials, guard and trace.
func (c *Cloud) config(s session) aws.Config {
	c.mu.Lock()
	defer c.mu.Unlock()
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
		clear(c.configs) // a case's session is used for minutes; whoever goes on opens it anew
	}
	cfg.APIOptions = append(cfg.APIOptions, c.opts.Guard.around(s.purpose), func(st *middleware.Stack) error {
		return st.Initialize.Add(trace(), middleware.After)
	})
	c.configs[s] = cfg
	return cfg
}
