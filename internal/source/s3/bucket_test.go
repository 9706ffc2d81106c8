package s3_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// bucket is S3 as far as a source sees it.
type bucket struct {
	mu      sync.Mutex
	objects map[string][]byte
	status  map[string]int  // keys that are refused, and with what
	breaks  map[string]bool // keys whose bodies break off, once each
	stalls  map[string]bool // keys whose bodies stall half-way, once each
	gets    map[string]int
}

func newBucket() *bucket {
	return &bucket{objects: map[string][]byte{}, status: map[string]int{}, breaks: map[string]bool{}, stalls: map[string]bool{}, gets: map[string]int{}}
}

func (b *bucket) put(key string, content []byte) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.objects[key] = content
}

func (b *bucket) got(key string) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.gets[key]
}

func answer(status int) error {
	return &awshttp.ResponseError{ResponseError: &smithyhttp.ResponseError{Response: &smithyhttp.Response{Response: &http.Response{StatusCode: status}}}}
}

func (b *bucket) GetObject(ctx context.Context, in *s3.GetObjectInput, _ ...func(*s3.Options)) (*s3.GetObjectOutput, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	key := *in.Key
	b.gets[key]++
	if status := b.status[key]; status != 0 {
		return nil, answer(status)
	}
	content, ok := b.objects[key]
	if !ok {
		return nil, &types.NoSuchKey{}
	}
	body := io.Reader(bytes.NewReader(content))
	if b.breaks[key] {
		b.breaks[key] = false
		body = io.MultiReader(bytes.NewReader(content[:len(content)/2]), broken{})
	}
	if b.stalls[key] {
		b.stalls[key] = false
		body = io.MultiReader(bytes.NewReader(content[:len(content)/2]), stalled{ctx})
	}
	return &s3.GetObjectOutput{Body: io.NopCloser(body), LastModified: aws.Time(time.Now())}, nil
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

// stalled is a connection on which nothing comes any more: it ends with the request's context.
type stalled struct{ ctx context.Context }

func (s stalled) Read([]byte) (int, error) {
	<-s.ctx.Done()
	return 0, s.ctx.Err()
}

func (b *bucket) ListObjectsV2(_ context.Context, in *s3.ListObjectsV2Input, _ ...func(*s3.Options)) (*s3.ListObjectsV2Output, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	out, folders := &s3.ListObjectsV2Output{}, map[string]bool{}
	for key := range b.objects {
		rest, ok := strings.CutPrefix(key, aws.ToString(in.Prefix))
		if !ok || key <= aws.ToString(in.StartAfter) {
			continue
		}
		if folder, _, below := strings.Cut(rest, "/"); below && in.Delimiter != nil {
			folders[*in.Prefix+folder+"/"] = true
			continue
		}
		out.Contents = append(out.Contents, types.Object{Key: aws.String(key)})
	}
	for f := range folders {
		out.CommonPrefixes = append(out.CommonPrefixes, types.CommonPrefix{Prefix: aws.String(f)})
	}
	slices.SortFunc(out.Contents, func(x, y types.Object) int { return strings.Compare(*x.Key, *y.Key) })
	slices.SortFunc(out.CommonPrefixes, func(x, y types.CommonPrefix) int { return strings.Compare(*x.Prefix, *y.Prefix) })
	return out, nil
}

func zipped(content string) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = io.WriteString(w, content) // a buffer takes everything
	_ = w.Close()
	return b.Bytes()
}

// key is that of a log file, delivered then.
func key(account string, at time.Time, unique string) string {
	return "AWSLogs/o-abcdefghij/" + account + "/CloudTrail/eu-west-1/" + at.UTC().Format("2006/01/02/") +
		account + "_CloudTrail_eu-west-1_" + at.UTC().Format("20060102T1504Z") + "_" + unique + ".json.gz"
}
