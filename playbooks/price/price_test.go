package price_test

import (
	"context"
	"errors"
	"math"
	"testing"
	"time"

	book "github.com/ripostehq/riposte/internal/price"
	"github.com/ripostehq/riposte/playbook"
	"github.com/ripostehq/riposte/playbooks/price"
)

const virginia = "us-east-1"

type saving = func(context.Context, playbook.Prices) (playbook.Saving, error)

// Expected sums were worked out by hand, from the formulas of the services' price pages and the unit prices of the table, not by another program.
func TestFormulas(t *testing.T) {
	volume := func(kind string, gb, iops, mibps int) price.Volume {
		return price.Volume{Region: virginia, Type: kind, GB: gb, IOPS: iops, MiBps: mibps}
	}
	database := price.Database{Region: virginia, Engine: "mysql", Class: "db.t3.large", StorageType: "gp2", GB: 100}
	twice, fast, member := database, database, database
	twice.MultiAZ = true
	fast.StorageType, fast.IOPS = "io1", 1000
	member.Engine, member.Class = "aurora-postgresql", "db.r5.large"
	oracle := database
	oracle.Engine = "oracle-se2"
	warehouse := price.Warehouse{Region: virginia, Node: "dc2.large", Nodes: 2}
	machine := price.Instance{Region: virginia, Type: "t3.large", Platform: "Linux/UNIX", Tenancy: "default"}
	windows, abroad := machine, machine
	windows.Platform, abroad.Region = "Windows", "eu-west-1"
	for _, c := range []struct {
		name    string
		of      saving
		monthly float64 // below 0: unknown
		kept    float64
		formula string
	}{
		{"gp3", volume("gp3", 100, 3000, 125).Keeping, 8, 5, "100 GB x 0.08 - 100 GB x 0.05"},
		{"a fast gp3", volume("gp3", 100, 4000, 253).Saving, 8 + 5 + 5.12, 0, "100 GB x 0.08 + 1000 IOPS x 0.005 + 128/1024 GiBps x 40.96"},
		{"gp2", volume("gp2", 100, 300, 0).Keeping, 10, 5, "100 GB x 0.1 - 100 GB x 0.05"},
		{"io1", volume("io1", 100, 1000, 0).Saving, 12.5 + 65, 0, "100 GB x 0.125 + 1000 IOPS x 0.065"},
		{"io2", volume("io2", 100, 1000, 0).Saving, 12.5 + 65, 0, "100 GB x 0.125 + 1000 IOPS x 0.065"},
		{"io2 of several tiers", volume("io2", 100, 40000, 0).Saving, -1, 0, ""},
		{"st1 costs less than its snapshot", volume("st1", 500, 0, 0).Keeping, 22.5, 25, "500 GB x 0.045 - 500 GB x 0.05"},
		{"sc1 costs less than its snapshot", volume("sc1", 100, 0, 0).Keeping, 1.5, 5, "100 GB x 0.015 - 100 GB x 0.05"},
		{"standard costs as much", volume("standard", 100, 0, 0).Keeping, 5, 5, "100 GB x 0.05 - 100 GB x 0.05"},
		{"a type to come", volume("gp4", 100, 0, 0).Saving, -1, 0, ""},
		{"snapshot", price.Snapshot{Region: virginia, GB: 80}.Saving, 4, 0, "80 GB x 0.05"},
		{"archived snapshot", price.Snapshot{Region: virginia, GB: 80, Archived: true}.Saving, 1, 0, "80 GB x 0.0125"},
		{"address", func(ctx context.Context, p playbook.Prices) (playbook.Saving, error) {
			return price.Address(ctx, p, virginia)
		}, 3.65, 0, "730 h x 0.005"},
		{"application balancer", price.Balancer{Region: virginia, Type: "application", Addresses: 2}.Saving, 16.425 + 7.3, 0, "730 h x 0.0225 + 2 x 730 h x 0.005"},
		{"internal network balancer", price.Balancer{Region: virginia, Type: "network"}.Saving, 16.425, 0, "730 h x 0.0225"},
		{"gateway balancer, which the table lacks", price.Balancer{Region: virginia, Type: "gateway"}.Saving, -1, 0, ""},
		{"classic balancer", price.Balancer{Region: virginia, Type: "classic"}.Saving, 18.25, 0, "730 h x 0.025"},
		{"database", database.Keeping, 99.28 + 11.5, 9.5, "730 h x 0.136 + 100 GB x 0.115 - 100 GB x 0.095"},
		{"stopped database", database.Stopped, 99.28, 0, "730 h x 0.136"},
		{"database in two zones", twice.Keeping, 198.56 + 23, 9.5, "730 h x 0.272 + 100 GB x 0.23 - 100 GB x 0.095"},
		{"database with provisioned operations", fast.Keeping, 99.28 + 12.5 + 100, 9.5, "730 h x 0.136 + 100 GB x 0.125 + 1000 IOPS x 0.1 - 100 GB x 0.095"},
		{"Aurora's storage is paid by use", member.Keeping, -1, 0, ""},
		{"a licence that RDS does not tell", oracle.Keeping, -1, 0, ""},
		{"database snapshot", price.DatabaseSnapshot{Region: virginia, Engine: "mysql", GB: 20}.Saving, 1.9, 0, "20 GB x 0.095"},
		{"warehouse", warehouse.Paused, 365, 0, "2 x 730 h x 0.25"},
		{"a warehouse whose snapshot has no size", warehouse.Keeping, -1, 0, ""},
		{"instance", machine.Saving, 60.736, 0, "730 h x 0.0832"},
		{"a smaller type", func(ctx context.Context, p playbook.Prices) (playbook.Saving, error) {
			return machine.Retyped(ctx, p, "t3.medium")
		}, 60.736, 30.368, "730 h x 0.0832 - 730 h x 0.0416"},
		{"a larger type saves nothing", func(ctx context.Context, p playbook.Prices) (playbook.Saving, error) {
			return machine.Retyped(ctx, p, "t2.large")
		}, 60.736, 67.744, "730 h x 0.0832 - 730 h x 0.0928"},
		{"an instance with a licence", windows.Saving, -1, 0, ""},
		{"another region has no factor", abroad.Saving, -1, 0, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := c.of(t.Context(), book.New(book.Options{Now: time.Now}))
			if unknown := errors.Is(err, playbook.ErrNoPrice); unknown != (c.monthly < 0) || err != nil && !unknown {
				t.Fatalf("%+v, %v", got, err)
			}
			if err != nil {
				return
			}
			if math.Abs(got.Monthly-c.monthly) > 1e-9 || math.Abs(got.Kept-c.kept) > 1e-9 || got.Formula != c.formula || got.Source != "table of 2026-11-30, us-east-1" {
				t.Errorf("%+v, want %.4f - %.4f by %q", got, c.monthly, c.kept, c.formula)
			}
		})
	}
}

func TestWithoutPricesNothingIsKnown(t *testing.T) {
	if got, err := (price.Volume{Type: "gp3", GB: 1}).Saving(t.Context(), nil); !errors.Is(err, playbook.ErrNoPrice) || got != (playbook.Saving{}) {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestWhatEndsTogetherIsAdded(t *testing.T) {
	got := price.All(playbook.Saving{Monthly: 8, Kept: 5, Source: "a", Formula: "x"}, playbook.Saving{Monthly: 3.65, Source: "a", Formula: "y"})
	if got != (playbook.Saving{Monthly: 11.65, Kept: 5, Source: "a", Formula: "(x) + (y)"}) {
		t.Errorf("%+v", got)
	}
}
