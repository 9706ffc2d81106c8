package desk

import (
	"slices"
	"strconv"
	"strings"

	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/notify"
)

// Names of channels, as letters have them. Webhooks are webhook/0 and so on.
const (
	Slack     = "slack"
	Mail      = "mail"
	PagerDuty = "pagerduty"
	webhook   = "webhook/"
)

// Webhook is the name of the channel of the webhook at an index.
func Webhook(i int) string { return webhook + strconv.Itoa(i) }

// What a letter's To may be beside an address.
const (
	group     = "group:"
	everybody = "everybody" // the channel that is told where no group has a place of its own
	program   = "program"   // behind a webhook
)

// Group is people who are told together.
type Group struct {
	Members []string // addresses: each is told where the group has no place
	Slack   string   // channel
	Mail    string   // of the list
	Page    bool     // what contains is urgent, and goes to PagerDuty as well
}

// Directory is who is told, and where, as the configuration says.
type Directory struct {
	Domains   []string // no address elsewhere is written to
	Groups    map[string]Group
	Approvers []string // groups: are told of what contains, or asks to
	Fallback  string   // group: is told of what nobody else can be
	Chain     []string // groups, and pagerduty: told one after the other of what contains and is not answered
	Channel   string   // in Slack, where a group has none
	Channels  []string // names of those that are configured
	Named     []string // further addresses that the configuration itself names
}

func (p Directory) has(channel string) bool { return slices.Contains(p.Channels, channel) }

// Within reports whether an address may be written to. Without domains those may that the configuration itself names.
func (p Directory) Within(address string) bool {
	address = strings.ToLower(address)
	_, domain, ok := strings.Cut(address, "@")
	if !ok || strings.Contains(domain, "@") || strings.ContainsAny(address, " \t\r\n\x00<>,;\"") {
		return false
	}
	if len(p.Domains) > 0 {
		return slices.Contains(p.Domains, domain)
	}
	for _, g := range p.Groups {
		if g.Mail == address || slices.Contains(g.Members, address) {
			return true
		}
	}
	return slices.Contains(p.Named, address)
}

// ways are the channels by which a recipient can be told, the first to be tried first.
func (p Directory) ways(to string) (out []string) {
	var slack, mail bool
	switch name, isGroup := strings.CutPrefix(to, group); {
	case isGroup:
		g := p.Groups[name]
		slack, mail = g.Slack != "", g.Mail != "" && p.Within(g.Mail)
	case to == everybody:
		slack = p.Channel != ""
	case p.Within(to):
		slack, mail = true, true
	}
	if slack && p.has(Slack) {
		out = append(out, Slack)
	}
	if mail && p.has(Mail) {
		out = append(out, Mail)
	}
	return out
}

// place is a recipient and the one channel on which they are told.
type place struct {
	to, channel string
	page        bool
}

// mostMembers is how many members of a group without a place are told one by one.
const mostMembers = 20

// heard reports whether anybody behind a recipient has a word, where some have none.
func (p Directory) heard(to string, none []string) bool {
	name, is := strings.CutPrefix(to, group)
	if !is {
		return !slices.Contains(none, to)
	}
	members := p.Groups[name].Members
	return len(members) == 0 || slices.ContainsFunc(members, func(m string) bool { return !slices.Contains(none, m) })
}

// places are where a group is told: in its own place, else each of its members; none where it can't be.
func (p Directory) places(name string) (out []place) {
	g := p.Groups[name]
	if ways := p.ways(group + name); len(ways) > 0 {
		return []place{{group + name, ways[0], g.Page}}
	}
	for _, m := range g.Members[:min(len(g.Members), mostMembers)] {
		if ways := p.ways(m); len(ways) > 0 {
			out = append(out, place{m, ways[0], g.Page})
		}
	}
	return out
}

// among are the places of several groups, each once.
func (p Directory) among(groups ...string) (out []place) {
	for _, name := range groups {
		for _, at := range p.places(name) {
			if !slices.ContainsFunc(out, func(x place) bool { return x.to == at.to }) {
				out = append(out, at)
			}
		}
	}
	return out
}

// last is where is told what reaches no group: the default channel, a page, whatever program listens; none where there is nothing.
func (p Directory) last() []place {
	if ways := p.ways(everybody); len(ways) > 0 {
		return []place{{everybody, ways[0], false}}
	}
	if p.has(PagerDuty) {
		return []place{{everybody, PagerDuty, true}}
	}
	return nil
}

// pages is where a group is paged beside its place; none where it is not.
func (p Directory) pages(groups ...string) (out []place) {
	for _, name := range groups {
		if p.Groups[name].Page && p.has(PagerDuty) {
			return []place{{group + name, PagerDuty, true}} // one alert, however many groups it is for
		}
	}
	return nil
}

// programs are the webhooks: they are told of everything, and asked nothing.
func (p Directory) programs() (out []place) {
	for _, name := range p.Channels {
		if strings.HasPrefix(name, webhook) {
			out = append(out, place{program, name, false})
		}
	}
	return out
}

// recipient is who a letter is for, as the configuration has it now.
func (p Directory) recipient(k ledger.LetterKey) (notify.Recipient, bool) {
	name, isGroup := strings.CutPrefix(k.To, group)
	g, known := p.Groups[name]
	switch {
	case !p.has(k.Channel):
		return notify.Recipient{}, false
	case k.Channel == PagerDuty, strings.HasPrefix(k.Channel, webhook):
		return notify.Recipient{Group: strings.TrimPrefix(k.To, group)}, true
	case k.To == everybody:
		return notify.Recipient{Slack: p.Channel}, k.Channel == Slack && p.Channel != ""
	case isGroup:
		return notify.Recipient{Group: name, Slack: g.Slack, Mail: g.Mail}, known && slices.Contains(p.ways(k.To), k.Channel)
	}
	return notify.Recipient{Address: k.To, Mail: k.To}, slices.Contains(p.ways(k.To), k.Channel)
}

// instead is where a recipient is told whom a channel does not reach: by their next channel, else the fallback group, else where all is
// told that reaches nobody. None is left at last.
func (p Directory) instead(k ledger.LetterKey) []place {
	ways := p.ways(k.To)
	page := p.Groups[strings.TrimPrefix(k.To, group)].Page
	if i := slices.Index(ways, k.Channel); i >= 0 && i+1 < len(ways) {
		return []place{{k.To, ways[i+1], page}}
	}
	if !slices.Contains(ways, k.Channel) && len(ways) > 0 && k.Channel != PagerDuty && !strings.HasPrefix(k.Channel, webhook) {
		return []place{{k.To, ways[0], page}} // its channel is not configured any more
	}
	if strings.HasPrefix(k.Channel, webhook) {
		return nil // people are told beside
	}
	if k.To == everybody { // what reaches nobody else comes here, and does not go back
		if k.Channel != PagerDuty && p.has(PagerDuty) {
			return []place{{everybody, PagerDuty, true}}
		}
		return nil
	}
	back := slices.DeleteFunc(p.among(p.Fallback), func(x place) bool { return x.to == k.To })
	if len(back) > 0 && !p.isFallback(k.To) {
		return back
	}
	return p.last()
}

// isFallback reports whether somebody is told as the fallback group, or of it.
func (p Directory) isFallback(to string) bool {
	return slices.ContainsFunc(p.among(p.Fallback), func(x place) bool { return x.to == to })
}
