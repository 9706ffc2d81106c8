package event

import "strings"

// onlyARN drops what stands where an ARN should: "", "-", "...".
func onlyARN(s string) string {
	if strings.HasPrefix(s, "arn:") {
		return s
	}
	return ""
}

// arnPlace returns the parts of arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE that say where something is; all "" where it is
// no ARN.
func arnPlace(arn string) (partition, region, account string) {
	parts := strings.SplitN(arn, ":", 6)
	if len(parts) < 6 || parts[0] != "arn" {
		return "", "", ""
	}
	return parts[1], parts[3], parts[4]
}

// partitionOfRegion knows the partitions by the prefixes of their regions (botocore's partitions.json); any other region
// belongs to aws, and "" to none.
func partitionOfRegion(region string) string {
	if region == "" {
		return ""
	}
	for _, p := range []struct{ prefix, partition string }{
		{"cn-", "aws-cn"}, {"us-gov-", "aws-us-gov"}, {"us-iso-", "aws-iso"}, {"us-isob-", "aws-iso-b"},
		{"eu-isoe-", "aws-iso-e"}, {"us-isof-", "aws-iso-f"}, {"eusc-", "aws-eusc"},
	} {
		if strings.HasPrefix(region, p.prefix) {
			return p.partition
		}
	}
	return "aws"
}
