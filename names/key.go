// Package names says which resource of AWS a name of DNS stands for, whatever its spelling, and who could claim it once the resource is gone.
// It resolves nothing: what a name answers today says not whose it is.
package names

import (
	"fmt"
	"strings"
)

// Key is one resource by what names can tell of it. All spellings of one resource have the same key.
type Key struct {
	Partition string  // names are unique within one: aws, aws-cn, aws-us-gov, aws-eusc
	Service   Service // which sort of resource
	Region    string  // "" where the name is unique in the whole partition
	ID        string  // bucket, balancer's name and number, distribution's label, API's id, address; lower case
}

// Service is a sort of resource that names stand for.
type Service string

const (
	S3                Service = "s3"                // ID: the bucket
	ELB               Service = "elb"               // ID: NAME-NUMBER, of classic, application and network load balancers
	Beanstalk         Service = "beanstalk"         // ID: the environment's prefix; NAME or NAME.eba-X
	CloudFront        Service = "cloudfront"        // ID: the label before cloudfront.net
	APIGateway        Service = "apigateway"        // ID: the API's, or d-X of a regional custom domain
	GlobalAccelerator Service = "globalaccelerator" // ID: the label before awsglobalaccelerator.com
	Address           Service = "address"           // ID: a public IPv4 address
	Zone              Service = "zone"              // ID: the name of a hosted zone, of those that name servers of Route 53 serve
	Delegation        Service = "delegation"        // ID: ZONE/SERVER,SERVER: a zone at the name servers that serve it, or are said to
)

// Services lists them.
func Services() []Service {
	return []Service{S3, ELB, Beanstalk, CloudFront, APIGateway, GlobalAccelerator, Address, Zone, Delegation}
}

// String is the key as ledgers keep it: PARTITION/SERVICE/REGION/ID.
func (k Key) String() string {
	return strings.Join([]string{k.Partition, string(k.Service), k.Region, k.ID}, "/")
}

// ParseKey reads what Key.String wrote.
func ParseKey(s string) (Key, error) {
	parts := strings.SplitN(s, "/", 4)
	if len(parts) != 4 || parts[0] == "" || parts[1] == "" || parts[3] == "" {
		return Key{}, fmt.Errorf("%q is no key of a name: PARTITION/SERVICE/REGION/ID", s)
	}
	return Key{Partition: parts[0], Service: Service(parts[1]), Region: parts[2], ID: parts[3]}, nil
}
