// Package securityhub files one finding in AWS Security Hub for each case, and keeps it true while the case moves on.
package securityhub

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/securityhub"
	"github.com/aws/aws-sdk-go-v2/service/securityhub/types"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/notify"
	"github.com/ripostehq/riposte/playbook"
)

// patience ends a report that hangs: it must not hold up the case, which is told again later.
const patience = 15 * time.Second

// Import is the one operation that is needed of Security Hub: a client's BatchImportFindings.
type Import func(context.Context, *securityhub.BatchImportFindingsInput, ...func(*securityhub.Options)) (*securityhub.BatchImportFindingsOutput, error)

// Reporter tells Security Hub about cases. It keeps nothing of them in memory: whichever replica reports, and after whatever
// crash, the finding is the same.
type Reporter struct {
	importIn  func(event.Place) Import
	codec     action.Codec
	now       func() time.Time
	catalogue map[string]playbook.Definition
	pace      pace
}

// New makes a Reporter, which imports in each finding's own account and region. Of the playbooks that it is given, findings say
// what would have prevented them.
func New(importIn func(event.Place) Import, codec action.Codec, now func() time.Time, catalogue ...playbook.Definition) *Reporter {
	r := &Reporter{importIn: importIn, codec: codec, now: now, catalogue: map[string]playbook.Definition{}}
	for _, d := range catalogue {
		r.catalogue[d.ID] = d
	}
	return r
}

// Report files the finding of a case as it stands, or brings it up to date. Telling twice is telling once.
func (r *Reporter) Report(ctx context.Context, c *ledger.Case) error {
	if !notify.Worth(c) {
		return nil
	}
	at, err := place(c)
	if err != nil {
		return err
	}
	if !r.pace.allows(at, r.now()) {
		return fmt.Errorf("import the finding of case %s in %s of account %s: later, %d a second are enough", c.ID, at.Region, at.Account, perSecond)
	}
	finding, err := r.finding(c, at)
	if err != nil {
		return fmt.Errorf("describe case %s: %w", c.ID, err)
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	out, err := r.importIn(at)(ctx, &securityhub.BatchImportFindingsInput{
		Findings: []types.AwsSecurityFinding{finding},
	})
	if err != nil {
		return fmt.Errorf("import finding %q in %s of account %s: %w", aws.ToString(finding.Id), at.Region, at.Account, err)
	}
	for _, f := range out.FailedFindings { // in an answer that is a success as a whole
		return fmt.Errorf("import finding %q: %s: %s", aws.ToString(f.Id), aws.ToString(f.ErrorCode), aws.ToString(f.ErrorMessage))
	}
	if n := aws.ToInt32(out.FailedCount); n > 0 {
		return fmt.Errorf("import finding: Security Hub refused %d and does not say why", n)
	}
	return nil
}

// place returns where the finding belongs: the account and region of the case's root. What has no region, as all of IAM, is
// filed where its event came from. Neither ever changes: they are part of the finding's identity.
func place(c *ledger.Case) (event.Place, error) {
	at, origin := c.Root.Place(), c.Origin.Place
	if at.Account == "" {
		at = origin
	}
	if at.Region == "" {
		at.Region = origin.Region
	}
	if at.Partition == "" {
		at.Partition = origin.Partition
	}
	if at.Account == "" || at.Region == "" || at.Partition == "" {
		return at, errors.New("case " + c.ID + " has no account, region or partition: there is no Security Hub to tell")
	}
	return at, nil
}
