package origin

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/ssm"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/mototest"
)

// lossy loses the answers to writes, each of which is done: of the first so many, and of whatever follows where it is cut off then.
type lossy struct {
	aws.HTTPClient
	writes int
	cut    bool
}

func (l *lossy) Do(r *http.Request) (*http.Response, error) {
	if l.cut && l.writes == 0 {
		return nil, errors.New("no network")
	}
	out, err := l.HTTPClient.Do(r)
	if writes := r.Method == http.MethodPut || strings.HasSuffix(r.Header.Get("X-Amz-Target"), ".PutParameter"); writes && l.writes > 0 && err == nil {
		l.writes--
		out.Body.Close()
		return nil, errors.New("connection reset by peer")
	}
	return out, err
}

// A write whose answer is lost is tried again, and finds what it wrote itself: that is no other's. Where nobody can say what it came to, that is said,
// and not that nothing was done.
func TestAWriteWhoseAnswerIsLost(t *testing.T) {
	server := mototest.Start(t)
	home := event.Place{Region: "us-east-1"}
	objects := s3.NewFromConfig(server.Config(home), func(o *s3.Options) { o.UsePathStyle = true })
	if _, err := objects.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: aws.String("settings")}); err != nil {
		t.Fatal(err)
	}
	parameters := ssm.NewFromConfig(server.Config(home))
	for name, put := range map[string]func() error{
		"s3://settings/riposte.yaml": func() error {
			_, err := objects.PutObject(t.Context(), &s3.PutObjectInput{Bucket: aws.String("settings"), Key: aws.String("riposte.yaml"), Body: strings.NewReader("old")})
			return err
		},
		"ssm:/riposte/config": func() error {
			_, err := parameters.PutParameter(t.Context(), &ssm.PutParameterInput{Name: aws.String("/riposte/config"), Value: aws.String("old"), Type: "String", Overwrite: aws.Bool(true)})
			return err
		},
	} {
		for _, x := range []struct {
			story     string
			lost, try int
			cut       bool
			done      bool
		}{
			{"it is tried again", 1, 3, false, true},
			{"it is not tried again", 1, 1, false, true},
			{"nothing comes any more", 1, 1, true, false},
		} {
			if err := put(); err != nil {
				t.Fatal(err)
			}
			client := &lossy{HTTPClient: server.Config(home).HTTPClient, writes: x.lost, cut: x.cut}
			base := func(event.Place) aws.Config {
				c := server.Config(home)
				c.HTTPClient, c.RetryMaxAttempts = client, x.try
				return c
			}
			r := reader(base, "")
			r.Writer = r.AWS
			var told error
			err := r.Replace(t.Context(), name, []byte("old"), []byte("new"), func() error { return nil }, func(err error) { told = err })
			if x.done && (err != nil || told != nil) {
				t.Errorf("%s, %s: %v, told %v", name, x.story, err, told)
			}
			if !x.done && (!errors.Is(err, ErrUnsure) || !errors.Is(told, ErrUnsure)) {
				t.Errorf("%s, %s: %v, told %v", name, x.story, err, told)
			}
			if got, err := reader(func(event.Place) aws.Config { return server.Config(home) }, "").Read(t.Context(), name); err != nil || string(got.Bytes) != "new" {
				t.Errorf("%s, %s: %q lies there, %v", name, x.story, got.Bytes, err)
			}
		}
	}
}

// Riposte's role may be another account's than the person's, and a parameter of that name may be there as well: it is not written.
func TestAnotherAccountsParameterIsNotWritten(t *testing.T) {
	server := mototest.Start(t)
	ours := server.Config(event.Place{Region: "us-east-1"})
	theirs := server.Assume(t, event.Place{Region: "us-east-1", Account: "444455556666"})
	for _, c := range []aws.Config{ours, theirs} {
		_, err := ssm.NewFromConfig(c).PutParameter(t.Context(), &ssm.PutParameterInput{Name: aws.String("/riposte/config"), Value: aws.String("old"), Type: "String"})
		if err != nil {
			t.Fatal(err)
		}
	}
	r := reader(func(event.Place) aws.Config { return ours }, "")
	r.Writer = func(context.Context) (func(event.Place) aws.Config, error) {
		return func(event.Place) aws.Config { return theirs }, nil
	}
	err := r.Replace(t.Context(), "ssm:/riposte/config", []byte("old"), []byte("new"), func() error { t.Error("put on record"); return nil }, func(error) {})
	if err == nil || !strings.Contains(err.Error(), "sign in to that account") || !strings.Contains(err.Error(), ":444455556666:") {
		t.Errorf("%v", err)
	}
	for _, c := range []aws.Config{ours, theirs} {
		out, err := ssm.NewFromConfig(c).GetParameter(t.Context(), &ssm.GetParameterInput{Name: aws.String("/riposte/config")})
		if err != nil || *out.Parameter.Value != "old" || out.Parameter.Version != 1 {
			t.Errorf("%+v, %v", out, err)
		}
	}
}
