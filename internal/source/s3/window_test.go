package s3_test

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	awss3 "github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/google/go-cmp/cmp"

	"github.com/ripostehq/riposte/internal/source/s3"
)

// watched is a bucket that keeps what it was asked to list, and refuses one prefix.
type watched struct {
	*away
	refused string

	mu     sync.Mutex
	listed []string
	owners map[string]bool
}

func (w *watched) ListObjectsV2(ctx context.Context, in *awss3.ListObjectsV2Input, o ...func(*awss3.Options)) (*awss3.ListObjectsV2Output, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.listed = append(w.listed, *in.Prefix)
	if in.ExpectedBucketOwner != nil {
		w.owners[*in.ExpectedBucketOwner] = true
	}
	if w.refused != "" && strings.HasPrefix(*in.Prefix, w.refused) {
		return nil, refusal(http.StatusForbidden, "")
	}
	return w.away.ListObjectsV2(ctx, in, o...)
}

func TestOfATrailOnlyTheDaysThatAreWantedAreListed(t *testing.T) {
	day := time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)
	b := newBucket()
	var in []string
	for _, account := range []string{"111122223333", "444455556666"} {
		for d := -5; d <= 2; d++ {
			k := key(account, day.AddDate(0, 0, d), "abc")
			b.put(k, []byte("x"))
			if d >= -2 && d <= 0 {
				in = append(in, "s3://trail/"+k+": x")
			}
		}
	}
	b.put("AWSLogs/o-abcdefghij/111122223333/CloudTrail-Digest/eu-west-1/2026/03/10/111122223333_CloudTrail-Digest_x.json.gz", []byte("x"))
	b.put("AWSLogs/o-abcdefghij/111122223333/CloudTrail-Insight/eu-west-1/2026/03/10/x.json.gz", []byte("x"))
	b.put("AWSLogs/o-abcdefghij/111122223333/Config/eu-west-1/2026/3/10/x.json.gz", []byte("x"))
	const root = "AWSLogs/o-abcdefghij/"
	for _, c := range []struct {
		prefix string
		want   []string
	}{
		{"", in}, {"AWSLogs", in}, {"AWSLogs/", in}, {root, in}, {root + "111122223333/", in[:3]}, {root + "444455556666/CloudTrail/", in[3:]},
		{root + "111122223333/CloudTrail/eu-west-1/", in[:3]}, {root + "111122223333/CloudTrail/eu-west-1/2026/03/09/", in[1:2]}, {root + "1111", in[:3]},
		{root + "999988887777/", []string{"s3://trail/" + root + "999988887777/: there is no log file of 2026-03-08 to 2026-03-10 below this prefix"}},
	} {
		w := &watched{away: &away{bucket: b, region: own}, owners: map[string]bool{}}
		a := s3.Archive{In: func(string) s3.Locator { return w }, Owner: "123456789012", From: day.AddDate(0, 0, -2), To: day}
		if diff := cmp.Diff(c.want, archive(t, a, "s3://trail/"+c.prefix)); diff != "" {
			t.Errorf("%s:\n%s", c.prefix, diff)
		}
		for _, prefix := range w.listed {
			if strings.Contains(prefix, "Digest") || strings.Contains(prefix, "Config/") {
				t.Errorf("%s: %s was listed", c.prefix, prefix)
			}
		}
		if len(w.owners) != 1 || !w.owners["123456789012"] {
			t.Errorf("%s: owners that were asked for: %v", c.prefix, w.owners)
		}
	}
}

func TestOneAccountThatMayNotBeListedDoesNotKeepTheOthersFromIt(t *testing.T) {
	day := time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)
	b := newBucket()
	one, other := key("111122223333", day, "abc"), key("444455556666", day, "abc")
	b.put(one, []byte("x"))
	b.put(other, []byte("x"))
	w := &watched{away: &away{bucket: b, region: own}, owners: map[string]bool{}, refused: "AWSLogs/o-abcdefghij/111122223333/"}
	a := s3.Archive{In: func(string) s3.Locator { return w }, From: day.AddDate(0, 0, -2), To: day}
	got := archive(t, a, "s3://trail/AWSLogs/")
	if len(got) != 2 || !strings.Contains(got[0], "s3://trail/AWSLogs/o-abcdefghij/111122223333/: list s3://trail/AWSLogs/o-abcdefghij/111122223333/: refused") || got[1] != "s3://trail/"+other+": x" {
		t.Errorf("%q", got)
	}
}

// A bucket may hold a second trail below a prefix of its own, and what is no trail's.
func TestATrailBesideAnotherIsReadToo(t *testing.T) {
	day := time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)
	b := newBucket()
	var want []string
	for _, prefix := range []string{"", "deep/er/", "security/"} {
		k := prefix + key("111122223333", day, "abc")
		b.put(k, []byte("x"))
		b.put(prefix+key("111122223333", day.AddDate(0, 0, -5), "old"), []byte("x"))
		want = append(want, "s3://trail/"+k+": x")
	}
	b.put("exports/2026/report.json", []byte("no log"))
	b.put("security/AWSLogs/o-abcdefghij/111122223333/Config/eu-west-1/2026/3/10/x.json.gz", []byte("x"))
	w := &watched{away: &away{bucket: b, region: own}, owners: map[string]bool{}}
	a := s3.Archive{In: func(string) s3.Locator { return w }, Owner: "123456789012", From: day.AddDate(0, 0, -2), To: day}
	if diff := cmp.Diff(want, archive(t, a, "s3://trail/")); diff != "" {
		t.Error(diff)
	}
}
