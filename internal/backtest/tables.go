package backtest

import (
	"cmp"
	"slices"

	"github.com/ripostehq/riposte/internal/config"
)

// Table is what was found, by one thing that it has in common.
type Table struct {
	By   string `json:"by"`
	Rows []Row  `json:"rows"` // the most suspects first
}

// Row is one value. Of the suspects, those that no rule of the configuration leaves alone would have been answered as the modes are; of
// these the present confirms some, where it was asked.
type Row struct {
	Name      string `json:"name"`
	Suspects  int    `json:"suspects"`
	Cases     int    `json:"cases"` // one per playbook and root, however many suspects
	Alone     int    `json:"left_alone,omitempty"`
	Act       int    `json:"act,omitempty"`
	Ask       int    `json:"ask,omitempty"`
	Observe   int    `json:"observe,omitempty"`
	Confirmed int    `json:"confirmed,omitempty"`
	Dismissed int    `json:"dismissed,omitempty"`
	Unknown   int    `json:"unknown,omitempty"` // the present could not be read

	cases map[[8]byte]bool
}

// mostRows bounds a table, and with it the memory: an attacker chooses names.
const mostRows = 10_000

// others are what a table has no row for.
const others = "others"

// tables count by name; the names of tables are in their order.
type tables map[string]map[string]*Row

const (
	byPlaybook = "playbook"
	byUnit     = "organisational unit"
	byAccount  = "account"
	byImage    = "image owner"
	byPerson   = "person or principal"
	byMethod   = "deployment method"
)

func tableNames() []string {
	return []string{byPlaybook, byUnit, byAccount, byImage, byPerson, byMethod}
}

func newTables() tables {
	t := tables{}
	for _, name := range tableNames() {
		t[name] = map[string]*Row{}
	}
	return t
}

func (t tables) row(by, name string) *Row {
	rows := t[by]
	if rows[name] == nil && len(rows) >= mostRows {
		name = others
	}
	if rows[name] == nil {
		rows[name] = &Row{Name: name, cases: map[[8]byte]bool{}}
	}
	return rows[name]
}

// counted is what a suspect counts for.
type counted struct {
	root    [8]byte
	mode    string // act, ask, observe, "" where a rule leaves it alone
	verdict string
}

func (r *Row) count(c counted) {
	r.Suspects++
	r.cases[c.root] = true
	r.Cases = len(r.cases)
	switch c.mode {
	case "":
		r.Alone++
	case string(config.Act):
		r.Act++
	case string(config.Ask):
		r.Ask++
	default:
		r.Observe++
	}
	r.judged(c.verdict)
}

func (r *Row) judged(verdict string) {
	switch verdict {
	case confirmed:
		r.Confirmed++
	case dismissed:
		r.Dismissed++
	case unknown:
		r.Unknown++
	}
}

// places are the rows that a suspect belongs to.
func (b *backtest) places(s *suspect) (out []*Row) {
	account := cmp.Or(s.Resource.Account, s.Origin.Place.Account, "not known")
	names := map[string]string{
		byPlaybook: s.Playbook, byUnit: b.unit(account), byAccount: b.named(account), byPerson: cmp.Or(s.person, "not known"), byMethod: string(s.method),
	}
	for _, by := range tableNames() {
		if names[by] != "" {
			out = append(out, b.tables.row(by, names[by]))
		}
	}
	return out
}

// named is an account with its name.
func (b *backtest) named(account string) string {
	if a, ok := b.Config.Account(account); ok && a.Name != "" {
		return account + " " + a.Name
	}
	if b.names == nil && b.Present != nil {
		b.names = b.Present.Names()
	}
	if name := b.names[account]; name != "" {
		return account + " " + name
	}
	return account
}

func (b *backtest) count(s *suspect) {
	c := b.counted(s)
	for _, row := range b.places(s) {
		row.count(c)
	}
}

func (b *backtest) counted(s *suspect) counted {
	return counted{hashed(s.root()), b.boldest(s), s.verdict}
}

// table is one, sorted.
func (t tables) table(by string) Table {
	out := Table{By: by, Rows: []Row{}}
	for _, row := range t[by] {
		out.Rows = append(out.Rows, *row)
	}
	slices.SortFunc(out.Rows, func(a, b Row) int {
		return cmp.Or(cmp.Compare(b.Suspects, a.Suspects), cmp.Compare(a.Name, b.Name))
	})
	return out
}
