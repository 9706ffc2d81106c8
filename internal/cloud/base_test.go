package cloud_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/cloud"
)

// The endpoint of AWS_ENDPOINT_URL is asked, with the environment's credentials, in the region of the place.
func TestTheProcessIsWhoTheEnvironmentSays(t *testing.T) {
	var asked []*http.Request
	aws := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r)
		w.Header().Set("Content-Type", "text/xml")
		_, _ = w.Write([]byte(`<GetCallerIdentityResponse><GetCallerIdentityResult><Account>111122223333</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`))
	}))
	defer aws.Close()
	for name, value := range map[string]string{
		"AWS_ENDPOINT_URL": aws.URL, "AWS_ACCESS_KEY_ID": "AKIARIPOSTE000000001", "AWS_SECRET_ACCESS_KEY": "own", "AWS_SESSION_TOKEN": "",
		"AWS_REGION": "", "AWS_DEFAULT_REGION": "", "AWS_PROFILE": "", "AWS_CONFIG_FILE": "/dev/null", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
	} {
		t.Setenv(name, value)
	}
	base, err := cloud.Load(t.Context())
	if err != nil || len(asked) != 0 {
		t.Fatalf("%v, after %d calls", err, len(asked))
	}
	for _, p := range []event.Place{{Partition: "aws", Region: "eu-west-1"}, {Partition: "aws-cn"}} {
		caller, err := sts.NewFromConfig(base(p)).GetCallerIdentity(t.Context(), nil)
		if err != nil || *caller.Account != "111122223333" {
			t.Fatalf("%v, %+v", err, caller)
		}
	}
	for i, want := range []string{"AKIARIPOSTE000000001/", "/cn-north-1/sts/"} {
		if got := asked[i].Header.Get("Authorization"); !strings.Contains(got, want) {
			t.Errorf("call %d is signed %q, want %s", i, got, want)
		}
	}
	if agent := asked[0].Header.Get("User-Agent"); !strings.Contains(agent, "riposte") {
		t.Errorf("it calls itself %q", agent)
	}
}

// A role that the environment names is assumed by the credentials that are there, and assumed again before its hour ends, so that a daemon
// outlives it.
func TestTheRoleThatTheEnvironmentNamesIsRenewed(t *testing.T) {
	assumed, signed := 0, []string{}
	end := time.Now().Add(time.Hour)
	aws := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/xml")
		_ = r.ParseForm()
		if r.Form.Get("Action") != "AssumeRole" {
			signed = append(signed, r.Header.Get("Authorization"))
			_, _ = w.Write([]byte(`<GetCallerIdentityResponse><GetCallerIdentityResult><Account>111122223333</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`))
			return
		}
		if assumed++; r.Form.Get("RoleArn") != "arn:aws:iam::111122223333:role/riposte-own" || !strings.Contains(r.Header.Get("Authorization"), "AKIAADA") {
			t.Errorf("assumed: %v, signed %q", r.Form, r.Header.Get("Authorization"))
		}
		fmt.Fprintf(w, `<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASIAOWN%d</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>%s</Expiration>`+
			`</Credentials></AssumeRoleResult></AssumeRoleResponse>`, assumed, end.UTC().Format(time.RFC3339))
	}))
	defer aws.Close()
	for name, value := range map[string]string{
		"AWS_ENDPOINT_URL": aws.URL, "AWS_ACCESS_KEY_ID": "AKIAADA", "AWS_SECRET_ACCESS_KEY": "hers", "AWS_SESSION_TOKEN": "",
		"AWS_REGION": "", "AWS_DEFAULT_REGION": "", "AWS_PROFILE": "", "AWS_CONFIG_FILE": "/dev/null", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
		cloud.RoleEnv: "arn:aws:iam::111122223333:role/riposte-own",
	} {
		t.Setenv(name, value)
	}
	for _, x := range []struct {
		lasts   time.Duration
		assumed int // by two calls
	}{{time.Hour, 1}, {2 * time.Minute, 2}} {
		assumed, signed, end = 0, nil, time.Now().Add(x.lasts)
		base, err := cloud.Load(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if _, err := sts.NewFromConfig(base(event.Place{Region: "eu-west-1"})).GetCallerIdentity(t.Context(), nil); err != nil {
				t.Fatal(err)
			}
		}
		if assumed != x.assumed || len(signed) != 2 || !strings.Contains(signed[1], fmt.Sprintf("ASIAOWN%d/", x.assumed)) {
			t.Errorf("credentials that last %s: assumed %d times, calls signed %q", x.lasts, assumed, signed)
		}
	}
}
