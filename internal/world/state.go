package world

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/ripostehq/riposte/event"
)

// state is everything that a world remembers; it is kept as JSON.
type state struct {
	Format      int
	Now         time.Time
	Seed        uint64
	Minted      uint64 // how many ids were made
	Delivery    time.Duration
	Propagation time.Duration
	Partition   string
	Accounts    map[string]*account
	Timers      []timer
	Pending     []Delivery
	Notes       map[string]string
}

// account is one AWS account.
type account struct {
	ID, Name, Alias string // Alias is an image owner's, as "amazon"
	Regions         map[string]*region
	IAM             iamState
}

// region is what one account has in one region.
type region struct {
	Images         map[string]*image
	Instances      map[string]*instance
	Interfaces     map[string]*networkInterface
	SecurityGroups map[string]*securityGroup
	Templates      map[string]*template
	Configurations map[string]*configuration
	Groups         map[string]*group
	Fleets         map[string]*fleet
	SpotRequests   map[string]*spotRequest
	Parameters     map[string]*parameter
	Findings       map[string]*finding
}

// format is the schema of a kept world.
const format = 1

func newState(opts Options) *state {
	return &state{
		Format: format, Seed: opts.Seed, Partition: "aws", Accounts: map[string]*account{}, Notes: map[string]string{},
		Delivery:    orDefault(opts.DeliveryDelay, 5*time.Second),
		Propagation: orDefault(opts.PropagationDelay, 4*time.Second),
	}
}

// region opens a region of an account, empty where nothing was ever made in it.
func (s *state) region(accountID, name string) *region {
	a := s.Accounts[accountID]
	r, ok := a.Regions[name]
	if !ok {
		r = &region{
			Images: map[string]*image{}, Instances: map[string]*instance{}, Interfaces: map[string]*networkInterface{},
			SecurityGroups: map[string]*securityGroup{}, Templates: map[string]*template{},
			Configurations: map[string]*configuration{}, Groups: map[string]*group{},
			Fleets: map[string]*fleet{}, SpotRequests: map[string]*spotRequest{},
			Parameters: map[string]*parameter{}, Findings: map[string]*finding{},
		}
		a.Regions[name] = r
	}
	if r.Fleets == nil { // a world that was kept before there were any
		r.Fleets, r.SpotRequests = map[string]*fleet{}, map[string]*spotRequest{}
	}
	return r
}

func (s *state) at(p event.Place) *region { return s.region(p.Account, p.Region) }

func (s *state) arn(p event.Place, service, resource string) string {
	return fmt.Sprintf("arn:%s:%s:%s:%s:%s", s.Partition, service, p.Region, p.Account, resource)
}

// mint makes the next id: hexadecimal digits that depend on the seed and on how many were made before.
func (s *state) mint(digits int) string {
	s.Minted++
	var b [16]byte
	binary.BigEndian.PutUint64(b[:8], s.Seed)
	binary.BigEndian.PutUint64(b[8:], s.Minted)
	h := sha256.Sum256(b[:])
	return hex.EncodeToString(h[:])[:digits]
}

// resourceID is an id of EC2's long form: i-0123456789abcdef0.
func (s *state) resourceID(prefix string) string { return prefix + "-0" + s.mint(16) }

func (s *state) uuid() string {
	h := s.mint(32)
	return h[:8] + "-" + h[8:12] + "-4" + h[13:16] + "-a" + h[17:20] + "-" + h[20:]
}

// fixed is the id of something that a region has from the beginning: the same in every run.
func (s *state) fixed(prefix string, p event.Place, more string) string {
	h := sha256.Sum256([]byte(prefix + "|" + p.Account + "|" + p.Region + "|" + more))
	return prefix + "-0" + hex.EncodeToString(h[:])[:16]
}

// address is the next private address.
func (s *state) address() string {
	s.Minted++
	return fmt.Sprintf("10.0.%d.%d", s.Minted>>8&255, s.Minted&255)
}

func orElse(a, b string) string {
	if a != "" {
		return a
	}
	return b
}
