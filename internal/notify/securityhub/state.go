package securityhub

import (
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/securityhub/types"

	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/playbook"
)

// status returns the compliance and the state of a record. PASSED is a case only while its containment stands: one that was
// let go of, or taken back, is not better for it. Archived is what needs no look any more. A verified case is not closed by
// that: its containment stands (a group that does not launch, a user who is denied) until an operator takes it back, and the
// console hides archived findings. Neither are one that failed and one without an answer.
func status(s ledger.State) (types.ComplianceStatus, types.RecordState) {
	switch s {
	case ledger.Contained, ledger.Verified:
		return types.ComplianceStatusPassed, types.RecordStateActive
	case ledger.Dismissed, ledger.Excepted, ledger.Superseded, ledger.Undone:
		return types.ComplianceStatusFailed, types.RecordStateArchived
	}
	return types.ComplianceStatusFailed, types.RecordStateActive
}

// severity returns the playbook's; whatever people were woken for is high at least. One that is not known counts as high.
func severity(c *ledger.Case) types.SeverityLabel {
	switch {
	case c.Severity == playbook.Critical:
		return types.SeverityLabelCritical
	case c.Paged != "":
		return types.SeverityLabelHigh
	case c.Severity == playbook.Low:
		return types.SeverityLabelLow
	case c.Severity == playbook.Medium:
		return types.SeverityLabelMedium
	}
	return types.SeverityLabelHigh
}

// taxonomy classifies a finding by the taxonomy of the format. Switching protections off and the like is what an attacker does
// to a defence; the rest breaks a company's own standard.
// https://docs.aws.amazon.com/securityhub/latest/userguide/asff-required-attributes.html
func taxonomy(playbookID string) []string {
	for _, evasive := range []string{"launch.termination-unprotected", "evasion."} {
		if strings.HasPrefix(playbookID, evasive) {
			return []string{"TTPs/Defense Evasion"}
		}
	}
	return []string{"Software and Configuration Checks/Industry and Regulatory Standards"}
}
