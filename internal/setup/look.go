package setup

import (
	"cmp"
	"context"
	"slices"
	"sync"

	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
)

// atOnce is how many questions are asked of AWS at a time: few per account, so that nobody's own calls are throttled.
const atOnce = 24

// Look looks at what there is. What can't be read is in Estate.Missing and stops nothing but itself; the error is the context's.
func Look(ctx context.Context, r Reads, caller Caller, o Options) (*Estate, error) {
	l := &look{Reads: r, o: o, estate: &Estate{Caller: caller, Past: o.Past}, owners: map[string]*tally{}, launchers: map[string]*tally{}, missing: map[[2]string]*Missing{}}
	l.organization(ctx)
	l.trails(ctx)
	l.regions(ctx)
	l.running(ctx)
	l.settle()
	return l.estate, ctx.Err()
}

// look is a look under way.
type look struct {
	Reads
	o      Options
	estate *Estate

	mu        sync.Mutex
	owners    map[string]*tally // by account, "" for images that were not found
	launchers map[string]*tally // by ARN
	missing   map[[2]string]*Missing
}

// tally counts instances, and the accounts that they are in.
type tally struct {
	owner     Owner
	launcher  Launcher
	instances int
	in        map[string]bool
}

func (t *tally) count(account string, n int) {
	t.instances += n
	t.in[account] = true
}

// miss notes what an account does not tell. Accounts that don't for the same reason stand together.
func (l *look) miss(account, what, permission string, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	why := reason(err)
	m := l.missing[[2]string{what, why}]
	if m == nil {
		m = &Missing{What: what, Permission: permission, Why: why}
		l.missing[[2]string{what, why}] = m
	}
	if account != "" && !slices.Contains(m.Accounts, account) {
		m.Accounts = append(m.Accounts, account)
	}
}

// each does one thing for each of many, some at a time, and tells how far it is.
func each[T any](l *look, of []T, what string, do func(T)) {
	var all sync.WaitGroup
	work := make(chan T)
	done := 0
	for range min(atOnce, len(of)) {
		all.Go(func() {
			for one := range work {
				do(one)
				l.mu.Lock()
				if done++; l.o.Progress != nil {
					l.o.Progress(done, len(of), what)
				}
				l.mu.Unlock()
			}
		})
	}
	for _, one := range of {
		work <- one
	}
	close(work)
	all.Wait()
}

func (l *look) organization(ctx context.Context) {
	e := l.estate
	own := []Account{{ID: e.Caller.Account}}
	e.Accounts = own
	if l.o.Alone {
		return
	}
	org, err := l.Reads.Organization(ctx)
	if err != nil {
		l.miss("", "whether there is an organisation", string(call.OrganizationsDescribeOrganization), err)
		return
	}
	if e.Organization = org; org == nil {
		return
	}
	found, err := l.Reads.Accounts(ctx)
	if err != nil {
		l.miss("", "the organisation's accounts and units", "organizations:ListAccounts, ListRoots, ListAccountsForParent and ListOrganizationalUnitsForParent, "+
			"in the management account or in one that is a delegated administrator", err)
	}
	if len(found) == 0 {
		return
	}
	e.Listed, e.Accounts = true, nil
	for _, a := range found {
		if !a.Active {
			continue
		}
		one := Account{ID: a.ID, Name: a.Name}
		for i, id := range a.OUs {
			u := Unit{ID: id}
			if i < len(a.Names) {
				u.Name = a.Names[i]
			}
			one.Units = append(one.Units, u)
		}
		e.Accounts = append(e.Accounts, one)
	}
	slices.SortFunc(e.Accounts, func(a, b Account) int { return cmp.Compare(a.ID, b.ID) })
}

func (l *look) trails(ctx context.Context) {
	found, err := l.Reads.Trails(ctx)
	if err != nil {
		l.miss("", "the trails of CloudTrail", "cloudtrail:DescribeTrails, GetTrailStatus and GetEventSelectors", err)
	}
	l.estate.Trails = found
}

