package origin

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/ssm"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/mototest"
)

func reader(base func(event.Place) aws.Config, owner string) *Reader {
	return &Reader{AWS: func(context.Context) (func(event.Place) aws.Config, error) { return base, nil }, Owner: owner}
}

// A configuration is read from an object and from a parameter, and each change of it is seen once.
func TestAConfigurationThatLiesInAWS(t *testing.T) {
	server := mototest.Start(t)
	at := event.Place{Region: "us-east-1"}
	base := func(p event.Place) aws.Config {
		if p.Region == "" {
			p.Region = at.Region
		}
		return server.Config(p)
	}
	objects := s3.NewFromConfig(server.Config(at), func(o *s3.Options) { o.UsePathStyle = true })
	if _, err := objects.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: aws.String("settings")}); err != nil {
		t.Fatal(err)
	}
	parameters := ssm.NewFromConfig(server.Config(at))
	for name, put := range map[string]func(string) error{
		"s3://settings/prod/riposte.yaml": func(text string) error {
			_, err := objects.PutObject(t.Context(), &s3.PutObjectInput{Bucket: aws.String("settings"), Key: aws.String("prod/riposte.yaml"), Body: strings.NewReader(text)})
			return err
		},
		"ssm:/riposte/config": func(text string) error {
			_, err := parameters.PutParameter(t.Context(), &ssm.PutParameterInput{Name: aws.String("/riposte/config"), Value: &text, Type: "SecureString", Overwrite: aws.Bool(true)})
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := &Watch{Reader: reader(base, ""), Name: name}
			if _, err := w.Read(t.Context(), name); err == nil || !strings.Contains(err.Error(), "needs s") && !strings.Contains(err.Error(), "NoSuchKey") {
				t.Errorf("nothing is there: %v", err)
			}
			var versions []string
			for _, text := range []string{"limits: {}", "limits: {incidents_per_hour: 5}"} {
				if err := put(text); err != nil {
					t.Fatal(err)
				}
				if !w.Changed(t.Context()) || w.Changed(t.Context()) || w.Changed(t.Context()) {
					t.Errorf("%s: a change is told once", text)
				}
				got, err := w.Read(t.Context(), name)
				if err != nil || string(got.Bytes) != text || got.Version == "" {
					t.Errorf("read %q, %q, %v", got.Bytes, got.Version, err)
				}
				versions = append(versions, got.Version)
			}
			if versions[0] == versions[1] {
				t.Errorf("versions %v", versions)
			}
		})
	}
}

func TestNamesThatCantBeRead(t *testing.T) {
	for name, want := range map[string]string{
		"s3://b/key": "s3://BUCKET/KEY", "s3:/bucket/key": "s3://BUCKET/KEY", "s3://Bucket/key": "s3://BUCKET/KEY", "s3://bucket": "s3://BUCKET/KEY", "s3://bucket/": "s3://BUCKET/KEY",
		"ssm:riposte": "ssm:/NAME", "ssm:/a b": "ssm:/NAME", "ssm:arn:aws:ssm:eu-west-1:111122223333:parameter/x": "ssm:/NAME",
	} {
		if _, err := reader(nil, "").Read(t.Context(), name); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if Remote("riposte.yaml") || Remote("./s3") || !Remote("s3:x") {
		t.Error("files and others are taken for one another")
	}
}

// bucket is S3 as far as one object goes, for what moto does not do: owners, regions, conditions, lengths.
type bucket struct {
	owner, region string
	malformed     bool // says the region in its message alone
	text          string
	asked         []string
}

func (b *bucket) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	signed := strings.Split(r.Header.Get("Authorization"), "/")
	b.asked = append(b.asked, signed[2]+" "+r.Header.Get("X-Amz-Expected-Bucket-Owner")+" "+r.Header.Get("If-None-Match"))
	fail := func(code int, name, message string) {
		w.WriteHeader(code)
		fmt.Fprintf(w, "<Error><Code>%s</Code><Message>%s</Message></Error>", name, message)
	}
	switch {
	case signed[2] != b.region && b.malformed:
		fail(400, "AuthorizationHeaderMalformed", "The authorization header is malformed; the region '"+signed[2]+"' is wrong; expecting '"+b.region+"'")
	case signed[2] != b.region:
		w.Header().Set("X-Amz-Bucket-Region", b.region)
		fail(301, "PermanentRedirect", "elsewhere")
	case r.Header.Get("X-Amz-Expected-Bucket-Owner") != b.owner:
		fail(403, "AccessDenied", "Access Denied")
	case r.Header.Get("If-None-Match") == `"one"`:
		w.WriteHeader(304)
	default:
		w.Header().Set("ETag", `"one"`)
		w.Header().Set("X-Amz-Version-Id", "v1")
		fmt.Fprint(w, b.text)
	}
}

