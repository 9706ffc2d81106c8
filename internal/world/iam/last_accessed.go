package iam

import (
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	policy "github.com/ripostehq/riposte/iam"
	"github.com/ripostehq/riposte/iam/rewrite"
	"github.com/ripostehq/riposte/internal/world/core"
)

// accessedJob is a report of what a role accessed last, that was asked for.
type accessedJob struct {
	ID, Role string
	Made     time.Time
}

var accessedJobs = core.Shelf[accessedJob]{Kind: "iam.accessed", Global: true, ID: "ID", Missing: func(id string) *core.Refusal {
	return noEntity("No job found with ID %s.", id)
}}

func accessedResource() core.Resource {
	return core.Resource{Shelf: &accessedJobs, Operations: []core.Operation{
		core.Define(core.Spec[iam.GenerateServiceLastAccessedDetailsInput, iam.GenerateServiceLastAccessedDetailsOutput]{
			Basis: "of roles alone, ready at once", Knows: "Arn Granularity", Answer: askAccessed,
			Needs: func(c *core.Call, in *iam.GenerateServiceLastAccessedDetailsInput) []core.Need {
				return c.On(aws.ToString(in.Arn))
			},
		}),
		core.Define(core.Spec[iam.GetServiceLastAccessedDetailsInput, iam.GetServiceLastAccessedDetailsOutput]{
			Basis: "by the dates that the world was built with; an action without one is not tracked; on one page", Knows: "JobId Marker MaxItems", Answer: getAccessed,
		}),
	}}
}

func askAccessed(c *core.Call, in *iam.GenerateServiceLastAccessedDetailsInput) (*iam.GenerateServiceLastAccessedDetailsOutput, *core.Refusal) {
	arn := aws.ToString(in.Arn)
	r, refused := roles.Find(c.At, aws.String(lastPart(arn)))
	if refused != nil {
		return nil, refused
	}
	if r.ARN != arn {
		return nil, noEntity("ARN %s is not found.", arn)
	}
	j := accessedJobs.Put(c.At, &accessedJob{ID: c.At.State.Mint(32), Role: r.Name, Made: c.Now})
	return &iam.GenerateServiceLastAccessedDetailsOutput{JobId: aws.String(j.ID)}, nil
}

func getAccessed(c *core.Call, in *iam.GetServiceLastAccessedDetailsInput) (*iam.GetServiceLastAccessedDetailsOutput, *core.Refusal) {
	j, refused := accessedJobs.Find(c.At, in.JobId)
	if refused != nil {
		return nil, refused
	}
	out := &iam.GetServiceLastAccessedDetailsOutput{
		JobStatus: types.JobStatusTypeCompleted, JobCreationDate: aws.Time(j.Made), JobCompletionDate: aws.Time(j.Made), JobType: types.AccessAdvisorUsageGranularityTypeActionLevel,
		ServicesLastAccessed: []types.ServiceLastAccessed{},
	}
	r, refused := roles.Find(c.At, aws.String(j.Role))
	if refused != nil {
		return nil, refused
	}
	for _, service := range r.services(c) {
		out.ServicesLastAccessed = append(out.ServicesLastAccessed, r.accessed(service))
	}
	return out, nil
}

// services are those of which some policy of the role allows an action: a report has these alone.
func (r *role) services(c *core.Call) (out []string) {
	var documents []string
	for _, name := range r.names() {
		documents = append(documents, r.Inline[name])
	}
	for _, arn := range r.Attached {
		if p := managed(c.At, arn); p != nil {
			documents = append(documents, p.Versions[p.Default])
		}
	}
	for _, d := range documents {
		p, err := policy.Parse([]byte(d))
		if err != nil {
			continue // what IAM takes, it reads; the world's estate is checked
		}
		for _, a := range rewrite.AWS().Actions() {
			service, _, _ := strings.Cut(a, ":")
			if slices.Contains(out, service) {
				continue
			}
			if allow, _ := p.Clauses(a); len(allow) > 0 {
				out = append(out, service)
			}
		}
	}
	slices.Sort(out)
	return out
}

// accessed is one service of a report.
func (r *role) accessed(service string) types.ServiceLastAccessed {
	out := types.ServiceLastAccessed{ServiceName: aws.String(service), ServiceNamespace: aws.String(service), TotalAuthenticatedEntities: aws.Int32(0)}
	for a, at := range r.Accessed {
		s, name, _ := strings.Cut(a, ":")
		if s != service {
			continue
		}
		tracked := types.TrackedActionLastAccessed{ActionName: aws.String(name)}
		if !at.IsZero() {
			tracked.LastAccessedTime, tracked.LastAccessedEntity = aws.Time(at), aws.String(r.ARN)
			if out.LastAuthenticated == nil || at.After(*out.LastAuthenticated) {
				out.LastAuthenticated, out.LastAuthenticatedEntity, out.TotalAuthenticatedEntities = aws.Time(at), aws.String(r.ARN), aws.Int32(1)
			}
		}
		out.TrackedActionsLastAccessed = append(out.TrackedActionsLastAccessed, tracked)
	}
	slices.SortFunc(out.TrackedActionsLastAccessed, func(a, b types.TrackedActionLastAccessed) int { return strings.Compare(*a.ActionName, *b.ActionName) })
	return out
}
