// Package price is what resources cost a month at AWS's list price, as formulas over unit prices: reservations, plans and credits are not in
// them, nor what is paid by use (requests, data, capacity units).
package price

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/ripostehq/riposte/playbook"
)

// AWS's services in its price list.
const (
	ec2      = "AmazonEC2"
	vpc      = "AmazonVPC"
	elb      = "AWSELB"
	rds      = "AmazonRDS"
	redshift = "AmazonRedshift"
)

// line is a quantity of something that has a unit price.
type line struct {
	quantity float64 // a month
	said     string  // "100 GB", "730 h"
	item     playbook.PriceItem
	kept     bool // of the way back
}

// sum asks for the price of each line. One that is unknown leaves all unknown: a part of a price is none.
func sum(ctx context.Context, prices playbook.Prices, lines []line) (playbook.Saving, error) {
	if prices == nil {
		return playbook.Saving{}, fmt.Errorf("nothing here knows prices: %w", playbook.ErrNoPrice)
	}
	var s playbook.Saving
	var formula strings.Builder
	var sources []string
	for _, l := range lines {
		if l.quantity <= 0 {
			continue
		}
		unit, err := prices.Price(ctx, l.item)
		if err != nil {
			return playbook.Saving{}, fmt.Errorf("price of %s %s in %s: %w", l.item.Service, named(l.item), l.item.Region, err)
		}
		sign := " + "
		if l.kept {
			s.Kept += l.quantity * unit.Dollars
			sign = " - "
		} else {
			s.Monthly += l.quantity * unit.Dollars
		}
		if formula.Len() == 0 {
			sign = strings.TrimLeft(strings.TrimSuffix(sign, " "), " +")
		}
		formula.WriteString(sign + l.said + " x " + strconv.FormatFloat(unit.Dollars, 'f', -1, 64))
		if !slices.Contains(sources, unit.Source) {
			sources = append(sources, unit.Source)
		}
	}
	s.Formula, s.Source = formula.String(), strings.Join(sources, "; ")
	return s, nil
}

// named is what an item is called among those of its service.
func named(i playbook.PriceItem) string {
	if i.Usage != "" {
		return i.Usage
	}
	return i.Attributes["instanceType"]
}

// gigabytes of one usage.
func gigabytes(gb int, service, region, usage string) line {
	return line{quantity: float64(gb), said: fmt.Sprintf("%d GB", gb), item: playbook.PriceItem{Service: service, Region: region, Usage: usage}}
}

// hours of a month of so many of one item.
func hours(n int, item playbook.PriceItem) line {
	said := fmt.Sprintf("%d h", playbook.HoursAMonth)
	if n != 1 {
		said = fmt.Sprintf("%d x %s", n, said)
	}
	return line{quantity: float64(n) * playbook.HoursAMonth, said: said, item: item}
}

func keeping(l line) line { l.kept = true; return l }

// All is what several resources cost together that end together, as an instance's volumes and addresses do; of none it is
// zero.
func All(savings ...playbook.Saving) playbook.Saving {
	var all playbook.Saving
	var formulas, sources []string
	for _, s := range savings {
		all.Monthly, all.Kept = all.Monthly+s.Monthly, all.Kept+s.Kept
		formulas = append(formulas, "("+s.Formula+")")
		if !slices.Contains(sources, s.Source) {
			sources = append(sources, s.Source)
		}
	}
	all.Formula, all.Source = strings.Join(formulas, " + "), strings.Join(sources, "; ")
	return all
}
