package owners

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/config"
)

// file is a state on this machine.
type file string

func (f file) list(context.Context) (map[string]string, error) {
	info, err := os.Stat(string(f))
	if err != nil {
		return nil, err
	}
	return map[string]string{string(f): fileTag(info)}, nil
}

func fileTag(info os.FileInfo) string {
	return fmt.Sprintf("%d of %s", info.Size(), info.ModTime().UTC())
}

func (f file) open(_ context.Context, name string) (io.ReadCloser, string, error) {
	opened, err := os.Open(name)
	if err != nil {
		return nil, "", err
	}
	info, err := opened.Stat()
	if err != nil {
		return nil, "", fmt.Errorf("%w; %w", err, opened.Close())
	}
	return opened, fileTag(info), nil
}

// bucket is where states lie in S3: one by its key, or all below a prefix.
type bucket struct {
	client      *s3.Client
	bucket, key string
	belongsTo   string
}

func newBucket(s config.TerraformState, base func(event.Place) aws.Config) *bucket {
	b := &bucket{belongsTo: s.Account, client: s3.NewFromConfig(base(event.Place{Region: s.Region}), func(o *s3.Options) {
		o.UsePathStyle = o.BaseEndpoint != nil // an emulator has no name per bucket
	})}
	b.bucket, b.key = s.Bucket()
	return b
}

func (b *bucket) list(ctx context.Context) (map[string]string, error) {
	if !strings.HasSuffix(b.key, "/") {
		out, err := b.client.HeadObject(ctx, &s3.HeadObjectInput{Bucket: &b.bucket, Key: &b.key, ExpectedBucketOwner: &b.belongsTo})
		if err != nil {
			return nil, err
		}
		return map[string]string{b.name(b.key): aws.ToString(out.ETag)}, nil
	}
	tags := map[string]string{}
	pages := s3.NewListObjectsV2Paginator(b.client, &s3.ListObjectsV2Input{Bucket: &b.bucket, Prefix: &b.key, ExpectedBucketOwner: &b.belongsTo})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, o := range page.Contents {
			if strings.HasSuffix(aws.ToString(o.Key), ".tfstate") {
				tags[b.name(aws.ToString(o.Key))] = aws.ToString(o.ETag)
			}
		}
		if len(tags) > mostStates {
			return nil, errMany
		}
	}
	return tags, nil
}

func (b *bucket) open(ctx context.Context, name string) (io.ReadCloser, string, error) {
	key := strings.TrimPrefix(name, b.name(""))
	out, err := b.client.GetObject(ctx, &s3.GetObjectInput{Bucket: &b.bucket, Key: &key, ExpectedBucketOwner: &b.belongsTo})
	if err != nil {
		return nil, "", err
	}
	return out.Body, aws.ToString(out.ETag), nil
}

// name is a state as people are told of it.
func (b *bucket) name(key string) string { return "s3://" + b.bucket + "/" + key }
