package desk

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/notify"
)

// sheet is a letter as it is written now.
type sheet struct {
	content notify.Content
	digest  string // of what people see, but for times that follow from when it was written
	cases   []view
	told    []view // those of them whose questions the reader is told
	later   []view // those that ask something which this letter does not tell
	missed  []view // those that are to be told something, which came when this daily letter had gone
	asked   bool   // the version before asked something
	asks    bool   // something is asked that people do not know, or are to be told again
	binding bool   // of that, something that silence will let be done, or let be
	alarm   bool   // what contains asks
	wrong   bool   // something failed, was paged or was taken back
	empty   bool   // nothing is left to tell of

	wait time.Time // until when it is put off; zero: it is not
}

// write writes a letter about cases, which stand in their order.
func (d *Desk) write(l *ledger.Letter, cases []view, detail func(string) []notify.Fact) sheet {
	fresh := l.Sent == 0
	cases = slices.Clone(cases)
	for i, v := range cases {
		if !isDigest(l.Matter) && d.forOwner(v) && !v.pressing() {
			cases[i] = v.copied(l.To)
		}
	}
	s := sheet{cases: cases, asked: asked(l)}
	ends := d.endsOf(l.Matter, cases)
	shown := slices.DeleteFunc(slices.Clone(cases), func(v view) bool { return v.gone() && ends == "" })
	if isDigest(l.Matter) {
		shown = slices.DeleteFunc(shown, func(v view) bool {
			if fresh { // what was put right meanwhile drops out
				return v.righted || !v.open() && !v.told.IsZero() && !v.wrong() && !v.silent
			}
			if v.telling() && cameLate(l, v) { // nobody is asked by a change of an old message: that is in the next letter
				s.missed = append(s.missed, v)
			}
			return v.telling()
		})
	}
	s.empty = len(shown) == 0 && (fresh || isDigest(l.Matter) && slices.ContainsFunc(cases, view.telling)) || aboutException(l.Matter) && ends == ""
	c := &s.content
	c.Closed = !slices.ContainsFunc(cases, view.open)
	if len(shown) == 0 {
		shown = cases
	}
	for _, v := range cases {
		c.Severity = worst(c.Severity, v.severity)
		s.alarm = s.alarm || v.containing()
		s.wrong = s.wrong || v.wrong()
	}
	for i, v := range shown {
		switch {
		case i < notify.MostItems:
			c.Cases = append(c.Cases, d.item(v, l.To, detail))
			s.told = append(s.told, v)
		case d.Link != "" && v.likeOne(s.told[:notify.MostItems]): // told by how many there are, and where they stand
			s.told = append(s.told, v)
		case v.news():
			s.later = append(s.later, v)
		}
	}
	s.asks = slices.ContainsFunc(s.told, view.telling)
	s.binding = slices.ContainsFunc(s.told, view.binding)
	c.More = max(0, len(shown)-notify.MostItems) + l.More
	c.Title, c.State = title(l.Matter, shown), state(cases)
	c.Says = append(says(l.Matter, s, shown), announcement(shown, d.Zone)...)
	if ends != "" {
		c.State, c.Says = "an exception ends", append([]string{ends}, c.Says...)
	}
	c.Link = d.page(l.Matter, shown)
	s.digest = digest(s)
	if l.Channel == PagerDuty { // nobody watches how an alert's text changes: it is raised once, and resolved
		s.digest = fmt.Sprintf("closed %t, wrong %t, %s", c.Closed, s.wrong, s.questions())
	}
	if s.asksAny() {
		s.digest = asking + s.digest
	}
	return s
}

// likeOne reports whether what no answer to a case means is what it means to one of those that are shown, and binds nobody: a case that nobody
// is shown is neither done nor let be for it.
func (v view) likeOne(shown []view) bool {
	return len(v.asks) > 0 && !v.binding() && slices.ContainsFunc(shown, func(x view) bool { return x.silence() == v.silence() })
}

// asking begins the digest of a version that asked something.
const asking = "asks "

// asksAny reports whether the letter asks something, be it known or not.
func (s sheet) asksAny() bool {
	return slices.ContainsFunc(s.cases, func(v view) bool { return len(v.asks) > 0 })
}

// asked reports whether the version that was sent last asked something.
func asked(l *ledger.Letter) bool { return strings.HasPrefix(l.Saw, asking) }

func isDigest(matter string) bool {
	return strings.HasPrefix(matter, "digest/") || strings.HasPrefix(matter, announced)
}

// page is where the matter stands.
func (d *Desk) page(matter string, shown []view) string {
	switch {
	case d.Link == "":
		return ""
	case len(shown) == 1:
		return d.link(shown[0].id)
	}
	if id, is := strings.CutPrefix(matterOf(matter), "incident/"); is {
		return strings.TrimSuffix(d.Link, "/") + "/incidents/" + id
	}
	return strings.TrimSuffix(d.Link, "/") + "/cases"
}

func (d *Desk) link(id string) string {
	if d.Link == "" {
		return ""
	}
	return strings.TrimSuffix(d.Link, "/") + "/cases/" + id
}

// item is one case of a letter.
func (d *Desk) item(v view, to string, detail func(string) []notify.Fact) notify.Item {
	it := notify.Item{
		Case: v.id, Playbook: v.playbook, Title: notify.Cut(v.title, mostText), State: string(v.state), Severity: v.severity, Account: v.account,
		Facts: detail(v.id), Link: d.link(v.id),
	}
	if v.unread {
		it.Facts = append(it.Facts, notify.Fact{Name: "plan", Value: "made by a newer riposte, which tells more of it"})
	}
	if len(v.asks) > 0 {
		it.Ask = d.ask(v, to)
		it.Facts = append(it.Facts, notify.Fact{Name: "may answer", Value: d.mayAnswer(v)})
	}
	return it
}

// digest is of what people see of a letter. That a deadline was counted from a later moment, since the letter was written anew, is
// nothing new to them; that they are asked again is.
func digest(s sheet) string {
	c := s.content
	c.Cases = slices.Clone(c.Cases)
	for i := range c.Cases {
		if c.Cases[i].Ask != nil {
			ask := *c.Cases[i].Ask
			ask.Until, ask.By, ask.Silence = time.Time{}, "", s.told[i].silence()
			c.Cases[i].Ask = &ask
		}
	}
	b, err := json.Marshal(c)
	if err != nil { // it is texts and numbers
		b = fmt.Append(nil, c)
	}
	b = append(b, s.questions()...) // also those behind the link
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:16])
}

// questions names all that the reader of a letter is told of.
func (s sheet) questions() string {
	h := sha256.New()
	for _, v := range s.told {
		if len(v.asks) > 0 {
			fmt.Fprintln(h, v.id, v.shown, v.silence())
		}
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}

// silence is what no answer to the questions of a case means, without the times.
func (v view) silence() (out string) {
	for _, q := range v.asks {
		if q.told != nil {
			out += fmt.Sprintf("%s %t;", q.told.Silence, q.reminder)
		}
	}
	return out
}
