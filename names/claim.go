package names

import (
	"regexp"
	"strings"
)

// Claim says who could come to answer by a name once its resource is gone.
type Claim string

const (
	Anybody Claim = "anybody" // who wants it takes it
	Luck    Claim = "by luck" // AWS gives it to a customer, who can't choose
	Nobody  Claim = "nobody"  // it is never given again, or not without proof of the domain
)

// Claimable is a Claim with where it is written, and why.
type Claimable struct {
	By     Claim
	Why    string
	Source string
}

const (
	userGuide  = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/"
	discussion = "https://github.com/EdOverflow/can-i-take-over-xyz/issues/"
)

// accountRegional: P-ACCOUNT-REGION-an.
var accountRegional = regexp.MustCompile(`-[0-9]{12}-` + regional + `-an$`)

// Claimable says who could claim what the key names.
func (k Key) Claimable() Claimable {
	switch {
	case k.Service == S3 && accountRegional.MatchString(k.ID):
		return Claimable{Nobody, "a name of the account's own namespace", userGuide + "gpbucketnamespaces.html"}
	case k.Service == Beanstalk && (strings.Contains(k.ID, ".") || strings.HasPrefix(k.ID, "eba-")):
		return Claimable{Nobody, "Elastic Beanstalk chose a part of the name", "https://github.com/domain-protect/domain-protect/pull/238"}
	}
	return claims()[k.Service]
}

// claims of what has no exception.
func claims() map[Service]Claimable {
	return map[Service]Claimable{
		S3:                {Anybody, "a deleted bucket's name is free for every account", userGuide + "gpbucketnamespaces.html"},
		Beanstalk:         {Anybody, "other customers can reuse an available host name", "https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/customdomains.html"},
		Address:           {Luck, "a released address goes back to the pool", "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/elastic-ip-addresses-eip.html"},
		Delegation:        {Luck, "Route 53 holds a deleted zone's name servers back in some cases only; in others a customer makes zones of that name until one is served there", "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/protection-from-dangling-dns.html"},
		Zone:              {Luck, "Route 53 holds a deleted zone's name servers back in some cases only", "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/protection-from-dangling-dns.html"},
		CloudFront:        {Nobody, "an alternate name needs a certificate of the domain", "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/CNAMEs.html"},
		ELB:               {Nobody, "AWS puts a number behind the name", discussion + "173"},
		APIGateway:        {Nobody, "the id is AWS's, and a custom domain needs a certificate", "https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-custom-domains.html"},
		GlobalAccelerator: {Nobody, "the label is AWS's", "unverified"},
	}
}
