package cloud

import (
	"strings"

	"github.com/ripostehq/riposte/event"
)

// partition is a division of AWS with regions and names of its own.
type partition struct {
	name    string
	regions string // the beginning of its regions' names
	iam     string // where IAM is reached, and its calls are signed for
	orgs    string // where Organizations is
}

// partitions returns AWS's, the commercial one last, which has all other regions. The homes are those of the SDK's endpoint
// rules; partitions without Organizations there have the place of their IAM.
func partitions() []partition {
	return []partition{
		{"aws-cn", "cn-", "cn-north-1", "cn-northwest-1"},
		{"aws-us-gov", "us-gov-", "us-gov-west-1", "us-gov-west-1"},
		{"aws-iso", "us-iso-", "us-iso-east-1", "us-iso-east-1"},
		{"aws-iso-b", "us-isob-", "us-isob-east-1", "us-isob-east-1"},
		{"aws-iso-e", "eu-isoe-", "eu-isoe-west-1", "eu-isoe-west-1"},
		{"aws-iso-f", "us-isof-", "us-isof-south-1", "us-isof-south-1"},
		{"aws-eusc", "eusc-", "eusc-de-east-1", "eusc-de-east-1"},
		{"aws", "", "us-east-1", "us-east-1"},
	}
}

// PartitionOf returns the partition of a region.
func PartitionOf(region string) string {
	for _, p := range partitions() {
		if strings.HasPrefix(region, p.regions) {
			return p.name
		}
	}
	return "aws"
}

func partitionNamed(name string) partition {
	all := partitions()
	for _, p := range all {
		if p.name == name {
			return p
		}
	}
	return all[len(all)-1]
}

// Global returns where the global services of the place's partition, IAM above all, are at home and their events arrive.
func Global(p event.Place) event.Place {
	p.Region = partitionNamed(p.Partition).iam
	return p
}

// OrganizationsIn returns where Organizations of a partition is at home.
func OrganizationsIn(partition string) event.Place {
	return event.Place{Partition: partition, Region: partitionNamed(partition).orgs}
}
