package network

import (
	"net/netip"
	"slices"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/playbook"
)

// publicAddress is the address that AWS saw a call come from over the internet, "" where it came otherwise: behind a VPC's endpoint each caller
// has the address that the VPC's owner gave it.
func publicAddress(e event.Event) string {
	a, ok := e.Address()
	if a = a.Unmap(); !ok || e.Endpoint != "" || e.Actor.InvokedBy != "" || !a.IsGlobalUnicast() || a.IsPrivate() {
		return ""
	}
	return a.String()
}

// kept are the rules that stand in for the open ones where a known person called from an office: the ports alone, for the address of the call alone.
func (p PortParams) kept(in playbook.In, o opened) (all []action.IngressRule) {
	from, err := netip.ParseAddr(o.From)
	if err != nil || !p.KeepCaller || !in.Organization.Offices.Has(from) || in.Organization.Person(in.Origin.Actor) == "" {
		return nil
	}
	for _, r := range o.Rules {
		for _, port := range p.Ports {
			one := PortParams{Ports: []int32{port}}
			if !one.reaches(r) {
				continue
			}
			door := action.IngressRule{Protocol: r.Protocol, From: port, To: port, Peer: netip.PrefixFrom(from, from.BitLen()).String(), Description: "by riposte, for the caller"}
			if r.Protocol == "-1" {
				door.Protocol = "tcp"
			}
			if !slices.ContainsFunc(all, door.Is) {
				all = append(all, door)
			}
		}
	}
	return all
}

// planRules takes the open rules first: what the caller keeps is no reason to wait with them.
func planRules(s playbook.Suspect[opened], _ PortParams) (plan action.Plan) {
	for _, r := range s.Facts.Rules {
		plan.Steps = append(plan.Steps, action.Try(action.RevokeIngress{Group: s.Resource, Rule: r}))
	}
	for _, r := range s.Facts.Keep {
		plan.Steps = append(plan.Steps, action.Try(action.AllowIngress{Group: s.Resource, Rule: r}))
	}
	for i := range plan.Steps {
		if s.Facts.Doubt != "" {
			plan.Steps[i] = plan.Steps[i].Asking(s.Facts.Doubt)
		}
	}
	return plan
}
