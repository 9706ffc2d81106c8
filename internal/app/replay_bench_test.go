package app_test

import (
	"bytes"
	stdgzip "compress/gzip"
	"context"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/gzip"

	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/internal/app"
	"github.com/ripostehq/riposte/internal/route"
	"github.com/ripostehq/riposte/internal/scan"
	"github.com/ripostehq/riposte/playbook"
)

// mix is what an account's trail is made of: calls with their share of a thousand, one of which a playbook wants. %s is an
// id, different wherever it stands.
var mix = []struct {
	share                           int
	source, name, request, response string
}{
	{269, "ec2", "DescribeInstances", `{"instancesSet":{"items":[{"instanceId":"i-%s"}]},"filterSet":{"items":[{"name":"tag:Name","valueSet":{"items":[{"value":"%s"}]}}]}}`, `null`},
	{200, "s3", "GetObject", `{"bucketName":"logs","Host":"logs.s3.eu-west-1.amazonaws.com","key":"2026/03/01/%s/%s.json.gz"}`,
		`null,"additionalEventData":{"SignatureVersion":"SigV4","CipherSuite":"TLS_AES_128_GCM_SHA256","bytesTransferredIn":0,"AuthenticationMethod":"AuthHeader","x-amz-id-2":"%s%s%s","bytesTransferredOut":4711}`},
	{160, "sts", "AssumeRole", `{"roleArn":"arn:aws:iam::111122223333:role/app/web","roleSessionName":"web-%s","durationSeconds":3600}`,
		`{"credentials":{"accessKeyId":"ASIA%s","expiration":"Mar 1, 2026, 11:00:07 AM","sessionToken":"%s%s%s%s%s%s%s%s"},"assumedRoleUser":{"assumedRoleId":"AROA%s:web","arn":"arn:aws:sts::111122223333:assumed-role/web/web"}}`},
	{140, "kms", "Decrypt", `{"encryptionAlgorithm":"SYMMETRIC_DEFAULT","encryptionContext":{"aws:s3:arn":"arn:aws:s3:::logs/%s"}}`, `null`},
	{120, "autoscaling", "DescribeAutoScalingGroups", `{"autoScalingGroupNames":["web-%s","batch-%s"],"maxRecords":100}`, `null`},
	{110, "iam", "GetRolePolicy", `{"roleName":"web-%s","policyName":"inline"}`, `null`},
	{1, "ec2", "RunInstances", `{"image":"ami-%s","instancesSet":{"items":[{"imageId":"ami-1","minCount":1,"maxCount":1}]},"instanceType":"m7g.large"}`,
		`{"requestId":"%s","instancesSet":{"items":[{"instanceId":"i-%s","privateIpAddress":"10.0.0.7","instanceState":{"code":0,"name":"pending"}}]}}`},
}

