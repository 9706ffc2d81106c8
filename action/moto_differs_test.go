package action_test

import (
	"context"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/rds"
	rdstypes "github.com/aws/aws-sdk-go-v2/service/rds/types"
	"github.com/aws/smithy-go/middleware"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/action/actiontest"
)

// difference is what moto does otherwise than AWS does, so far as the contract shows it. Each is asserted to be still
// there, so that the table gets shorter as moto gets better.
type difference struct {
	why   string
	still func(*testing.T, actiontest.Shop, *actiontest.AWS) bool
	mend  func(aws.Config) aws.Config // the same call said as moto understands it; nil: moto has none, and nothing can be shown
}

// differences by the name of the example.
func differences() map[string]difference {
	return map[string]difference{
		"protect from inside": {
			why:   "ModifyInstanceAttribute passes over InstanceInitiatedShutdownBehavior={Value}, and understands Attribute and Value",
			still: unprotected, mend: byAttribute,
		},
		"bound user": {
			why:   "PutUserPermissionsBoundary is missing, of roles too, and GetUser tells no boundary",
			still: unbounded,
		},
		"delete user": {
			why: "ListServiceSpecificCredentials and PutUserPermissionsBoundary are missing",
			still: func(t *testing.T, g actiontest.Shop, c *actiontest.AWS) bool {
				_, err := g.Examples()["delete user"].Look(t.Context(), c.Reads())
				return err != nil
			},
			mend: withoutServiceCredentials, // and without the boundary, which it would not tell either
		},
		"abandon launch": {
			why: "CompleteLifecycleAction is missing",
			still: func(t *testing.T, g actiontest.Shop, c *actiontest.AWS) bool {
				return action.AbandonLaunch{Instance: g.Member, Group: g.Group.ID, Hook: "gate"}.Do(t.Context(), c.Writes()) != nil
			},
		},
		"template version": {
			why: "CreateLaunchTemplateVersion passes over SourceVersion",
			still: func(t *testing.T, g actiontest.Shop, c *actiontest.AWS) bool {
				return action.TemplateVersion{Template: g.Template, Source: 2, Next: 3, Like: g.Like}.Do(t.Context(), c.Writes()) != nil
			},
		},
		"delete snapshot": {
			why: "the Recycle Bin's rules are missing",
			still: func(t *testing.T, g actiontest.Shop, c *actiontest.AWS) bool {
				_, err := action.DeleteSnapshot{Snapshot: g.Stale, Case: "c_1", Days: 7}.Look(t.Context(), c.Reads())
				return err != nil
			},
		},
		"recover snapshot": {
			why: "ListSnapshotsInRecycleBin is missing",
			still: func(t *testing.T, g actiontest.Shop, c *actiontest.AWS) bool {
				_, err := action.RecoverSnapshot{Snapshot: g.Recycled}.Look(t.Context(), c.Reads())
				return err != nil
			},
		},
		"metadata default": {
			why: "GetInstanceMetadataDefaults is missing",
			still: func(t *testing.T, g actiontest.Shop, c *actiontest.AWS) bool {
				_, err := action.MetadataDefault{Region: g.Setting, Tokens: "required"}.Look(t.Context(), c.Reads())
				return err != nil
			},
		},
		"terminate kept": {
			why:   "RunInstances fails, by 500, at a private address that a terminated instance had",
			still: unaddressed, mend: anywhere,
		},
		"delete member":  unstarted("delete member"),
		"delete cluster": unstarted("delete cluster"),
		"take value out": {
			why: "a batch that deletes a record and creates it anew is refused, as if the deletion were none",
			still: func(t *testing.T, g actiontest.Shop, c *actiontest.AWS) bool {
				out := g.Examples()["take value out"].(action.TakeValueOut)
				back := action.PutValueBack(out)
				must(t, out.Do(t.Context(), c.Writes()))
				must(t, back.Do(t.Context(), c.Writes()))
				look, err := back.Look(t.Context(), c.Reads())
				must(t, err)
				return !look.Satisfied
			},
		},
		"hold fleet": {
			why:   "ModifyFleet is missing",
			still: unheld,
		},
	}
}

// unstarted is the difference of what is deleted only where AWS has started it after seven days.
func unstarted(name string) difference {
	ids := map[string]*string{}
	return difference{
		why:  "a cluster that is stopped stays so for ever, DescribeEvents tells of no start by AWS, and a cluster's snapshot not of which it is",
		mend: func(c aws.Config) aws.Config { return startsClusters(c, ids) },
		still: func(t *testing.T, g actiontest.Shop, c *actiontest.AWS) bool {
			look, err := g.Examples()[name].Look(t.Context(), c.Reads())
			must(t, err)
			return look.Refused != ""
		},
	}
}

