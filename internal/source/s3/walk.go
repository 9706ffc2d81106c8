package s3

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// walk lists accounts, regions and days. One that can't be listed does not keep the others from it.
func (s *Source) walk(ctx context.Context, now time.Time, work chan<- string) error {
	accounts, err := s.accounts(ctx)
	errs := []error{err}
	for _, account := range accounts {
		regions, err := s.folders(ctx, account+"CloudTrail/")
		errs = append(errs, err)
		for _, region := range regions {
			folders, after := days(region, s.sweep.from, now)
			for i := range folders {
				errs = append(errs, s.keys(ctx, folders[i], after[i], work))
			}
		}
	}
	return errors.Join(errs...)
}

// accounts are the folders of accounts, those of an organisation's trail included.
func (s *Source) accounts(ctx context.Context) (out []string, err error) {
	top, err := s.folders(ctx, s.sweep.layout.root())
	errs := []error{err}
	for _, folder := range top {
		below := []string{folder}
		if organ.MatchString(last(folder)) {
			below, err = s.folders(ctx, folder)
			errs = append(errs, err)
		}
		for _, f := range below {
			if account.MatchString(last(f)) {
				out = append(out, f)
			}
		}
	}
	return out, errors.Join(errs...)
}

// folders are those right below one.
func (s *Source) folders(ctx context.Context, folder string) (out []string, err error) {
	err = s.pages(ctx, &s3.ListObjectsV2Input{Bucket: &s.Bucket, Prefix: &folder, Delimiter: aws.String("/")}, func(page *s3.ListObjectsV2Output) error {
		for _, p := range page.CommonPrefixes {
			out = append(out, aws.ToString(p.Prefix))
		}
		return nil
	})
	return out, err
}

// keys passes the files of one day on.
func (s *Source) keys(ctx context.Context, folder, after string, work chan<- string) error {
	in := &s3.ListObjectsV2Input{Bucket: &s.Bucket, Prefix: &folder}
	if after != "" {
		in.StartAfter = &after
	}
	return s.pages(ctx, in, func(page *s3.ListObjectsV2Output) error {
		for _, o := range page.Contents {
			select {
			case work <- aws.ToString(o.Key):
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		return nil
	})
}

func (s *Source) pages(ctx context.Context, in *s3.ListObjectsV2Input, each func(*s3.ListObjectsV2Output) error) error {
	for pages := s3.NewListObjectsV2Paginator(s.Client, in); pages.HasMorePages(); {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return fmt.Errorf("list %s: %w", aws.ToString(in.Prefix), err)
		}
		if err := each(page); err != nil {
			return err
		}
	}
	return nil
}
