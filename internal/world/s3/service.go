// Package s3 is S3 in the world: the names of buckets, one for each in a partition, and nothing that lies in them.
package s3

import (
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/ripostehq/riposte/internal/world/core"
)

// Service is S3.
func Service() *core.Service {
	words := core.QueryWords()
	words.BadKey = core.Refusal{Code: "InvalidAccessKeyId", Message: "The AWS Access Key Id you provided does not exist in our records.", Status: 403}
	words.Throttled = core.Refusal{Code: "SlowDown", Message: "Please reduce your request rate.", Status: 503}
	return &core.Service{
		Name: "s3", SDK: "S3", Reference: "https://docs.aws.amazon.com/AmazonS3/latest/API/API_", Words: words, Resources: []core.Resource{bucketResource()},
	}
}

// bucket is one bucket, in the region in which it was made.
type bucket struct {
	Name string
	Made time.Time
}

var buckets = core.Shelf[bucket]{Kind: "s3.bucket", ID: "Name", Missing: func(string) *core.Refusal {
	return core.Refuse("NoSuchBucket", "The specified bucket does not exist").As(404)
}}

func bucketResource() core.Resource {
	return core.Resource{Shelf: &buckets, Operations: []core.Operation{
		core.Define(core.Spec[s3.ListBucketsInput, s3.ListBucketsOutput]{
			Knows: "BucketRegion ContinuationToken MaxBuckets Prefix", Answer: listBuckets,
			Needs: func(*core.Call, *s3.ListBucketsInput) []core.Need {
				return []core.Need{{Action: "s3:ListAllMyBuckets", Resource: "*"}}
			},
		}),
		core.Define(core.Spec[s3.CreateBucketInput, s3.CreateBucketOutput]{
			Write: true, Knows: "Bucket CreateBucketConfiguration.LocationConstraint", Answer: createBucket,
			Needs:   func(c *core.Call, in *s3.CreateBucketInput) []core.Need { return ofBucket(c, in.Bucket) },
			Request: func(_ *core.Call, in *s3.CreateBucketInput) any { return core.Fields{"bucketName": *in.Bucket} },
		}),
		core.Define(core.Spec[s3.DeleteBucketInput, s3.DeleteBucketOutput]{
			Write: true, Knows: "Bucket", Answer: core.Found(&buckets, "Bucket", func(c *core.Call, _ *s3.DeleteBucketInput, b *bucket) (*s3.DeleteBucketOutput, *core.Refusal) {
				delete(buckets.Of(c.At), b.Name)
				return &s3.DeleteBucketOutput{}, nil
			}),
			Needs:   func(c *core.Call, in *s3.DeleteBucketInput) []core.Need { return ofBucket(c, in.Bucket) },
			Request: func(_ *core.Call, in *s3.DeleteBucketInput) any { return core.Fields{"bucketName": *in.Bucket} },
		}),
	}}
}

func ofBucket(c *core.Call, name *string) []core.Need {
	return c.On("arn:" + c.Partition + ":s3:::" + aws.ToString(name))
}

// listBuckets lists those of the account, of all regions unless one is asked for.
func listBuckets(c *core.Call, in *s3.ListBucketsInput) (*s3.ListBucketsOutput, *core.Refusal) {
	var all []types.Bucket
	for _, at := range c.Places() {
		if at.Place.Account != c.Place.Account || in.BucketRegion != nil && at.Place.Region != *in.BucketRegion {
			continue
		}
		for _, b := range buckets.Sorted(at) {
			if strings.HasPrefix(b.Name, aws.ToString(in.Prefix)) {
				all = append(all, types.Bucket{Name: &b.Name, BucketRegion: aws.String(at.Place.Region), CreationDate: &b.Made})
			}
		}
	}
	page, next, refused := core.Paged(all, in.ContinuationToken, in.MaxBuckets)
	if refused != nil {
		return nil, refused
	}
	return &s3.ListBucketsOutput{Buckets: page, ContinuationToken: next, Prefix: in.Prefix}, nil
}

// createBucket takes a name that no account of the partition has.
func createBucket(c *core.Call, in *s3.CreateBucketInput) (*s3.CreateBucketOutput, *core.Refusal) {
	for _, at := range c.Places() {
		if buckets.Of(at)[*in.Bucket] == nil {
			continue
		}
		if at.Place.Account == c.Place.Account {
			return nil, core.Refuse("BucketAlreadyOwnedByYou", "Your previous request to create the named bucket succeeded and you already own it.").As(409).With(&types.BucketAlreadyOwnedByYou{})
		}
		return nil, core.Refuse("BucketAlreadyExists", "The requested bucket name is not available.").As(409).With(&types.BucketAlreadyExists{})
	}
	buckets.Put(c.At, &bucket{Name: *in.Bucket, Made: c.Now})
	return &s3.CreateBucketOutput{Location: aws.String("/" + *in.Bucket)}, nil
}

// Estate are the names of the buckets of a region, in YAML.
type Estate []string

// Build makes them.
func (e Estate) Build(at core.At) error {
	for _, name := range e {
		buckets.Put(at, &bucket{Name: name, Made: at.Now})
	}
	return nil
}
