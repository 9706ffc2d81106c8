package waste

import (
	"context"
	_ "embed"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/inventory"
	"github.com/ripostehq/riposte/playbook"
	"github.com/ripostehq/riposte/playbooks/managed"
	"github.com/ripostehq/riposte/playbooks/price"
)

//go:embed testdata/unused-address.txtar
var addressStories string

const addressID = "waste.unused-address"

// AddressParams are the parameters of waste.unused-address.
type AddressParams struct {
	ReportDays int      `yaml:"report_days" help:"days without association after which an address is told of: at least 14"`
	DeleteDays int      `yaml:"delete_days" help:"days without association after which its release is asked for, told_days having passed: at least report_days"`
	ToldDays   int      `yaml:"told_days" help:"days between telling and releasing: at least 7"`
	Sightings  int      `yaml:"sightings" help:"complete sweeps that must have seen it so: at least 2"`
	CodeTags   []string `yaml:"code_tags" help:"keys of tags by which your code (Terraform, Pulumi) marks what it manages: it is told of, and not released"`
}

func (p AddressParams) treatment() treatment {
	return treatment{p.ReportDays, p.DeleteDays, p.ToldDays, p.Sightings}
}

// Validate refuses a haste that leaves the owner no time to say no.
func (p AddressParams) Validate() error { return p.treatment().validate() }

// UnusedAddress finds Elastic IP addresses that nothing has had for long, and asks to release each.
func UnusedAddress() playbook.Definition {
	return playbook.Define(playbook.Spec[AddressParams, address]{
		ID:       addressID,
		Title:    "An Elastic IP address has nothing behind it",
		Why:      whyAddress,
		Severity: playbook.Low,
		Concern:  playbook.Cost,
		Lists:    []playbook.Listing[AddressParams, address]{playbook.List(inventory.Addresses(), listAddress)},
		Ripe: func(k playbook.Streak, _ address, now time.Time, p AddressParams) bool {
			return p.treatment().ripe(k, now)
		},
		Saves: func(ctx context.Context, prices playbook.Prices, s playbook.Suspect[address]) (playbook.Saving, error) {
			return price.Address(ctx, prices, s.Resource.Region)
		},
		Reads:   []call.ID{call.EC2DescribeAddresses, call.EC2DescribeAddressTransfers},
		Changes: playbook.Always[AddressParams](action.Announce{}.About().Kind, action.ReleaseAddress{}.About().Kind),
		Prevents: []playbook.Prevention{{
			Kind: playbook.AccountSetting,
			How:  "Allocate addresses from an IPAM pool with a rule for unused ones, or let load balancers and NAT gateways hold them: what is allocated by hand is forgotten by hand.",
		}},
		Stories:  addressStories,
		Defaults: AddressParams{ReportDays: 31, DeleteDays: 45, ToldDays: 14, Sightings: 7},
		Suspect:  func(event.Event, AddressParams) []playbook.Suspect[address] { return nil },
		Check:    checkAddress,
		Plan:     planAddress,
	})
}

const whyAddress = `AWS charges for each public IPv4 address, used or not. What is found here had nothing behind it on each sweep for a month. First its
owner is told, by tags on the address too. A fortnight later a person is asked whether it may go: always, since partners may have it in their
allow-lists, a record of DNS may point to it, it may be a spare for a failure, and nothing in the account tells. Before it goes it is looked at
again: associated, offered to another account, tagged riposte:keep with a date, or its announcing tag taken off, and it is let be. CloudTrail is
asked for what happened between the sweeps; where it can't answer nothing is released. Undo asks AWS for the very same address, and gives its
tags back; once another account has it there is no way back, and whoever holds it then gets what is still sent to it. An address to which a record of Route 53
points, in any account that sweeps read, is told and left until the record is gone; of DNS elsewhere nothing is known, so look first. Known false positives: spares, and
addresses that a partner lets in; tag them riposte:keep. Not found at all: addresses that a service manages, your own ranges (BYOIP), customer-owned and carrier addresses. What
CloudFormation or your code owns (code_tags) is told and left.`

