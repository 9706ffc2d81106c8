// Package setup looks at an organisation with the caller's own rights, and proposes what riposte begins with there: a configuration
// that observes, the variables of Terraform, and the commands to type.
package setup

import (
	"context"
	"time"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/cloud"
)

// Caller is who looks.
type Caller struct {
	ARN       string
	Account   string
	Partition string
	Region    string // that the caller's credentials are used in
}

// Organization is that of the caller's account.
type Organization struct {
	ID         string
	Management string // account
}

// Trail is a trail of CloudTrail that the caller's account has or belongs to.
type Trail struct {
	Name         string
	Region       string // its home
	Bucket       string
	Organization bool   // it records every account of the organisation
	Everywhere   bool   // in every region
	State        string // logging or stopped; "" where that could not be read
	Management   string // management events: all, writes, reads, none; "" where that could not be read
}

// Image is what EC2 tells of a machine image.
type Image struct {
	Owner string // account
	Alias string // of owners that AWS knows: amazon; "" for others
	Name  string
}

// Launch is a call that launched instances.
type Launch struct {
	Issuer    string // ARN of the role or user behind the call
	ID        string // its unique id, AROA... or AIDA...
	Instances int
}

// Reads is what of AWS setup asks: each with the caller's own rights, or, in another account, with those of the role that the
// caller enters it by. Errors are AWS's own.
type Reads interface {
	Organization(ctx context.Context) (*Organization, error) // nil where there is none
	Accounts(ctx context.Context) ([]cloud.Account, error)   // with an error, those that were read all the same
	Trails(ctx context.Context) ([]Trail, error)
	Regions(ctx context.Context, account string) ([]string, error)
	Instances(ctx context.Context, at event.Place) (map[string]int, error) // that run, by image
	Images(ctx context.Context, at event.Place, ids []string) (map[string]Image, error)
	Launches(ctx context.Context, at event.Place, since time.Time) (all []Launch, more bool, err error) // more: there were more than were read
}

// Options say how far to look.
type Options struct {
	Alone    bool          // at the caller's account, whatever organisation it is in
	Regions  []string      // in these alone; none: wherever an account has a region enabled
	Past     time.Duration // how far back launches are looked at; CloudTrail keeps 90 days
	Now      func() time.Time
	Progress func(done, of int, what string) // may be nil; called by one goroutine at a time
}

// Account is one that was looked at.
type Account struct {
	ID, Name string
	Units    []Unit   // that it is in, the nearest first, the root last
	Regions  []string // that are enabled, sorted
	Running  int      // instances
}

// Unit is an organisational unit, or the root.
type Unit struct{ ID, Name string }

// Estate is what was found.
type Estate struct {
	Caller       Caller
	Organization *Organization // nil where there is none, or where it could not be read
	Listed       bool          // Accounts are all of the organisation's that are active
	Accounts     []Account     // by id
	Trails       []Trail
	Owners       []Owner    // of the images that run, those with the most instances first
	Launchers    []Launcher // those that launched the most first
	Launched     int        // instances, by all launchers together
	Past         time.Duration
	Missing      []Missing // what could not be read
}

// Owner is whose images run.
type Owner struct {
	Account   string // "" where no image was found: it was deregistered, or is shared no more
	Alias     string
	Ours      bool // an account of the estate
	Instances int
	Accounts  int    // in which they run
	Example   string // name of one image
}

// Launcher is a principal that launched instances.
type Launcher struct {
	ARN, ID   string
	Kind      Kind
	Instances int
	Accounts  int
}

// Kind is what a launcher is.
type Kind string

// Kinds of launchers. Only Automation and a User can be trusted: a service acts for somebody, and behind Identity Center are people.
const (
	Automation Kind = "role"
	User       Kind = "user"
	Service    Kind = "service" // a service-linked role
	People     Kind = "people"  // a role of IAM Identity Center
	Other      Kind = "other"   // root, and what names no principal
)

// Missing is something that could not be read, and what it would have taken.
type Missing struct {
	What       string
	Permission string // or how else it can be read
	Why        string
	Accounts   []string // in which; none: in the caller's
}
