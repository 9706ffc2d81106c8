package names

import (
	"slices"
	"strings"
)

// dashed are the regions in whose website endpoints AWS writes a dash before the region; the others have a dot.
// https://docs.aws.amazon.com/general/latest/gr/s3.html#s3_website_region_endpoints
var dashed = []string{"us-east-1", "us-west-1", "us-west-2", "ap-southeast-1", "ap-southeast-2", "ap-northeast-1", "eu-west-1", "sa-east-1", "us-gov-west-1"}

// Forms lists the names that a resource has in DNS, as AWS writes them, for people and tests. Region is where it lies, of a key that has none: a bucket's, an
// address's. Parse gives the key back for each of them. A hosted zone has no such name.
func Forms(k Key, region string) []string {
	if k.Region != "" {
		region = k.Region
	}
	end := "." + suffix(k.Partition)
	switch k.Service {
	case S3:
		return bucketForms(k, region, end)
	case ELB:
		return balancerForms(k, region, end)
	case Beanstalk:
		return beanstalkForms(k, region, end)
	case CloudFront:
		return []string{k.ID + ".cloudfront.net"}
	case GlobalAccelerator:
		return []string{k.ID + ".awsglobalaccelerator.com", k.ID + ".dualstack.awsglobalaccelerator.com"}
	case APIGateway:
		return []string{k.ID + ".execute-api." + region + end}
	case Address:
		return addressForms(k, region)
	}
	return nil
}

func bucketForms(k Key, region, end string) []string {
	site := ".s3-website." + region
	if slices.Contains(dashed, region) {
		site = ".s3-website-" + region
	}
	all := []string{site, ".s3-website.dualstack." + region, ".s3." + region, ".s3-" + region, ".s3.dualstack." + region}
	if k.Partition == "aws-us-gov" || strings.HasPrefix(region, "us-") || strings.HasPrefix(region, "ca-") {
		all = append(all, ".s3-fips."+region, ".s3-fips.dualstack."+region)
	}
	if k.Partition == "aws" {
		all = append(all, ".s3", ".s3-accelerate", ".s3-accelerate.dualstack")
	}
	if region == "us-east-1" {
		all = append(all, ".s3-external-1")
	}
	return around(k.ID, all, end)
}

func balancerForms(k Key, region, end string) (all []string) {
	middle := []string{"." + region + ".elb"}
	if network(k.ID) {
		middle = []string{".elb." + region}
	} else if region == "us-east-1" {
		middle = append(middle, ".elb")
	}
	for _, before := range []string{"", "internal-", "dualstack.", "dualstack.internal-"} {
		all = append(all, around(before+k.ID, middle, end)...)
	}
	return all
}

// network reports whether a number is one of a network load balancer: 16 digits, where others have ten or fewer.
func network(id string) bool { return len(id)-strings.LastIndexByte(id, '-')-1 == 16 }

func beanstalkForms(k Key, region, end string) []string {
	switch {
	case k.Region == "":
		return []string{k.ID + ".elasticbeanstalk.com"}
	case k.Partition == "aws-cn":
		return []string{k.ID + "." + region + ".eb" + end}
	}
	return []string{k.ID + "." + region + ".elasticbeanstalk.com"}
}

func addressForms(k Key, region string) []string {
	host := "ec2-" + strings.ReplaceAll(k.ID, ".", "-")
	if region == "us-east-1" {
		return []string{k.ID, host + ".compute-1.amazonaws.com"}
	}
	return []string{k.ID, host + "." + region + ".compute." + suffix(partitionOf(region))}
}

func around(before string, middle []string, end string) (all []string) {
	for _, m := range middle {
		all = append(all, before+m+end)
	}
	return all
}
