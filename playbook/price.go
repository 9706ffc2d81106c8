package playbook

import (
	"context"
	"errors"
)

// ErrNoPrice: no source knows the price, or sources answer it twice. It is never guessed.
var ErrNoPrice = errors.New("the price is unknown")

// Prices of AWS's list, per unit and in US dollars.
type Prices interface {
	// Price of one unit. ErrNoPrice where it is not known.
	Price(context.Context, PriceItem) (Price, error)
}

// PriceItem names one unit price of AWS's price list.
// https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/price-changes.html
type PriceItem struct {
	Service    string // AmazonEC2, AmazonRDS, AmazonRedshift, AWSELB, AmazonVPC
	Region     string
	Family     string            // productFamily: Storage, Storage Snapshot, Database Instance
	Usage      string            // what the usage type ends with: EBS:VolumeUsage.gp3; "" where Attributes tell
	Attributes map[string]string // further ones: volumeApiName, instanceType, databaseEngine, deploymentOption
}

// Price is one unit's.
type Price struct {
	Dollars float64
	Unit    string // GB-Mo, Hrs
	Source  string // "AWS price list, SKU ABC, 2026-11-20", "table of 2026-11-30, us-east-1"
}

// Saving is what the end of a resource is worth a month at list price: reservations, plans and credits are not in it.
type Saving struct {
	Monthly float64 // what it costs today, in dollars
	Kept    float64 // what its way back costs a month: the snapshot, at most
	Source  string  // of the prices
	Formula string  // "100 GB x 0.08 - 100 GB x 0.05"
}

// Net is what is saved in the end. At or below zero there is nothing to plan.
func (s Saving) Net() float64 { return s.Monthly - s.Kept }

// HoursAMonth is how many hours AWS's own calculator counts in a month.
// https://docs.aws.amazon.com/pricing-calculator/latest/userguide/general-concepts.html
const HoursAMonth = 730
