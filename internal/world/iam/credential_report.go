package iam

import (
	"encoding/csv"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/ripostehq/riposte/internal/world/core"
)

// reportHeader are the columns of a credential report.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_getting-report.html
const reportHeader = "user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,password_next_rotation,mfa_active," +
	"access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,access_key_1_last_used_region,access_key_1_last_used_service," +
	"access_key_2_active,access_key_2_last_rotated,access_key_2_last_used_date,access_key_2_last_used_region,access_key_2_last_used_service," +
	"cert_1_active,cert_1_last_rotated,cert_2_active,cert_2_last_rotated"

func reportResource() core.Resource {
	return core.Resource{Operations: []core.Operation{
		core.Define(core.Spec[iam.GenerateCredentialReportInput, iam.GenerateCredentialReportOutput]{
			Basis: "ready at once", Answer: func(*core.Call, *iam.GenerateCredentialReportInput) (*iam.GenerateCredentialReportOutput, *core.Refusal) {
				return &iam.GenerateCredentialReportOutput{State: types.ReportStateTypeComplete}, nil
			},
		}),
		core.Define(core.Spec[iam.GetCredentialReportInput, iam.GetCredentialReportOutput]{
			Basis: "made as it is asked for, without passwords and certificates", Answer: func(c *core.Call, _ *iam.GetCredentialReportInput) (*iam.GetCredentialReportOutput, *core.Refusal) {
				return &iam.GetCredentialReportOutput{Content: []byte(report(c.At)), GeneratedTime: aws.Time(c.Now), ReportFormat: types.ReportFormatTypeTextCsv}, nil
			},
		}),
	}}
}

// report is the account's root user, who has no keys here, and its users.
func report(at core.At) string {
	var b strings.Builder
	w := csv.NewWriter(&b)
	row := func(name, arn string, made time.Time, keys []*accessKey) {
		line := []string{name, arn, core.Stamp(made), "not_supported", "N/A", "N/A", "N/A", "false"}
		for n := range mostKeys {
			if n >= len(keys) {
				line = append(line, "false", "N/A", "N/A", "N/A", "N/A")
				continue
			}
			k, used := keys[n], []string{"N/A", "N/A", "N/A"}
			if !k.Used.IsZero() {
				used = []string{core.Stamp(k.Used), "us-east-1", "s3"}
			}
			active := "true"
			if k.Inactive {
				active = "false"
			}
			line = append(append(line, active, core.Stamp(k.Created)), used...)
		}
		_ = w.Write(append(line, "false", "N/A", "false", "N/A")) // into memory
	}
	_ = w.Write(strings.Split(reportHeader, ","))
	row("<root_account>", at.Global().ARN("iam", "root"), at.Now, nil)
	for _, u := range users.Sorted(at) {
		row(u.Name, u.ARN, u.Created, slices.Clone(u.Keys))
	}
	w.Flush()
	return b.String()
}
