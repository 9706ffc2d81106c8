package cloud

import (
	"context"
	"fmt"
	"slices"
	"strings"

	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/middleware"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/playbook"
)

// Guard lists the IAM actions that a purpose may call: the second line behind the types, checked before anything is sent.
type Guard map[Purpose][]string

// GuardFor allows what the playbooks and kinds of action say that they need, and nothing else.
func GuardFor(catalogue []playbook.Definition, kinds []action.Kind) Guard {
	g := Guard{
		Report: {"securityhub:BatchImportFindings"},
		Own: {
			"organizations:ListAccounts", "organizations:ListRoots", "organizations:ListAccountsForParent",
			"organizations:ListOrganizationalUnitsForParent",
		},
		Audit: {"ec2:DescribeRegions"},
	}
	for _, d := range catalogue {
		g[Audit] = append(g[Audit], d.Reads...)
	}
	for _, k := range kinds {
		g[Audit] = append(g[Audit], k.Reads...)
		g[Purpose(k.Tier)] = append(g[Purpose(k.Tier)], k.Writes...)
	}
	return g
}

// Refused is a call that the guard did not let out.
type Refused struct {
	Purpose Purpose
	Call    string
}

func (e *Refused) Error() string {
	return fmt.Sprintf("the %s role never calls %s: this is a fault in riposte, nothing was sent", e.Purpose, e.Call)
}

// ErrorCode, ErrorMessage and ErrorFault make it what it is to an action: a refusal for good.
func (e *Refused) ErrorCode() string             { return "AccessDenied" }
func (e *Refused) ErrorMessage() string          { return e.Error() }
func (e *Refused) ErrorFault() smithy.ErrorFault { return smithy.FaultClient }

func (g Guard) around(p Purpose) func(*middleware.Stack) error {
	check := middleware.InitializeMiddlewareFunc("riposte.guard",
		func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
			if c := called(ctx); !slices.Contains(g[p], c) {
				return middleware.InitializeOutput{}, middleware.Metadata{}, &Refused{p, c}
			}
			return next.HandleInitialize(ctx, in)
		})
	return func(s *middleware.Stack) error { return s.Initialize.Add(check, middleware.After) }
}

// called is the IAM action of the operation under way.
func called(ctx context.Context) string {
	return serviceOf(ctx) + ":" + awsmiddleware.GetOperationName(ctx)
}

func serviceOf(ctx context.Context) string {
	name := strings.ToLower(strings.ReplaceAll(awsmiddleware.GetServiceID(ctx), " ", ""))
	if name == "eventbridge" {
		return "events" // its prefix in IAM is that of its first name
	}
	return name
}
