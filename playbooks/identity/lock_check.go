package identity

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/playbook"
)

// mostRoles is how many roles of one record's instances are looked at: no owner's call moves more.
const mostRoles = 5

// checkLock confirms the roles of the instances that have no lock, or one that does not fit.
func checkLock(ctx context.Context, in playbook.In, s playbook.Suspect[lock], p LockParams) (all []playbook.Suspect[lock], err error) {
	roles, err := rolesOf(ctx, in, &s.Facts)
	if err != nil {
		return nil, err
	}
	for _, id := range slices.Sorted(maps.Keys(roles))[:min(len(roles), mostRoles)] {
		if slices.Contains(p.AllowRoles, id) {
			continue
		}
		l := locking{in: in, of: roles[id], moved: s.Facts, days: p.Days}
		confirmed, err := l.judge(ctx)
		if err != nil {
			return nil, err
		}
		if confirmed {
			l.found.Instances, l.found.Addressed, l.found.Moved = s.Facts.Instances, s.Facts.Addressed, s.Facts.Moved
			all = append(all, playbook.Suspect[lock]{Resource: l.found.Role, Title: l.title(), Facts: l.found})
		}
	}
	return all, nil
}

// locking is how the lock of one role comes about.
type locking struct {
	in    playbook.In
	of    types.Role
	moved lock // the record's
	days  int

	machines []fleet  // that have the role
	was      []string // the ways out that it is to, where riposte wrote it
	written  string   // the lock of riposte's that stands
	narrows  bool     // the lock that stands is riposte's, and only has ways out that are gone
	first    []string // what a person has to say about a lock that takes something away
	found    lock
}

// fleet are the machines of a region.
type fleet struct {
	at  event.Place
	all []machine
}

// doubt is why a person has to say, whatever the lock takes away or gives.
func (l *locking) doubt(format string, of ...any) {
	if why := fmt.Sprintf(format, of...); !slices.Contains(l.found.Doubts, why) {
		l.found.Doubts = append(l.found.Doubts, why)
	}
}

// doubtFirst is why a person has to say once: a lock that stands has shown it.
func (l *locking) doubtFirst(format string, of ...any) {
	if why := fmt.Sprintf(format, of...); !slices.Contains(l.first, why) {
		l.first = append(l.first, why)
	}
}

// judge reports whether the role has no lock, or one that does not fit, and finds the one that would.
func (l *locking) judge(ctx context.Context) (bool, error) {
	path := aws.ToString(l.of.Path)
	if strings.HasPrefix(path, "/aws-service-role/") || strings.HasPrefix(path, "/aws-reserved/") {
		return false, nil // AWS lets no caller write their policies
	}
	place := l.in.Origin.Place
	place.Region = ""
	l.found.Role = place.In(event.Role, strings.TrimPrefix(path, "/")+aws.ToString(l.of.RoleName))
	if err := l.readMachines(ctx); err != nil || len(l.machines) == 0 {
		return false, err
	}
	if locked, err := l.readPolicies(ctx); err != nil || locked {
		return false, err
	}
	if err := l.readWaysOut(ctx); err != nil {
		return false, err
	}
	if l.written != "" && l.fits() {
		return false, nil
	}
	l.trusted()
	err := l.try(ctx)
	if !l.narrows {
		l.found.Doubts = append(l.found.Doubts, l.first...)
	}
	return true, err
}

// fits reports whether the lock that stands is to the very ways out; where it isn't, what is new to it is for a person to say.
func (l *locking) fits() bool {
	to, ours := action.LockedTo(l.written)
	l.was = to
	if l.narrows = ours; !ours {
		l.doubt("%s is not as riposte writes it", action.CredentialLockPolicy)
		return false
	}
	added := slices.DeleteFunc(slices.Clone(l.found.WaysOut), func(w string) bool { return slices.Contains(to, w) })
	if len(added) > 0 {
		l.narrows = false
		l.doubt("new to the role's lock: %s; a caller who may pass the role to an instance can bring a way out", strings.Join(added, ", "))
	}
	gone := slices.DeleteFunc(slices.Clone(to), func(w string) bool { return slices.Contains(l.found.WaysOut, w) })
	if len(gone) > 0 && len(added) == 0 { // else a person is asked already
		l.doubt("no instance of the role goes out by %s now: one that is started there is cut off until the lock has it again", strings.Join(gone, ", "))
	}
	return len(added) == 0 && len(gone) == 0
}

