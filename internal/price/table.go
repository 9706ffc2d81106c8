package price

import (
	_ "embed" // table.json
	"encoding/json"
	"fmt"
	"sync"

	"github.com/ripostehq/riposte/playbook"
)

//go:embed table.json
var tableText []byte

// row is one unit price of the table.
type row struct {
	Service    string            `json:"service"`
	Family     string            `json:"family"` // "": whatever the family is, usage says it
	Usage      string            `json:"usage"`
	Attributes map[string]string `json:"attributes"` // that decide, beside usage
	Dollars    float64           `json:"dollars"`
	Unit       string            `json:"unit"`
	Source     string            `json:"source"` // where the price stands, or what it was worked out from
}

// table is small, dated, and of one region: for demos, tests, and where AWS's price list can't be asked. It has no row whose price stands in
// no source; the date is that on which the sources were read.
type table struct {
	Date   string `json:"date"`
	Region string `json:"region"`
	Source string `json:"source"`
	Rows   []row  `json:"rows"`
}

var embedded = sync.OnceValue(func() table {
	var t table
	if err := json.Unmarshal(tableText, &t); err != nil { // a test reads it
		return table{}
	}
	return t
})

// find returns the price of an item. Of another region the table knows nothing: there is no factor between regions.
func (t table) find(item playbook.PriceItem) (playbook.Price, error) {
	if item.Region != t.Region {
		return playbook.Price{}, fmt.Errorf("the table of %s has %s alone: %w", t.Date, t.Region, playbook.ErrNoPrice)
	}
	for _, r := range t.Rows {
		if r.fits(item) {
			return playbook.Price{Dollars: r.Dollars, Unit: r.Unit, Source: fmt.Sprintf("table of %s, %s", t.Date, t.Region)}, nil
		}
	}
	return playbook.Price{}, fmt.Errorf("the table of %s lacks it: %w", t.Date, playbook.ErrNoPrice)
}

func (r row) fits(item playbook.PriceItem) bool {
	if r.Service != item.Service || r.Usage != item.Usage || r.Family != "" && r.Family != item.Family {
		return false
	}
	for name, value := range r.Attributes {
		if item.Attributes[name] != value {
			return false
		}
	}
	return true
}
