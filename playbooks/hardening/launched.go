// Package hardening holds the playbooks about what is weaker than it need be, and about putting that right without harm.
package hardening

import "slices"

// launchers are the tags of what launches instances again as its template says.
var launchers = [...]string{"aws:autoscaling:groupName", "aws:ec2:fleet-id", "aws:ec2spot:fleet-request-id"}

// launched reports whether an instance is one of many that something launches again.
func launched(tags map[string]string) bool {
	return slices.ContainsFunc(launchers[:], func(key string) bool { _, ok := tags[key]; return ok })
}
