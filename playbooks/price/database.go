package price

import (
	"context"
	"fmt"

	"github.com/ripostehq/riposte/playbook"
)

// Database is an instance of RDS, or a member of an Aurora cluster, whose storage and I/O have no formula: they are paid by use.
// https://aws.amazon.com/rds/pricing/
type Database struct {
	Region      string
	Engine      string // as RDS has it: mysql, postgres, mariadb, aurora-mysql, aurora-postgresql
	Class       string // db.m5.large
	MultiAZ     bool
	StorageType string // gp2, gp3, io1, standard, aurora, aurora-iopt1
	GB          int    // allocated
	IOPS        int    // of io1
}

// engines are what they are called in the price list. Others have editions and licences, which RDS does not tell plainly.
var engines = map[string]string{
	"mysql": "MySQL", "postgres": "PostgreSQL", "mariadb": "MariaDB", "aurora-mysql": "Aurora MySQL", "aurora-postgresql": "Aurora PostgreSQL",
}

// storages are what storage is called, by its type.
var storages = map[string]string{"gp2": "GP2-Storage", "gp3": "GP3-Storage", "io1": "PIOPS-Storage", "standard": "StorageUsage"}

// Stopped is what its stop is worth: the storage goes on costing.
func (d Database) Stopped(ctx context.Context, prices playbook.Prices) (playbook.Saving, error) {
	instance, err := d.instance()
	if err != nil {
		return playbook.Saving{}, err
	}
	return sum(ctx, prices, []line{instance})
}

// Keeping is what its end is worth while a final snapshot is kept, which costs at most what is allocated.
func (d Database) Keeping(ctx context.Context, prices playbook.Prices) (playbook.Saving, error) {
	instance, err := d.instance()
	if err != nil {
		return playbook.Saving{}, err
	}
	lines := []line{instance}
	if d.aurora() {
		return playbook.Saving{}, fmt.Errorf("a snapshot of Aurora, whose size RDS does not tell: %w", playbook.ErrNoPrice)
	}
	storage, known := storages[d.StorageType]
	if !known {
		return playbook.Saving{}, fmt.Errorf("database storage of type %q: %w", d.StorageType, playbook.ErrNoPrice)
	}
	lines = append(lines, gigabytes(d.GB, rds, d.Region, d.usage(storage)))
	if d.StorageType == "io1" {
		lines = append(lines, line{quantity: float64(d.IOPS), said: fmt.Sprintf("%d IOPS", d.IOPS), item: playbook.PriceItem{Service: rds, Region: d.Region, Usage: d.usage("PIOPS")}})
	}
	return sum(ctx, prices, append(lines, keeping(d.backup())))
}

func (d Database) aurora() bool { return d.Engine == "aurora-mysql" || d.Engine == "aurora-postgresql" }

func (d Database) instance() (line, error) {
	engine, known := engines[d.Engine]
	if !known {
		return line{}, fmt.Errorf("databases of engine %q, which has editions and licences: %w", d.Engine, playbook.ErrNoPrice)
	}
	usage, deployed := "InstanceUsage:", "Single-AZ"
	switch {
	case d.StorageType == "aurora-iopt1":
		usage = "InstanceUsageIOOptimized:"
	case d.MultiAZ && !d.aurora(): // members of a cluster are paid one by one
		usage, deployed = "Multi-AZUsage:", "Multi-AZ"
	}
	return hours(1, playbook.PriceItem{
		Service: rds, Region: d.Region, Family: "Database Instance", Usage: usage + d.Class,
		Attributes: map[string]string{"instanceType": d.Class, "databaseEngine": engine, "deploymentOption": deployed},
	}), nil
}

func (d Database) usage(of string) string {
	if d.MultiAZ {
		return "RDS:Multi-AZ-" + of
	}
	return "RDS:" + of
}

func (d Database) backup() line {
	l := gigabytes(d.GB, rds, d.Region, "RDS:ChargedBackupUsage")
	l.item.Attributes = map[string]string{"databaseEngine": engines[d.Engine]}
	return l
}

// Cluster is one of Aurora.
type Cluster struct {
	Region, Engine string
	StorageType    string   // aurora, aurora-iopt1; "" is aurora
	Classes        []string // of its databases
}

// Keeping is what its end is worth at least, while a final snapshot is kept: the hours of its databases. Its storage, whose size RDS does not tell,
// costs more a gigabyte than the snapshot that is kept in its place. Of serverless capacity nothing is known: it is paid by use.
// https://aws.amazon.com/rds/aurora/pricing/
func (c Cluster) Keeping(ctx context.Context, prices playbook.Prices) (playbook.Saving, error) {
	var lines []line
	for _, class := range c.Classes {
		if class == "db.serverless" {
			return playbook.Saving{}, fmt.Errorf("serverless capacity, which is paid by use: %w", playbook.ErrNoPrice)
		}
		l, err := Database{Region: c.Region, Engine: c.Engine, Class: class, StorageType: c.StorageType}.instance()
		if err != nil {
			return playbook.Saving{}, err
		}
		lines = append(lines, l)
	}
	return sum(ctx, prices, lines)
}

// DatabaseSnapshot is a manual one of RDS: at most what was allocated.
type DatabaseSnapshot struct {
	Region, Engine string
	GB             int
}

// Saving is what the snapshot's end is worth, at most.
func (s DatabaseSnapshot) Saving(ctx context.Context, prices playbook.Prices) (playbook.Saving, error) {
	if engines[s.Engine] == "" {
		return playbook.Saving{}, fmt.Errorf("snapshots of engine %q: %w", s.Engine, playbook.ErrNoPrice)
	}
	return sum(ctx, prices, []line{Database{Region: s.Region, Engine: s.Engine, GB: s.GB}.backup()})
}

// Warehouse is a provisioned Redshift cluster. Managed storage is paid by use, and not in it.
// https://aws.amazon.com/redshift/pricing/
type Warehouse struct {
	Region, Node string // ra3.xlplus
	Nodes        int
	GB           int // at most, of its snapshot; 0: unknown
}

// Paused is what its pause is worth.
func (w Warehouse) Paused(ctx context.Context, prices playbook.Prices) (playbook.Saving, error) {
	return sum(ctx, prices, []line{w.nodes()})
}

// Keeping is what its end is worth while a final snapshot is kept. Where its size is unknown, so is this.
func (w Warehouse) Keeping(ctx context.Context, prices playbook.Prices) (playbook.Saving, error) {
	if w.GB == 0 {
		return playbook.Saving{}, fmt.Errorf("a snapshot of a warehouse of unknown size: %w", playbook.ErrNoPrice)
	}
	return sum(ctx, prices, []line{w.nodes(), keeping(gigabytes(w.GB, redshift, w.Region, "PaidSnapshots"))})
}

func (w Warehouse) nodes() line {
	return hours(w.Nodes, playbook.PriceItem{
		Service: redshift, Region: w.Region, Family: "Compute Instance", Usage: "Node:" + w.Node, Attributes: map[string]string{"instanceType": w.Node},
	})
}
