package takeover

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/route53"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/names"
	"github.com/ripostehq/riposte/playbook"
)

// delegation are the facts: of a zone that was deleted, or of a delegation.
type delegation struct {
	Deleted event.Resource    `json:",omitzero"`  // what the event deleted
	Set     *action.RecordSet `json:",omitempty"` // as it was read
	Other   string            `json:",omitempty"` // a zone of ours by the name, which other name servers serve
	Asks    string            `json:",omitempty"` // why a person decides
}

// checkDelegations looks at a delegation, or for those that lead to a zone which was deleted.
func checkDelegations(ctx context.Context, in playbook.In, s playbook.Suspect[delegation], _ OrphanParams) (all []playbook.Suspect[delegation], err error) {
	if in.Names == nil {
		return nil, fmt.Errorf("nothing lists names: switch sweeps on: %w", playbook.ErrNoEvidence)
	}
	if s.Resource.Type == event.RecordSet {
		return delegated{in, s.Facts, map[event.Resource]*zone{}}.look(ctx, s.Resource)
	}
	there, err := readZone(ctx, in.AWS, s.Resource)
	if err != nil || there != nil {
		return nil, err
	}
	had, err := in.Names.NamesHad(ctx, served(s.Resource))
	if err != nil {
		return nil, fmt.Errorf("find the names of zone %s: %w", s.Resource.ID, err)
	}
	d, seen := delegated{in, s.Facts, map[event.Resource]*zone{}}, map[event.Resource]bool{}
	for _, h := range had {
		entries, err := in.Names.NamesOf(ctx, h.Key)
		if err != nil {
			return nil, fmt.Errorf("find what delegates to %s: %w", h.Key, err)
		}
		for _, e := range entries {
			if !e.Points || seen[e.Resource] {
				continue
			}
			seen[e.Resource] = true
			found, err := d.look(ctx, e.Resource)
			if err != nil {
				return nil, err
			}
			all = append(all, found...)
		}
	}
	return all, nil
}

// delegated looks at delegations. Each zone is read once, however many lead from it.
type delegated struct {
	in   playbook.In
	f    delegation
	read map[event.Resource]*zone
}

func (d delegated) zone(ctx context.Context, of event.Resource) (*zone, error) {
	z, known := d.read[of]
	if known {
		return z, nil
	}
	z, err := readZone(ctx, d.in.AWS, of)
	if err == nil {
		d.read[of] = z
	}
	return z, err
}

// look reads the delegation anew, and confirms it where no zone of ours is served at its name servers.
func (d delegated) look(ctx context.Context, at event.Resource) ([]playbook.Suspect[delegation], error) {
	set, _, err := action.ReadRecord(ctx, d.in.AWS, at)
	if err != nil || set == nil {
		return nil, err
	}
	points := set.Target()
	keys := points.Keys()
	zone, _, _ := strings.Cut(at.ID, "/")
	parent, err := d.zone(ctx, at.Place().In(event.HostedZone, zone))
	if err != nil || parent == nil || len(keys) == 0 || parent.private || parent.name == names.Plain(points.Name) || parent.serves(keys[0]) {
		return nil, err
	}
	other, healthy, err := d.zones(ctx, zone, points.Name, keys[0])
	if err != nil || healthy {
		return nil, err
	}
	f := delegation{Deleted: d.f.Deleted, Set: set, Other: other, Asks: set.Routed()}
	unread, err := d.in.Names.Unread(ctx, event.RecordSet, time.Time{})
	switch {
	case err != nil:
		return nil, fmt.Errorf("find which accounts were read: %w", err)
	case len(unread) > 0:
		return nil, fmt.Errorf("whose zone %s is can't be told without account %s: %w", names.Plain(points.Name), strings.Join(unread[:min(len(unread), 5)], ", "), playbook.ErrUnread)
	case f.Asks == "":
		if f.Asks, err = d.doubt(ctx, at, keys[0]); err != nil {
			return nil, err
		}
	}
	return []playbook.Suspect[delegation]{f.of(at, keys[0])}, nil
}

