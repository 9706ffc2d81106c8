package cli

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// lot is an account of one region on loopback: so many volumes, a tenth as many instances and addresses. A tenth of each is used by nothing.
type lot struct {
	*httptest.Server
	volumes int
	mu      sync.Mutex
	pages   map[string][]byte // by what is asked: answers cost the server what they cost once
	calls   int
}

func lotOf(b *testing.B, volumes int) *lot {
	b.Helper()
	l := &lot{volumes: volumes, pages: map[string][]byte{}}
	l.Server = httptest.NewServer(http.HandlerFunc(l.answer))
	b.Cleanup(l.Close)
	return l
}

func (l *lot) answer(w http.ResponseWriter, r *http.Request) {
	if r.ParseForm() != nil || r.Form.Get("Action") == "" { // the price list among them
		http.Error(w, `{"__type":"UnknownOperationException"}`, http.StatusBadRequest)
		return
	}
	w.Header().Set("Content-Type", "text/xml")
	_, _ = w.Write(l.page(r.Form.Get("Action"), r.Form.Get("NextToken"), r.Form.Get("MaxResults")))
}

func (l *lot) page(action, token, most string) []byte {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.calls++
	asked := action + " " + token + " " + most
	if l.pages[asked] == nil {
		from, _ := strconv.Atoi(token) // none is the first page
		size, err := strconv.Atoi(most)
		if err != nil {
			size = 500
		}
		l.pages[asked] = l.write(action, from, size)
	}
	return l.pages[asked]
}

// write writes a page in EC2's and in the other services' form of XML: what they have none of is empty in both.
func (l *lot) write(action string, from, size int) []byte {
	var body bytes.Buffer
	list := func(set string, n, each int, item func(i int) string) {
		fmt.Fprintf(&body, "<%s>", set)
		for i := from; i < min(n, from+each); i++ {
			fmt.Fprintf(&body, "<item>%s</item>", item(i))
		}
		fmt.Fprintf(&body, "</%s>", set)
		if from+each < n {
			fmt.Fprintf(&body, "<nextToken>%d</nextToken>", from+each)
		}
	}
	switch action {
	case "DescribeRegions":
		body.WriteString("<regionInfo><item><regionName>us-east-1</regionName><regionEndpoint>ec2.us-east-1.amazonaws.com</regionEndpoint></item></regionInfo>")
	case "GetCallerIdentity":
		body.WriteString("<GetCallerIdentityResult><Account>123456789012</Account><Arn>arn:aws:iam::123456789012:user/bench</Arn><UserId>AIDABENCH</UserId></GetCallerIdentityResult>")
	case "DescribeVolumes":
		list("volumeSet", l.volumes, size, volumeXML)
	case "DescribeInstances":
		list("reservationSet", l.volumes/10, size, instanceXML)
	case "DescribeAddresses":
		list("addressesSet", l.volumes/10, l.volumes, addressXML)
	case "GenerateCredentialReport":
		body.WriteString("<GenerateCredentialReportResult><State>COMPLETE</State></GenerateCredentialReportResult>")
	case "GetCredentialReport":
		table := "user,arn,access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,access_key_2_active,access_key_2_last_rotated,access_key_2_last_used_date\n"
		fmt.Fprintf(&body, "<GetCredentialReportResult><Content>%s</Content><ReportFormat>text/csv</ReportFormat></GetCredentialReportResult>", base64.StdEncoding.EncodeToString([]byte(table)))
	default:
		fmt.Fprintf(&body, "<%sResult></%[1]sResult>", action)
	}
	return fmt.Appendf(nil, `<?xml version="1.0" encoding="UTF-8"?><%sResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>r-1</requestId>%s</%[1]sResponse>`, action, body.String())
}

