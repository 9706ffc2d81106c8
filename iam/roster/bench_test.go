package roster

import (
	"bytes"
	"encoding/json"
	"fmt"
	"testing"
	"time"
)

// BenchmarkReadVersusEncodingJSON is an account of 100 MB, read and put together, against encoding/json into structs of the same shape.
func BenchmarkReadVersusEncodingJSON(b *testing.B) {
	file := large(100 << 20)
	ours, plain := time.Hour, time.Hour // the least of several: what else the machine does only adds
	for b.Loop() {
		began := time.Now()
		g := New()
		g.Read("a.json", file)
		if o := g.Organisation(); len(o.Principals) == 0 {
			b.Fatal("nothing was read")
		}
		ours = min(ours, time.Since(began))
		began = time.Now()
		var l plainListing
		if err := json.Unmarshal(file, &l); err != nil {
			b.Fatal(err)
		}
		plain = min(plain, time.Since(began))
	}
	b.ReportMetric(ours.Seconds()/plain.Seconds(), "ratio")
}

type plainListing struct {
	RoleDetailList []struct {
		Arn                      string
		AssumeRolePolicyDocument json.RawMessage
		RolePolicyList           []struct {
			PolicyName     string
			PolicyDocument json.RawMessage
		}
	}
}

// large is a file of so many bytes, indented as the command line prints it.
func large(size int) []byte {
	var b bytes.Buffer
	b.WriteString(`{"RoleDetailList": [`)
	for i := 0; b.Len() < size; i++ {
		if i > 0 {
			b.WriteString(",")
		}
		fmt.Fprintf(&b, "\n    {\n        \"Arn\": \"arn:aws:iam::111122223333:role/r%d\",\n        \"AssumeRolePolicyDocument\": %s,\n        \"RolePolicyList\": [", i,
			`{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}]}`)
		for n := range 4 {
			if n > 0 {
				b.WriteString(",")
			}
			fmt.Fprintf(&b, "\n            {\n                \"PolicyName\": \"p%d\",\n                \"PolicyDocument\": {\n                    \"Version\": \"2012-10-17\",\n                    \"Statement\": [\n                        {\"Effect\": \"Allow\", \"Action\": [\"s3:GetObject\", \"s3:PutObject\"], \"Resource\": \"arn:aws:s3:::bucket-%d/*\"}\n                    ]\n                }\n            }", n, i*4+n)
		}
		b.WriteString("\n        ]\n    }")
	}
	b.WriteString("\n]}")
	return b.Bytes()
}
