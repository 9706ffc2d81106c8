// Package securityhub is Security Hub in the world: findings.
package securityhub

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/securityhub"
	"github.com/aws/aws-sdk-go-v2/service/securityhub/types"

	"github.com/ripostehq/riposte/internal/world/core"
)

// Service is Security Hub.
func Service() *core.Service {
	words := core.JSONWords()
	words.Throttled = core.Refusal{Code: "TooManyRequestsException", Message: "Rate exceeded", Status: 429}
	return &core.Service{
		Name: "securityhub", SDK: "SecurityHub", Reference: "https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_",
		Words: words, Resources: []core.Resource{findingResource()},
	}
}

// findings are in AWS's own format (ASFF).
var findings = core.Shelf[types.AwsSecurityFinding]{Kind: "securityhub.finding", ID: "Id"}

func findingResource() core.Resource {
	return core.Resource{Shelf: &findings, Operations: []core.Operation{
		core.Define(core.Spec[securityhub.BatchImportFindingsInput, securityhub.BatchImportFindingsOutput]{
			Write: true, Basis: "whether and how CloudTrail records it: unverified", Knows: "Findings", Needs: productOf, Answer: batchImportFindings,
			Request: func(*core.Call, *securityhub.BatchImportFindingsInput) any { return nil },
		}),
		core.Define(core.Spec[securityhub.GetFindingsInput, securityhub.GetFindingsOutput]{
			Knows: "Filters MaxResults NextToken", Answer: getFindings,
		}),
	}}
}

// productOf is what the right to import is about: the product that the findings are said to come from.
func productOf(c *core.Call, in *securityhub.BatchImportFindingsInput) []core.Need {
	var arns []string
	for _, f := range in.Findings {
		arns = append(arns, aws.ToString(f.ProductArn))
	}
	slices.Sort(arns)
	return c.On(slices.Compact(arns)...)
}

const (
	mostFindings = 100        // in one call
	mostFinding  = 240 * 1024 // bytes of one
)

// batchImportFindings takes findings one by one: one that is refused does not keep the others out.
func batchImportFindings(c *core.Call, in *securityhub.BatchImportFindingsInput) (*securityhub.BatchImportFindingsOutput, *core.Refusal) {
	if n := len(in.Findings); n == 0 || n > mostFindings {
		text := fmt.Sprintf("Invalid parameter 'Findings'. %d findings, the limit is %d", n, mostFindings)
		return nil, core.Refuse("InvalidInputException", "%s", text).With(&types.InvalidInputException{Message: aws.String(text)})
	}
	out := &securityhub.BatchImportFindingsOutput{FailedCount: aws.Int32(0), SuccessCount: aws.Int32(0)}
	for _, f := range in.Findings {
		code, why := importFinding(c, f)
		if code == "" {
			*out.SuccessCount++
			continue
		}
		*out.FailedCount++
		out.FailedFindings = append(out.FailedFindings, types.ImportFindingsError{Id: f.Id, ErrorCode: aws.String(code), ErrorMessage: aws.String(why)})
	}
	return out, nil
}

// importFinding stores or updates one. What people write into a finding is not the provider's to change.
func importFinding(c *core.Call, f types.AwsSecurityFinding) (code, why string) {
	if aws.ToString(f.AwsAccountId) != c.Place.Account {
		return "InvalidAccess", "The default product takes findings about the account that imports them alone"
	}
	product := c.ARN("securityhub", "product/"+c.Place.Account+"/default")
	if aws.ToString(f.ProductArn) != product {
		return "InvalidInput", "Invalid ProductArn: want " + product
	}
	for _, limit := range []struct {
		name string
		text *string
		most int
	}{{"Id", f.Id, 512}, {"GeneratorId", f.GeneratorId, 512}, {"Title", f.Title, 256}, {"Description", f.Description, 1024}} {
		if n := utf8.RuneCountInString(aws.ToString(limit.text)); n == 0 || n > limit.most {
			return "InvalidInput", fmt.Sprintf("%s has %d characters, of 1 to %d", limit.name, n, limit.most)
		}
	}
	if len(f.Resources) == 0 || f.Severity == nil && f.FindingProviderFields == nil {
		return "InvalidInput", "Resources and Severity are required"
	}
	if b, err := json.Marshal(f); err != nil || len(b) > mostFinding {
		return "InvalidInput", fmt.Sprintf("The finding has %d bytes, the limit is %d", len(b), mostFinding)
	}
	if old, ok := findings.Of(c.At)[*f.Id]; ok {
		if !supersedes(f, *old) {
			return "", ""
		}
		f.Note, f.Workflow, f.UserDefinedFields, f.VerificationState = old.Note, old.Workflow, old.UserDefinedFields, old.VerificationState
	}
	f = provided(f)
	findings.Put(c.At, &f)
	return "", ""
}