// startsClusters tells of a start by AWS of each cluster that is asked about, and of snapshots which cluster's they are.
func startsClusters(c aws.Config, ids map[string]*string) aws.Config {
	told := middleware.InitializeMiddlewareFunc("told", func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
		if asked, ok := in.Parameters.(*rds.DescribeEventsInput); ok {
			return middleware.InitializeOutput{Result: &rds.DescribeEventsOutput{Events: []rdstypes.Event{{
				SourceIdentifier: asked.SourceIdentifier, Date: aws.Time(time.Date(2030, 1, 6, 9, 0, 0, 0, time.UTC)),
				Message: aws.String("DB cluster is being started due to it exceeding the maximum allowed time being stopped."),
			}}}}, middleware.Metadata{}, nil
		}
		out, meta, err := next.HandleInitialize(ctx, in)
		switch found := out.Result.(type) {
		case *rds.DescribeDBClustersOutput:
			for _, c := range found.DBClusters {
				ids[*c.DBClusterIdentifier] = c.DbClusterResourceId
			}
		case *rds.DescribeDBClusterSnapshotsOutput:
			for i, s := range found.DBClusterSnapshots {
				found.DBClusterSnapshots[i].DbClusterResourceId = ids[*s.DBClusterIdentifier]
			}
		}
		return out, meta, err
	})
	c.APIOptions = append(c.APIOptions, func(s *middleware.Stack) error { return s.Initialize.Add(told, middleware.After) })
	return c
}

func unprotected(t *testing.T, g actiontest.Shop, c *actiontest.AWS) bool {
	a := action.Protect{Instance: g.Alone, Attribute: action.AgainstShutdown}
	run(t, c, a)
	look, err := a.Look(t.Context(), c.Reads())
	must(t, err)
	return !look.Satisfied
}

func unbounded(t *testing.T, g actiontest.Shop, c *actiontest.AWS) bool {
	return action.BoundUser{User: g.User}.Do(t.Context(), c.Writes()) != nil
}

func unheld(t *testing.T, g actiontest.Shop, c *actiontest.AWS) bool {
	return action.HoldFleet{Fleet: g.Fleet}.Do(t.Context(), c.Writes()) != nil
}

// byAttribute says which attribute to set in the older of the two ways that EC2 has.
func byAttribute(c aws.Config) aws.Config {
	older := middleware.InitializeMiddlewareFunc("older", func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
		if m, ok := in.Parameters.(*ec2.ModifyInstanceAttributeInput); ok && m.InstanceInitiatedShutdownBehavior != nil {
			in.Parameters = &ec2.ModifyInstanceAttributeInput{
				InstanceId: m.InstanceId, Attribute: types.InstanceAttributeNameInstanceInitiatedShutdownBehavior, Value: m.InstanceInitiatedShutdownBehavior.Value,
			}
		}
		return next.HandleInitialize(ctx, in)
	})
	c.APIOptions = append(c.APIOptions, func(s *middleware.Stack) error { return s.Initialize.Add(older, middleware.Before) })
	return c
}

func unaddressed(t *testing.T, g actiontest.Shop, c *actiontest.AWS) bool {
	a := action.TerminateKept{Instance: g.Imaged, Case: "c_1"}
	look, err := a.Look(t.Context(), c.Reads())
	must(t, err)
	run(t, c, a)
	return look.Inverse.Do(t.Context(), c.Writes()) != nil
}

// withoutServiceCredentials answers in moto's place that no user has any, and that a boundary is set.
func withoutServiceCredentials(c aws.Config) aws.Config {
	none := middleware.InitializeMiddlewareFunc("none", func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
		switch in.Parameters.(type) {
		case *iam.ListServiceSpecificCredentialsInput:
			return middleware.InitializeOutput{Result: &iam.ListServiceSpecificCredentialsOutput{}}, middleware.Metadata{}, nil
		case *iam.PutUserPermissionsBoundaryInput:
			return middleware.InitializeOutput{Result: &iam.PutUserPermissionsBoundaryOutput{}}, middleware.Metadata{}, nil
		}
		return next.HandleInitialize(ctx, in)
	})
	c.APIOptions = append(c.APIOptions, func(s *middleware.Stack) error { return s.Initialize.Add(none, middleware.Before) })
	return c
}

// anywhere launches at whatever address is free.
func anywhere(c aws.Config) aws.Config {
	free := middleware.InitializeMiddlewareFunc("free", func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
		if run, ok := in.Parameters.(*ec2.RunInstancesInput); ok {
			run.PrivateIpAddress = nil
		}
		return next.HandleInitialize(ctx, in)
	})
	c.APIOptions = append(c.APIOptions, func(s *middleware.Stack) error { return s.Initialize.Add(free, middleware.Before) })
	return c
}
