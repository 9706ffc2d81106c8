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

// Known reports whether the SDK lists a region.
func Known(region string) bool { _, ok := Of(region); return ok }

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

// Partitions are the ids of all, as text for people.
func Partitions() string {
	var ids []string
	for _, p := range All() {
		ids = append(ids, p.ID)
	}
	return strings.Join(ids, ", ")
}

func first(is func(Partition) bool) (Partition, bool) {
	all := All()
	if i := slices.IndexFunc(all, is); i >= 0 {
		return all[i], true
	}
	return Partition{}, false
}
