package origin

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"

	"github.com/ripostehq/riposte/event"
)

// ErrChanged means that what lies there is no longer what was read, or was written by somebody else at the same moment. Theirs stays.
var ErrChanged = errors.New("it has changed since it was read: look at it, and try again")

// ErrUnsure means that no answer came to a write, and that whether it was done could not be read.
var ErrUnsure = errors.New("whether it was written could not be read: look at it")

// covered is the error of a write that lies there, in the place of another's which could not be put back.
type covered struct{ error }

// settling is how long is waited for what a write came to, by a process that is told to end, too.
const settling = 20 * time.Second

// Replace puts another text where a configuration lies in AWS, with the rights of who runs riposte, unless it is no longer what it was. Before is called
// once it was found unchanged, and its error ends it; failed where it was called in vain, or where nobody knows (ErrUnsure). A write whose answer was
// lost has failed to itself when it is tried again: what lies there afterwards decides.
func (r *Reader) Replace(ctx context.Context, name string, old, now []byte, before func() error, failed func(error)) error {
	read, err := r.Read(ctx, name)
	if err != nil {
		return err
	}
	if !bytes.Equal(read.Bytes, old) {
		return fmt.Errorf("%s: %w", name, ErrChanged)
	}
	base, err := r.Writer(ctx)
	if err != nil {
		return err
	}
	p, isParameter := Parameter(name)
	if isParameter {
		if err := r.reaches(ctx, ssm.NewFromConfig(base(event.Place{})), p); err != nil {
			return err
		}
	}
	if err := before(); err != nil {
		return err
	}
	if isParameter {
		err = put(ctx, ssm.NewFromConfig(base(event.Place{})), p, read, now)
	} else {
		err = r.putObject(ctx, base, name, now)
	}
	if err == nil {
		return nil
	}
	return r.settle(ctx, name, now, err, failed)
}

// settle looks what a write that failed has come to.
func (r *Reader) settle(ctx context.Context, name string, now []byte, err error, failed func(error)) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), settling)
	defer cancel()
	read, unread := r.Read(ctx, name)
	lies := unread == nil && bytes.Equal(read.Bytes, now)
	switch over := (covered{}); {
	case lies && !errors.As(err, &over):
		return nil
	case unread != nil && status(err)/100 != 4 && !errors.Is(err, ErrChanged):
		err = fmt.Errorf("%w: %w", err, ErrUnsure)
		failed(err)
	case !lies:
		failed(err)
	}
	return fmt.Errorf("write %s: %w", name, err)
}

