package cloud_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/ec2"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/cloud"
	"github.com/ripostehq/riposte/playbooks"
)

// against returns a Cloud with a handler for EC2.
func against(t *testing.T, answer http.HandlerFunc) *cloud.Cloud {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if strings.Contains(string(body), "GetCallerIdentity") {
			fmt.Fprint(w, `<GetCallerIdentityResponse><GetCallerIdentityResult><Account>111122223333</Account><Arn>arn:aws:iam::111122223333:user/riposte</Arn></GetCallerIdentityResult></GetCallerIdentityResponse>`)
			return
		}
		r.Body = io.NopCloser(strings.NewReader(string(body)))
		answer(w, r)
	}))
	t.Cleanup(server.Close)
	return cloud.New(cloud.Options{
		Base: func(p event.Place) aws.Config {
			return aws.Config{Region: p.Region, BaseEndpoint: &server.URL, Credentials: credentials.NewStaticCredentialsProvider("AKIARIPOSTE000000001", "own", "")}
		},
		Guard: cloud.GuardFor(playbooks.All(), action.Kinds()), Now: time.Now,
	})
}

func describe(t *testing.T, c *cloud.Cloud) error {
	t.Helper()
	_, err := c.Reads().EC2(event.Place{Partition: "aws", Account: "111122223333", Region: "eu-west-1"}).DescribeInstances(t.Context(), &ec2.DescribeInstancesInput{InstanceIds: []string{"i-0web"}})
	return err
}

const described = `<DescribeInstancesResponse><reservationSet/></DescribeInstancesResponse>`

// An attacker who has EC2 refuse most calls of the account makes each read try again, and none fail: neither is there a budget of
// retries that refusals use up, nor a pace that they slow down.
func TestThrottledReadsComeThrough(t *testing.T) {
	var asked atomic.Int64
	c := against(t, func(w http.ResponseWriter, _ *http.Request) {
		if asked.Add(1)%3 != 0 { // two of three
			w.WriteHeader(http.StatusServiceUnavailable)
			fmt.Fprint(w, `<Response><Errors><Error><Code>RequestLimitExceeded</Code><Message>Request limit exceeded.</Message></Error></Errors><RequestID>r-1</RequestID></Response>`)
			return
		}
		fmt.Fprint(w, described)
	})
	const reads = 80 // some 160 refusals: more than the 100 that the SDK's own budget has
	var all sync.WaitGroup
	for i := range reads {
		all.Go(func() {
			if err := describe(t, c); err != nil {
				t.Errorf("read %d: %v", i, err)
			}
		})
	}
	all.Wait()
	if n := asked.Load(); n < 3*reads-2 {
		t.Errorf("%d requests for %d reads: too few were refused", n, reads)
	}
}

// A connection that hangs holds no read for the length of an attempt: it is asked beside it, with the same question.
func TestAReadThatIsNotAnsweredIsAskedAgainBesideIt(t *testing.T) {
	var asked atomic.Int64
	hang := make(chan struct{})
	t.Cleanup(func() { close(hang) })
	c := against(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if !strings.Contains(string(body), "InstanceId.1=i-0web") {
			t.Errorf("asked %q", body)
		}
		if asked.Add(1) == 1 {
			select {
			case <-hang:
			case <-r.Context().Done():
			}
			return
		}
		fmt.Fprint(w, described)
	})
	if err := describe(t, c); err != nil {
		t.Fatal(err)
	}
	if n := asked.Load(); n != 2 {
		t.Errorf("asked %d times", n)
	}
}
