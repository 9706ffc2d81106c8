package state

import (
	"strings"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/names"
)

// kind is what of a type of Terraform's AWS provider may leave a state: the attributes by which riposte knows a resource again.
// https://registry.terraform.io/providers/hashicorp/aws/latest/docs
type kind struct {
	is    string   // the type of the resource, as event has it
	id    string   // the attribute that is its id there
	parts []string // in place of id: of several attributes, what riposte calls it, which joins them by slashes; empty ones at the end are left out
	named bool     // ids are names, the same in several accounts and regions: the ARN tells them apart
}

// kinds are the wanted types. Of no other type does anything leave a state.
func kinds() map[string]kind {
	return map[string]kind{
		"aws_instance":                {is: event.Instance, id: "id"},
		"aws_launch_template":         {is: event.LaunchTemplate, id: "id"},
		"aws_launch_configuration":    {is: event.LaunchConfiguration, id: "id", named: true},
		"aws_autoscaling_group":       {is: event.Group, id: "id", named: true},
		"aws_ebs_volume":              {is: event.Volume, id: "id"},
		"aws_ebs_snapshot":            {is: event.Snapshot, id: "id"},
		"aws_eip":                     {is: event.Address, id: "id"},
		"aws_security_group":          {is: event.SecurityGroup, id: "id"},
		"aws_default_security_group":  {is: event.SecurityGroup, id: "id"},
		"aws_db_instance":             {is: event.DBInstance, id: "identifier", named: true},
		"aws_rds_cluster_instance":    {is: event.DBInstance, id: "identifier", named: true},
		"aws_db_snapshot":             {is: event.DBSnapshot, id: "id", named: true},
		"aws_s3_bucket":               {is: event.Bucket, id: "id"},
		"aws_cloudfront_distribution": {is: event.Distribution, id: "id"},
		"aws_route53_record":          {is: event.RecordSet, parts: []string{"zone_id", "type", "fqdn", "set_identifier"}},
		"aws_route53_zone":            {is: event.HostedZone, id: "zone_id"},
		"aws_iam_user":                {is: event.User, id: "id", named: true},
		"aws_iam_role":                {is: event.Role, id: "id", named: true},
		"aws_lb":                      {is: event.LoadBalancer, id: "arn"},
		"aws_alb":                     {is: event.LoadBalancer, id: "arn"},
		"aws_elb":                     {is: event.ClassicLoadBalancer, id: "id", named: true},
		"aws_lb_target_group":         {is: event.TargetGroup, id: "arn"},
	}
}

// wantedAttributes are those that are read of any instance; which of them leave depends on its type.
func wantedAttributes() map[string]bool {
	out := map[string]bool{"arn": true}
	for _, k := range kinds() {
		for _, name := range append(k.parts, k.id) {
			out[name] = true
		}
	}
	delete(out, "")
	return out
}

// idOf is what riposte calls a thing, by what is kept of it. Names of DNS have no final dot and no capitals there.
// https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DomainNameFormat.html
func (k kind) idOf(values map[string]string) string {
	if k.parts == nil {
		return values[k.id]
	}
	var parts []string
	for _, name := range k.parts {
		parts = append(parts, values[name])
	}
	if parts[0] == "" || parts[1] == "" || parts[2] == "" {
		return "" // what is not known whole is found by nothing
	}
	return recordID(strings.Join(parts, "/"))
}

// recordID is the id of a record set in one spelling: the set's own name keeps its letters.
func recordID(id string) string {
	parts := strings.SplitN(id, "/", 4)
	if len(parts) < 3 {
		return id
	}
	parts[2] = strings.ToLower(strings.TrimSuffix(names.Unescaped(parts[2]), "."))
	return strings.TrimSuffix(strings.Join(parts, "/"), "/")
}

// keys are those by which an index of states finds a thing.
func (t Thing) keys() []string {
	k := kinds()[t.Type]
	var out []string
	if t.ARN != "" {
		out = append(out, "arn "+t.ARN)
	}
	if t.ID == "" || strings.HasPrefix(t.ID, "arn:") {
		return out
	}
	if _, account, region := placeOf(t.ARN); k.named && account != "" {
		return append(out, join(k.is, account, region, t.ID))
	}
	return append(out, join(k.is, "", "", t.ID)) // whose a name without an ARN is can't be told: it may be anybody's, which holds
}

// keysOf are those by which a resource may stand in an index.
func keysOf(r event.Resource) []string {
	if r.Type == event.RecordSet {
		return []string{join(r.Type, "", "", recordID(r.ID))}
	}
	out := []string{join(r.Type, "", "", r.ID), join(r.Type, r.Account, r.Region, r.ID), "arn " + r.ARN()}
	if i := strings.LastIndexByte(r.ID, '/'); event.IsIdentity(r.Type) && i >= 0 {
		out = append(out, join(r.Type, r.Account, r.Region, r.ID[i+1:])) // its path is no part of what the provider calls its id
	}
	return out
}

func join(parts ...string) string { return strings.Join(parts, " ") }

// placeOf is where an ARN is of.
func placeOf(arn string) (partition, account, region string) {
	p := strings.SplitN(arn, ":", 6)
	if len(p) < 6 {
		return "", "", ""
	}
	return p[1], p[4], p[3]
}
