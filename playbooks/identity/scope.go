package identity

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/iam"
)

// scope is a role and what belongs to it: what a policy of the role is judged by.
type scope struct {
	Role    event.Resource
	Regions []string
	Groups  []ownGroup
	Tag     sharedTag // by which its own are known where no groups are; zero: by none
}

// sharedTag is one that a role has, and what belongs to it, too.
type sharedTag struct{ Key, Value string }

// ownGroup is an Auto Scaling group whose instances have the role, and the balancers that it is attached to.
type ownGroup struct {
	Region, Name string
	Classic      []string `json:",omitempty"` // names
	Targets      []string `json:",omitempty"` // ARNs
}

// Ids of what is no resource of anybody's: a policy that allows a call on these allows it on all there are.
const (
	otherName = "riposte-another-7c1f"
	otherUUID = "0b7f21ee-1d52-4b7a-9c7e-3a5d8f60c2b4"
)

// arn returns one of a service in the role's account and a region.
func (s scope) arn(service, region, id string) string {
	return "arn:" + s.Role.Partition + ":" + service + ":" + region + ":" + s.Role.Account + ":" + id
}

func (s scope) group(region, uuid, name string) string {
	return s.arn("autoscaling", region, "autoScalingGroup:"+uuid+":autoScalingGroupName/"+name)
}

func (s scope) classic(region, name string) string {
	return s.arn("elasticloadbalancing", region, "loadbalancer/"+name)
}

// groupARNs are the patterns of the own groups: a group that is made anew under its name has another id.
func (s scope) groupARNs() (all []string) {
	for _, g := range s.Groups {
		all = append(all, s.group(g.Region, "*", g.Name))
	}
	return all
}

