package roster

import (
	"maps"
	"slices"
	"strings"

	"github.com/ripostehq/riposte/iam/reach"
)

// running files what runs with a role. A listing is of one region, so that no kind counts as listed whole.
func (g *Gathering) running(l *listing) {
	for _, f := range l.Functions {
		if i, ok := g.account(f.ARN); ok {
			g.out.Compute = append(g.out.Compute, reach.Compute{ARN: f.ARN, Kind: reach.Function, Account: i, Role: f.Role})
		} else {
			g.Gap("function "+f.ARN, "this is no ARN")
		}
	}
	for _, r := range l.Reservations {
		for _, x := range r.Instances {
			g.instance(r.Owner, x)
		}
	}
}

func (g *Gathering) instance(owner string, x instance) {
	if x.Profile.ARN == "" {
		return
	}
	region := strings.TrimRight(x.Placement.Zone, "abcdefghijklmnopqrstuvwxyz")
	_, rest, _ := strings.Cut(x.Profile.ARN, ":")
	partition, _, _ := strings.Cut(rest, ":")
	arn := "arn:" + partition + ":ec2:" + region + ":" + owner + ":instance/" + x.ID
	i, ok := g.account(arn)
	role, known := g.profiles[x.Profile.ARN]
	if !ok || !known {
		g.Gap("instance "+x.ID, "the role of its profile "+x.Profile.ARN+" was not read")
		return
	}
	tags := map[string]string{}
	for _, t := range x.Tags {
		tags[t.Key] = t.Value
	}
	g.out.Compute = append(g.out.Compute, reach.Compute{ARN: arn, Kind: reach.Instance, Account: i, Role: role, Tags: tags})
}

// guardrails puts the control policies on their accounts; none binds the management account.
func (g *Gathering) guardrails() {
	for _, id := range slices.Sorted(maps.Keys(g.controls)) {
		i, ok := g.accounts[id]
		if !ok {
			g.Gap("account "+id, "it was not read: who is in it counts as outside")
		}
		if !ok || id == g.org.Management {
			continue
		}
		for _, level := range g.controls[id] {
			var texts []int
			for _, c := range level {
				texts = append(texts, g.text(c.Name, c.Document, false))
			}
			g.out.Accounts[i].Services = append(g.out.Accounts[i].Services, texts)
		}
	}
	for _, a := range g.out.Accounts {
		if len(a.Services) == 0 && a.ID != g.org.Management {
			g.Gap("account "+a.ID, "its service control policies were not read: one may stop what is said to be sure")
		}
	}
}
