package config

import (
	"regexp"
	"slices"
	"strings"

	"github.com/ripostehq/riposte/internal/strict"
)

// S3 is the bucket of a trail.
type S3 struct {
	Bucket   string `yaml:"bucket" help:"The bucket that the trail writes to."`
	Prefix   string `yaml:"prefix" help:"The trail's prefix: what stands before AWSLogs/, where it has one."`
	Region   string `yaml:"region" help:"The bucket's region, and the queue's."`
	QueueURL string `yaml:"queue_url" help:"A queue that the bucket notifies of new objects, directly, by SNS or by EventBridge. Without one the bucket is listed every five minutes, a request for each account and region."`
}

// Bare reports whether messages of the source are believed that no event of EventBridge's wraps.
func (s Source) Bare() bool { return s.SQS != nil && s.SQS.Bare || s.HTTP != nil && s.HTTP.Bare }

// Stdin is standard input.
type Stdin struct{}

var bucketName = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$`) // S3 user guide, general purpose bucket naming rules

func (k checker) sources() {
	piped := false
	for i, s := range k.c.Sources {
		at := k.at("sources", i)
		set := slices.DeleteFunc([]bool{s.SQS != nil, s.HTTP != nil, s.S3 != nil, s.Stdin != nil}, func(is bool) bool { return !is })
		switch {
		case len(set) != 1:
			at.Complain("a source is one of sqs, http, s3, stdin")
		case s.SQS != nil:
			k.queue(at.At("sqs", "queue_url"), s.SQS.QueueURL, s.SQS.Region)
			k.regionOf(at.At("sqs", "region"), "queue", s.SQS.Region)
			if first := slices.IndexFunc(k.c.Sources, func(o Source) bool { return o.SQS != nil && o.SQS.QueueURL == s.SQS.QueueURL }); first < i && s.SQS.QueueURL != "" {
				at.At("sqs", "queue_url").Complain("the queue is a source already: first in line %d", k.at("sources", first, "sqs", "queue_url").Line())
			}
		case s.S3 != nil:
			k.bucket(at, *s.S3)
		case s.Stdin != nil:
			if piped {
				at.Complain("standard input is a source already: it can be read once")
			}
			piped = true
		default:
			k.listen(at.At("http", "listen"), s.HTTP.Listen)
			if !envName.MatchString(s.HTTP.SecretEnv) {
				at.At("http", "secret_env").Complain("want the name of an environment variable, like RIPOSTE_HTTP_SECRET: the secret itself never stands in this file")
			}
		}
	}
}

func (k checker) bucket(at strict.Node, s S3) {
	if !bucketName.MatchString(s.Bucket) {
		at.At("s3", "bucket").Complain("want the bucket's name, not its ARN or URL")
	}
	if strings.HasPrefix(s.Prefix, "/") || strings.Contains(s.Prefix, "AWSLogs") {
		at.At("s3", "prefix").Complain("want what stands before AWSLogs/ in the keys of the log files, and nothing where that is their beginning")
	}
	k.regionOf(at.At("s3", "region"), "bucket", s.Region)
	if s.QueueURL != "" {
		k.queue(at.At("s3", "queue_url"), s.QueueURL, s.Region)
	}
}

func (k checker) regionOf(at strict.Node, of, name string) {
	if name == "" {
		at.Complain("want the %s's region, like eu-west-1", of)
		return
	}
	k.region(at, name)
}
