package inventory

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"iter"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
)

// Credential is what IAM's credential report says of one user: of its access keys, not which they are.
type Credential struct {
	User string // its id as event.Resource has it: PATH/NAME; Root for the account's own
	At   time.Time
	Keys []Key // the active ones
}

// Key is an active access key.
type Key struct{ Rotated, Used time.Time } // Used is zero of one that IAM has not seen used

// Root is the user of the account itself.
const Root = "<root_account>"

// Credentials are the users of an account with their access keys: two calls, whatever the number of users. The report is up to four
// hours old. https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_getting-report.html
func Credentials() Type[Credential] {
	return Type[Credential]{
		Kind: event.User, Everywhere: true, Reads: []call.ID{call.IAMGenerateCredentialReport, call.IAMGetCredentialReport},
		Pages: func(ctx context.Context, r access.Reads, at event.Place) iter.Seq2[[]Credential, error] {
			return func(yield func([]Credential, error) bool) {
				yield(report(ctx, r.IAM(at)))
			}
		},
		ID: func(c Credential) string { return c.User },
	}
}

const (
	reportTries = 10 // it takes seconds to be made
	reportPause = 3 * time.Second
)

func report(ctx context.Context, c access.IAMReads) ([]Credential, error) {
	for try := range reportTries {
		out, err := c.GenerateCredentialReport(ctx, &iam.GenerateCredentialReportInput{})
		if err != nil {
			return nil, fmt.Errorf("have the credential report made: %w", err)
		}
		if out.State == types.ReportStateTypeComplete {
			break
		}
		if try == reportTries-1 {
			return nil, fmt.Errorf("the credential report is not ready after %s", reportTries*reportPause)
		}
		wait := time.NewTimer(reportPause)
		select {
		case <-wait.C:
		case <-ctx.Done():
			wait.Stop()
			return nil, ctx.Err()
		}
	}
	out, err := c.GetCredentialReport(ctx, &iam.GetCredentialReportInput{})
	if err != nil {
		return nil, fmt.Errorf("read the credential report: %w", err)
	}
	return ReadCredentials(out.Content, aws.ToTime(out.GeneratedTime))
}

// ReadCredentials reads a credential report, CSV, of a time. Columns go by their names: IAM may add some. A missing column, or a time that can't
// be read, is an error.
func ReadCredentials(content []byte, at time.Time) (all []Credential, err error) {
	rows, err := csv.NewReader(bytes.NewReader(content)).ReadAll()
	if err != nil || len(rows) == 0 {
		return nil, fmt.Errorf("the credential report is no table: %w", err)
	}
	column := map[string]int{}
	for i, name := range rows[0] {
		column[name] = i
	}
	for _, needed := range []string{"user", "arn", "access_key_1_active", "access_key_1_last_rotated", "access_key_1_last_used_date", "access_key_2_active", "access_key_2_last_rotated", "access_key_2_last_used_date"} {
		if _, there := column[needed]; !there {
			return nil, fmt.Errorf("the credential report has no column %q", needed)
		}
	}
	for _, row := range rows[1:] {
		c := Credential{User: Root, At: at}
		if row[column["user"]] != Root {
			_, c.User, _ = strings.Cut(row[column["arn"]], ":user/")
		}
		for _, n := range []string{"access_key_1_", "access_key_2_"} {
			if row[column[n+"active"]] != "true" {
				continue
			}
			rotated, err := time.Parse(time.RFC3339, row[column[n+"last_rotated"]])
			if err != nil {
				return nil, fmt.Errorf("the credential report says of user %q when its key was made: %w", c.User, err)
			}
			k := Key{Rotated: rotated}
			if used := row[column[n+"last_used_date"]]; used != "N/A" {
				if k.Used, err = time.Parse(time.RFC3339, used); err != nil {
					return nil, fmt.Errorf("the credential report says of user %q when its key was used: %w", c.User, err)
				}
			}
			c.Keys = append(c.Keys, k)
		}
		all = append(all, c)
	}
	return all, nil
}
