package names

import (
	"regexp"
	"strings"
)

// domain is one of AWS's own, with the partitions that name their resources below it.
type domain struct {
	suffix     string
	partitions []string
}

// domains of AWS: no name below them is anybody else's to give.
// https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html
func domains() []domain {
	return []domain{
		{"amazonaws.com.cn", []string{"aws-cn"}},
		{"amazonaws.com", []string{"aws", "aws-us-gov"}},
		{"amazonaws.eu", []string{"aws-eusc"}},
	}
}

// suffix is the domain of a partition.
func suffix(partition string) string {
	switch partition {
	case "aws-cn":
		return "amazonaws.com.cn"
	case "aws-eusc":
		return "amazonaws.eu"
	}
	return "amazonaws.com"
}

// regional is how regions are called: us-east-1, us-gov-west-1, eusc-de-east-1.
const regional = `[a-z]{2,4}(?:-[a-z]+)+-[0-9]+`

var isRegion = regexp.MustCompile(`^` + regional + `$`)

// partitionOf is the partition of a region, by its beginning.
func partitionOf(region string) string {
	for _, p := range []struct{ begins, partition string }{{"cn-", "aws-cn"}, {"us-gov-", "aws-us-gov"}, {"eusc-", "aws-eusc"}} {
		if strings.HasPrefix(region, p.begins) {
			return p.partition
		}
	}
	return "aws"
}

// spelled is a target without the domain of AWS that it ends in.
type spelled struct {
	labels string // what stands before the domain
	domain domain
}

// in is the partition of a region, as this domain has it; false where that region's names end otherwise.
func (s spelled) in(region string) (string, bool) {
	if region == "" {
		return s.domain.partitions[0], true
	}
	p := partitionOf(region)
	for _, of := range s.domain.partitions {
		if of == p {
			return p, true
		}
	}
	return "", false
}

// key is one of a resource in a region, if this domain has the region.
func (s spelled) key(service Service, region, id string) (Key, bool) {
	partition, ok := s.in(region)
	return Key{partition, service, region, id}, ok && id != "" && isRegion.MatchString(region)
}
