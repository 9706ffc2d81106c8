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
	old, err := iam.Parse([]byte(before))
	if err != nil {
		return err
	}
	now, err := iam.Parse([]byte(after))
	if err != nil {
		return err
	}
	session := s.session()
	was, is := iam.Policies{Identity: []iam.Policy{old}}, iam.Policies{Identity: []iam.Policy{now}}
	for _, n := range s.needed() {
		if session.may(was, n.action, n.asked) && !session.may(is, n.action, n.asked) {
			return fmt.Errorf("%s on %s would be cut off", n.action, n.resource)
		}
	}
	for service, made := range map[string][]string{"autoscaling": changesGroups(), "elasticloadbalancing": changesBalancers()} {
		for _, r := range append(s.others(service), s.namesakes(service)...) {
			if i := slices.IndexFunc(made, func(action string) bool { return session.may(is, action, r) && !s.own(r.resource) }); i >= 0 {
				return fmt.Errorf("%s on %s would still be allowed", made[i], r.resource)
			}
		}
	}
	elsewhere, err := s.elsewhere(before, after)
	if err != nil {
		return err
	}
	for _, n := range elsewhere {
		if session.may(was, n.action, n.asked) != session.may(is, n.action, n.asked) {
			return fmt.Errorf("%s on %s would be decided otherwise than before", n.action, n.resource)
		}
	}
	return nil
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
			all = append(all, need{a, asked{region, resource}})
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
const mostProbes = 20_000

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
						all = append(all, need{a, asked{region, resource}})
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
