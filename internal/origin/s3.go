package origin

import (
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/region"
)

// get reads an object, in the region that its bucket turns out to be in. One that is as it was is not sent again.
func (r *Reader) get(ctx context.Context, bucket, key string) (Text, error) {
	if err := r.own(ctx); err != nil {
		return Text{}, err
	}
	name := "s3://" + bucket + "/" + key
	if r.object != name {
		r.object, r.etag, r.region = name, "", ""
	}
	out, err := r.ask(ctx, bucket, key)
	if at := elsewhere(err); at != "" && at != r.region {
		r.region = at
		out, err = r.ask(ctx, bucket, key)
	}
	switch {
	case status(err) == 304: // https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html, If-None-Match
		return r.read, nil
	case err != nil:
		return Text{}, fmt.Errorf("read %s, whose bucket has to belong to account %s: %w%s", name, r.Owner, err, mend(err))
	}
	defer out.Body.Close()
	b, err := io.ReadAll(io.LimitReader(out.Body, Most+1))
	switch {
	case err != nil:
		return Text{}, fmt.Errorf("read %s: %w", name, err)
	case len(b) > Most:
		return Text{}, fmt.Errorf("%s is longer than a configuration may be, %d bytes", name, Most)
	}
	r.etag, r.read = aws.ToString(out.ETag), Text{b, "etag " + strings.Trim(aws.ToString(out.ETag), `"`)}
	if v := aws.ToString(out.VersionId); v != "" && v != "null" {
		r.read.Version = "version " + v
	}
	return r.read, nil
}

func (r *Reader) ask(ctx context.Context, bucket, key string) (*s3.GetObjectOutput, error) {
	get := s3.NewFromConfig(r.base(event.Place{Region: r.region}), func(o *s3.Options) {
		o.UsePathStyle = o.BaseEndpoint != nil // an emulator has no name per bucket
	}).GetObject
	in := &s3.GetObjectInput{Bucket: &bucket, Key: &key, ExpectedBucketOwner: &r.Owner}
	if r.etag != "" {
		in.IfNoneMatch = &r.etag
	}
	return get(ctx, in)
}

// own finds the account that the bucket has to belong to.
func (r *Reader) own(ctx context.Context) error {
	if r.Owner != "" {
		return nil
	}
	me, err := sts.NewFromConfig(r.base(event.Place{})).GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	if err != nil {
		return fmt.Errorf("ask whose credentials these are, which the bucket has to belong to: %w", err)
	}
	r.Owner = aws.ToString(me.Account)
	return nil
}

// expecting is how S3 says that a request was signed for the wrong region.
var expecting = regexp.MustCompile(`expecting '([a-z0-9-]{5,32})'`)

// elsewhere is the region that S3 says a bucket is in, "" where it does not.
func elsewhere(err error) string {
	var answer *awshttp.ResponseError
	if !errors.As(err, &answer) || answer.Response == nil {
		return ""
	}
	at := answer.Response.Header.Get("X-Amz-Bucket-Region")
	var of smithy.APIError
	if m := expecting.FindStringSubmatch(err.Error()); at == "" && errors.As(err, &of) && of.ErrorCode() == "AuthorizationHeaderMalformed" && m != nil {
		at = m[1]
	}
	if _, known := region.Of(at); !known && !region.Possible(at) {
		return ""
	}
	return at
}

func status(err error) int {
	var answer *awshttp.ResponseError
	if errors.As(err, &answer) {
		return answer.HTTPStatusCode()
	}
	return 0
}

// mend says what a refusal may mean, which S3 does not tell apart.
func mend(err error) string {
	if status(err) != 403 {
		return ""
	}
	return "; riposte's role needs s3:GetObject on it (and kms:Decrypt where it has a key of its own), the bucket has to be that account's (--config-owner), and the object has to be there"
}
