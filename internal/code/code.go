// Package code says which code makes a resource. What code makes, a change by API does not mend for long: the code makes it again.
package code

import (
	"fmt"
	"strings"
)

// Tool is what makes resources from code.
type Tool string

const (
	Terraform      Tool = "Terraform" // OpenTofu, too: their states are alike
	CloudFormation Tool = "CloudFormation"
	ExternalDNS    Tool = "external-dns"
)

// Owner is one piece of code that makes a resource.
type Owner struct {
	Tool    Tool   `json:"tool"`
	Address string `json:"address"` // within Where: aws_launch_template.web["a"], the logical id, the cluster's name for itself
	Where   string `json:"where"`   // what says so: s3://states/dns/terraform.tfstate, a stack
	// Repository and Folder are where the block stands; "" where the configuration does not say.
	Repository string `json:"repository,omitempty"`
	Folder     string `json:"folder,omitempty"`
	// Shared is another state of the same folder that has the address, too (a workspace, a second environment): a change of the block changes both. "" where
	// there is none.
	Shared string `json:"shared,omitempty"`
}

// String is the owner in words. What stands in a state or a tag is quoted: its writer chose it.
func (o Owner) String() string {
	return fmt.Sprintf("%s makes it, as %s in %s", o.Tool, Quoted(o.Address), Quoted(o.Where))
}

// Answer is what is known of a resource's code now.
type Answer struct {
	Owners  []Owner
	Unknown []string // places that could not be asked, and why: the owner may be any of them
}

// Known reports whether everything that could own the resource was asked.
func (a Answer) Known() bool { return len(a.Unknown) == 0 }

// Quoted keeps a name one line of plain text.
func Quoted(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == '\u007f' || r == '\u0085' || r == '\u2028' || r == '\u2029' || r >= '\u202a' && r <= '\u202e' || r >= '\u2066' && r <= '\u2069' {
			return '?'
		}
		return r
	}, s)
}