func (l *locking) title() string {
	title := "credentials of the instances of role " + aws.ToString(l.of.RoleName)
	if l.written != "" {
		title += " are locked to other ways out than theirs"
	} else {
		title += " work from anywhere"
	}
	if l.found.Cuts != "" {
		title += ", and a lock would cut off " + l.found.Cuts
	}
	return title
}

// readWaysOut finds the ways out of all machines, by network.
func (l *locking) readWaysOut(ctx context.Context) error {
	var known []netip.Addr
	blocks := slices.Clone(l.in.Organization.Egress)
	for _, f := range l.machines {
		networks := map[string][]machine{}
		for _, m := range f.all {
			networks[m.vpc] = append(networks[m.vpc], m)
		}
		for _, vpc := range slices.Sorted(maps.Keys(networks)) {
			w := waysOut{aws: l.in.AWS, at: f.at}
			own, err := w.ofNetwork(ctx, vpc, networks[vpc])
			if err != nil {
				return err
			}
			known, blocks = append(known, w.known...), append(blocks, w.blocks...)
			if w.doubt != "" {
				l.doubt("%s", w.doubt)
			}
			if own != "" {
				l.doubtFirst("an instance leaves by %s, an address of its own: the next instance of the role will have another, and is cut off until the lock follows", own)
			}
			if (len(networks) > 1 || len(l.machines) > 1) && l.brought(networks[vpc]) {
				l.doubtFirst("network %s has no other instance of the role than those of this call: its ways out may be a stranger's", vpc)
			}
		}
	}
	l.found.WaysOut = ranges(known, blocks)
	if len(l.found.WaysOut) == 0 {
		l.doubt("no public way out of the role's instances is known")
	}
	return nil
}

// brought reports whether the record names all of some machines.
func (l *locking) brought(all []machine) bool {
	return !slices.ContainsFunc(all, func(m machine) bool { return !slices.Contains(idsOf(l.moved.Instances), m.id) })
}

// ofNetwork adds the ways out of the machines of one network, and returns an address that one of them has of its own.
func (w *waysOut) ofNetwork(ctx context.Context, vpc string, machines []machine) (own string, err error) {
	var interfaces, subnets []string
	for _, m := range machines {
		interfaces = append(interfaces, m.interfaces...)
	}
	for some := range slices.Chunk(interfaces, 200) { // values of a filter
		in, err := w.ofInterfaces(ctx, some)
		if err != nil {
			return "", err
		}
		subnets = append(subnets, in...)
	}
	if all := ranges(w.known, w.blocks); len(all) > 0 {
		own = all[0]
	}
	slices.Sort(subnets)
	if err := w.routed(ctx, vpc, slices.Compact(subnets)); err != nil {
		return "", err
	}
	for _, m := range machines {
		if w.direct && m.pending {
			return "", fmt.Errorf("instance %q is being started, and EC2 may still give it an address", m.id)
		}
	}
	return own, nil
}

// ranges are public addresses and blocks in CIDR's form, sorted.
func ranges(known []netip.Addr, blocks []netip.Prefix) (all []string) {
	for _, a := range known {
		blocks = append(blocks, netip.PrefixFrom(a.Unmap(), a.Unmap().BitLen()))
	}
	slices.SortFunc(blocks, func(a, b netip.Prefix) int { return cmp.Or(a.Addr().Compare(b.Addr()), a.Bits()-b.Bits()) })
	for _, b := range slices.Compact(blocks) {
		all = append(all, b.String())
	}
	return all
}