// balancerARNs are those of what the own groups are attached to.
func (s scope) balancerARNs() (all []string) {
	for _, g := range s.Groups {
		for _, name := range g.Classic {
			all = append(all, s.classic(g.Region, name))
		}
		all = append(all, g.Targets...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// others are resources of the account that are none of the role's own, by the service that changes them, with the region that
// they are in.
func (s scope) others(service string) (all []asked) {
	for _, region := range s.Regions {
		add := func(arn string) {
			all = append(all, asked{region, arn, ""})
			if s.Tag.Key != "" {
				all = append(all, asked{region, arn, anothersTag})
			}
		}
		add("*")
		if service == "autoscaling" {
			add(s.group(region, otherUUID, otherName))
			add(s.arn(service, region, "launchConfiguration:"+otherUUID+":launchConfigurationName/"+otherName))
			continue
		}
		for _, id := range []string{"loadbalancer/", "loadbalancer/app/", "loadbalancer/net/", "targetgroup/", "listener/app/", "listener-rule/app/", "truststore/"} {
			add(s.arn(service, region, id+otherName+"/0123456789abcdef"))
		}
		add(s.classic(region, otherName))
	}
	return all
}

// namesakes are changing calls on others whose names begin or end as an own one's do.
func (s scope) namesakes() (all []need) {
	add := func(actions []string, region string, resources ...string) {
		for _, a := range actions {
			for _, r := range resources {
				all = append(all, need{a, asked{region, r, ""}})
			}
		}
	}
	for _, g := range s.Groups {
		add(ChangesGroups(), g.Region, s.group(g.Region, otherUUID, g.Name+"-2"), s.group(g.Region, otherUUID, "x"+g.Name))
		for _, name := range g.Classic {
			add(ChangesBalancers(), g.Region, s.classic(g.Region, name+"-2"))
		}
		for _, arn := range g.Targets {
			add(ChangesBalancers(), g.Region, arn+"0")
		}
	}
	return all
}

// asked is a resource, the region in which it is asked for, and what it has of the shared tag; "" for nothing.
type asked struct{ region, resource, tag string }

// anothersTag is a value of the shared tag that is not the role's.
const anothersTag = "riposte-another"

// session is an instance's with the role, as policies see it.
type session struct {
	by      iam.Principal
	context map[[2]string]iam.Context // by region and shared tag
}

// session makes one. What its context does not have is not known: a condition on it counts as a limit.
func (s scope) session() session {
	role := s.Role.ARN()
	out := session{by: iam.Principal{Role: role, Account: s.Role.Account}, context: map[[2]string]iam.Context{}}
	out.by.ARN = s.arn("sts", "", "assumed-role/"+s.Role.ID[strings.LastIndexByte(s.Role.ID, '/')+1:]+"/i-0123456789abcdef0")
	regions := s.Regions
	for _, g := range s.Groups {
		regions = append(regions[:len(regions):len(regions)], g.Region)
	}
	for _, region := range regions {
		for _, tag := range []string{"", s.Tag.Value, anothersTag} {
			x := iam.ContextOf(map[string]string{
				"aws:PrincipalArn": role, "aws:PrincipalAccount": s.Role.Account, "aws:PrincipalType": "AssumedRole",
				"aws:ResourceAccount": s.Role.Account, "aws:RequestedRegion": region, "aws:SecureTransport": "true", "aws:ViaAWSService": "false",
				"aws:userid":      "AROA0123456789ABCDEF0:i-0123456789abcdef0", // what all callers have is no limit
				"aws:CurrentTime": "2099-01-01T00:00:00Z", "aws:EpochTime": "4070908800", "aws:TokenIssueTime": "2099-01-01T00:00:00Z",
				"ec2:SourceInstanceARN": s.arn("ec2", region, "instance/i-0123456789abcdef0"), "ec2:RoleDelivery": "2.0",
			})
			if s.Tag.Key != "" {
				x.Set("aws:PrincipalTag/"+s.Tag.Key, s.Tag.Value)
			}
			if tag != "" {
				x.Set("aws:ResourceTag/"+s.Tag.Key, tag)
			}
			out.context[[2]string{region, tag}] = x
		}
	}
	return out
}

// may decides a call of the session.
func (s session) may(p iam.Policies, action string, r asked) bool {
	return iam.Evaluate(iam.Request{Action: action, Resource: r.resource, Principal: s.by, Context: s.context[[2]string{r.region, r.tag}]}, p).Effect == iam.Allowed
}

// wide returns the changing calls that the policies allow on what is not the role's own.
func (s scope) wide(p ...iam.Policy) []string { return s.wideOf(iam.Policies{Identity: p}) }

func (s scope) wideOf(p iam.Policies) (all []string) {
	session := s.session()
	for service, made := range map[string][]string{"autoscaling": ChangesGroups(), "elasticloadbalancing": ChangesBalancers()} {
		others, known := s.others(service), map[string]bool{} // by what is said of an action: policies may be long, and written by an attacker
		for _, action := range made {
			of, key := concerning(p, action)
			allowed, is := known[key]
			if !is {
				allowed = slices.ContainsFunc(others, func(r asked) bool { return session.may(of, action, r) })
				known[key] = allowed
			}
			if allowed {
				all = append(all, action)
			}
		}
	}
	slices.Sort(all)
	return all
}

// concerning is what identity policies and a boundary say of an action.
func concerning(p iam.Policies, action string) (of iam.Policies, key string) {
	for _, one := range p.Identity {
		part, k := one.Concerning(action)
		of.Identity = append(of.Identity, part)
		key += k + "|"
	}
	if p.Boundary != nil {
		part, k := p.Boundary.Concerning(action)
		of.Boundary = &part
		key += k
	}
	return of, key
}

// reached says in words what changing calls may change.
func reached(calls []string) string {
	var all []string
	for _, of := range [][2]string{{"autoscaling:", "any Auto Scaling group"}, {"elasticloadbalancing:", "any load balancer"}} {
		made := slices.DeleteFunc(slices.Clone(calls), func(c string) bool { return !strings.HasPrefix(c, of[0]) })
		switch len(made) {
		case 0:
		case 1:
			all = append(all, of[1]+" ("+made[0]+")")
		default:
			all = append(all, fmt.Sprintf("%s (%d calls, as %s)", of[1], len(made), made[0]))
		}
	}
	return strings.Join(all, " and ")
}
