package config

import (
	"net/url"
	"strings"

	"github.com/ripostehq/riposte/internal/region"
	"github.com/ripostehq/riposte/internal/strict"
)

// region refuses what can't be a region. One that the SDK does not list may be newer than it.
func (k checker) region(at strict.Node, name string) {
	switch {
	case region.Known(name):
	case region.Possible(name):
		k.warn(at, "%q is no region that this riposte knows%s; where it is a new one, nothing is wrong", name, region.Hint(name))
	default:
		at.Complain("%q is not a region: want a name like eu-west-1%s", name, region.Hint(name))
	}
}

// partition refuses an ARN of a partition that AWS does not have.
func (k checker) partition(at strict.Node, id string) {
	if _, ok := region.Named(id); !ok && !strings.Contains(id, "*") {
		at.Complain("%q is no partition of AWS: want one of %s", id, region.Partitions())
	}
}

// queue wants a queue's URL, of the region that it is asked in.
func (k checker) queue(at strict.Node, address, in string) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" {
		at.Complain("want the queue's URL: https://sqs.REGION.amazonaws.com/ACCOUNT/NAME")
		return
	}
	for _, label := range strings.Split(u.Hostname(), ".") {
		if in != "" && label != in && region.Known(label) {
			at.Complain("the queue is in %s by its URL, and region says %s", label, in)
		}
	}
}

// bus wants a bus of a partition and region that there are.
func (k checker) bus() {
	b, at := k.c.Report.EventBus, k.at("report", "event_bus")
	if b.Name == "" {
		return
	}
	k.partition(at, b.Partition)
	k.region(at, b.Region)
	if p, ok := region.Of(b.Region); ok && p.ID != b.Partition {
		at.Complain("region %s is in the partition %s, not in %s", b.Region, p.ID, b.Partition)
	}
}