// zones asks the zones of ours that are called like the delegation, or like a domain above it, at which name servers they are served. Healthy: one of them
// is served at all of these. Other: one has the very name, and others. The parent was asked already.
func (d delegated) zones(ctx context.Context, parent, name string, to names.Key) (other string, healthy bool, err error) {
	for at := names.Plain(name); strings.Contains(at, "."); _, at, _ = strings.Cut(at, ".") {
		entries, err := d.in.Names.NamesOf(ctx, names.Key{Partition: to.Partition, Service: names.Zone, ID: at})
		if err != nil {
			return "", false, fmt.Errorf("find the zones called %s: %w", at, err)
		}
		for _, e := range entries {
			id, _, _ := strings.Cut(e.Resource.ID, "/")
			if e.Points || !e.Gone.IsZero() || id == parent {
				continue
			}
			z, err := d.zone(ctx, e.Resource.Place().In(event.HostedZone, id))
			switch {
			case err != nil:
				return "", false, err
			case z == nil || z.private:
			case z.serves(to):
				return "", true, nil
			case at == names.Plain(name):
				other = fmt.Sprintf("%s in account %s", id, e.Resource.Account)
			}
		}
	}
	return other, false, nil
}

const (
	neverServed = "no zone of ours is known to have been served there: it may be a partner's"
	knownLater  = "the zone that was served there is known for less time than the delegation: it may have been made for this"
)

// doubt says why a person decides. A zone of any name can be made, and be said to be served at servers that are another customer's: only one that was known
// before the delegation, and served at these servers, is what the delegation meant.
func (d delegated) doubt(ctx context.Context, at event.Resource, to names.Key) (string, error) {
	all, err := d.in.Names.NamesOf(ctx, to)
	if err != nil {
		return "", fmt.Errorf("find since when %s was served: %w", to, err)
	}
	why := neverServed
	for _, had := range all {
		if had.Points {
			continue
		}
		why = knownLater
		if slices.ContainsFunc(all, func(e names.Entry) bool { return e.Points && e.Resource == at && !had.Since.After(e.Since) }) {
			return "", nil
		}
	}
	return why, nil
}

// zone is a hosted zone as it is.
type zone struct {
	name    string
	private bool
	servers []string
}

// serves reports whether all name servers of a delegation are the zone's. Some of them are enough for the delegation, all are its health.
func (z zone) serves(to names.Key) bool {
	for _, s := range strings.Split(servers(to), ", ") {
		if !slices.Contains(z.servers, s) {
			return false
		}
	}
	return true
}

// readZone reads a hosted zone; nil where there is none.
func readZone(ctx context.Context, r access.Reads, of event.Resource) (*zone, error) {
	out, err := r.Route53(of.Place()).GetHostedZone(ctx, &route53.GetHostedZoneInput{Id: &of.ID})
	if access.Answered(err, "NoSuchHostedZone") {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read zone %q of account %s: %w", of.ID, of.Account, err)
	}
	z := &zone{name: names.Plain(aws.ToString(out.HostedZone.Name)), private: out.HostedZone.Config != nil && out.HostedZone.Config.PrivateZone}
	if out.DelegationSet != nil {
		for _, s := range out.DelegationSet.NameServers {
			z.servers = append(z.servers, names.Plain(s))
		}
	}
	return z, nil
}

// of says the facts of a delegation.
func (f delegation) of(at event.Resource, to names.Key) playbook.Suspect[delegation] {
	name, _ := spoken(at)
	s := playbook.Suspect[delegation]{Resource: at, Facts: f, Severity: playbook.High}
	s.Title = fmt.Sprintf("%s is delegated to %s, which serve no zone of ours: %s", name, servers(to), claimed(to.Claimable().By))
	if f.Other != "" {
		s.Title = fmt.Sprintf("%s is delegated to %s, and zone %s by that name is served elsewhere: which of both is right, a person decides", name, servers(to), f.Other)
	}
	return s
}

// planOrphan deletes the delegation. Before the look, and where a zone of ours has the name, nothing is planned.
func planOrphan(s playbook.Suspect[delegation], _ OrphanParams) (plan action.Plan) {
	if s.Facts.Set == nil || s.Facts.Other != "" {
		return plan
	}
	step := action.Try(action.DeleteRecord{Record: s.Resource, Set: *s.Facts.Set})
	if s.Facts.Asks != "" {
		step = step.Asking(s.Facts.Asks)
	}
	plan.Steps = []action.Step{step}
	return plan
}
