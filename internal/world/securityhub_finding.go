package world

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/securityhub"
	"github.com/aws/aws-sdk-go-v2/service/securityhub/types"
)

const securityHubReference = "https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_"

// finding is one finding in Security Hub, in AWS's own format (ASFF).
type finding struct{ Body types.AwsSecurityFinding }

func findingOperations() []operation {
	return []operation{
		define(spec[securityhub.BatchImportFindingsInput, securityhub.BatchImportFindingsOutput]{
			name: "securityhub.BatchImportFindings", write: true,
			basis: securityHubReference + "BatchImportFindings.html; whether and how CloudTrail records it: unverified",
			knows: "Findings", needs: productOf, do: batchImportFindings,
			request: func(*call, *securityhub.BatchImportFindingsInput) any { return nil },
		}),
		define(spec[securityhub.GetFindingsInput, securityhub.GetFindingsOutput]{
			name: "securityhub.GetFindings", basis: securityHubReference + "GetFindings.html", knows: "Filters MaxResults NextToken", do: getFindings,
		}),
	}
}

// productOf is what the right to import is about: the product that the findings are said to come from.
func productOf(_ *call, in *securityhub.BatchImportFindingsInput) []need {
	var arns []string
	for _, f := range in.Findings {
		arns = append(arns, aws.ToString(f.ProductArn))
	}
	slices.Sort(arns)
	return on("securityhub:BatchImportFindings", slices.Compact(arns)...)
}

const (
	mostFindings = 100        // in one call
	mostFinding  = 240 * 1024 // bytes of one
)

// batchImportFindings takes findings one by one: one that is refused does not keep the others out.
func batchImportFindings(c *call, in *securityhub.BatchImportFindingsInput) (*securityhub.BatchImportFindingsOutput, *refusal) {
	if n := len(in.Findings); n == 0 || n > mostFindings {
		text := fmt.Sprintf("Invalid parameter 'Findings'. %d findings, the limit is %d", n, mostFindings)
		return nil, refuse("InvalidInputException", "%s", text).with(&types.InvalidInputException{Message: aws.String(text)})
	}
	out := &securityhub.BatchImportFindingsOutput{FailedCount: aws.Int32(0), SuccessCount: aws.Int32(0)}
	for _, f := range in.Findings {
		code, why := c.importFinding(f)
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
func (c *call) importFinding(f types.AwsSecurityFinding) (code, why string) {
	if aws.ToString(f.AwsAccountId) != c.place.Account {
		return "InvalidAccess", "The default product takes findings about the account that imports them alone"
	}
	product := c.arn(c.place, "securityhub", "product/"+c.place.Account+"/default")
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
	all := c.at(c.place).Findings
	if old, ok := all[*f.Id]; ok {
		if !supersedes(f, old.Body) {
			return "", ""
		}
		f.Note, f.Workflow, f.UserDefinedFields, f.VerificationState = old.Body.Note, old.Body.Workflow, old.Body.UserDefinedFields, old.Body.VerificationState
	}
	all[*f.Id] = &finding{provided(f)}
	return "", ""
}

// getFindings lists findings by id. Of the filters, the world knows those that a finding's own fields answer.
func getFindings(c *call, in *securityhub.GetFindingsInput) (*securityhub.GetFindingsOutput, *refusal) {
	all := c.at(c.place).Findings
	var found []types.AwsSecurityFinding
	for _, id := range slices.Sorted(maps.Keys(all)) {
		ok, refused := matches(all[id].Body, in.Filters)
		if refused != nil {
			return nil, refused
		}
		if ok {
			found = append(found, all[id].Body)
		}
	}
	page, next, refused := paged(found, in.NextToken, in.MaxResults)
	return &securityhub.GetFindingsOutput{Findings: page, NextToken: next}, refused
}

func matches(f types.AwsSecurityFinding, by *types.AwsSecurityFindingFilters) (bool, *refusal) {
	if by == nil {
		return true, nil
	}
	rest := *by
	rest.Id, rest.ProductArn, rest.GeneratorId, rest.AwsAccountId, rest.RecordState, rest.ComplianceStatus = nil, nil, nil, nil, nil, nil
	if len(spellFilters(rest)) > 0 {
		unknown := &Unsupported{"securityhub", "GetFindings", "Filters"}
		return false, refuse("InvalidInputException", "%s", unknown.Error()).with(unknown)
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

func spellFilters(rest types.AwsSecurityFindingFilters) fields { return pascal(rest).(fields) }

// passesText is true where one of the filters matches, or there is none.
func passesText(filters []types.StringFilter, value string) (bool, *refusal) {
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
			unknown := &Unsupported{"securityhub", "GetFindings", "Filters.Comparison"}
			return false, refuse("InvalidInputException", "%s", unknown.Error()).with(unknown)
		}
	}
	return len(filters) == 0, nil
}
