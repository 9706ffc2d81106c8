package action_test

import (
	"context"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
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
		"hold fleet": {
			why:   "ModifyFleet is missing",
			still: unheld,
		},
	}
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
