package names

// Example is a name for people to look at: with all spellings that it has in DNS, and who could claim it.
type Example struct {
	Key    Key
	Region string // where the resource lies
}

// Examples has a name of each sort that is claimed in another way.
func Examples() []Example {
	const region = "eu-west-1"
	return []Example{
		{Key{"aws", S3, "", "bucket"}, region},
		{Key{"aws", S3, "", "bucket-111122223333-eu-west-1-an"}, region},
		{Key{"aws", Address, "", "52.45.102.28"}, region},
		{Key{"aws", ELB, region, "name-1234567890"}, region},
		{Key{"aws", ELB, region, "name-0123456789abcdef"}, region},
		{Key{"aws", Delegation, "", "sub.example.com/ns-1.awsdns-00.com,ns-2.awsdns-01.org"}, region},
		{Key{"aws", CloudFront, "", "d111111abcdef8"}, region},
		{Key{"aws", APIGateway, region, "a1b2c3d4e5"}, region},
		{Key{"aws", Beanstalk, region, "name"}, region},
		{Key{"aws", Beanstalk, region, "name.eba-a1b2c3d4"}, region},
		{Key{"aws", GlobalAccelerator, "", "a1234567890abcdef"}, region},
	}
}