func volumeXML(i int) string {
	state, attached := "in-use", fmt.Sprintf("<item><volumeId>vol-%017x</volumeId><instanceId>i-%017x</instanceId><device>/dev/xvda</device><status>attached</status><attachTime>2026-01-02T00:00:00.000Z</attachTime><deleteOnTermination>true</deleteOnTermination></item>", i, i/10)
	if i%10 == 0 {
		state, attached = "available", ""
	}
	return fmt.Sprintf("<volumeId>vol-%017x</volumeId><size>100</size><snapshotId/><availabilityZone>us-east-1a</availabilityZone><status>%s</status><createTime>2026-01-01T00:00:00.000Z</createTime><attachmentSet>%s</attachmentSet>"+
		"<tagSet><item><key>Name</key><value>data-%d</value></item><item><key>team</key><value>shop</value></item></tagSet><volumeType>gp3</volumeType><iops>3000</iops><throughput>125</throughput><encrypted>true</encrypted><multiAttachEnabled>false</multiAttachEnabled>", i, state, attached, i)
}

func instanceXML(i int) string {
	state, reason := "<code>16</code><name>running</name>", ""
	if i%10 == 0 {
		state, reason = "<code>80</code><name>stopped</name>", "User initiated (2026-10-01 00:00:00 GMT)"
	}
	return fmt.Sprintf("<reservationId>r-%017x</reservationId><ownerId>123456789012</ownerId><groupSet/><instancesSet><item><instanceId>i-%017x</instanceId><imageId>ami-0123456789abcdef0</imageId><instanceState>%s</instanceState>"+
		"<privateDnsName/><dnsName/><reason>%s</reason><instanceType>m7i.large</instanceType><launchTime>2026-01-01T00:00:00.000Z</launchTime><placement><availabilityZone>us-east-1a</availabilityZone><tenancy>default</tenancy></placement>"+
		"<subnetId>subnet-0</subnetId><vpcId>vpc-0</vpcId><architecture>x86_64</architecture><rootDeviceType>ebs</rootDeviceType><tagSet><item><key>Name</key><value>web-%d</value></item></tagSet>"+
		"<metadataOptions><state>applied</state><httpTokens>required</httpTokens><httpPutResponseHopLimit>2</httpPutResponseHopLimit><httpEndpoint>enabled</httpEndpoint></metadataOptions></item></instancesSet>", i, i, state, reason, i)
}

func addressXML(i int) string {
	used := fmt.Sprintf("<associationId>eipassoc-%017x</associationId><instanceId>i-%017x</instanceId>", i, i)
	if i%10 == 0 {
		used = ""
	}
	return fmt.Sprintf("<publicIp>198.51.%d.%d</publicIp><allocationId>eipalloc-%017x</allocationId><domain>vpc</domain>%s<networkBorderGroup>us-east-1</networkBorderGroup>", i/250%256, i%250, i, used)
}

// spent is what a process took.
type spent struct {
	wall, processor time.Duration
	peak            float64 // MB
}

// took runs a program to its end against the lot. A sweep that could not list all, since the lot has not all of AWS, exits with 1.
func (l *lot) took(b *testing.B, dir string, out *bytes.Buffer, program string, args ...string) spent {
	b.Helper()
	cmd := exec.Command(program, args...)
	cmd.Dir, cmd.Stdout = dir, out
	cmd.Env = append(os.Environ(), "AWS_ENDPOINT_URL="+l.URL, "AWS_ACCESS_KEY_ID=AKIABENCH00000000001", "AWS_SECRET_ACCESS_KEY=bench", "AWS_REGION=us-east-1",
		"AWS_DEFAULT_REGION=us-east-1", "AWS_EC2_METADATA_DISABLED=true", "AWS_MAX_ATTEMPTS=1")
	var said bytes.Buffer
	cmd.Stderr = &said
	began := time.Now()
	err := cmd.Run()
	var ended *exec.ExitError
	if err != nil && !(errors.As(err, &ended) && ended.ExitCode() == exitFailed) {
		b.Fatalf("%s: %v\n%s", program, err, said.String())
	}
	p := cmd.ProcessState
	s := spent{wall: time.Since(began), processor: p.UserTime() + p.SystemTime()}
	if usage, is := p.SysUsage().(*syscall.Rusage); is {
		s.peak = float64(usage.Maxrss) / 1024
	}
	return s
}

