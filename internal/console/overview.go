package console

import (
	"fmt"
	"net/http"
	"time"

	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/show"
)

// mostOpen is how many open cases the overview looks at: under an attack there may be thousands.
const mostOpen = 200

// count is how many cases there are of a state.
type count struct {
	State ledger.State
	Cases int
}

// outlook is what the overview shows.
type outlook struct {
	Counts []count
	More   bool // there are more open cases than were looked at
	Asked  []show.Case
	Others int         // that ask, and are not shown
	Looked int         // how many are looked at
	Open   []show.Case // the others that are open
	Ending []show.Exception
	Sums   *sums // nil while they are counted
}

// overview says what is open, what is asked, and how fast answers were.
func (c *Console) overview(w http.ResponseWriter, r *http.Request, v view) error {
	o := outlook{Looked: mostOpen}
	open := map[ledger.State]int{}
	var asked, others []*ledger.Case
	seen := 0
	for one, err := range ledger.Newest(r.Context(), c.Store, ledger.Filter{Open: true}, mostOpen) {
		if err != nil {
			return fmt.Errorf("read the open cases: %w", err)
		}
		if seen == mostOpen {
			o.More = true
			break
		}
		seen++
		open[one.State]++
		if one.Shown(0) != "" {
			asked = append(asked, one)
		} else if len(others) < 20 {
			others = append(others, one)
		}
	}
	for _, s := range ledger.States() {
		if open[s] > 0 {
			o.Counts = append(o.Counts, count{s, open[s]})
		}
	}
	var err error
	if o.Asked, _, err = c.list(asked[:min(len(asked), 20)]); err != nil {
		return err
	}
	o.Others = len(asked) - len(o.Asked)
	if o.Open, _, err = c.list(others); err != nil {
		return err
	}
	all, err := c.Store.Exceptions(r.Context(), c.Now())
	if err != nil {
		return fmt.Errorf("read the exceptions: %w", err)
	}
	for _, x := range all {
		if x.Until.Before(c.Now().Add(7*24*time.Hour)) && len(o.Ending) < 20 {
			o.Ending = append(o.Ending, show.ExceptionOf(x))
		}
	}
	if o.Sums, err = c.figures.get(r.Context()); err != nil {
		return err
	}
	v.Title, v.Body = "Overview", o
	return c.show(w, r, http.StatusOK, "overview", v)
}