// recorded writes a record such as CloudTrail does: 1 to 2 KB, which gzip makes about seven times smaller.
func recorded(w *bytes.Buffer, r *rand.Rand) {
	call, n := mix[0], r.IntN(1000)
	for _, c := range mix {
		if call = c; n < c.share {
			break
		}
		n -= c.share
	}
	id := func() string {
		raw := binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint64(nil, r.Uint64()), r.Uint64())
		return base64.RawURLEncoding.EncodeToString(raw)
	}
	fill := func(s string) {
		for part, rest, more := "", s, true; more; {
			part, rest, more = strings.Cut(rest, "%s")
			w.WriteString(part)
			if more {
				w.WriteString(id())
			}
		}
	}
	pick := func(from ...string) string { return from[r.IntN(len(from))] }
	at := r // what the caller is drawn from: one of four is an instance, whose calls are all alike in that
	session := pick("dana@example.com", "kim@example.com", "build-"+id()[:6])
	roles := []string{"web", "batch-worker", "ci/deploy", "app/checkout", "data/etl-nightly", "backup", "app/search", "aws-reserved/sso.amazonaws.com/AWSReservedSSO_Ops"}
	if r.IntN(4) == 0 {
		machine := r.Uint64N(50)
		at, session = rand.New(rand.NewPCG(machine, 5)), fmt.Sprintf("i-0%016x", 0x9e3779b97f4a7c15*(machine+1))
		roles = roles[:7]
	}
	among := func(from ...string) string { return from[at.IntN(len(from))] }
	role := among(roles...)
	account := among("111122223333", "444455556666", "777788889999")
	region := among("eu-west-1", "us-east-1", "eu-central-1", "ap-southeast-2")
	name := role[strings.LastIndex(role, "/")+1:]
	fmt.Fprintf(w, `{"eventVersion":"1.%d","userIdentity":{"type":"AssumedRole","principalId":"AROA%s:%s","arn":"arn:aws:sts::%[4]s:assumed-role/%[5]s/%[3]s","accountId":"%[4]s",`+
		`"accessKeyId":"ASIA%[6]s","sessionContext":{"sessionIssuer":{"type":"Role","principalId":"AROA%[2]s","arn":"arn:aws:iam::%[4]s:role/%[7]s","accountId":"%[4]s","userName":"%[5]s"},`+
		`"webIdFederationData":{},"attributes":{"creationDate":"2026-03-01T%02[8]d:%02[9]d:%02[10]dZ","mfaAuthenticated":"false"}}},`,
		8+r.IntN(4), letters(at, 17), session, account, name, letters(at, 16), role, at.IntN(24), at.IntN(60), at.IntN(60))
	fmt.Fprintf(w, `"eventTime":"2026-03-01T%02d:%02d:%02dZ","eventSource":"%s.amazonaws.com","eventName":"%s","awsRegion":"%s","sourceIPAddress":"%d.%d.%d.%d","userAgent":"%s","requestParameters":`,
		r.IntN(24), r.IntN(60), r.IntN(60), call.source, call.name, region, 1+at.IntN(223), at.IntN(256), at.IntN(256), at.IntN(256),
		pick("aws-sdk-go-v2/1.41.0 ua/2.1 os/linux lang/go#1.26 md/GOOS#linux md/GOARCH#arm64 m/E,g", "console.amazonaws.com",
			"Boto3/1.34.51 md/Botocore#1.34.51 ua/2.0 os/linux#5.10.210 md/arch#x86_64 lang/python#3.11.8 md/pyimpl#CPython cfg/retry-mode#legacy",
			"aws-cli/2.15.20 Python/3.11.6 Linux/6.1.0 exe/x86_64.debian.12 prompt/off command/"+call.source, "[S3Console/0.4, aws-internal/3]"))
	fill(call.request + `,"responseElements":` + call.response)
	fill(`,"requestID":"%s","eventID":"%s","readOnly":` + strconv.FormatBool(call.name != "RunInstances") + `,"eventType":"AwsApiCall","managementEvent":true,"recipientAccountId":"` + account +
		`","eventCategory":"Management","tlsDetails":{"tlsVersion":"` + pick("TLSv1.3", "TLSv1.2") + `","cipherSuite":"` +
		pick("TLS_AES_128_GCM_SHA256", "ECDHE-RSA-AES128-GCM-SHA256") + `","clientProvidedHostHeader":"` + call.source + "." + region + `.amazonaws.com"}}`)
}

// letters are such as AWS makes ids of.
func letters(r *rand.Rand, n int) string {
	var b strings.Builder
	for range n {
		b.WriteByte("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[r.IntN(32)])
	}
	return b.String()
}

// trail writes gzipped log files of about 2 MB each, and returns their folder and size, decompressed.
func trail(b *testing.B, files int) (dir string, size int64) {
	b.Helper()
	r := rand.New(rand.NewPCG(1, 2))
	dir = b.TempDir()
	for i := range files {
		var plain, packed bytes.Buffer
		plain.WriteString(`{"Records":[`)
		for n := range 1500 {
			if n > 0 {
				plain.WriteByte(',')
			}
			recorded(&plain, r)
		}
		plain.WriteString(`]}`)
		size += int64(plain.Len())
		w := stdgzip.NewWriter(&packed)
		w.Write(plain.Bytes())
		w.Close()
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("%03d.json.gz", i)), packed.Bytes(), 0o644); err != nil {
			b.Fatal(err)
		}
	}
	return dir, size
}

// took is how long something takes.
func took(f func()) time.Duration {
	start := time.Now()
	f()
	return time.Since(start)
}

// versus runs two ways of doing something in turn, so that both meet the same machine, and reports how many times faster
// the first is at its best than the other at its best: what else runs there only ever slows them down.
func versus(b *testing.B, size int64, one, other func()) {
	one()
	other()
	best, rest := time.Hour, time.Hour
	for b.Loop() {
		best, rest = min(best, took(one)), min(rest, took(other))
	}
	b.ReportMetric(float64(rest)/float64(best), "ratio")
	b.ReportMetric(float64(size)/1e6/best.Seconds(), "MB/s")
	b.ReportMetric(0, "ns/op")
}

// replayed replays a folder.
func replayed(b *testing.B, dir string, workers int) func() {
	watched := []playbook.Playbook{watch(b, "test.watch")}
	return func() {
		s, err := app.Replay(context.Background(), app.ReplayInput{
			Paths: []string{dir}, Playbooks: watched, Workers: workers, Emit: func(app.ReplayLine) error { return nil },
		})
		if err != nil || s.Malformed > 0 || s.Suspects == 0 {
			b.Fatalf("%+v, %v", s, err)
		}
	}
}

