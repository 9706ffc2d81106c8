package s3_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	awss3 "github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"
	smithyhttp "github.com/aws/smithy-go/transport/http"
	"github.com/google/go-cmp/cmp"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/mototest"
	"github.com/ripostehq/riposte/internal/source/s3"
)

// away is a bucket in eu-central-1, as a client of some region sees it: it answers its own region alone.
type away struct {
	*bucket
	region string
	ranges []string // of what was asked for
	broken int      // bodies that break off half-way
}

const own = "eu-central-1"

func refusal(status int, region string) error {
	return &awshttp.ResponseError{ResponseError: &smithyhttp.ResponseError{Response: &smithyhttp.Response{Response: &http.Response{
		StatusCode: status, Header: http.Header{"X-Amz-Bucket-Region": []string{region}},
	}}, Err: fmt.Errorf("status %d", status)}}
}

func (a *away) HeadBucket(_ context.Context, in *awss3.HeadBucketInput, _ ...func(*awss3.Options)) (*awss3.HeadBucketOutput, error) {
	switch {
	case *in.Bucket == "nobodys":
		return nil, refusal(http.StatusNotFound, "")
	case *in.Bucket == "shut":
		return nil, refusal(http.StatusForbidden, "")
	case a.region != own:
		return nil, refusal(http.StatusMovedPermanently, own)
	}
	return &awss3.HeadBucketOutput{BucketRegion: aws.String(own)}, nil
}

func (a *away) ListObjectsV2(ctx context.Context, in *awss3.ListObjectsV2Input, o ...func(*awss3.Options)) (*awss3.ListObjectsV2Output, error) {
	if a.region != own {
		return nil, refusal(http.StatusMovedPermanently, own)
	}
	return a.bucket.ListObjectsV2(ctx, in, o...)
}

func (a *away) GetObject(_ context.Context, in *awss3.GetObjectInput, _ ...func(*awss3.Options)) (*awss3.GetObjectOutput, error) {
	content, ok := a.objects[*in.Key]
	switch {
	case !ok:
		return nil, &s3types.NoSuchKey{}
	case in.IfMatch != nil && *in.IfMatch != "tag":
		return nil, refusal(http.StatusPreconditionFailed, "")
	case in.Range != nil:
		var from int
		if _, err := fmt.Sscanf(*in.Range, "bytes=%d-", &from); err != nil {
			return nil, err
		}
		a.ranges = append(a.ranges, *in.Range)
		content = content[from:]
	}
	body := io.Reader(bytes.NewReader(content))
	if a.broken > 0 {
		a.broken--
		body = io.MultiReader(bytes.NewReader(content[:len(content)/2]), broken{})
	}
	return &awss3.GetObjectOutput{Body: io.NopCloser(body), ETag: aws.String("tag")}, nil
}

// archive lists and reads what is below a path, as path: content or error.
func archive(t *testing.T, a s3.Archive, path string) (out []string) {
	t.Helper()
	list, ok := a.Files(t.Context(), path)
	if !ok {
		t.Fatalf("%s names no bucket", path)
	}
	for f := range list {
		if f.Err != nil {
			out = append(out, f.Path+": "+f.Err.Error())
			continue
		}
		body, err := f.Fetch(t.Context())
		if err != nil {
			out = append(out, f.Path+": "+err.Error())
			continue
		}
		b, err := io.ReadAll(body)
		if body.Close(); err != nil {
			out = append(out, fmt.Sprintf("%s: %d bytes, then %v", f.Path, len(b), err))
			continue
		}
		out = append(out, f.Path+": "+string(b))
	}
	return out
}

func TestABucketIsReadWhereverItIs(t *testing.T) {
	b := newBucket()
	b.put("logs/", nil)
	b.put("logs/1.json", []byte("one"))
	b.put("logs/2.json", []byte("two"))
	b.put("other", []byte("three"))
	a := s3.Archive{In: func(region string) s3.Locator { return &away{bucket: b, region: region} }}
	const refused = "refused: the caller needs s3:ListBucket on the bucket, s3:GetObject on its objects, and kms:Decrypt where a key encrypts them: "
	for path, want := range map[string][]string{
		"s3://trail/logs/":    {"s3://trail/logs/1.json: one", "s3://trail/logs/2.json: two"},
		"s3://trail":          {"s3://trail/logs/1.json: one", "s3://trail/logs/2.json: two", "s3://trail/other: three"},
		"s3://trail/other":    {"s3://trail/other: three"},
		"s3://trail/nothing/": {"s3://trail/nothing/: there is no object below this prefix"},
		"s3://nobodys/x":      {"s3://nobodys/x: there is no bucket nobodys"},
		"s3://shut/x":         {"s3://shut/x: find bucket shut: " + refused + "https response error StatusCode: 403, RequestID: , status 403"},
		"s3://":               {"s3://: names no bucket: s3://BUCKET/PREFIX"},
	} {
		if diff := cmp.Diff(want, archive(t, a, path)); diff != "" {
			t.Errorf("%s:\n%s", path, diff)
		}
	}
	if _, ok := a.Files(t.Context(), "logs/s3://x"); ok || s3.Names("-") {
		t.Error("what is on this machine is taken for a bucket's")
	}
}

// A connection that breaks costs nothing: the rest is asked for, of the same object.
func TestABodyThatBreaksOffIsGoneOnWith(t *testing.T) {
	b := newBucket()
	b.put("a", []byte(strings.Repeat("0123456789", 100)))
	client := &away{bucket: b, region: own, broken: 2}
	a := s3.Archive{In: func(string) s3.Locator { return client }}
	if got := archive(t, a, "s3://trail/a"); len(got) != 1 || got[0] != "s3://trail/a: "+strings.Repeat("0123456789", 100) {
		t.Errorf("read %.100q", got)
	}
	if diff := cmp.Diff([]string{"bytes=500-", "bytes=750-"}, client.ranges); diff != "" {
		t.Error(diff)
	}
	client.broken = 100
	if got := archive(t, a, "s3://trail/a"); len(got) != 1 || !strings.HasSuffix(got[0], "then unexpected EOF") {
		t.Errorf("one that breaks for ever: %.100q", got)
	}
}

func TestArchiveOnMoto(t *testing.T) {
	server := mototest.Start(t)
	in := func(region string) *awss3.Client {
		if region == "" {
			region = "us-east-1"
		}
		return awss3.NewFromConfig(server.Config(event.Place{Region: region}), func(o *awss3.Options) { o.UsePathStyle = true })
	}
	if _, err := in(own).CreateBucket(t.Context(), &awss3.CreateBucketInput{
		Bucket: aws.String("trail"), CreateBucketConfiguration: &s3types.CreateBucketConfiguration{LocationConstraint: own},
	}); err != nil {
		t.Fatal(err)
	}
	var want []string
	for i := range 1200 { // more than one page
		key := fmt.Sprintf("logs/%04d.json", i)
		if _, err := in(own).PutObject(t.Context(), &awss3.PutObjectInput{Bucket: aws.String("trail"), Key: &key, Body: strings.NewReader(key)}); err != nil {
			t.Fatal(err)
		}
		want = append(want, "s3://trail/"+key+": "+key)
	}
	a := s3.Archive{In: func(region string) s3.Locator { return in(region) }}
	if diff := cmp.Diff(want, archive(t, a, "s3://trail/logs")); diff != "" {
		t.Error(diff)
	}
	if got := archive(t, a, "s3://gone/x"); len(got) != 1 || !strings.HasSuffix(got[0], "there is no bucket gone") {
		t.Errorf("a bucket that is not there: %q", got)
	}
}
