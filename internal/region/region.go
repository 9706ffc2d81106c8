// Package region knows AWS's partitions and their regions as the SDK does, and tells a region that is newer than the SDK
// from one that is misspelt.
package region

import (
	"regexp"
	"slices"
	"strings"

	"github.com/ripostehq/riposte/internal/spelling"
)

// Partition is a division of AWS with regions and names of its own.
type Partition struct {
	ID      string
	Suffix  string // of its endpoints: amazonaws.com
	Global  string // the region of its global services
	Prefix  string // of its regions' names; "" for the commercial one, which has every other region
	Pattern string // a regular expression for its regions, those to come too
	Regions []string
}

// Named is the partition of an id: aws, aws-cn.
func Named(id string) (Partition, bool) {
	return first(func(p Partition) bool { return p.ID == id })
}

// Of is the partition of a region that the SDK lists.
func Of(region string) (Partition, bool) {
	return first(func(p Partition) bool { return slices.Contains(p.Regions, region) })
}

// In is the partition that a region belongs to, listed or not: the commercial one where no prefix says otherwise.
func In(region string) Partition {
	all := All()
	return all[max(0, slices.IndexFunc(all, func(p Partition) bool { return p.Prefix != "" && strings.HasPrefix(region, p.Prefix) }))]
}

// Possible reports whether a region that the SDK does not list may be one that is newer: it has a partition's shape, and its
// direction is one of the compass. Regions of the European sovereign cloud name their country first.
func Possible(region string) bool {
	part := strings.Split(region, "-")
	if len(part) < 3 || !slices.Contains([]string{"central", "east", "north", "northeast", "northwest", "south", "southeast", "southwest", "west"}, part[len(part)-2]) {
		return false
	}
	_, ok := first(func(p Partition) bool { return regexp.MustCompile(p.Pattern).MatchString(region) })
	return ok
}

// Hint is the region that a misspelt one was probably meant to be, as text behind an error; "" where none is near.
func Hint(region string) string {
	var all []string
	for _, p := range All() {
		all = append(all, p.Regions...)
	}
	return spelling.Hint(region, all)
}

func first(is func(Partition) bool) (Partition, bool) {
	all := All()
	if i := slices.IndexFunc(all, is); i >= 0 {
		return all[i], true
	}
	return Partition{}, false
}
