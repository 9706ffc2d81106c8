package origin

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/ssm"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/mototest"
)

// Of two who write a configuration at once one is told, in S3 as in a parameter, whatever the moment, and nothing of the other's is lost.
func TestOfTwoWhoWriteAtOnceOneIsTold(t *testing.T) {
	server := mototest.Start(t)
	at := event.Place{Region: "us-east-1"}
	base := func(event.Place) aws.Config { return server.Config(at) }
	writer := func() *Reader {
		r := reader(base, "")
		r.Writer = r.AWS
		return r
	}
	objects := s3.NewFromConfig(server.Config(at), func(o *s3.Options) { o.UsePathStyle = true })
	if _, err := objects.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: aws.String("settings")}); err != nil {
		t.Fatal(err)
	}
	parameters := ssm.NewFromConfig(server.Config(at))
	for name, put := range map[string]func(string) error{
		"s3://settings/riposte.yaml": func(text string) error {
			_, err := objects.PutObject(t.Context(), &s3.PutObjectInput{Bucket: aws.String("settings"), Key: aws.String("riposte.yaml"), Body: strings.NewReader(text)})
			return err
		},
		"ssm:/riposte/config": func(text string) error {
			_, err := parameters.PutParameter(t.Context(), &ssm.PutParameterInput{Name: aws.String("/riposte/config"), Value: &text, Type: "SecureString", KeyId: aws.String("alias/ours"), Overwrite: aws.Bool(true)})
			return err
		},
	} {
		is := func(want string) {
			t.Helper()
			if got, err := writer().Read(t.Context(), name); err != nil || string(got.Bytes) != want {
				t.Errorf("%s: %q lies there, %v; want %q", name, got.Bytes, err, want)
			}
		}
		nothing := func() error { return nil }
		failed := 0
		fails := func(error) { failed++ }
		if err := put("one"); err != nil {
			t.Fatal(err)
		}
		if err := writer().Replace(t.Context(), name, []byte("one"), []byte("two"), nothing, fails); err != nil || failed > 0 {
			t.Errorf("%s: %v, failed %d", name, err, failed)
		}
		is("two")
		if err := writer().Replace(t.Context(), name, []byte("one"), []byte("three"), func() error { t.Error("put on record"); return nil }, fails); !errors.Is(err, ErrChanged) {
			t.Errorf("%s: what was read is no longer there: %v", name, err)
		}
		if err := writer().Replace(t.Context(), name, []byte("two"), []byte("three"), func() error { return put("another's") }, fails); !errors.Is(err, ErrChanged) || failed != 1 {
			t.Errorf("%s: another wrote between the look and the write: %v, failed %d", name, err, failed)
		}
		is("another's")
		stop := errors.New("no record")
		if err := writer().Replace(t.Context(), name, []byte("another's"), []byte("four"), func() error { return stop }, fails); !errors.Is(err, stop) {
			t.Errorf("%s: %v", name, err)
		}
		is("another's")
	}
	out, err := parameters.DescribeParameters(t.Context(), &ssm.DescribeParametersInput{})
	if err != nil || len(out.Parameters) != 1 || out.Parameters[0].Type != "SecureString" || aws.ToString(out.Parameters[0].KeyId) != "alias/ours" {
		t.Errorf("the parameter keeps its type and key: %+v, %v", out, err)
	}
}

// Who may read a configuration and not write it is told which right is missing, and that nothing was written goes on record.
func TestWhoMayNotWriteIsToldWhatItTakes(t *testing.T) {
	b := &bucket{owner: "111122223333", region: "us-east-1", text: "limits: {}"}
	r := b.reader(t, "111122223333")
	r.Writer = func(context.Context) (func(event.Place) aws.Config, error) {
		return func(event.Place) aws.Config { c := r.base(event.Place{}); b.owner = "nobody"; return c }, nil
	}
	told := ""
	err := r.Replace(t.Context(), "s3://settings/riposte.yaml", []byte("limits: {}"), []byte("x"), func() error { return nil }, func(err error) { told = fmt.Sprint(err) })
	if err == nil || !strings.Contains(err.Error(), "it takes s3:PutObject") || !strings.Contains(told, "s3:PutObject") {
		t.Errorf("%v, told %q", err, told)
	}
}
