package cloud

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
)

const (
	// longest is how many characters a session policy may have, white space counted.
	// https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
	longest = 2048
	// shared is how long it grows for actions that come later: STS also packs it, by rules that are not documented, and the action
	// at hand must not be refused for others' sake.
	shared = 1024
)

// narrow writes the session policy for one action and, as far as it stays short, for those that are done with it: their
// calls, on what they concern, and nothing else. It can only take from what the role may do.
func narrow(do action.Action, with []action.Action) (string, error) {
	alone := grantsFor(do)
	batch := grants{}
	wanted := do.About()
	for _, a := range with {
		if about := a.About(); about.Kind.Tier != wanted.Kind.Tier || about.Target.Account != wanted.Target.Account {
			continue
		}
		next := batch.and(grantsFor(a))
		switch {
		case next.size() <= shared:
			batch = next
			continue
		case batch.cover(alone):
			return batch.text(), nil
		}
		batch = grantsFor(a) // a session policy further on begins here, for each of its actions alike
	}
	if !batch.cover(alone) {
		batch = alone
	}
	text := batch.text()
	if len(text) > longest {
		text = batch.wide().text()
	}
	switch {
	case text == "":
		return "", fmt.Errorf("%s: nothing says which resources its calls concern", wanted.Kind.Name)
	case len(text) > longest:
		return "", fmt.Errorf("that for %s has %d characters, AWS takes %d", wanted.Kind.Name, len(text), longest)
	}
	return text, nil
}

// concerned returns those of the action's resources that the call concerns. What a launch needs no target tells: there the region,
// or the account, is the limit, and the role's own policy says the rest.
func concerned(id call.ID, a action.Action) []string {
	about := a.About()
	t := about.Target
	made, _ := call.Of(id)
	switch id {
	case call.EC2RunInstances, call.EC2CreateTags: // tags of what is launched, or made; of what is there, the call concerns that alone
		if makes := madeBy(about.Kind); id == call.EC2CreateTags && makes != "" {
			return everyOne(makes, t.Place())
		}
		if id == call.EC2CreateTags && slices.Contains(made.On, t.Type) {
			break
		}
		return []string{"arn:" + cmp.Or(t.Partition, "*") + ":ec2:" + t.Region + ":*"}
	case call.EC2ModifyInstanceMetadataDefaults, call.EC2EnableEbsEncryptionByDefault, call.EC2DisableEbsEncryptionByDefault: // which take no resource
		return []string{"*"}
	case call.EC2CreateSnapshot, call.EC2CreateVolume, call.EC2AllocateAddress: // what is made has no id yet
		all := everyOne(made.On[0], t.Place())
		for _, r := range append([]event.Resource{t}, about.Concerns...) {
			if slices.Contains(made.On[1:], r.Type) {
				all = append(all, r.Patterns(literal)...)
			}
		}
		return all
	case call.EC2CreateImage: // and of each disk a snapshot
		all := append(everyOne(event.Image, t.Place()), everyOne(event.Snapshot, t.Place())...)
		return append(all, t.Patterns(literal)...)
	case call.RDSRestoreDBInstanceFromDBSnapshot, call.RDSRestoreDBClusterFromSnapshot, call.RDSCreateDBInstance: // its groups of subnets, parameters and options, too
		return []string{"arn:" + cmp.Or(t.Partition, "*") + ":rds:" + t.Region + ":" + t.Account + ":*"}
	case call.IAMPassRole:
		return []string{"arn:" + cmp.Or(t.Partition, "*") + ":iam::" + t.Account + ":role/*"}
	}
	var all []string
	for _, r := range append([]event.Resource{t}, about.Concerns...) {
		if slices.Contains(made.On, r.Type) {
			all = append(all, r.Patterns(literal)...)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// madeBy returns the type of what a kind makes anew, "" where it makes nothing.
func madeBy(k action.Kind) string {
	for _, id := range []call.ID{call.EC2CreateImage, call.EC2CreateSnapshot, call.EC2CreateVolume, call.EC2AllocateAddress} {
		if slices.Contains(k.Writes, id) {
			made, _ := call.Of(id)
			return made.On[0]
		}
	}
	return ""
}

// everyOne returns the pattern of all resources of a type in a place.
func everyOne(kind string, in event.Place) []string {
	return in.In(kind, "*").Patterns(func(id string) string { return id })
}

// literal keeps a name from meaning more or less than itself: an attacker may call a group ${aws:username}, which would
// fit nothing. A question mark fits any one character. What IAM takes for one beyond ASCII (a letter, or half of it in UTF-16)
// is not documented: there a star fits any number, since a pattern that fits too little would switch the defence off.
func literal(name string) string {
	var b strings.Builder
	starred := false
	for _, r := range name {
		switch {
		case r > '~' && starred:
		case r > '~':
			b.WriteByte('*')
		case r <= ' ' || strings.ContainsRune(`$*?"\`, r):
			b.WriteByte('?')
		default:
			b.WriteRune(r)
		}
		starred = r > '~'
	}
	return b.String()
}

// NotNarrowed says that there is no session policy for what is to be changed: without one nothing is.
type NotNarrowed struct {
	denial
	Why string
}

func (e *NotNarrowed) Error() string { return "no session policy, so nothing is changed: " + e.Why }
