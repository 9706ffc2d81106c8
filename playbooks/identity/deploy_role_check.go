package identity

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/playbook"
)

// mostGroups is how many own groups a policy can name.
const mostGroups = 30

// checkDeployRole looks at the role, or at those that have the managed policy, which are one finding.
func checkDeployRole(ctx context.Context, in playbook.In, s playbook.Suspect[deployRole], p DeployRoleParams) ([]playbook.Suspect[deployRole], error) {
	l := deployLook{in, p}
	if s.Resource.Type == event.Policy {
		return l.holders(ctx, s)
	}
	confirmed, err := l.look(ctx, &s)
	if err != nil || !confirmed {
		return nil, err
	}
	return []playbook.Suspect[deployRole]{s}, nil
}

// deployLook is a look at roles.
type deployLook struct {
	playbook.In
	params DeployRoleParams
}

// mayChangeAny reports whether a role is meant to change any group: by allow_roles, or as automation whose sessions may do so.
func (l deployLook) mayChangeAny(id string) bool {
	return slices.Contains(l.params.AllowRoles, id) || l.Organization.Automated(id, "scaling.foreign-group") != ""
}

// look completes the finding of one role; false where there is none.
func (l deployLook) look(ctx context.Context, s *playbook.Suspect[deployRole]) (bool, error) {
	from := l.AWS.IAM(s.Resource.Place())
	role, profiles, err := behindProfile(ctx, from, s.Resource)
	if s.Facts.Left = err == nil && role != nil && len(profiles) == 0 && s.Facts.Profile != ""; s.Facts.Left {
		profiles = []string{s.Facts.Profile} // or a caller would end the wait by taking the role away, and put it back later
	}
	if err != nil || len(profiles) == 0 || l.mayChangeAny(aws.ToString(role.RoleId)) {
		return false, err
	}
	s.Facts.Role, s.Facts.RoleID = strings.TrimPrefix(aws.ToString(role.Path), "/")+aws.ToString(role.RoleName), aws.ToString(role.RoleId)
	r, err := readRights(ctx, from, role)
	if err != nil {
		return false, err
	}
	r.profiles = profiles
	for _, policy := range r.given(s.Facts.Policy) {
		one := *s
		one.Facts.Policy = policy
		if confirmed, err := l.policy(ctx, &one, r); err != nil || confirmed {
			*s = one
			return confirmed, err
		}
	}
	return false, nil
}

// given are the policies to look at: the one that a record names, if the role has it still, or all, those first that can be replaced.
func (r rights) given(named string) (all []string) {
	if _, is := r.documents[named]; is {
		return []string{named}
	}
	if named != "" {
		return nil // it was taken away meanwhile
	}
	for name := range r.documents {
		if !strings.HasPrefix(name, boundaryOf) {
			all = append(all, name)
		}
	}
	slices.SortFunc(all, func(a, b string) int {
		return cmp.Or(cmp.Compare(strings.Count(a, ":policy/"), strings.Count(b, ":policy/")), strings.Compare(a, b))
	})
	return all
}

// policy completes the finding of one policy of a role.
func (l deployLook) policy(ctx context.Context, s *playbook.Suspect[deployRole], r rights) (bool, error) {
	document := r.documents[s.Facts.Policy]
	sc := scope{Role: s.Resource.Place().In(event.Role, s.Facts.Role), Regions: regionsOr(l.params, l.Origin.Place.Region)}
	own, err := placeless([]byte(document))
	if err != nil {
		if !speaksOfOthers(sc.Role, sc.Regions, document) {
			return false, nil
		}
		s.Facts.Refused = "it can't be evaluated"
		s.Title = fmt.Sprintf("instances with role %s have policy %s, which can't be evaluated: whose groups they may change is not known: %v", s.Facts.Role, s.Facts.Policy, err)
		return true, nil
	}
	free := sc.wideOf(r.policies)
	calls := slices.DeleteFunc(sc.wide(own), func(c string) bool { return !slices.Contains(free, c) })
	if len(calls) == 0 {
		return false, nil
	}
	s.Title = fmt.Sprintf("instances with role %s may change %s by policy %s", s.Facts.Role, reached(calls), s.Facts.Policy)
	for _, other := range r.policies.Identity {
		if other.Name != s.Facts.Policy && len(sc.wide(other)) > 0 {
			s.Title += ", and by policy " + other.Name
		}
	}
	if s.Facts.Left {
		s.Title += "; it has left instance profile " + s.Facts.Profile + " since"
	}
	if s.Facts.Refused, err = l.replace(ctx, s, sc, r, calls); err != nil {
		return false, err
	}
	if s.Facts.Refused != "" {
		s.Title += "; no replacement is planned: " + s.Facts.Refused
		return true, nil
	}
	s.Title += "; narrowed to " + strings.Join(s.Facts.Groups, ", ")
	s.Facts.Doubt, err = l.doubt(ctx, *s, r)
	return true, err
}