// address are the facts of one.
type address struct {
	unused
	IP string
}

// pooled are the ranges that AWS's own addresses come from: those of another pool are the customer's.
const pooled = "amazon"

// listAddress wants what is associated with nothing and is AWS's to take back and give again.
func listAddress(at event.Resource, a types.Address, p AddressParams) *playbook.Listed[address] {
	tags := managed.Tags(a.Tags)
	pool := aws.ToString(a.PublicIpv4Pool)
	switch {
	case at.ID == "", a.ServiceManaged != "", served(tags, nil):
		return nil
	case aws.ToString(a.AssociationId)+aws.ToString(a.InstanceId)+aws.ToString(a.NetworkInterfaceId) != "":
		return nil
	case pool != "" && pool != pooled, aws.ToString(a.CustomerOwnedIp)+aws.ToString(a.CustomerOwnedIpv4Pool)+aws.ToString(a.CarrierIp) != "":
		return nil
	}
	f := address{IP: aws.ToString(a.PublicIp)}
	f.Managed = managed.By(tags, nil, p.CodeTags)
	f.Asks = "partners may let it in, a name may point to it, it may be a spare: once another account has it, it can't be had back"
	return &playbook.Listed[address]{Suspect: f.of(at)}
}

// of says the facts of an address.
func (f address) of(at event.Resource) playbook.Suspect[address] {
	title := fmt.Sprintf("address %s is associated with nothing", f.IP)
	if f.Managed != "" {
		title += "; " + f.Managed + " manages it: take it out there"
	} else if f.Idle != "" {
		title += "; " + f.Idle
	}
	return playbook.Suspect[address]{Resource: at, Title: title, Facts: f}
}

// planAddress tells, waits, and asks.
func planAddress(s playbook.Suspect[address], p AddressParams) (plan action.Plan) {
	f, wait := s.Facts, p.treatment().wait()
	if f.Managed != "" || f.Idle != "" {
		return plan
	}
	gone := action.Try(action.ReleaseAddress{Address: s.Resource, IP: f.IP, Case: s.Case})
	gone.After = wait
	plan.Steps = []action.Step{f.announce(s.Resource, s.Case, addressID, wait), f.asked(gone)}
	return plan
}

// checkAddress looks at the address as the listing did, and at all that shows that it is still wanted.
func checkAddress(ctx context.Context, in playbook.In, s playbook.Suspect[address], p AddressParams) ([]playbook.Suspect[address], error) {
	a, err := action.LookAddress(ctx, in.AWS, s.Resource)
	if err != nil || a == nil {
		return nil, err
	}
	listed := listAddress(s.Resource, *a, p)
	if listed == nil {
		return nil, nil
	}
	offered, err := transferred(ctx, in.AWS, s.Resource)
	if err != nil || offered {
		return nil, err
	}
	f, tags := listed.Suspect.Facts, managed.Tags(a.Tags)
	kept, u, err := standing(ctx, in, s.Case, s.Resource, tags)
	if err != nil || kept != "" {
		return nil, err
	}
	f.Since, f.Opened = u.Since, u.Opened
	if f.Idle, err = pointed(ctx, in, f.IP); err != nil {
		return nil, err
	}
	found := f.of(s.Resource)
	found.Tags, found.Case = tags, s.Case
	return []playbook.Suspect[address]{found}, nil
}

// transferred reports whether an address is offered to another account, which has not taken it.
func transferred(ctx context.Context, r access.Reads, a event.Resource) (bool, error) {
	out, err := r.EC2(a.Place()).DescribeAddressTransfers(ctx, &ec2.DescribeAddressTransfersInput{AllocationIds: []string{a.ID}})
	if access.Answered(err, "InvalidAddressTransfer.NotFound", "InvalidAllocationID.NotFound") {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("read the transfer of address %q: %w", a.ID, err)
	}
	for _, t := range out.AddressTransfers {
		if aws.ToString(t.AllocationId) == a.ID && t.AddressTransferStatus == types.AddressTransferStatusPending {
			return true, nil
		}
	}
	return false, nil
}
