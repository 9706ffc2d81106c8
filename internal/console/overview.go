package console

import (
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/ripostehq/riposte/internal/app"
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
	More   bool        // there are more open cases than were looked at
	Yours  []show.Case // that whoever looks may answer
	Asked  []show.Case // the others that ask
	Others int         // that ask, and are not shown
	Untold int         // that ask, and of which nobody was told
	Looked int         // how many are looked at
	Open   []show.Case // the others that are open
	Ending []show.Exception
	Sums   *sums // nil while they are counted
	Silent int   // places that nothing came from in a week
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
			if untold(one) {
				o.Untold++
			}
		} else if len(others) < 20 {
			others = append(others, one)
		}
	}
	for _, s := range ledger.States() {
		if open[s] > 0 {
			o.Counts = append(o.Counts, count{s, open[s]})
		}
	}
	yours, rest, err := c.divide(r, asked)
	if err != nil {
		return err
	}
	if o.Yours, _, err = c.list(yours[:min(len(yours), 20)]); err != nil {
		return err
	}
	if o.Asked, _, err = c.list(rest[:min(len(rest), 20)]); err != nil {
		return err
	}
	o.Others = len(asked) - len(o.Yours) - len(o.Asked)
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
	if o.Sums != nil && !o.Sums.Cut { // else what was heard longer ago is not known
		o.Silent = c.silent(o.Sums)
	}
	v.Title, v.Body = "Overview", o
	return c.show(w, r, http.StatusOK, "overview", v)
}

// mostDivided is for how many cases that ask it is found out who may answer.
const mostDivided = 100

// divide tells what whoever looks may answer from what others are asked. Who came by the key is nobody that anything could be asked of.
func (c *Console) divide(r *http.Request, asked []*ledger.Case) (yours, others []*ledger.Case, err error) {
	for i, one := range asked {
		may := false
		if sessionOf(r).proven && i < mostDivided {
			for _, verb := range []ledger.Verb{ledger.Approve, ledger.Mine, ledger.NotMine} {
				o := c.wanted(r, verb)
				o.Shown, o.Strong = one.Shown(0), time.Time{}
				why, err := app.MayOrder(c.Config(), c.Codec, one, o)
				if err != nil {
					return nil, nil, err
				}
				may = may || why == ""
			}
		}
		if may {
			yours = append(yours, one)
		} else {
			others = append(others, one)
		}
	}
	return yours, others, nil
}

// untold reports whether a case asks something that nobody was told.
func untold(one *ledger.Case) bool {
	return slices.ContainsFunc(one.Asks(0), func(a ledger.Ask) bool { return one.Told(a) == nil })
}