// behindProfile reads a role and the names of the instance profiles that hold it; none where there is no such role, or AWS keeps it.
func behindProfile(ctx context.Context, from access.IAMReads, role event.Resource) (*types.Role, []string, error) {
	name := aws.String(role.ID[strings.LastIndexByte(role.ID, '/')+1:])
	out, err := from.GetRole(ctx, &iam.GetRoleInput{RoleName: name})
	switch {
	case access.Answered(err, "NoSuchEntity"):
		return nil, nil, nil
	case err != nil || out.Role == nil:
		return nil, nil, fmt.Errorf("read role %q: %w", role.ID, err)
	}
	if path := aws.ToString(out.Role.Path); strings.HasPrefix(path, "/aws-service-role/") || strings.HasPrefix(path, "/aws-reserved/") {
		return nil, nil, nil
	}
	var profiles []string
	pages := iam.NewListInstanceProfilesForRolePaginator(from, &iam.ListInstanceProfilesForRoleInput{RoleName: name})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if access.Answered(err, "NoSuchEntity") {
			return nil, nil, nil
		}
		if err != nil {
			return nil, nil, fmt.Errorf("list instance profiles of role %q: %w", role.ID, err)
		}
		for _, p := range page.InstanceProfiles {
			profiles = append(profiles, aws.ToString(p.InstanceProfileName))
		}
	}
	return out.Role, profiles, nil
}

// replace writes the replacement into the facts, or says why there is none.
func (l deployLook) replace(ctx context.Context, s *playbook.Suspect[deployRole], sc scope, r rights, calls []string) (why string, err error) {
	f := &s.Facts
	f.Old, f.New, f.Groups, f.Doubt = "", "", nil, ""
	if strings.HasPrefix(f.Policy, "arn:") {
		return shared, nil
	}
	sc.Groups, why, err = l.groups(ctx, s.Resource.Place(), r.profiles)
	switch sc.Tag = r.shared(l.params.Tag); {
	case err != nil || why != "" && sc.Tag.Value == "":
		return why, err
	case why != "":
		f.Doubt = why + "; it is tied to groups and load balancers by their tag " + sc.Tag.Key + ", which they have to have, and no other caller may write"
		f.Groups, sc.Groups = []string{"what has its tag " + sc.Tag.Key}, nil
	default:
		sc.Tag = sharedTag{}
		for _, g := range sc.Groups {
			f.Groups = append(f.Groups, "group "+g.Name+" in "+g.Region)
		}
		if len(sc.balancerARNs()) == 0 && strings.HasPrefix(calls[len(calls)-1], "elasticloadbalancing:") {
			f.Doubt = "no load balancer is attached to its groups: its right to change load balancers would end"
		}
	}
	document := r.documents[f.Policy]
	narrowed, err := sc.narrow(document)
	if err == nil {
		err = sc.prove(document, narrowed)
	}
	if err != nil {
		return err.Error(), nil // said to people: it is the policy that is so
	}
	f.Old, f.New = document, narrowed
	return "", nil
}

// groups finds the role's own by its profiles, or says why they can't be named.
func (l deployLook) groups(ctx context.Context, at event.Place, profiles []string) (own []ownGroup, why string, err error) {
	if len(l.params.Regions) == 0 {
		return nil, "its own groups are not known, since no regions are named", nil
	}
	for _, at.Region = range l.params.Regions {
		reader := groupReader{aws: l.AWS, at: at, profiles: profiles, known: map[source]string{}}
		found, err := reader.groups(ctx)
		if err != nil || reader.doubt != "" {
			return nil, reader.doubt, err
		}
		own = append(own, found...)
	}
	switch {
	case len(own) == 0:
		return nil, "no group launches with its profile in " + strings.Join(l.params.Regions, ", "), nil
	case len(own) > mostGroups:
		return nil, fmt.Sprintf("%d groups launch with its profile", len(own)), nil
	}
	for _, g := range own {
		if strings.ContainsAny(g.Name+strings.Join(g.Classic, "")+strings.Join(g.Targets, ""), "*?${}") {
			return nil, fmt.Sprintf("the name of group %q would be a pattern in a policy", g.Name), nil
		}
	}
	return own, "", nil
}

// doubt says why a person has to decide beside what the parameters want.
func (l deployLook) doubt(ctx context.Context, s playbook.Suspect[deployRole], r rights) (string, error) {
	doubts := []string{s.Facts.Doubt}
	if s.Facts.Through != "" {
		doubts = append(doubts, "the call was made through "+s.Facts.Through+", which may write it so again")
	}
	if len(r.unread) > 0 {
		doubts = append(doubts, "it can't be evaluated what these say: "+strings.Join(r.unread, ", "))
	}
	before, err := l.History.Recall(ctx, s.Resource, widePolicy(s.Facts.Policy), l.Origin.Occurred)
	if err != nil {
		return "", fmt.Errorf("recall what was written to role %q: %w", s.Facts.Role, err)
	}
	if before != nil {
		doubts = append(doubts, before.By+" wrote it so before, and may keep it so")
	}
	return strings.Join(slices.DeleteFunc(doubts, func(d string) bool { return d == "" }), "; "), nil
}