// reaches wants the credentials of who runs riposte to reach the very parameter that was read: another account may have one of that name.
func (r *Reader) reaches(ctx context.Context, c *ssm.Client, name string) error {
	out, err := c.GetParameter(ctx, &ssm.GetParameterInput{Name: &name, WithDecryption: aws.Bool(true)})
	if err != nil {
		return fmt.Errorf("read the parameter %s as who runs this, which takes ssm:GetParameter on it (and kms:Decrypt where it has a key of its own): %w", name, err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if at := aws.ToString(out.Parameter.ARN); at != r.arn {
		return fmt.Errorf("your own credentials reach %s, and what was read is %s: sign in to that account", at, r.arn)
	}
	return nil
}

// putObject writes an object that is still the one that was read: S3 compares.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html: 412 where it is another, 409 where somebody is writing it.
func (r *Reader) putObject(ctx context.Context, base func(event.Place) aws.Config, name string, now []byte) error {
	bucket, key, _ := Object(name)
	r.mu.Lock()
	region, etag := r.region, r.etag
	r.mu.Unlock()
	put := s3.NewFromConfig(base(event.Place{Region: region}), func(o *s3.Options) {
		o.UsePathStyle = o.BaseEndpoint != nil // an emulator has no name per bucket
	}).PutObject
	_, err := put(ctx, &s3.PutObjectInput{
		Bucket: &bucket, Key: &key, ExpectedBucketOwner: &r.Owner, Body: bytes.NewReader(now), IfMatch: &etag, ContentType: aws.String("application/yaml"),
	})
	switch status(err) {
	case 412, 409:
		return ErrChanged
	case 403:
		return fmt.Errorf("%w; it takes s3:PutObject and s3:GetObject on it (and kms:GenerateDataKey where it has a key of its own)", err)
	}
	return err
}

// put writes a parameter. Systems Manager has no condition for that, but numbers what is written: where a number was left out, somebody else
// has written in between, and theirs is put back.
func put(ctx context.Context, c *ssm.Client, name string, read Text, now []byte) error {
	in, err := asItWas(ctx, c, name)
	if err != nil {
		return err
	}
	var was int64
	if _, err := fmt.Sscanf(read.Version, "version %d,", &was); err != nil {
		return fmt.Errorf("its version is %q", read.Version)
	}
	in.Value = aws.String(string(now))
	out, err := c.PutParameter(ctx, in)
	switch {
	case err != nil && strings.Contains(err.Error(), "AccessDenied"):
		return fmt.Errorf("%w; it takes ssm:PutParameter on it (and kms:Encrypt where it has a key of its own)", err)
	case err != nil:
		return err
	case out.Version == was+1:
		return nil
	}
	return putBack(ctx, c, in, out.Version)
}

// putBack takes a write off again that has covered another's; unless that was the same, whose answer was lost.
func putBack(ctx context.Context, c *ssm.Client, in *ssm.PutParameterInput, mine int64) error {
	look := fmt.Sprintf("somebody else wrote version %d of it at the same moment, and this one is version %d, without theirs", mine-1, mine)
	theirs, err := c.GetParameter(ctx, &ssm.GetParameterInput{Name: aws.String(fmt.Sprintf("%s:%d", *in.Name, mine-1)), WithDecryption: aws.Bool(true)})
	if err != nil {
		return covered{fmt.Errorf("%s: put it right (aws ssm get-parameter-history), theirs could not be read: %w", look, err)}
	}
	if aws.ToString(theirs.Parameter.Value) == *in.Value {
		return nil
	}
	in.Value = theirs.Parameter.Value
	back, err := c.PutParameter(ctx, in)
	switch {
	case err != nil:
		return covered{fmt.Errorf("%s: put it right (aws ssm get-parameter-history), theirs could not be put back: %w", look, err)}
	case back.Version != mine+1:
		return fmt.Errorf("%s, and more were written since: look at versions %d to %d (aws ssm get-parameter-history)", look, mine-1, back.Version)
	}
	return ErrChanged
}

// asItWas is how a parameter is written without changing its type or its key. Its tier grows where the text has become too long for it.
// https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html: without KeyId it is the default key.
func asItWas(ctx context.Context, c *ssm.Client, name string) (*ssm.PutParameterInput, error) {
	in := &ssm.PutParameterInput{Name: &name, Overwrite: aws.Bool(true), Tier: types.ParameterTierIntelligentTiering}
	of := &ssm.DescribeParametersInput{
		ParameterFilters: []types.ParameterStringFilter{{Key: aws.String("Name"), Option: aws.String("Equals"), Values: []string{name}}},
	}
	var found []types.ParameterMetadata
	for more := true; more; more = of.NextToken != nil { // a page may be empty, and have a next
		out, err := c.DescribeParameters(ctx, of)
		if err != nil {
			return nil, fmt.Errorf("ask which key it has, which takes ssm:DescribeParameters: %w", err)
		}
		found, of.NextToken = append(found, out.Parameters...), out.NextToken
	}
	if len(found) != 1 {
		return nil, fmt.Errorf("ask which key it has: %d parameters of that name", len(found))
	}
	in.Type, in.KeyId = found[0].Type, found[0].KeyId
	if in.Type != types.ParameterTypeSecureString {
		in.KeyId = nil
	}
	return in, nil
}
