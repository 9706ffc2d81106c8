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
	Type      string `json:"type"`             // AWS::EC2::Instance, as in types.go
	ID        string `json:"id"`               // the name or id within its type; for IAM roles and users path and name, for sessions ROLE/SESSION
}

// In makes a resource of this place. What is global loses the region: it has none.
func (p Place) In(kind, id string) Resource {
	r := Resource{Partition: p.Partition, Account: p.Account, Region: p.Region, Type: kind, ID: id}
	if Global(kind) {
		r.Region = ""
	}
	return r
}

// Place returns where the resource lives.
func (r Resource) Place() Place { return Place{r.Partition, r.Account, r.Region} }

// String returns the resource's ARN, or account/region/noun/id where an ARN can't be made from what is known: a group's ARN,
// for one, holds an id that no record shows.
func (r Resource) String() string {
	if arn := r.ARN(); arn != "" {
		return arn
	}
	return strings.Join([]string{r.Account, r.Region, Noun(r.Type), r.ID}, "/")
}
