package price_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/pricing"

	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/price"
	"github.com/ripostehq/riposte/playbook"
)

var gp3 = playbook.PriceItem{Service: "AmazonEC2", Region: "eu-west-1", Usage: "EBS:VolumeUsage.gp3"}

// offer is a product of the price list with prices, one a dimension.
func offer(sku, usage string, dollars ...string) string {
	var dimensions []string
	for i, d := range dollars {
		dimensions = append(dimensions, fmt.Sprintf(`"%s.T.%d":{"unit":"GB-Mo","pricePerUnit":{"USD":%q}}`, sku, i, d))
	}
	return fmt.Sprintf(`{"product":{"sku":%q,"attributes":{"usagetype":%q}},"publicationDate":"2026-11-20T11:12:13Z","terms":{"OnDemand":{"%[1]s.T":{"priceDimensions":{%[3]s}}},"Reserved":{"x":{}}}}`,
		sku, usage, strings.Join(dimensions, ","))
}

// list answers every question with the same pages.
type list struct {
	pages [][]string
	err   error
	asked []*pricing.GetProductsInput
}

func (l *list) ask(_ context.Context, in *pricing.GetProductsInput, opts ...func(*pricing.Options)) (*pricing.GetProductsOutput, error) {
	var o pricing.Options
	for _, f := range opts {
		f(&o)
	}
	if o.Region != price.Region {
		return nil, fmt.Errorf("there is no price list in %q", o.Region)
	}
	copied, n := *in, 0
	l.asked = append(l.asked, &copied)
	if l.err != nil {
		return nil, l.err
	}
	if in.NextToken != nil {
		fmt.Sscan(*in.NextToken, &n)
	}
	out := &pricing.GetProductsOutput{PriceList: l.pages[n]}
	if n+1 < len(l.pages) {
		out.NextToken = aws.String(fmt.Sprint(n + 1))
	}
	return out, nil
}

// shelf keeps prices as a ledger does.
type shelf struct {
	rows map[string]ledger.CachedPrice
	err  error
}

func (s *shelf) CachedPrice(_ context.Context, item string, since time.Time) (*ledger.CachedPrice, error) {
	if row, ok := s.rows[item]; ok && !row.At.Before(since) {
		return &row, s.err
	}
	return nil, s.err
}

func (s *shelf) CachePrice(_ context.Context, p ledger.CachedPrice) error {
	s.rows[p.Item] = p
	return s.err
}

func TestOneAnswerIsAPriceAndAnythingElseIsNone(t *testing.T) {
	for _, c := range []struct {
		name  string
		pages [][]string
		want  string // the price's source, or a part of the error
	}{
		{"one", [][]string{{offer("ABC", "EU-EBS:VolumeUsage.gp3", "0.0880000000")}}, "AWS price list, SKU ABC, 2026-11-20"},
		{"others only contain the usage", [][]string{{offer("ABC", "EU-EBS:VolumeUsage.gp3", "0.088"), offer("DEF", "EU-EBS:VolumeUsage.gp30", "0.2"), offer("GHI", "EU-Outposts-EBS:VolumeUsage.gp3", "0.3")}}, "SKU ABC"},
		{"on the second page", [][]string{{}, {offer("ABC", "EU-EBS:VolumeUsage.gp3", "0.088")}}, "SKU ABC"},
		{"two of the same price", [][]string{{offer("DEF", "EU-EBS:VolumeUsage.gp3", "0.088"), offer("ABC", "EU-EBS:VolumeUsage.gp3", "0.0880")}}, "SKU ABC"},
		{"none", [][]string{{}}, "has none"},
		{"two prices", [][]string{{offer("ABC", "EU-EBS:VolumeUsage.gp3", "0.088")}, {offer("DEF", "EU-EBS:VolumeUsage.gp3", "0.09")}}, "several"},
		{"tiers", [][]string{{offer("ABC", "EU-EBS:VolumeUsage.gp3", "0.088", "0.07")}}, "several"},
		{"for nothing", [][]string{{offer("ABC", "EU-EBS:VolumeUsage.gp3", "0.0000000000")}}, "for nothing"},
		{"no number", [][]string{{offer("ABC", "EU-EBS:VolumeUsage.gp3", "cheap")}}, "as a price"},
		{"below nothing", [][]string{{offer("ABC", "EU-EBS:VolumeUsage.gp3", "-1")}}, "as a price"},
		{"no text that can be read", [][]string{{"{"}}, "the table of"},
		{"a list without end", [][]string{{}, {}, {}, {}, {}, {}}, "more than"},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := &list{pages: c.pages}
			got, err := price.New(price.Options{Ask: l.ask, Now: time.Now}).Price(t.Context(), gp3)
			if err != nil && (!errors.Is(err, playbook.ErrNoPrice) || got != (playbook.Price{})) {
				t.Errorf("%+v, %v", got, err)
			}
			if said := fmt.Sprint(got.Source, err); !strings.Contains(said, c.want) || err == nil && (got.Dollars != 0.088 || got.Unit != "GB-Mo") {
				t.Errorf("%+v, %v, want %q", got, err, c.want)
			}
		})
	}
}