// each gives every file of a folder to f.
func each(b *testing.B, dir string, f func(*os.File)) func() {
	paths, err := filepath.Glob(dir + "/*")
	if err != nil {
		b.Fatal(err)
	}
	return func() {
		for _, path := range paths {
			file, err := os.Open(path)
			if err != nil {
				b.Fatal(err)
			}
			f(file)
			file.Close()
		}
	}
}

func oneCore(b *testing.B) {
	before := runtime.GOMAXPROCS(1)
	b.Cleanup(func() { runtime.GOMAXPROCS(before) })
}

// Goal: 0.75 or more.
func BenchmarkReplayOneCoreVersusGunzipAlone(b *testing.B) {
	dir, size := trail(b, 8)
	oneCore(b)
	unzip := new(gzip.Reader)
	gunzip := each(b, dir, func(f *os.File) {
		if err := unzip.Reset(f); err != nil {
			b.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, unzip); err != nil {
			b.Fatal(err)
		}
	})
	versus(b, size, replayed(b, dir, 1), gunzip)
}

// typed is what the obvious program decodes.
type typed struct {
	EventID, EventTime, EventSource, EventName, AwsRegion, SourceIPAddress, UserAgent, ErrorCode, RequestID, RecipientAccountID string

	UserIdentity struct {
		Type, PrincipalID, ARN, AccountID, AccessKeyID, UserName string
		SessionContext                                           struct {
			SessionIssuer struct{ Type, PrincipalID, ARN, AccountID, UserName string }
			Attributes    struct{ MfaAuthenticated, CreationDate string }
		}
	}
	RequestParameters, ResponseElements map[string]any
}

// Goal: 3.5 or more.
func BenchmarkReplayOneCoreVersusTheObviousProgram(b *testing.B) {
	dir, size := trail(b, 2)
	oneCore(b)
	matches := 0
	obvious := each(b, dir, func(f *os.File) {
		unzip, err := stdgzip.NewReader(f)
		if err != nil {
			b.Fatal(err)
		}
		var file struct{ Records []typed }
		if err := json.NewDecoder(unzip).Decode(&file); err != nil {
			b.Fatal(err)
		}
		for _, r := range file.Records {
			if r.EventSource == "ec2.amazonaws.com" && r.EventName == "RunInstances" {
				matches++
			}
		}
	})
	versus(b, size, replayed(b, dir, 1), obvious)
}

// Goal: 1.6 or more.
func BenchmarkReplayTwoWorkersVersusOne(b *testing.B) {
	dir, size := trail(b, 16)
	versus(b, size, replayed(b, dir, 2), replayed(b, dir, 1))
}

// catalogue is n playbooks with a trigger each.
func catalogue(n int) []playbook.Definition {
	all := []playbook.Definition{{ID: "test.0", On: []playbook.Trigger{playbook.Call(call.EC2RunInstances)}}}
	for i := 1; i < n; i++ {
		all = append(all, playbook.Definition{ID: fmt.Sprint("test.", i), On: []playbook.Trigger{
			playbook.Call(call.ID(fmt.Sprint("iam:PutRolePolicy", i))),
		}})
	}
	return all
}

// records are what the router gets to see.
func records(n int) (out [][]byte, size int64) {
	r := rand.New(rand.NewPCG(3, 4))
	for range n {
		var w bytes.Buffer
		recorded(&w, r)
		out, size = append(out, w.Bytes()), size+int64(w.Len())
	}
	return out, size
}

func routed(table *route.Table, all [][]byte) func() {
	return func() {
		for _, b := range all {
			if rec, ok := scan.Object(b); ok && !rec.Unsure {
				table.Wants(route.Record{Source: rec.Source, Name: rec.Name, Caller: rec.Caller, ReadOnly: rec.ReadOnly})
			}
		}
	}
}

// Goal: 10 or more, without allocation.
func BenchmarkRouteVersusDecodingIntoAStruct(b *testing.B) {
	all, size := records(500)
	decoded := func() {
		for _, raw := range all {
			var r typed
			if err := json.Unmarshal(raw, &r); err != nil {
				b.Fatal(err)
			}
		}
	}
	route := routed(route.New(catalogue(300)), all)
	versus(b, size, route, decoded)
	b.ReportMetric(testing.AllocsPerRun(10, route), "allocs")
}

// Goal: 0.91 or more, that is no slower than 1.1 times.
func BenchmarkRouteWith300RoutesVersus10(b *testing.B) {
	all, size := records(2000)
	versus(b, size, routed(route.New(catalogue(300)), all), routed(route.New(catalogue(10)), all))
}
