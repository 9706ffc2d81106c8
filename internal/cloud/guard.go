package cloud

import (
	"context"
	"fmt"
	"slices"

	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/middleware"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/playbook"
)

// Guard lists the calls that a purpose may make: the second line behind the types, checked before anything is sent.
type Guard map[Purpose][]call.ID

// GuardFor allows what the playbooks and kinds of action say that they need, and nothing else.
func GuardFor(catalogue []playbook.Definition, kinds []action.Kind) Guard {
	g := Guard{
		Report: {call.SecurityHubBatchImportFindings},
		Own: {
			call.OrganizationsListAccounts, call.OrganizationsListRoots, call.OrganizationsListAccountsForParent,
			call.OrganizationsListOrganizationalUnitsForParent, call.OrganizationsDescribeOrganization, call.OrganizationsListPoliciesForTarget,
			call.OrganizationsDescribePolicy, call.PricingGetProducts,
		},
		Audit: {call.EC2DescribeRegions, call.CloudTrailLookupEvents}, // of the engine itself: a case that was answered is looked up
	}
	for _, d := range catalogue {
		g[Audit] = append(g[Audit], d.Reads...)
		for _, l := range d.Lists {
			g[Audit] = append(g[Audit], l.Reads...)
		}
	}
	for _, k := range kinds {
		g[Audit] = append(g[Audit], k.Reads...)
		g[Purpose(k.Tier)] = append(g[Purpose(k.Tier)], k.Writes...)
	}
	return g
}

// Refused is a call that the guard did not let out.
type Refused struct {
	denial
	Purpose Purpose
	Call    call.ID
}

func (e *Refused) Error() string {
	return fmt.Sprintf("the %s role never calls %s: this is a fault in riposte, nothing was sent", e.Purpose, e.Call)
}

func (g Guard) around(p Purpose) func(*middleware.Stack) error {
	check := middleware.InitializeMiddlewareFunc("riposte.guard",
		func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
			if c := called(ctx); !slices.Contains(g[p], c) {
				return middleware.InitializeOutput{}, middleware.Metadata{}, &Refused{Purpose: p, Call: c}
			}
			return next.HandleInitialize(ctx, in)
		})
	return func(s *middleware.Stack) error { return s.Initialize.Add(check, middleware.After) }
}

// called returns the operation under way.
func called(ctx context.Context) call.ID {
	return call.Made(awsmiddleware.GetServiceID(ctx), awsmiddleware.GetOperationName(ctx))
}

// denial makes an error of riposte's own what AWS's AccessDenied is to an action: a refusal for good. Nothing was sent.
type denial struct{}

func (denial) ErrorCode() string             { return "AccessDenied" }
func (denial) ErrorMessage() string          { return "refused by riposte itself" }
func (denial) ErrorFault() smithy.ErrorFault { return smithy.FaultClient }
