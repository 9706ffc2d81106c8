package world

import (
	"strings"

	"github.com/ripostehq/riposte/event"
)

// autoScaling is how the service shows in records of its own calls.
const autoScaling = "autoscaling.amazonaws.com"

// byAutoScaling carries out a call of the service's own, under its service-linked role, and records it.
func (s *state) byAutoScaling(p event.Place, name string, in any) (any, *refusal) {
	return s.byService(p, autoScaling, name, in)
}

// groupRole is the role by which Auto Scaling acts in an account.
func (s *state) groupRole(p event.Place) *role {
	global := event.Place{Account: p.Account}
	name := "AWSServiceRoleForAutoScaling"
	path := "/aws-service-role/" + autoScaling + "/"
	return &role{
		Name: name, Path: path, ARN: s.arn(global, "iam", "role"+path+name),
		ID: "AROA" + strings.ToUpper(s.fixed("", global, name)[2:]),
	}
}

// startGroup fills a group of the snapshot: nobody launched these instances, so nothing is recorded.
func (s *state) startGroup(p event.Place, g *group, ids []string) *refusal {
	c := &call{state: s, operation: operation{service: "ec2"}, place: p, by: principal{account: p.Account, service: autoScaling}}
	for n := range g.Desired {
		d, refused := c.launchDataOf(s.launchOf(p, g, 1))
		if refused != nil {
			return refused
		}
		i, id := s.launch(p, d, 1, "")[0], ""
		if n < len(ids) {
			id = ids[n]
		}
		s.place(p, i, id, "running")
		g.Members = append(g.Members, &member{Instance: i.ID})
	}
	return nil
}
