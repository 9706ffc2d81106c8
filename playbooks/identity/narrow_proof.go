package identity

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/iam"
)

// prove decides calls by an old document and a new one, and says of the first that comes out as it should not: what the published
// deployment scripts need goes on with the own groups, no call goes on with others, and every other service's calls are decided as
// before.
func (s scope) prove(before, after string) error {
	old, err := placeless([]byte(before))
	if err != nil {
		return err
	}
	now, err := placeless([]byte(after))
	if err != nil {
		return err
	}
	d := &deciding{session: s.session(), old: old, now: now, known: map[string][2]iam.Policies{}}
	for _, n := range s.needed() {
		if was, is := d.decide(n); was && !is {
			return fmt.Errorf("%s on %s would be cut off", n.action, n.resource)
		}
	}
	if left := s.wide(now); len(left) > 0 {
		return fmt.Errorf("%s on what is not its own would still be allowed", left[0])
	}
	for _, n := range s.namesakes() {
		if _, is := d.decide(n); is && !s.own(n.resource) {
			return fmt.Errorf("%s on %s would still be allowed", n.action, n.resource)
		}
	}
	elsewhere, err := s.elsewhere(before, after)
	if err != nil {
		return err
	}
	for _, n := range elsewhere {
		if was, is := d.decide(n); was != is {
			return fmt.Errorf("%s on %s would be decided otherwise than before", n.action, n.resource)
		}
	}
	return nil
}

// deciding decides calls by two documents.
type deciding struct {
	session
	old, now iam.Policy
	known    map[string][2]iam.Policies // what both say of an action
}

func (d *deciding) decide(n need) (was, is bool) {
	of, ok := d.known[n.action]
	if !ok {
		of[0], _ = concerning(iam.Policies{Identity: []iam.Policy{d.old}}, n.action)
		of[1], _ = concerning(iam.Policies{Identity: []iam.Policy{d.now}}, n.action)
		d.known[n.action] = of
	}
	return d.may(of[0], n.action, n.asked), d.may(of[1], n.action, n.asked)
}

// need is a call on a resource.
type need struct {
	action string
	asked
}

// own reports whether a name that looks like an own group's is one.
func (s scope) own(resource string) bool {
	return slices.ContainsFunc(s.Groups, func(g ownGroup) bool { return s.group(g.Region, otherUUID, g.Name) == resource }) ||
		slices.Contains(s.balancerARNs(), resource)
}

// needed is what the scripts call.
func (s scope) needed() (all []need) {
	add := func(actions []string, region, resource string) {
		for _, a := range actions {
			all = append(all, need{a, asked{region, resource, s.Tag.Value}})
		}
	}
	for _, region := range s.Regions {
		if s.Tag.Key != "" {
			add(deployReads(), region, "*")
			add(deployGroup(), region, s.group(region, otherUUID, otherName))
			add(deployClassic(), region, s.classic(region, otherName))
			add(deployTargets(), region, s.arn("elasticloadbalancing", region, "targetgroup/"+otherName+"/0123456789abcdef"))
		}
	}
	for _, g := range s.Groups {
		add(deployReads(), g.Region, "*")
		add(deployGroup(), g.Region, s.group(g.Region, otherUUID, g.Name))
		for _, name := range g.Classic {
			add(deployClassic(), g.Region, s.classic(g.Region, name))
		}
		for _, arn := range g.Targets {
			add(deployTargets(), g.Region, arn)
		}
	}
	return all
}

// mostProbes bounds what the proof of one document costs.
const mostProbes = 10_000

// elsewhere are calls of other services, made of what the documents say: each statement's actions with its resources, their
// wildcards filled in.
func (s scope) elsewhere(documents ...string) (all []need, err error) {
	filled := strings.NewReplacer("*", "x", "?", "x")
	for _, document := range documents {
		stated, err := statements(document)
		if err != nil {
			return nil, err
		}
		for _, st := range stated {
			named := append(append(words{"*"}, st.Resource...), st.NotResource...)
			for _, a := range append(append(words{string(call.S3GetObject), string(call.IAMPassRole)}, st.Action...), st.NotAction...) {
				a = strings.ToLower(filled.Replace(a))
				if strings.HasPrefix(a, "autoscaling:") || strings.HasPrefix(a, "elasticloadbalancing:") {
					continue
				}
				for _, resource := range named {
					if resource != "*" {
						resource = filled.Replace(resource)
					}
					for _, region := range s.Regions {
						all = append(all, need{a, asked{region, resource, ""}})
					}
				}
			}
			if len(all) > mostProbes {
				return nil, fmt.Errorf("the policy says too much for that to be proved")
			}
		}
	}
	return all, nil
}

// spoken is what a statement says, whatever its effect.
type spoken struct{ Action, NotAction, Resource, NotResource words }

// statements are those of a document, which may be one that stands alone.
func statements(document string) (all []spoken, err error) {
	var d struct{ Statement json.RawMessage }
	if err := json.Unmarshal([]byte(document), &d); err != nil {
		return nil, fmt.Errorf("read policy: %w", err)
	}
	if json.Unmarshal(d.Statement, &all) == nil {
		return all, nil
	}
	var one spoken
	if err := json.Unmarshal(d.Statement, &one); err != nil {
		return nil, fmt.Errorf("read policy: %w", err)
	}
	return []spoken{one}, nil
}
