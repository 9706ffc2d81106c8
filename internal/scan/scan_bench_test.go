package scan_test

import (
	"strings"
	"testing"

	"github.com/ripostehq/riposte/internal/scan"
)

func BenchmarkObject(b *testing.B) {
	rec := []byte(call("DescribeInstances", `"userIdentity":{"type":"AssumedRole","principalId":"AROAEXAMPLE:session","arn":"arn:aws:sts::111122223333:assumed-role/web/session","accountId":"111122223333","accessKeyId":"ASIAEXAMPLE","sessionContext":{"sessionIssuer":{"type":"Role","principalId":"AROAEXAMPLE","arn":"arn:aws:iam::111122223333:role/web","accountId":"111122223333","userName":"web"},"webIdFederationData":{},"attributes":{"mfaAuthenticated":"false","creationDate":"2026-03-01T10:00:07Z"}}}`,
		`"awsRegion":"eu-west-1"`, `"sourceIPAddress":"203.0.113.7"`, `"userAgent":"aws-cli/2.15 Python/3.11 Linux/5.10 exe/x86_64 prompt/off command/ec2.describe-instances"`,
		`"requestParameters":{"instancesSet":{"items":[{"instanceId":"i-0123456789abcdef0"}]},"filterSet":{}}`, `"responseElements":null`,
		`"requestID":"5d0c2f1a-0000-4000-8000-000000000001"`, `"eventID":"5d0c2f1a-0000-4000-8000-000000000002"`, `"readOnly":true`, `"eventType":"AwsApiCall"`,
		`"managementEvent":true`, `"recipientAccountId":"111122223333"`, `"eventCategory":"Management"`,
		`"tlsDetails":{"tlsVersion":"TLSv1.3","cipherSuite":"TLS_AES_128_GCM_SHA256","clientProvidedHostHeader":"ec2.eu-west-1.amazonaws.com"}`))
	b.SetBytes(int64(len(rec)))
	b.ReportAllocs()
	for b.Loop() {
		scan.Object(rec)
	}
}

func BenchmarkReader(b *testing.B) {
	stream := `{"Records":[` + strings.Repeat(call("A", `"userAgent":"`+strings.Repeat("x", 300)+`"`)+",", 5000) + call("B") + `]}`
	b.SetBytes(int64(len(stream)))
	for b.Loop() {
		read(strings.NewReader(stream), 0)
	}
}