// getFindings lists findings by id. Of the filters, the world knows those that a finding's own fields answer.
func getFindings(c *core.Call, in *securityhub.GetFindingsInput) (*securityhub.GetFindingsOutput, *core.Refusal) {
	var found []types.AwsSecurityFinding
	for _, f := range findings.Sorted(c.At) {
		ok, refused := matches(*f, in.Filters)
		if refused != nil {
			return nil, refused
		}
		if ok {
			found = append(found, *f)
		}
	}
	page, next, refused := core.Paged(found, in.NextToken, in.MaxResults)
	return &securityhub.GetFindingsOutput{Findings: page, NextToken: next}, refused
}

func matches(f types.AwsSecurityFinding, by *types.AwsSecurityFindingFilters) (bool, *core.Refusal) {
	if by == nil {
		return true, nil
	}
	rest := *by
	rest.Id, rest.ProductArn, rest.GeneratorId, rest.AwsAccountId, rest.RecordState, rest.ComplianceStatus = nil, nil, nil, nil, nil, nil
	if len(core.Pascal(rest).(core.Fields)) > 0 {
		unknown := &core.Unsupported{Service: "securityhub", Operation: "GetFindings", Parameter: "Filters"}
		return false, core.Refuse("InvalidInputException", "%s", unknown.Error()).With(unknown)
	}
	status := ""
	if f.Compliance != nil {
		status = string(f.Compliance.Status)
	}
	for _, x := range []struct {
		filters []types.StringFilter
		value   string
	}{
		{by.Id, aws.ToString(f.Id)}, {by.ProductArn, aws.ToString(f.ProductArn)}, {by.GeneratorId, aws.ToString(f.GeneratorId)},
		{by.AwsAccountId, aws.ToString(f.AwsAccountId)}, {by.RecordState, string(f.RecordState)}, {by.ComplianceStatus, status},
	} {
		if ok, refused := passesText(x.filters, x.value); !ok || refused != nil {
			return false, refused
		}
	}
	return true, nil
}

// passesText is true where one of the filters matches, or there is none.
func passesText(filters []types.StringFilter, value string) (bool, *core.Refusal) {
	for _, f := range filters {
		want := aws.ToString(f.Value)
		switch f.Comparison {
		case types.StringFilterComparisonEquals:
			if value == want {
				return true, nil
			}
		case types.StringFilterComparisonPrefix:
			if len(value) >= len(want) && value[:len(want)] == want {
				return true, nil
			}
		default:
			unknown := &core.Unsupported{Service: "securityhub", Operation: "GetFindings", Parameter: "Filters.Comparison"}
			return false, core.Refuse("InvalidInputException", "%s", unknown.Error()).With(unknown)
		}
	}
	return len(filters) == 0, nil
}

// supersedes reports whether a version of a finding takes the place of the one that is there: only a later one does, by
// milliseconds; any other is ignored without an error.
// https://docs.aws.amazon.com/securityhub/latest/userguide/finding-update-batchimportfindings.html
func supersedes(f, old types.AwsSecurityFinding) bool {
	return revised(f).After(revised(old))
}

// revised is when a version was made, as precisely as Security Hub keeps it.
func revised(f types.AwsSecurityFinding) time.Time {
	at, err := time.Parse(time.RFC3339, aws.ToString(f.UpdatedAt))
	if err != nil {
		return time.Time{}
	}
	return at.Truncate(time.Millisecond)
}

// provided copies what the provider says of severity and types to where people read it, as Security Hub does until
// people have set others by BatchUpdateFindings, which the world does not know.
func provided(f types.AwsSecurityFinding) types.AwsSecurityFinding {
	by := f.FindingProviderFields
	if by == nil {
		return f
	}
	if s := by.Severity; s != nil {
		f.Severity = &types.Severity{Label: s.Label, Original: s.Original}
	}
	if len(by.Types) > 0 {
		f.Types = by.Types
	}
	return f
}