// sweep is one with the whole catalogue, the ledger on the disk, of an account that was never swept.
func (l *lot) sweep(b *testing.B, riposte string) spent {
	b.Helper()
	dir := b.TempDir()
	given(b, filepath.Join(dir, "riposte.yaml"), `organization: {accounts: [{id: "123456789012"}]}`)
	var out bytes.Buffer
	s := l.took(b, dir, &out, riposte, "sweep", "--format", "json")
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	var last struct{ Summary sweepSummary }
	if err := json.Unmarshal([]byte(lines[len(lines)-1]), &last); err != nil || last.Summary.Listed < l.volumes*12/10 || last.Summary.Suspects < l.volumes*12/100 {
		b.Fatalf("%v: %+v", err, last.Summary)
	}
	return s
}

// Goals: 100,000 volumes at most 11 times the processor of 10,000; memory at most 16 MB above that of `riposte version`, and 16 MB more with ten times as
// much. How long it takes is the share of AWS's calls that sweeps allow themselves.
func BenchmarkSweepOfTenTimesAsMuch(b *testing.B) {
	riposte, small, large := program(b), lotOf(b, 10_000), lotOf(b, 100_000)
	var nothing, one, ten spent
	for b.Loop() {
		nothing, one, ten = small.took(b, b.TempDir(), &bytes.Buffer{}, riposte, "version"), small.sweep(b, riposte), large.sweep(b, riposte)
	}
	b.Logf("%+v, %+v, %+v", nothing, one, ten)
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(float64(ten.processor)/float64(one.processor), "ratio")
	b.ReportMetric(one.processor.Seconds(), "s-processor")
	b.ReportMetric(one.wall.Seconds(), "s-wall")
	b.ReportMetric(ten.wall.Seconds(), "s-wall-tenfold")
	b.ReportMetric(one.peak-nothing.peak, "MB-above-version")
	b.ReportMetric(ten.peak-one.peak, "MB-more")
}

const custodianRules = `policies:
- {name: volumes, resource: aws.ebs, filters: [{Attachments: []}, {State: available}]}
- {name: instances, resource: aws.ec2, filters: [{"State.Name": stopped}]}
- {name: addresses, resource: aws.elastic-ip, filters: [{AssociationId: absent}]}
`

// threeRules is a riposte of no more playbooks than those.
const threeRules = `package main

import (
	"github.com/ripostehq/riposte"
	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/playbook"
	"github.com/ripostehq/riposte/playbooks/waste"
)

func main() {
	riposte.Main([]playbook.Definition{waste.UnattachedVolume(), waste.UnusedAddress(), waste.StoppedInstance()}, action.Kinds())
}
`

// Goals: a sixth of Cloud Custodian's processor time, an eighth of its time, for the same three rules; and what the whole
// catalogue takes beside it.
func BenchmarkSweepVersusCustodian(b *testing.B) {
	custodian, err := exec.LookPath("custodian")
	if err != nil {
		b.Skip("SKIPPED: custodian is not on PATH: pip install c7n")
	}
	whole, three, l := program(b), filepath.Join(b.TempDir(), "three"), lotOf(b, 10_000)
	source := filepath.Join(b.TempDir(), "main.go")
	given(b, source, threeRules)
	made(b, "build", "-trimpath", "-ldflags=-s -w", "-o", three, source)
	var theirs, ours, all spent
	for b.Loop() {
		dir := b.TempDir()
		given(b, filepath.Join(dir, "rules.yml"), custodianRules)
		theirs = l.took(b, dir, &bytes.Buffer{}, custodian, "run", "--region", "us-east-1", "--cache-period", "0", "-s", "out", "rules.yml")
		for name, n := range map[string]int{"volumes": 1000, "instances": 100, "addresses": 100} {
			found, err := os.ReadFile(filepath.Join(dir, "out", name, "resources.json"))
			var all []any
			if err == nil {
				err = json.Unmarshal(found, &all)
			}
			if err != nil || len(all) != n {
				b.Fatalf("custodian found %d %s: %v", len(all), name, err)
			}
		}
		ours, all = l.sweep(b, three), l.sweep(b, whole)
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(float64(theirs.processor)/float64(ours.processor), "times-processor")
	b.ReportMetric(float64(theirs.processor)/float64(all.processor), "times-processor-of-all")
	b.ReportMetric(float64(theirs.wall)/float64(ours.wall), "times-wall")
	b.ReportMetric(theirs.peak/ours.peak, "times-memory")
	b.ReportMetric(theirs.wall.Seconds(), "s-custodian")
}
