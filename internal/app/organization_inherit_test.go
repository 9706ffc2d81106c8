package app

import (
	"errors"
	"testing"
	"testing/synctest"
)

// The configuration is exchanged while AWS Organizations is away: accounts that were defended stay so.
func TestAnExchangeForgetsNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		aws := &directoryOf{}
		aws.accounts = append(aws.accounts, active(shop, "ou-ab12-cccccccc", "r-ab12"))
		before := discovered(t, discovering, aws)
		if err := before.Look(t.Context()); err != nil {
			t.Fatal(err)
		}
		aws.change(func(d *directoryOf) { d.err, d.accounts = errors.New("away"), nil })
		after := discovered(t, discovering, aws)
		if _, err := after.Ours(t.Context(), shop); err == nil {
			t.Fatal("known although it was not said")
		}
		after = discovered(t, discovering, aws)
		after.Inherit(before)
		if err := after.Look(t.Context()); err == nil {
			t.Fatal("it is away")
		}
		if ours, err := after.Ours(t.Context(), shop); err != nil || !ours {
			t.Errorf("the shop after the exchange: %v, %v", ours, err)
		}
		if got := after.standing(shop).OUs; len(got) != 2 {
			t.Errorf("it stands in %v", got)
		}
		if ours, err := after.Ours(t.Context(), stranger); err == nil && ours {
			t.Error("a stranger is one of ours")
		}
	})
}
