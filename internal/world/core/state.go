// Package core is what the services of the world stand on: a call that is being answered, the rows that a place holds,
// ids and timers, and how CloudTrail spells.
package core

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/ripostehq/riposte/event"
)

// State is everything that a world remembers; it is kept as JSON.
type State struct {
	Format      int
	Now         time.Time
	Seed        uint64
	Minted      uint64 // how many ids were made
	Delivery    time.Duration
	Notices     time.Duration // 0: services send none
	Propagation time.Duration
	Partition   string
	Accounts    map[string]*Account
	Timers      []Timer
	Pending     []Delivery
	Notes       map[string]string

	services Services
	table    map[string]*Operation
}

// Account is one AWS account.
type Account struct {
	ID, Name, Alias string          // Alias is an image owner's, as "amazon"
	Rows            map[string]rows // by region; under "" what knows no regions
}

// New is an empty state that a world's services work on.
func New(services Services) *State {
	return &State{
		Partition: "aws", Accounts: map[string]*Account{}, Notes: map[string]string{}, services: services, table: services.Table(),
	}
}

// Operation finds a row of the table by its full name, nil where the world has none.
func (s *State) Operation(name string) *Operation { return s.table[name] }

// Service finds a service by its id in the SDK, nil where the world has none.
func (s *State) Service(sdk string) *Service {
	i := slices.IndexFunc(s.services, func(s *Service) bool { return s.SDK == sdk })
	if i < 0 {
		return nil
	}
	return s.services[i]
}

// Open adds an account that has nothing yet.
func (s *State) Open(id, name, alias string) {
	s.Accounts[id] = &Account{ID: id, Name: name, Alias: alias, Rows: map[string]rows{}}
}

// Mint makes the next id: hexadecimal digits that depend on the seed and on how many were made before.
func (s *State) Mint(digits int) string {
	s.Minted++
	var b [16]byte
	binary.BigEndian.PutUint64(b[:8], s.Seed)
	binary.BigEndian.PutUint64(b[8:], s.Minted)
	h := sha256.Sum256(b[:])
	return hex.EncodeToString(h[:])[:digits]
}

// ResourceID is an id of EC2's long form: i-0123456789abcdef0.
func (s *State) ResourceID(prefix string) string { return prefix + "-0" + s.Mint(16) }

// UUID makes a version 4 UUID.
func (s *State) UUID() string {
	h := s.Mint(32)
	return h[:8] + "-" + h[8:12] + "-4" + h[13:16] + "-a" + h[17:20] + "-" + h[20:]
}

// Address is the next private address.
func (s *State) Address() string {
	s.Minted++
	return fmt.Sprintf("10.0.%d.%d", s.Minted>>8&255, s.Minted&255)
}

// At is one account's region in the world.
type At struct {
	*State
	Place event.Place
}

// At opens a place; its account has to exist.
func (s *State) At(account, region string) At {
	return At{s, event.Place{Partition: s.Partition, Account: account, Region: region}}
}

// Places are the regions in which an account has something, by account and region.
func (s *State) Places() (all []At) {
	for _, account := range slices.Sorted(maps.Keys(s.Accounts)) {
		for _, region := range slices.Sorted(maps.Keys(s.Accounts[account].Rows)) {
			if region != "" {
				all = append(all, s.At(account, region))
			}
		}
	}
	return all
}

// Global is the account without a region, where IAM is.
func (at At) Global() At { return at.State.At(at.Place.Account, "") }

// ARN names a resource of the place.
func (at At) ARN(service, resource string) string {
	return fmt.Sprintf("arn:%s:%s:%s:%s:%s", at.Partition, service, at.Place.Region, at.Place.Account, resource)
}

// Fixed is the id of something that a place has from the beginning: the same in every run.
func (at At) Fixed(prefix, more string) string {
	h := sha256.Sum256([]byte(prefix + "|" + at.Place.Account + "|" + at.Place.Region + "|" + more))
	return prefix + "-0" + hex.EncodeToString(h[:])[:16]
}
