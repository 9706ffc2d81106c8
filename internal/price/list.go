package price

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/pricing"
	"github.com/aws/aws-sdk-go-v2/service/pricing/types"

	"github.com/ripostehq/riposte/playbook"
)

// asked is the question for an item. The usage type is asked for as contained, since each region has its own code before it.
// https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_pricing_GetProducts.html
func asked(item playbook.PriceItem) *pricing.GetProductsInput {
	in := &pricing.GetProductsInput{ServiceCode: &item.Service, FormatVersion: aws.String("aws_v1"), MaxResults: aws.Int32(100)}
	filter := func(kind types.FilterType, field, value string) {
		if value != "" {
			in.Filters = append(in.Filters, types.Filter{Type: kind, Field: &field, Value: &value})
		}
	}
	filter(types.FilterTypeTermMatch, "regionCode", item.Region)
	filter(types.FilterTypeTermMatch, "productFamily", item.Family)
	filter(types.FilterTypeContains, "usagetype", item.Usage)
	for _, name := range slices.Sorted(maps.Keys(item.Attributes)) {
		filter(types.FilterTypeTermMatch, name, item.Attributes[name])
	}
	return in
}

// product is what riposte reads of one entry of the price list.
// https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/using-price-list-query-api-files.html
type product struct {
	Product struct {
		SKU        string            `json:"sku"`
		Attributes map[string]string `json:"attributes"`
	} `json:"product"`
	Published string `json:"publicationDate"`
	Terms     struct {
		OnDemand map[string]struct {
			Dimensions map[string]struct {
				Unit  string            `json:"unit"`
				Price map[string]string `json:"pricePerUnit"`
			} `json:"priceDimensions"`
		} `json:"OnDemand"`
	} `json:"terms"`
}

var errSeveral = errors.New("the price list has several")

// only is the one on-demand price in US dollars that a list of products has for an item. Products that are sold at the same price are one
// answer; several prices, or tiers of one, are none.
func only(item playbook.PriceItem, list []string) (playbook.Price, error) {
	var found []playbook.Price
	for _, text := range list {
		var p product
		if err := json.Unmarshal([]byte(text), &p); err != nil {
			return playbook.Price{}, fmt.Errorf("an entry of AWS's price list can't be read: %w", err)
		}
		if !usage(item.Usage, p.Product.Attributes["usagetype"]) {
			continue
		}
		prices, err := p.prices()
		if err != nil {
			return playbook.Price{}, err
		}
		found = append(found, prices...)
	}
	slices.SortFunc(found, func(a, b playbook.Price) int { return strings.Compare(a.Source, b.Source) })
	switch {
	case len(found) == 0:
		return playbook.Price{}, fmt.Errorf("AWS's price list has none: %w", playbook.ErrNoPrice)
	case slices.ContainsFunc(found, func(p playbook.Price) bool { return p.Dollars != found[0].Dollars || p.Unit != found[0].Unit }):
		return playbook.Price{}, fmt.Errorf("%w: %w", errSeveral, playbook.ErrNoPrice)
	case found[0].Dollars <= 0:
		return playbook.Price{}, fmt.Errorf("AWS's price list has it for nothing: %w", playbook.ErrNoPrice)
	}
	return found[0], nil
}

var ofRegion = regexp.MustCompile(`^([A-Z]{2,4}[0-9]*-)?(.+)$`)

// usage reports whether a usage type is the one that is wanted, with a region's code before it or without. "" is any.
func usage(want, have string) bool {
	m := ofRegion.FindStringSubmatch(have)
	return want == "" || have == want || m != nil && m[2] == want
}

func (p product) prices() (all []playbook.Price, err error) {
	day, _, _ := strings.Cut(p.Published, "T")
	for _, offer := range p.Terms.OnDemand {
		for _, d := range offer.Dimensions {
			text, dollars := d.Price["USD"]
			if !dollars {
				continue
			}
			n, err := strconv.ParseFloat(text, 64)
			if err != nil || n < 0 || n > 1e6 {
				return nil, fmt.Errorf("AWS's price list has %q as a price: %w", text, playbook.ErrNoPrice)
			}
			all = append(all, playbook.Price{Dollars: n, Unit: d.Unit, Source: fmt.Sprintf("AWS price list, SKU %s, %s", p.Product.SKU, day)})
		}
	}
	return all, nil
}
