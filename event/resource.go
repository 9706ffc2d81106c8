package event

import "strings"

// Place is one region of one account; Region is "" where only the account counts.
type Place struct {
	Partition string `json:"partition"`
	Account   string `json:"account"`
	Region    string `json:"region,omitempty"`
}

// Resource is one thing in AWS, in the account that owns it, which need not be the recipient of the event.
type Resource struct {
	Partition string `json:"partition"`
	Account   string `json:"account"`
	Region    string `json:"region,omitempty"` // "" for what has none (IAM)
	Type      string `json:"type"`             // one of the Type constants, or CloudTrail's own AWS::Service::Type
	ID        string `json:"id"`               // the name or id within its type; for IAM roles and users path and name, for sessions ROLE/SESSION
}

// The types that playbooks and actions speak of.
const (
	Instance            = "ec2:instance"
	Launch              = "ec2:launch" // one RunInstances call, ID its client token
	Image               = "ec2:image"
	LaunchTemplate      = "ec2:launch-template"
	NetworkInterface    = "ec2:network-interface"
	SecurityGroup       = "ec2:security-group"
	Group               = "autoscaling:group"
	LaunchConfiguration = "autoscaling:launch-configuration"
	Parameter           = "ssm:parameter"
	User                = "iam:user"
	Role                = "iam:role"
	Session             = "iam:session" // one session of a role
	AccessKey           = "iam:access-key"
	Account             = "account"
)

// In makes a resource of this place. IAM resources lose the region: they have none.
func (p Place) In(kind, id string) Resource {
	r := Resource{Partition: p.Partition, Account: p.Account, Region: p.Region, Type: kind, ID: id}
	if strings.HasPrefix(kind, "iam:") || kind == Account {
		r.Region = ""
	}
	return r
}

// Place is where the resource lives.
func (r Resource) Place() Place { return Place{r.Partition, r.Account, r.Region} }

// String is the resource's ARN, or account/region/type/id where an ARN can't be made from what is known: a group's ARN,
// for one, holds an id that no record shows.
func (r Resource) String() string {
	if arn := r.ARN(); arn != "" {
		return arn
	}
	return strings.Join([]string{r.Account, r.Region, r.Type, r.ID}, "/")
}

// ARN is the resource's Amazon Resource Name, "" where it can't be made from what is known.
func (r Resource) ARN() string {
	if strings.HasPrefix(r.ID, "arn:") {
		return r.ID
	}
	service, region, account, kind := "", r.Region, r.Account, ""
	switch r.Type {
	case Instance:
		service, kind = "ec2", "instance/"
	case LaunchTemplate:
		service, kind = "ec2", "launch-template/"
	case Image:
		service, account, kind = "ec2", "", "image/"
	case Parameter:
		service, kind = "ssm", "parameter/"
	case User:
		service, region, kind = "iam", "", "user/"
	case Role:
		service, region, kind = "iam", "", "role/"
	case Session:
		service, region, kind = "sts", "", "assumed-role/"
	}
	named := r.Type == LaunchTemplate && !strings.HasPrefix(r.ID, "lt-") // an event may know only its name
	if service == "" || named || r.Partition == "" {
		return ""
	}
	return "arn:" + r.Partition + ":" + service + ":" + region + ":" + account + ":" + kind + strings.TrimPrefix(r.ID, "/")
}
