package s3

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/ripostehq/riposte/internal/source/files"
)

// What a prefix below AWSLogs/ names: something above the regions of a trail, or a region and what is below it.
var (
	above   = regexp.MustCompile(`^(o-[a-z0-9]{10,32}/)?([0-9]{12}/(CloudTrail/)?)?$`)
	within  = regexp.MustCompile(`^(o-[a-z0-9]{10,32}/)?[0-9]{12}/CloudTrail/[a-z0-9-]+/`)
	logName = regexp.MustCompile(`[0-9]{12}_CloudTrail_([a-z0-9-]+)_([0-9]{8}T[0-9]{4}Z)_`)
)

// listers is how many regions are listed at once: an organisation's trail has thousands, most with a page or two.
const listers = 8

// window lists the log files of some days, in the order of their keys. Digests and Insights, which a trail writes into folders beside
// those of its regions, are not asked for. One folder that can't be listed does not keep the others from it.
func (f folder) window(ctx context.Context, yield func(files.File) bool) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	found, folders := false, make(chan chan files.File, listers)
	go func() {
		defer close(folders)
		f.descend(ctx, f.prefix, func(list func(context.Context, func(files.File) bool)) {
			out := make(chan files.File, 1000)
			select {
			case folders <- out:
			case <-ctx.Done():
				return
			}
			go func() {
				defer close(out)
				list(ctx, func(file files.File) bool {
					select {
					case out <- file:
						return true
					case <-ctx.Done():
						return false
					}
				})
			}()
		})
	}()
	for folder := range folders {
		for file := range folder {
			if found = true; !yield(file) {
				return
			}
		}
	}
	if !found && ctx.Err() == nil {
		yield(files.File{Path: f.path, Err: fmt.Errorf("there is no log file of %s to %s below this prefix", f.From.UTC().Format(time.DateOnly), f.To.UTC().Format(time.DateOnly))})
	}
}

// descend goes down to the regions, and passes on how each is listed; where there is no trail's layout, how all of it is. Beside a trail in the same
// bucket others may lie, each below a prefix of its own.
func (f folder) descend(ctx context.Context, prefix string, each func(func(context.Context, func(files.File) bool))) {
	_, rest, trail := strings.Cut("/"+prefix, "/AWSLogs/")
	switch {
	case trail && within.MatchString(rest):
		folder := prefix[:len(prefix)-len(rest)+len(within.FindString(rest))]
		each(func(ctx context.Context, yield func(files.File) bool) { f.days(ctx, folder, prefix, yield) })
		return
	case trail && !above.MatchString(rest), prefix != "" && !strings.HasSuffix(prefix, "/"):
		each(func(ctx context.Context, yield func(files.File) bool) { f.days(ctx, "", prefix, yield) })
		return
	}
	below, err := f.folders(ctx, prefix)
	if err != nil {
		each(func(_ context.Context, yield func(files.File) bool) {
			yield(files.File{Path: scheme + f.bucket + "/" + prefix, Err: err})
		})
		return
	}
	if !trail {
		if !slices.Contains(below, prefix+"AWSLogs/") {
			each(func(ctx context.Context, yield func(files.File) bool) { f.days(ctx, "", prefix, yield) })
			return
		}
	}
	for _, folder := range below {
		if !trail && folder != prefix+"AWSLogs/" { // of another trail, with a prefix of its own, or no trail's
			beside := f
			beside.named = true
			beside.descend(ctx, folder, each)
			continue
		}
		_, rest, _ := strings.Cut("/"+folder, "/AWSLogs/")
		if above.MatchString(rest) || within.MatchString(rest) {
			f.descend(ctx, folder, each)
		}
	}
}

func (f folder) folders(ctx context.Context, prefix string) (out []string, err error) {
	in := &s3.ListObjectsV2Input{Bucket: &f.bucket, Prefix: &prefix, Delimiter: aws.String("/"), ExpectedBucketOwner: f.owner()}
	for pages := s3.NewListObjectsV2Paginator(f.client, in); pages.HasMorePages(); {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, fmt.Errorf("list %s%s/%s: %w", scheme, f.bucket, prefix, explained(err))
		}
		for _, p := range page.CommonPrefixes {
			out = append(out, aws.ToString(p.Prefix))
		}
	}
	return out, nil
}

// days lists what lies below a prefix in a region's folder and was delivered in time. All days are one listing that begins with the
// first, since most regions have fewer files in a month than a page holds. Without a folder all of it is looked through.
func (f folder) days(ctx context.Context, folder, prefix string, yield func(files.File) bool) {
	in := &s3.ListObjectsV2Input{Bucket: &f.bucket, Prefix: &prefix, ExpectedBucketOwner: f.owner()}
	end := ""
	if folder != "" {
		in.StartAfter = aws.String(folder + f.From.UTC().Format(dayFormat))
		end = folder + f.To.UTC().AddDate(0, 0, 1).Format(dayFormat)
	}
	for pages := s3.NewListObjectsV2Paginator(f.client, in); pages.HasMorePages(); {
		page, err := pages.NextPage(ctx)
		if err != nil {
			yield(files.File{Path: scheme + f.bucket + "/" + prefix, Err: fmt.Errorf("list %s%s/%s: %w", scheme, f.bucket, prefix, explained(err))})
			return
		}
		for _, o := range page.Contents {
			key := aws.ToString(o.Key)
			if end != "" && key >= end {
				return
			}
			if f.wanted(key, o) && !yield(f.file(key, o)) {
				return
			}
		}
	}
}

func (f folder) wanted(key string, o types.Object) bool {
	if strings.HasSuffix(key, "/") || strings.Contains(key, "/CloudTrail-Digest/") || strings.Contains(key, "/CloudTrail-Insight/") {
		return false
	}
	at, ok := Delivered(key)
	if !ok && f.named {
		return false
	}
	if !ok {
		at = aws.ToTime(o.LastModified)
	}
	return !at.Before(f.From) && !at.After(f.To)
}

// Delivered is when CloudTrail delivered a log file, as its name says; false of any other name.
func Delivered(path string) (time.Time, bool) {
	found := logName.FindStringSubmatch(path)
	if found == nil {
		return time.Time{}, false
	}
	at, err := time.Parse(fileFormat, found[2])
	return at, err == nil
}
