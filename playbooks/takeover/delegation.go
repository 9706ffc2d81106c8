package takeover

import (
	_ "embed"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/route53/types"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/inventory"
	"github.com/ripostehq/riposte/names"
	"github.com/ripostehq/riposte/playbook"
	"github.com/ripostehq/riposte/playbooks/request"
)

//go:embed testdata/orphan-delegation.txtar
var orphanStories string

// OrphanParams are the parameters of takeover.orphan-delegation.
type OrphanParams struct {
	Wait      time.Duration `yaml:"wait" help:"how long after a zone's deletion its delegations are looked at: who makes the zone anew is not disturbed"`
	Sightings int           `yaml:"sightings" help:"complete sweeps that must have seen a delegation so, where no event told of a deletion: at least 1"`
}

// Validate refuses what would find before anything was seen.
func (p OrphanParams) Validate() error {
	if p.Sightings < 1 {
		return playbook.Wrong{Path: []any{"sightings"}, Text: "at least 1"}
	}
	return nil
}

// OrphanDelegation finds delegations to name servers of Route 53 at which no zone of ours is served.
func OrphanDelegation() playbook.Definition {
	return playbook.Define(playbook.Spec[OrphanParams, delegation]{
		ID:       "takeover.orphan-delegation",
		Title:    "A subdomain is delegated to name servers that serve no zone of ours",
		Why:      whyOrphan,
		Severity: playbook.High,
		AtOnce:   true, // who gets the name servers answers for the whole subdomain
		On: []playbook.Trigger{
			playbook.Call(call.Route53DeleteHostedZone).AlsoByAWS(),
			playbook.Observed(call.Route53CreateHostedZone, call.Route53ChangeResourceRecordSets),
		},
		Lists:   []playbook.Listing[OrphanParams, delegation]{playbook.List(inventory.Records(), listDelegation)},
		Window:  func(p OrphanParams) time.Duration { return p.Wait },
		Ripe:    func(k playbook.Streak, _ delegation, _ time.Time, p OrphanParams) bool { return k.Seen >= p.Sightings },
		Learns:  learnZones,
		Names:   []names.Service{names.Delegation},
		Reads:   []call.ID{call.Route53GetHostedZone, call.Route53ListResourceRecordSets},
		Changes: playbook.Always[OrphanParams](action.DeleteRecord{}.About().Kind),
		Prevents: []playbook.Prevention{{
			Kind: playbook.AccountSetting,
			How:  "Delete a subdomain's delegation two days (its TTL) before its zone, and make both in one stack, so that they go together.",
		}},
		Stories:  orphanStories,
		Defaults: OrphanParams{Wait: 10 * time.Minute, Sightings: 2},
		Suspect:  suspectZone,
		Check:    checkDelegations,
		Plan:     planOrphan,
	})
}

const whyOrphan = `Where a zone is gone and its parent still delegates to its name servers, a customer who makes zones of that name until Route 53 gives
one of these servers answers for the whole subdomain: hosts, mail, certificates. The deletion of a zone brings the delegations of all accounts that lead to it; a
sweep finds those to name servers of Route 53 at which no zone of ours is served. A healthy delegation is never a finding: the zone itself says its name servers,
and the delegation is read again right before. One account that was not read may have the zone: nothing is found then, and the case names it. A zone of ours by that
name with other name servers is told and left, since which of both is right nobody can know. What was served by a zone of ours that is gone is deleted; what was never
known to be, or was known so for less time than the delegation, may be a partner's, and is asked about. The name servers of a zone itself, so of a registered
domain, are never touched. Known false positives: a subdomain that a partner serves from an account of its own, of which a zone of ours once had the name servers: give the
delegation an exception. Where code owns the record, the change is proposed there as well: Terraform's
alone, in a plain block of the root module; modules and Terragrunt are told, CloudFormation's record sets and RecordSetGroups are not known. Not seen: DNS outside Route 53, and what a registrar delegates. A delegation that is partly to others than Route 53, and one in a private zone, is not looked at. Undo needs the author tier,
without which it says the change batch that a person can give Route 53.`

// listDelegation wants what is delegated to Route 53; names decide whether a zone of ours is served there.
func listDelegation(at event.Resource, r inventory.Record, _ OrphanParams) *playbook.Listed[delegation] {
	name, _ := spoken(at)
	if r.Set.Type != types.RRTypeNs || r.Private || names.Plain(name) == r.Apex {
		return nil
	}
	keys := r.Points().Keys()
	if len(keys) == 0 {
		return nil
	}
	var l playbook.Listed[delegation]
	l.Free = keys[:1]
	l.Suspect.Title = fmt.Sprintf("%s is delegated to %s", name, servers(keys[0]))
	return &l
}

// servers are the name servers of a delegation, by its key.
func servers(k names.Key) string {
	_, servers, _ := strings.Cut(k.ID, "/")
	return strings.ReplaceAll(servers, ",", ", ")
}

// suspectZone wants the zone that was deleted.
func suspectZone(e event.Event, _ OrphanParams) []playbook.Suspect[delegation] {
	z := zoneOf(e, request.Of(e).At("id").Scalar())
	if z.ID == "" {
		return nil
	}
	return []playbook.Suspect[delegation]{{Resource: z, Title: fmt.Sprintf("hosted zone %s was deleted", z.ID), Facts: delegation{Deleted: z}}}
}

func zoneOf(e event.Event, id string) event.Resource {
	bare := strings.TrimPrefix(id, "/hostedzone/")
	if strings.Contains(bare, "/") {
		return event.Resource{}
	}
	return e.Place().In(event.HostedZone, bare)
}

// learnZones is what records show of zones and delegations.
func learnZones(e event.Event) []names.Change {
	switch call.OfEvent(e) {
	case call.Route53CreateHostedZone:
		out := request.Answer(e)
		z := zoneOf(e, out.At("hostedZone", "id").Scalar())
		var at []string
		for _, s := range out.At("delegationSet", "nameServers").Items() {
			at = append(at, s.Scalar())
		}
		name := out.At("hostedZone", "name").Scalar()
		if z.ID == "" || name == "" || out.At("hostedZone", "config", "privateZone").Scalar() == "true" {
			return nil
		}
		keys := []names.Key{names.ZoneKey(name)}
		if k, ok := names.DelegationKey(name, at); ok {
			keys = append(keys, k)
		}
		return []names.Change{has(served(z), e, keys)}
	case call.Route53DeleteHostedZone:
		if z := zoneOf(e, request.Of(e).At("id").Scalar()); z.ID != "" {
			return []names.Change{{Resource: served(z), At: e.Time}}
		}
	case call.Route53ChangeResourceRecordSets:
		return recordsChanged(e, func(kind string) bool { return kind == "NS" })
	}
	return nil
}

// served is what the index of names has of a zone.
func served(zone event.Resource) event.Resource {
	return zone.Place().In(event.RecordSet, inventory.ServedID(zone.ID))
}
