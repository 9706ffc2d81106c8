package securityhub

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/securityhub/types"
)

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
// somebody has set others by BatchUpdateFindings, which the world does not know.
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
