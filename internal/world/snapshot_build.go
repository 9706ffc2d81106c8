package world

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"time"

	"github.com/ripostehq/riposte/event"
)

// epoch is a world's first moment where its snapshot names none.
func epoch() time.Time { return time.Date(2030, 1, 7, 9, 0, 0, 0, time.UTC) }

func (s snapshot) build(st *state) error {
	if st.Now = s.Now.UTC(); s.Now.IsZero() {
		st.Now = epoch()
	}
	for _, a := range s.Accounts { // all accounts first: an image of one may be used in another
		if !regexp.MustCompile(`^[0-9]{12}$`).MatchString(a.ID) {
			return fmt.Errorf("account %q: its id is not twelve digits", a.ID)
		}
		if st.Accounts[a.ID] != nil {
			return fmt.Errorf("account %s is listed twice", a.ID)
		}
		st.Accounts[a.ID] = &account{ID: a.ID, Name: a.Name, Alias: a.Alias, Regions: map[string]*region{}}
		for _, name := range slices.Sorted(maps.Keys(a.Regions)) {
			if err := a.Regions[name].images(st, event.Place{Partition: st.Partition, Account: a.ID, Region: name}); err != nil {
				return fmt.Errorf("account %s, %s: %w", a.ID, name, err)
			}
		}
	}
	for _, a := range s.Accounts {
		if err := a.buildIAM(st); err != nil {
			return fmt.Errorf("account %s: %w", a.ID, err)
		}
		for _, name := range slices.Sorted(maps.Keys(a.Regions)) {
			if err := a.Regions[name].build(st, event.Place{Partition: st.Partition, Account: a.ID, Region: name}); err != nil {
				return fmt.Errorf("account %s, %s: %w", a.ID, name, err)
			}
		}
	}
	return nil
}

func (r snapshotRegion) images(st *state, p event.Place) error {
	for _, i := range r.Images {
		id := i.ID
		if id == "" {
			id = st.resourceID("ami")
		}
		for _, a := range st.Accounts {
			if other, ok := a.Regions[p.Region]; ok && other.Images[id] != nil {
				return fmt.Errorf("image %s is listed twice", id)
			}
		}
		made := &image{
			ID: id, Name: i.Name, Owner: p.Account, Public: i.Public, Shared: i.Shared, Created: i.Created.UTC(),
			Deprecated: i.Deprecated.UTC(), Tags: map[string]string{},
		}
		maps.Copy(made.Tags, i.Tags)
		st.at(p).Images[id] = made
	}
	return nil
}

func (r snapshotRegion) build(st *state, p event.Place) error {
	at := st.at(p)
	for _, g := range r.SecurityGroups {
		made := &securityGroup{ID: g.ID, Name: g.Name, VPC: st.fixed("vpc", p, ""), Ingress: g.Ingress, Egress: g.Egress, Tags: map[string]string{}}
		maps.Copy(made.Tags, g.Tags)
		at.SecurityGroups[g.ID] = made
	}
	for _, x := range r.Parameters {
		y := &parameter{Name: x.Name, Type: orElse(x.Type, "String")}
		for _, v := range x.Values {
			y.Versions = append(y.Versions, parameterVersion{Value: v, Modified: st.Now})
		}
		at.Parameters[x.Name] = y
	}
	for _, build := range []func(*state, event.Place) error{r.buildTemplates, r.buildInstances, r.buildGroups, r.buildFleets, r.buildSpotRequests} {
		if err := build(st, p); err != nil {
			return err
		}
	}
	return nil
}

// settled is how long what a snapshot holds has been there.
const settled = 30 * 24 * time.Hour

func (r snapshotRegion) buildTemplates(st *state, p event.Place) error {
	since := st.Now.Add(-settled)
	for _, t := range r.Templates {
		if len(t.Versions) == 0 {
			return fmt.Errorf("template %s has no version", t.Name)
		}
		made := &template{ID: t.ID, Name: t.Name, Created: since, Default: max(t.Default, 1), CreatedBy: st.root(p), Tags: map[string]string{}}
		if made.ID == "" {
			made.ID = st.resourceID("lt")
		}
		for n, v := range t.Versions {
			made.Versions = append(made.Versions, &templateVersion{Number: n + 1, Created: since, CreatedBy: st.root(p), Data: v.data()})
		}
		if _, refused := made.version("$Default"); refused != nil {
			return fmt.Errorf("template %s: no version %d", t.Name, made.Default)
		}
		st.at(p).Templates[made.ID] = made
	}
	for _, c := range r.Configurations {
		st.at(p).Configurations[c.Name] = &configuration{Name: c.Name, Created: st.Now, Data: c.Launch.data()}
	}
	return nil
}

func (r snapshotRegion) buildInstances(st *state, p event.Place) error {
	for _, x := range r.Instances {
		if x.State != "" && x.State != "running" && x.State != "stopped" {
			return fmt.Errorf("instance %s: state %q is neither running nor stopped", x.ID, x.State)
		}
		if st.at(p).Instances[x.ID] != nil {
			return fmt.Errorf("instance %s is listed twice", x.ID)
		}
		if _, refused := st.image(p, x.Launch.Image); refused != nil {
			return fmt.Errorf("instance %s: %s", x.ID, refused.message)
		}
		if refused := st.groupsExist(p, x.Launch.SecurityGroups); refused != nil {
			return fmt.Errorf("instance %s: %s", x.ID, refused.message)
		}
		st.place(p, st.launch(p, x.Launch.data(), 1, "")[0], x.ID, orElse(x.State, "running"))
	}
	return nil
}

// place gives an instance that was just made the id and state that the snapshot wants.
func (s *state) place(p event.Place, i *instance, id, as string) {
	at := s.at(p)
	s.Timers = slices.DeleteFunc(s.Timers, func(t timer) bool { return t.ID == i.ID })
	if id != "" {
		delete(at.Instances, i.ID)
		i.ID = id
		at.Instances[id] = i
		at.Interfaces[i.Interface].Instance = id
	}
	i.State = as
}

func (s *state) root(p event.Place) string {
	return s.arn(event.Place{Account: p.Account}, "iam", "root")
}

func (l snapshotLaunch) data() launchData {
	return launchData{
		Image: l.Image, Type: l.Type, KeyName: l.Key, Subnet: l.Subnet, Zone: l.Zone, Profile: l.Profile, UserData: l.UserData,
		Shutdown: l.Shutdown, Protected: l.Protected, StopProtected: l.StopProtected, SecurityGroups: l.SecurityGroups, Tags: l.Tags,
	}
}