// regions asks each account which are enabled in it. One that does not say has those of the caller's account looked at, where it can
// be entered at all.
func (l *look) regions(ctx context.Context) {
	all := l.estate.Accounts
	indices := make([]int, len(all))
	for i := range indices {
		indices[i] = i
	}
	each(l, indices, "accounts", func(i int) {
		names, err := l.Reads.Regions(ctx, all[i].ID)
		if err != nil {
			l.miss(all[i].ID, "what runs there", "sts:AssumeRole of the role that --role names, and in it ec2:DescribeRegions", err)
			return
		}
		slices.Sort(names)
		all[i].Regions = names
	})
}

// place is a region of an account that is looked at.
type place struct {
	event.Place
	of *Account
}

func (l *look) running(ctx context.Context) {
	var places []place
	for i := range l.estate.Accounts {
		a := &l.estate.Accounts[i]
		for _, r := range a.Regions {
			if len(l.o.Regions) == 0 || slices.Contains(l.o.Regions, r) {
				places = append(places, place{event.Place{Partition: l.estate.Caller.Partition, Account: a.ID, Region: r}, a})
			}
		}
	}
	each(l, places, "regions of accounts", func(p place) { l.at(ctx, p) })
}

// at looks at one region of an account: what runs, and where something does, who launched it.
func (l *look) at(ctx context.Context, p place) {
	running, err := l.Reads.Instances(ctx, p.Place)
	if err != nil {
		l.miss(p.Account, "instances", string(call.EC2DescribeInstances), err)
		return
	}
	if len(running) == 0 {
		return
	}
	l.images(ctx, p, running)
	launches, more, err := l.Reads.Launches(ctx, p.Place, l.o.Now().Add(-l.o.Past))
	switch {
	case err != nil:
		l.miss(p.Account, "who launched what runs", string(call.CloudTrailLookupEvents), err)
	case more:
		l.miss(p.Account, "all launches of the time: only the latest were read", "nothing further", errMany)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, one := range launches {
		l.estate.Launched += one.Instances
		t := l.launchers[one.Issuer]
		if t == nil {
			t = &tally{launcher: Launcher{ARN: one.Issuer, ID: one.ID, Kind: kindOf(one.Issuer)}, in: map[string]bool{}}
			l.launchers[one.Issuer] = t
		}
		if t.launcher.ID != one.ID {
			t.launcher.ID = "" // it was deleted and made anew: which of them is meant, nobody said
		}
		t.count(p.Account, one.Instances)
	}
}

func (l *look) images(ctx context.Context, p place, running map[string]int) {
	ids := make([]string, 0, len(running))
	for id := range running {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	images, err := l.Reads.Images(ctx, p.Place, ids)
	if err != nil {
		l.miss(p.Account, "whose images run", string(call.EC2DescribeImages), err)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, id := range ids {
		n, i := running[id], images[id]
		p.of.Running += n
		if err != nil {
			continue
		}
		t := l.owners[i.Owner]
		if t == nil {
			t = &tally{owner: Owner{Account: i.Owner, Alias: i.Alias, Example: i.Name}, in: map[string]bool{}}
			l.owners[i.Owner] = t
		}
		t.count(p.Account, n)
	}
}

// settle puts what was counted into order.
func (l *look) settle() {
	e := l.estate
	for _, t := range l.owners {
		o := t.owner
		o.Instances, o.Accounts = t.instances, len(t.in)
		o.Ours = slices.ContainsFunc(e.Accounts, func(a Account) bool { return a.ID == o.Account })
		e.Owners = append(e.Owners, o)
	}
	slices.SortFunc(e.Owners, func(a, b Owner) int { return cmp.Or(b.Instances-a.Instances, cmp.Compare(a.Account, b.Account)) })
	for _, t := range l.launchers {
		one := t.launcher
		one.Instances, one.Accounts = t.instances, len(t.in)
		e.Launchers = append(e.Launchers, one)
	}
	slices.SortFunc(e.Launchers, func(a, b Launcher) int { return cmp.Or(b.Instances-a.Instances, cmp.Compare(a.ARN, b.ARN)) })
	for _, m := range l.missing {
		slices.Sort(m.Accounts)
		e.Missing = append(e.Missing, *m)
	}
	slices.SortFunc(e.Missing, func(a, b Missing) int { return cmp.Or(cmp.Compare(a.What, b.What), cmp.Compare(a.Why, b.Why)) })
}
