// Package s3 takes records from the bucket of a trail. EventBridge delivers at its best and may lose events: the trail has
// them all, minutes later, so that this source finds what was missed and says how much that was.
package s3

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/ripostehq/riposte/internal/source"
	"github.com/ripostehq/riposte/internal/source/files"
	"github.com/ripostehq/riposte/internal/source/sqs"
)

// Client is what is asked of S3; *s3.Client has it.
type Client interface {
	GetObject(context.Context, *s3.GetObjectInput, ...func(*s3.Options)) (*s3.GetObjectOutput, error)
	ListObjectsV2(context.Context, *s3.ListObjectsV2Input, ...func(*s3.Options)) (*s3.ListObjectsV2Output, error)
}

// name is what figures call this source.
const name = "s3"

// notifications is how many are in hand at once: each has a log file read.
const notifications = 40

// Options are what a bucket is read with.
type Options struct {
	Client  Client
	Bucket  string
	Prefix  string // of the trail: what stands before AWSLogs/; may be ""
	Queue   sqs.Client
	URL     string // of the queue that S3 notifies, directly, by SNS or by EventBridge; "": the bucket is listed
	Receive source.Receive
	Now     func() time.Time
	Log     *slog.Logger
	Meter   source.Meter // may be nil
}

// Source reads one bucket.
type Source struct {
	Options
	sweep     sweep
	strangers *source.Strangers
}

// New makes a source; AWS is not asked yet.
func New(o Options) *Source {
	if o.Meter == nil {
		o.Meter = source.Unmetered{}
	}
	o.Log = o.Log.With("source", name, "bucket", o.Bucket)
	return &Source{
		Options: o, sweep: sweep{layout: layout{prefix: o.Prefix}}, strangers: &source.Strangers{Log: o.Log, Count: o.Meter.Foreign},
	}
}

// Run takes objects until the context ends, and returns nil once those in hand are stored.
func (s *Source) Run(ctx context.Context) error {
	if s.URL == "" {
		return s.list(ctx)
	}
	return sqs.New(sqs.Options{Name: name, Client: s.Queue, URL: s.URL, Handle: s.notified, Now: s.Now, Log: s.Log, Meter: s.Meter, InHand: notifications}).Run(ctx)
}

// notified takes the objects that a message names. A sender to the queue may name any: only the trail's are read.
func (s *Source) notified(ctx context.Context, body []byte) error {
	objects, err := named(body)
	if err == nil && len(objects) == 0 {
		kind, what := idle(body)
		s.strangers.Met(kind, what, "nothing is to be done: new objects are named by other messages")
	}
	if err != nil {
		return &source.Malformed{Err: err}
	}
	for _, o := range objects {
		if o.bucket != s.Bucket || !s.sweep.layout.holds(o.key) {
			continue
		}
		if err := s.object(ctx, o.key); err != nil {
			return err
		}
	}
	return nil
}

// object takes one log file. What can't be read of it is told and done with; an error means that it may come again.
func (s *Source) object(ctx context.Context, key string) error {
	out, err := s.Client.GetObject(ctx, &s3.GetObjectInput{Bucket: &s.Bucket, Key: &key})
	var gone *types.NoSuchKey
	switch {
	case errors.As(err, &gone):
		s.Log.Warn("a log file was removed before it was read", "key", key)
		return nil
	case err != nil:
		return fmt.Errorf("read %s: %w", key, err)
	}
	defer out.Body.Close()
	fault := func(err error) {
		s.Meter.Count(source.CountMalformed, 1, name)
		s.Log.Warn("a log file can't be read, or not all of it", "key", key, "error", err)
	}
	body := &network{body: out.Body}
	opener := files.Opener{Stdin: body}
	log, err := opener.Open(files.File{Path: files.Stdin})
	if err == nil {
		var r source.Receipt
		if r, err = s.Receive(ctx, source.Stream{Records: log, Fault: fault, Account: s.sweep.layout.owner(key)}); err != nil {
			return fmt.Errorf("take %s: %w", key, err)
		}
		if r.Fresh > 0 { // no notification had brought them
			s.Meter.Count(source.CountReconciled, r.Fresh, name)
			s.Log.Warn("the trail has what no other source had brought", "key", key, "suspects", r.Fresh, "known", r.Known, "records", r.Records,
				"late", s.Now().Sub(aws.ToTime(out.LastModified)).Round(time.Second).String())
		}
	}
	switch {
	case body.err != nil:
		return fmt.Errorf("read %s: %w", key, body.err)
	case err != nil:
		fault(err)
	}
	return nil
}

// network remembers whether a body broke off on its way: what it held may come whole the next time.
type network struct {
	body io.Reader
	err  error
}

func (n *network) Read(p []byte) (int, error) {
	got, err := n.body.Read(p)
	if err != nil && err != io.EOF {
		n.err = err
	}
	return got, err
}
