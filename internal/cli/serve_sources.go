package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"os"

	awss3 "github.com/aws/aws-sdk-go-v2/service/s3"
	awssqs "github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/config"
	"github.com/ripostehq/riposte/internal/serve"
	"github.com/ripostehq/riposte/internal/source/http"
	"github.com/ripostehq/riposte/internal/source/s3"
	"github.com/ripostehq/riposte/internal/source/sqs"
	"github.com/ripostehq/riposte/internal/source/stdin"
)

// sources are those that the configuration names.
func (w wiring) sources(c *config.Config, live *serve.Live) ([]serve.Source, error) {
	var out []serve.Source
	for _, s := range c.Sources {
		made, err := json.Marshal(s)
		if err != nil {
			return nil, fmt.Errorf("read the sources: %w", err)
		}
		one, err := w.source(s, live)
		if err != nil {
			return nil, err
		}
		one.Made = string(made)
		out = append(out, one)
	}
	return out, nil
}

// fit is an error where the sources of a configuration can't be served; none is begun.
func (w wiring) fit(c *config.Config) error {
	sources, err := w.sources(c, &serve.Live{})
	if err == nil {
		err = serve.Sourced(sources)
	}
	if err != nil {
		return usage{err}
	}
	return nil
}

func (w wiring) source(s config.Source, live *serve.Live) (serve.Source, error) {
	switch {
	case s.HTTP != nil:
		return w.http(*s.HTTP, live)
	case s.S3 != nil:
		return w.s3(*s.S3, live), nil
	case s.Stdin != nil:
		src := stdin.New(stdin.Options{In: w.sh.in, Receive: live.Receive, Log: w.log, Meter: w.meter})
		return at("stdin", src.Run), nil
	default:
		queue := &heard{Client: awssqs.NewFromConfig(w.base(event.Place{Region: s.SQS.Region})), now: w.sh.now}
		src := sqs.New(sqs.Options{Client: queue, URL: s.SQS.QueueURL, Handle: live.Believing(s.SQS.Bare), Now: w.sh.now, Log: w.log, Meter: w.meter})
		out := at("sqs "+s.SQS.QueueURL, src.Run)
		out.Trouble = queue.trouble
		return out, nil
	}
}

func (w wiring) http(s config.HTTP, live *serve.Live) (serve.Source, error) {
	src, err := http.New(http.Options{Listen: s.Listen, Secret: os.Getenv(s.SecretEnv), Handle: live.Believing(s.Bare), Log: w.log, Meter: w.meter})
	if err != nil {
		return serve.Source{}, fmt.Errorf("source http %s, secret in %s: %w", s.Listen, s.SecretEnv, err)
	}
	return serve.Source{Name: "http " + s.Listen, Run: func(ctx context.Context, up func()) error {
		l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", s.Listen)
		if err != nil {
			return fmt.Errorf("listen for events: %w", err)
		}
		up()
		return src.Serve(ctx, l)
	}}, nil
}

func (w wiring) s3(s config.S3, live *serve.Live) serve.Source {
	place := event.Place{Region: s.Region}
	o := s3.Options{Bucket: s.Bucket, Prefix: s.Prefix, URL: s.QueueURL, Receive: live.Receive, Now: w.sh.now, Log: w.log, Meter: w.meter}
	o.Client = awss3.NewFromConfig(w.base(place), emulated)
	if s.QueueURL != "" {
		o.Queue = awssqs.NewFromConfig(w.base(place))
	}
	return at("s3 "+s.Bucket, s3.New(o).Run)
}

// emulated: an emulator has no name per bucket.
func emulated(o *awss3.Options) { o.UsePathStyle = o.BaseEndpoint != nil }

// at is a source that asks for its events: it is up at once, whatever it is answered.
func at(name string, run func(context.Context) error) serve.Source {
	return serve.Source{Name: name, Run: func(ctx context.Context, up func()) error {
		up()
		return run(ctx)
	}}
}