// What was answered is kept for a week, in memory and in the ledger, also that there is no price; what could not be asked is asked again.
func TestAnswersAreKeptForAWeek(t *testing.T) {
	now := time.Date(2026, 11, 30, 3, 0, 0, 0, time.UTC)
	l, s := &list{pages: [][]string{{offer("ABC", "EU-EBS:VolumeUsage.gp3", "0.088")}}}, &shelf{rows: map[string]ledger.CachedPrice{}}
	book := func() *price.Book {
		return price.New(price.Options{Ask: l.ask, Cache: s, Now: func() time.Time { return now }})
	}
	first := book()
	want, err := first.Price(t.Context(), gp3)
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range []*price.Book{first, book()} {
		if got, err := b.Price(t.Context(), gp3); got != want || err != nil {
			t.Errorf("%+v, %v", got, err)
		}
	}
	if len(l.asked) != 1 {
		t.Errorf("asked %d times", len(l.asked))
	}
	now = now.Add(8 * 24 * time.Hour)
	l.pages = [][]string{{}}
	for _, b := range []*price.Book{first, book()} {
		if _, err := b.Price(t.Context(), gp3); !errors.Is(err, playbook.ErrNoPrice) {
			t.Error(err)
		}
	}
	if len(l.asked) != 2 {
		t.Errorf("asked %d times: that there is none is an answer", len(l.asked))
	}
}

func TestWhereThePriceListIsNotToBeHadTheTableIs(t *testing.T) {
	now := time.Date(2026, 11, 30, 3, 0, 0, 0, time.UTC)
	l, s := &list{err: errors.New("AccessDenied")}, &shelf{rows: map[string]ledger.CachedPrice{}}
	b := price.New(price.Options{Ask: l.ask, Cache: s, Now: func() time.Time { return now }})
	here := gp3
	here.Region = "us-east-1"
	for range 3 {
		if got, err := b.Price(t.Context(), here); err != nil || got.Dollars != 0.08 || got.Source != "table of 2026-11-30, us-east-1" {
			t.Errorf("%+v, %v", got, err)
		}
		if _, err := b.Price(t.Context(), gp3); !errors.Is(err, playbook.ErrNoPrice) {
			t.Error(err)
		}
	}
	if len(l.asked) != 1 || len(s.rows) > 0 { // a network without a way there would cost each item its patience
		t.Errorf("asked %d times, kept %v", len(l.asked), s.rows)
	}
	now = now.Add(2 * time.Hour)
	if _, err := b.Price(t.Context(), here); err != nil || len(l.asked) != 2 {
		t.Errorf("%v, asked %d times: what failed is asked again", err, len(l.asked))
	}
}

func TestALedgerThatFailsIsAnError(t *testing.T) {
	b := price.New(price.Options{Cache: &shelf{err: errors.New("disk full")}, Now: time.Now})
	if got, err := b.Price(t.Context(), gp3); err == nil || errors.Is(err, playbook.ErrNoPrice) {
		t.Errorf("%+v, %v", got, err)
	}
}

// A row that is written twice could say two things; one without a source was made up.
func TestTheTableIsReadableAndSaysEachThingOnce(t *testing.T) {
	text, err := os.ReadFile("table.json")
	if err != nil {
		t.Fatal(err)
	}
	var table struct {
		Date, Region, Source string
		Rows                 []struct {
			Service, Family, Usage, Unit, Source string
			Attributes                           map[string]string
			Dollars                              float64
		}
	}
	if err := json.Unmarshal(text, &table); err != nil || table.Region != "us-east-1" || table.Source == "" {
		t.Fatalf("%+v, %v", table, err)
	}
	if _, err := time.Parse(time.DateOnly, table.Date); err != nil {
		t.Error(err)
	}
	seen := map[string]bool{}
	for _, r := range table.Rows {
		name := fmt.Sprint(r.Service, r.Family, r.Usage, r.Attributes)
		if seen[name] || r.Dollars <= 0 || r.Unit == "" || r.Source == "" {
			t.Errorf("%+v", r)
		}
		seen[name] = true
	}
}