func (b *bucket) reader(t *testing.T, owner string) *Reader {
	server := httptest.NewServer(b)
	t.Cleanup(server.Close)
	return reader(func(p event.Place) aws.Config {
		if p.Region == "" {
			p.Region = "us-east-1"
		}
		return aws.Config{Region: p.Region, BaseEndpoint: &server.URL, RetryMaxAttempts: 1, Credentials: credentials.NewStaticCredentialsProvider("AKIAEXAMPLE000000001", "x", "")}
	}, owner)
}

// A bucket in another region is found there; that of another account, which may have taken a name that became free, gives nothing.
func TestTheBucketIsFoundAndIsOurs(t *testing.T) {
	for _, malformed := range []bool{false, true} {
		b := &bucket{owner: "111122223333", region: "eu-west-1", text: "limits: {}", malformed: malformed}
		r := b.reader(t, "111122223333")
		for range 2 {
			got, err := r.Read(t.Context(), "s3://settings/riposte.yaml")
			if err != nil || string(got.Bytes) != "limits: {}" || got.Version != "version v1" {
				t.Errorf("%q, %q, %v", got.Bytes, got.Version, err)
			}
		}
		want := []string{"us-east-1 111122223333 ", "eu-west-1 111122223333 ", `eu-west-1 111122223333 "one"`}
		if strings.Join(b.asked, "\n") != strings.Join(want, "\n") {
			t.Errorf("asked %q", b.asked)
		}
	}
	b := &bucket{owner: "666666666666", region: "us-east-1", text: "playbooks: {defaults: {mode: act}}"}
	if got, err := b.reader(t, "111122223333").Read(t.Context(), "s3://settings/riposte.yaml"); err == nil || len(got.Bytes) > 0 || !strings.Contains(err.Error(), "--config-owner") {
		t.Errorf("%q, %v", got.Bytes, err)
	}
	b = &bucket{owner: "111122223333", region: "evil.example.com/x", text: "x"}
	if _, err := b.reader(t, "111122223333").Read(t.Context(), "s3://settings/riposte.yaml"); err == nil || len(b.asked) != 1 {
		t.Errorf("it was asked %q, %v", b.asked, err)
	}
}

func TestAnObjectThatIsTooLongIsNotRead(t *testing.T) {
	b := &bucket{owner: "111122223333", region: "us-east-1", text: strings.Repeat("#", Most+1)}
	if _, err := b.reader(t, "111122223333").Read(t.Context(), "s3://settings/riposte.yaml"); err == nil || !strings.Contains(err.Error(), "longer than") {
		t.Errorf("%v", err)
	}
}

// One lost answer is nothing to tell; that it can't be read any more is told once, and that it can be again.
func TestWhatCantBeReadIsToldOnce(t *testing.T) {
	b := &bucket{owner: "111122223333", region: "us-east-1", text: "limits: {}"}
	w := &Watch{Reader: b.reader(t, "111122223333"), Name: "s3://settings/riposte.yaml"}
	got, err := w.Read(t.Context(), w.Name)
	if err != nil {
		t.Fatal(err)
	}
	w.Took(got.Version)
	for i, c := range []struct {
		owner string
		want  bool
	}{
		{"111122223333", false}, {"666666666666", false}, {"111122223333", false}, {"666666666666", false}, {"666666666666", true}, {"666666666666", false}, {"111122223333", true}, {"111122223333", false},
	} {
		b.owner = c.owner
		if changed := w.Changed(t.Context()); changed != c.want {
			t.Errorf("look %d: told %v", i, changed)
		}
	}
}

// Between two looks the parameter was deleted and made anew, with another text: it has the version 1 again, and is read.
func TestAParameterThatIsMadeAnew(t *testing.T) {
	text := "limits: {}"
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/x-amz-json-1.1")
		fmt.Fprintf(w, `{"Parameter":{"Name":"/riposte/config","Type":"String","Value":%q,"Version":1}}`, text)
	}))
	defer server.Close()
	w := &Watch{Name: "ssm:/riposte/config", Reader: reader(func(event.Place) aws.Config {
		return aws.Config{Region: "us-east-1", BaseEndpoint: &server.URL, Credentials: credentials.NewStaticCredentialsProvider("AKIAEXAMPLE000000001", "x", "")}
	}, "")}
	got, err := w.Read(t.Context(), w.Name)
	if err != nil {
		t.Fatal(err)
	}
	if w.Took(got.Version); w.Changed(t.Context()) {
		t.Error("nothing has changed")
	}
	if text = "limits: {incidents_per_hour: 5}"; !w.Changed(t.Context()) {
		t.Error("another text lies there, and is not read")
	}
}
