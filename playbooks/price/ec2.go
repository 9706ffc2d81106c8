package price

import (
	"context"
	"fmt"

	"github.com/ripostehq/riposte/playbook"
)

// Volume is an EBS volume. https://aws.amazon.com/ebs/pricing/
type Volume struct {
	Region string
	Type   string // gp3, gp2, io1, io2, st1, sc1, standard
	GB     int
	IOPS   int // provisioned ones, of gp3 all of them
	MiBps  int // of gp3
}

// What a gp3 volume has without paying, and how many operations of an io2 volume have one price.
const (
	freeIOPS     = 3000
	freeMiBps    = 125
	mebiPerGibi  = 1024
	firstTierIO2 = 32000
)

// usages are what storage is called in the price list, by the volume's type.
var usages = map[string]string{
	"gp3": "EBS:VolumeUsage.gp3", "gp2": "EBS:VolumeUsage.gp2", "io1": "EBS:VolumeUsage.piops", "io2": "EBS:VolumeUsage.io2",
	"st1": "EBS:VolumeUsage.st1", "sc1": "EBS:VolumeUsage.sc1", "standard": "EBS:VolumeUsage",
}

// Saving is what the volume's end is worth without a way back: keep a snapshot by Keeping.
func (v Volume) Saving(ctx context.Context, prices playbook.Prices) (playbook.Saving, error) {
	lines, err := v.lines()
	if err != nil {
		return playbook.Saving{}, err
	}
	return sum(ctx, prices, lines)
}

// Keeping is what its end is worth while a snapshot of it is kept, which costs at most the volume's size: of sc1, st1 and standard it costs more
// than the volume.
func (v Volume) Keeping(ctx context.Context, prices playbook.Prices) (playbook.Saving, error) {
	lines, err := v.lines()
	if err != nil {
		return playbook.Saving{}, err
	}
	return sum(ctx, prices, append(lines, keeping(gigabytes(v.GB, ec2, v.Region, snapshotUsage))))
}

func (v Volume) lines() ([]line, error) {
	usage, known := usages[v.Type]
	if !known {
		return nil, fmt.Errorf("volumes of type %q: %w", v.Type, playbook.ErrNoPrice)
	}
	lines := []line{gigabytes(v.GB, ec2, v.Region, usage)}
	iops := func(n int, usage string) line {
		return line{quantity: float64(n), said: fmt.Sprintf("%d IOPS", n), item: playbook.PriceItem{Service: ec2, Region: v.Region, Usage: usage}}
	}
	switch v.Type {
	case "gp3":
		fast := v.MiBps - freeMiBps
		lines = append(lines, iops(v.IOPS-freeIOPS, "EBS:VolumeP-IOPS.gp3"), line{
			quantity: float64(fast) / mebiPerGibi, said: fmt.Sprintf("%d/%d GiBps", fast, mebiPerGibi),
			item: playbook.PriceItem{Service: ec2, Region: v.Region, Usage: "EBS:VolumeP-Throughput.gp3"},
		})
	case "io1":
		lines = append(lines, iops(v.IOPS, "EBS:VolumeP-IOPS.piops"))
	case "io2":
		if v.IOPS > firstTierIO2 {
			return nil, fmt.Errorf("io2 with %d IOPS has several prices: %w", v.IOPS, playbook.ErrNoPrice)
		}
		lines = append(lines, iops(v.IOPS, "EBS:VolumeP-IOPS.io2"))
	}
	return lines, nil
}

const (
	snapshotUsage = "EBS:SnapshotUsage"
	archiveUsage  = "EBS:SnapshotArchiveStorage"
)

// Snapshot is one of EBS: at most its size, since snapshots are incremental. https://aws.amazon.com/ebs/pricing/
type Snapshot struct {
	Region   string
	GB       int // what AWS says that it holds, else the volume's size
	Archived bool
}

// Saving is what the snapshot's end is worth, at most.
func (s Snapshot) Saving(ctx context.Context, prices playbook.Prices) (playbook.Saving, error) {
	usage := snapshotUsage
	if s.Archived {
		usage = archiveUsage
	}
	return sum(ctx, prices, []line{gigabytes(s.GB, ec2, s.Region, usage)})
}

// Address is what the end of a public IPv4 address that nothing uses is worth. https://aws.amazon.com/vpc/pricing/
func Address(ctx context.Context, prices playbook.Prices, region string) (playbook.Saving, error) {
	return sum(ctx, prices, []line{hours(1, playbook.PriceItem{Service: vpc, Region: region, Usage: "PublicIPv4:IdleAddress"})})
}

// Instance is what the stop of an instance is worth: Linux, on demand, on shared hardware; of anything else the price is unknown. Its volumes and
// addresses go on costing. https://aws.amazon.com/ec2/pricing/on-demand/
type Instance struct {
	Region, Type string
	Platform     string // as EC2 has it in PlatformDetails: "Linux/UNIX"
	Tenancy      string // default
	Spot         bool
}

// Saving of one that runs.
func (i Instance) Saving(ctx context.Context, prices playbook.Prices) (playbook.Saving, error) {
	if i.Platform != "Linux/UNIX" || i.Tenancy != "default" || i.Spot {
		return playbook.Saving{}, fmt.Errorf("instances of %q, tenancy %q, spot %v: %w", i.Platform, i.Tenancy, i.Spot, playbook.ErrNoPrice)
	}
	return sum(ctx, prices, []line{hours(1, playbook.PriceItem{
		Service: ec2, Region: i.Region, Family: "Compute Instance", Usage: "BoxUsage:" + i.Type,
		Attributes: map[string]string{"instanceType": i.Type, "operatingSystem": "Linux", "tenancy": "Shared", "preInstalledSw": "NA", "capacitystatus": "Used"},
	})})
}

// Retyped is what running as another type is worth. At or below zero there is nothing to plan.
func (i Instance) Retyped(ctx context.Context, prices playbook.Prices, to string) (playbook.Saving, error) {
	now, err := i.Saving(ctx, prices)
	if err != nil {
		return playbook.Saving{}, err
	}
	i.Type = to
	then, err := i.Saving(ctx, prices)
	if err != nil {
		return playbook.Saving{}, err
	}
	now.Kept, now.Formula = then.Monthly, now.Formula+" - "+then.Formula
	return now, nil
}
