package config

import (
	"net/url"
	"slices"
	"strings"

	"github.com/ripostehq/riposte/internal/region"
	"github.com/ripostehq/riposte/internal/strict"
)

// region refuses what can't be a region. One that the SDK does not list may be newer than it.
func (k checker) region(at strict.Node, name string) {
	_, known := region.Of(name)
	switch {
	case known:
	case region.Possible(name):
		k.warn(at, "%q is no region that this riposte knows%s; where it is a new one, nothing is wrong", name, region.Hint(name))
	default:
		at.Complain("%q is not a region: want a name like eu-west-1%s", name, region.Hint(name))
	}
}

// partition refuses an ARN of a partition that AWS does not have.
func (k checker) partition(at strict.Node, id string) {
	var ids []string
	for _, p := range region.All() {
		ids = append(ids, p.ID)
	}
	if !slices.Contains(ids, id) && !strings.Contains(id, "*") {
		at.Complain("%q is no partition of AWS: want one of %s", id, strings.Join(ids, ", "))
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
		if _, known := region.Of(label); known && in != "" && label != in {
			at.Complain("the queue is in %s by its URL, and region says %s", label, in)
		}
	}
}
