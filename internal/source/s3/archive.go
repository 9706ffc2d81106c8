package s3

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/ripostehq/riposte/internal/source/files"
)

// scheme begins the path of a bucket, or of what lies below a prefix in it.
const scheme = "s3://"

// Locator is a Client that also knows where a bucket is; *s3.Client is one.
type Locator interface {
	Client
	HeadBucket(context.Context, *s3.HeadBucketInput, ...func(*s3.Options)) (*s3.HeadBucketOutput, error)
}

// Archive is a bucket as something to be read once, whatever is in it: the objects of a replay.
type Archive struct {
	In    func(region string) Locator // a client there; "" is wherever the process is
	Owner string                      // the account that a bucket must belong to; "": whoever's it is
	// From and To bound when log files were delivered, by their names; an object without such a name counts by its age. Zero: all of them.
	From, To time.Time
}

// Names reports whether a path names a bucket.
func Names(path string) bool { return strings.HasPrefix(path, scheme) }

// Files lists what lies below s3://BUCKET/PREFIX, as it is asked for; false of any other path. An object of exactly that
// name was named itself.
func (a Archive) Files(ctx context.Context, path string) (iter.Seq[files.File], bool) {
	if !Names(path) {
		return nil, false
	}
	rest := strings.TrimPrefix(path, scheme)
	bucket, prefix, _ := strings.Cut(rest, "/")
	return func(yield func(files.File) bool) {
		fail := func(err error) { yield(files.File{Path: path, Err: err}) }
		if bucket == "" {
			fail(errors.New("names no bucket: s3://BUCKET/PREFIX"))
			return
		}
		region, err := a.region(ctx, bucket)
		if err != nil {
			fail(err)
			return
		}
		f := folder{Archive: a, client: a.In(region), bucket: bucket, prefix: prefix, path: path}
		if a.From.IsZero() {
			f.list(ctx, yield)
			return
		}
		f.window(ctx, yield)
	}, true
}

// region is where a bucket is. S3 says so in any answer, refusals included.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadBucket.html
func (a Archive) region(ctx context.Context, bucket string) (string, error) {
	out, err := a.In("").HeadBucket(ctx, &s3.HeadBucketInput{Bucket: &bucket, ExpectedBucketOwner: a.owner()})
	if err == nil {
		return aws.ToString(out.BucketRegion), nil
	}
	var answer *awshttp.ResponseError
	if !errors.As(err, &answer) {
		return "", fmt.Errorf("find bucket %s: %w", bucket, err)
	}
	if region := answer.Response.Header.Get("X-Amz-Bucket-Region"); region != "" {
		return region, nil
	}
	if answer.HTTPStatusCode() == http.StatusNotFound {
		return "", fmt.Errorf("there is no bucket %s", bucket)
	}
	return "", fmt.Errorf("find bucket %s: %w", bucket, explained(err))
}

// explained adds what right is missing where S3 refuses.
func explained(err error) error {
	var answer *awshttp.ResponseError
	if errors.As(err, &answer) && answer.HTTPStatusCode() == http.StatusForbidden {
		return fmt.Errorf("refused: the caller needs s3:ListBucket on the bucket, s3:GetObject on its objects, and kms:Decrypt where a key encrypts them: %w", err)
	}
	return err
}

// owner is that of a request.
func (a Archive) owner() *string {
	if a.Owner == "" {
		return nil
	}
	return &a.Owner
}

// folder is what lies below a prefix.
type folder struct {
	Archive
	client               Locator
	bucket, prefix, path string

	named bool // take only what is called as CloudTrail calls log files
}

func (f folder) list(ctx context.Context, yield func(files.File) bool) {
	found := false
	pages := s3.NewListObjectsV2Paginator(f.client, &s3.ListObjectsV2Input{Bucket: &f.bucket, Prefix: &f.prefix, ExpectedBucketOwner: f.owner()})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			yield(files.File{Path: f.path, Err: fmt.Errorf("list %s: %w", f.path, explained(err))})
			return
		}
		for _, o := range page.Contents {
			key := aws.ToString(o.Key)
			if strings.HasSuffix(key, "/") {
				continue // what consoles make for a folder
			}
			if found = true; !yield(f.file(key, o)) {
				return
			}
		}
	}
	if !found {
		yield(files.File{Path: f.path, Err: errors.New("there is no object below this prefix")})
	}
}

func (f folder) file(key string, o types.Object) files.File {
	file := files.File{Path: scheme + f.bucket + "/" + key, Size: aws.ToInt64(o.Size), Within: f.path}
	if key == f.prefix {
		file.Within = ""
	}
	file.Fetch = func(ctx context.Context) (io.ReadCloser, error) {
		d := &download{folder: f, ctx: ctx, key: key, tries: retries}
		if err := d.open(); err != nil {
			return nil, explained(err)
		}
		return d, nil
	}
	return file
}

const (
	// retries is how often the rest of an object is asked for anew where its body breaks off.
	retries = 4
	// stall is how long a body may bring nothing.
	stall = time.Minute
)

// download is the body of an object, whatever becomes of connections.
type download struct {
	folder
	ctx    context.Context
	key    string
	etag   *string
	at     int64
	tries  int
	body   io.ReadCloser
	cancel context.CancelFunc
	idle   *time.Timer
}

// open asks for what is not read yet; it must be of the same object.
func (d *download) open() error {
	ctx, cancel := context.WithCancel(d.ctx)
	in := &s3.GetObjectInput{Bucket: &d.bucket, Key: &d.key, IfMatch: d.etag, ExpectedBucketOwner: d.owner()}
	if d.at > 0 {
		in.Range = aws.String(fmt.Sprintf("bytes=%d-", d.at))
	}
	out, err := d.client.GetObject(ctx, in)
	if err != nil {
		cancel()
		return err
	}
	d.body, d.etag, d.cancel = out.Body, out.ETag, cancel
	d.idle = time.AfterFunc(stall, cancel)
	return nil
}

// Read goes on behind a broken connection where it was.
func (d *download) Read(p []byte) (int, error) {
	for {
		d.idle.Reset(stall)
		n, err := d.body.Read(p)
		d.at += int64(n)
		if err == nil || err == io.EOF || n > 0 {
			if err != io.EOF {
				err = nil // what ended it is left to the next read, which asks anew
			}
			return n, err
		}
		if d.tries--; d.tries < 0 || d.ctx.Err() != nil {
			return 0, err
		}
		d.Close()
		if again := d.open(); again != nil {
			return 0, errors.Join(err, again)
		}
	}
}

// Close ends the connection.
func (d *download) Close() error {
	d.idle.Stop()
	d.cancel()
	return d.body.Close()
}
