package names

import (
	"regexp"
	"strings"
)

// longest is what DNS allows of a name, without the trailing dot (RFC 1035, 2.3.4).
const longest = 253

// Plain is a name as this package compares it: lower case, without the trailing dot.
func Plain(name string) string { return strings.ToLower(strings.TrimSuffix(name, ".")) }

// Parse returns the keys of a target: of a record's value, its alias, or the domain of an origin. Own is the record's own name, "" of an origin.
// Most targets have one key or none. One at S3 stands for the bucket that it names and, first, for the bucket called like the record: S3 goes by
// the Host header, whatever stands before the endpoint. https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html
//
// What is no public name of AWS's, or can't be told for sure, has no key: nothing is done about it.
func Parse(target, own string) []Key {
	t := Plain(target)
	if len(t) == 0 || len(t) > longest {
		return nil
	}
	if keys, ok := address(t); ok {
		return keys
	}
	if !hostname.MatchString(t) {
		return nil
	}
	for _, d := range domains() {
		if labels, ok := strings.CutSuffix(t, "."+d.suffix); ok {
			return below(spelled{labels, d}, Plain(own))
		}
	}
	return beside(t)
}

// hostname is what targets are made of; an underscore, a wildcard or an IDN that is not encoded names nothing of AWS's.
var hostname = regexp.MustCompile(`^[a-z0-9-]+(\.[a-z0-9-]+)+$`)

// below reads what ends in a domain of AWS.
func below(s spelled, own string) []Key {
	if keys, ok := bucket(s, own); ok {
		return keys
	}
	for _, read := range []func(spelled) (Key, bool){balancer, api, host, chineseBeanstalk} {
		if k, ok := read(s); ok {
			return []Key{k}
		}
	}
	return nil
}

// beside reads what has a domain of its service's own.
func beside(t string) []Key {
	for _, d := range []struct {
		suffix string
		read   func(labels string) (Key, bool)
	}{
		{".cloudfront.net", distribution},
		{".awsglobalaccelerator.com", accelerator},
		{".elasticbeanstalk.com", environment},
	} {
		if labels, ok := strings.CutSuffix(t, d.suffix); ok {
			if k, ok := d.read(labels); ok {
				return []Key{k}
			}
		}
	}
	return nil
}

func distribution(labels string) (Key, bool) {
	return Key{"aws", CloudFront, "", labels}, labels != "" && !strings.Contains(labels, ".")
}

func accelerator(labels string) (Key, bool) {
	labels = strings.TrimSuffix(labels, ".dualstack")
	return Key{"aws", GlobalAccelerator, "", labels}, labels != "" && !strings.Contains(labels, ".")
}

// environment reads NAME.REGION, NAME.eba-X.REGION, and the old NAME without a region, which is unique for itself.
func environment(labels string) (Key, bool) {
	at := strings.LastIndexByte(labels, '.')
	if at < 0 {
		return Key{"aws", Beanstalk, "", labels}, !isRegion.MatchString(labels)
	}
	name, region := labels[:at], labels[at+1:]
	partition := partitionOf(region)
	return Key{partition, Beanstalk, region, name}, isRegion.MatchString(region) && (partition == "aws" || partition == "aws-us-gov") && strings.Count(name, ".") <= 1
}

// chineseBeanstalk reads NAME.REGION.eb, as Elastic Beanstalk is spelled in China.
// https://publicsuffix.org/list/public_suffix_list.dat (cn-north-1.eb.amazonaws.com.cn)
func chineseBeanstalk(s spelled) (Key, bool) {
	l := strings.Split(s.labels, ".")
	n := len(l)
	if n < 3 || n > 4 || l[n-1] != "eb" || s.domain.partitions[0] != "aws-cn" {
		return Key{}, false
	}
	return s.key(Beanstalk, l[n-2], strings.Join(l[:n-2], "."))
}

// api reads ID.execute-api.REGION: of an API, or of a regional custom domain, whose id begins with d-.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-call-api.html
func api(s spelled) (Key, bool) {
	l := strings.Split(s.labels, ".")
	if len(l) != 3 || l[1] != "execute-api" {
		return Key{}, false
	}
	return s.key(APIGateway, l[2], l[0])
}

// balancer reads the names of load balancers: NAME-NUMBER.REGION.elb (classic, application), NAME-NUMBER.elb.REGION (network) and NAME-NUMBER.elb, the
// oldest classic ones. `internal-` and `dualstack.` may stand before each.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/classic/elb-internal-load-balancers.html
func balancer(s spelled) (Key, bool) {
	l := strings.Split(strings.TrimPrefix(s.labels, "dualstack."), ".")
	id := strings.TrimPrefix(l[0], "internal-")
	if !numbered.MatchString(id) {
		return Key{}, false
	}
	switch {
	case len(l) == 2 && l[1] == "elb" && s.domain.partitions[0] == "aws":
		return s.key(ELB, "us-east-1", id)
	case len(l) == 3 && l[2] == "elb":
		return s.key(ELB, l[1], id)
	case len(l) == 3 && l[1] == "elb":
		return s.key(ELB, l[2], id)
	}
	return Key{}, false
}

// numbered: a balancer's name has a number of AWS's behind it.
var numbered = regexp.MustCompile(`^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?-[0-9a-f]+$`)
