package waste_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/playbook"
	"github.com/ripostehq/riposte/playbooks/waste"
)

// watched is CloudWatch of a balancer: so many days with data by metric, and the error for what it has not.
type watched struct {
	days  map[string][]float64
	err   error
	asked *[]string
}

func (w watched) Daily(_ context.Context, q playbook.MetricQuery) (playbook.Series, error) {
	*w.asked = append(*w.asked, q.Namespace+" "+q.Name+" "+q.Dimensions["LoadBalancer"])
	return playbook.Series{Days: 45, Values: w.days[q.Name]}, w.err
}

// TestSilenceOfCloudWatchIsNoProof that a balancer is unused: it has to have had the balancer in sight.
func TestSilenceOfCloudWatchIsNoProof(t *testing.T) {
	errThrottled := errors.New("throttled")
	const row = `elb.load-balancer: [{LoadBalancerArn: "arn:aws:elasticloadbalancing:eu-west-1:111122223333:loadbalancer/app/old/0a", Type: application, State: {Code: active}}]`
	now := time.Date(2030, 1, 7, 9, 0, 0, 0, time.UTC)
	long := &playbook.Streak{Since: now.AddDate(0, 0, -46), First: now.AddDate(0, 0, -46), Seen: 46}
	for _, c := range []struct {
		story string
		days  map[string][]float64
		err   error
		plans int
		want  error
	}{
		{"in sight on 43 of 45 days", map[string][]float64{"ConsumedLCUs": make([]float64, 43)}, nil, 1, nil},
		{"in sight on 42", map[string][]float64{"ConsumedLCUs": make([]float64, 42)}, nil, 0, playbook.ErrNoEvidence},
		{"never in sight", nil, nil, 0, playbook.ErrNoEvidence},
		{"never in sight, but a request was", map[string][]float64{"RequestCount": {1}}, nil, 0, nil},
		{"throttled", nil, errThrottled, 0, errThrottled},
	} {
		t.Run(c.story, func(t *testing.T) {
			w, reads := region(t, row)
			book, err := waste.UnusedLoadBalancer().Default()
			if err != nil {
				t.Fatal(err)
			}
			var asked []string
			in := playbook.In{AWS: reads, Now: w.Now(), Streak: long, Past: history{}, Metrics: watched{c.days, c.err, &asked}, Prices: unpriced{}}
			found, err := book.Check(t.Context(), in, "c_1", playbook.StoredSuspect{Playbook: book.ID, Resource: here.In(event.LoadBalancer, "app/old/0a"), Facts: []byte("{}")})
			if !errors.Is(err, c.want) || len(found) != c.plans {
				t.Errorf("%d plans, %v; want %d, %v", len(found), err, c.plans, c.want)
			}
			if !slices.Contains(asked, "AWS/ApplicationELB RequestCount app/old/0a") {
				t.Errorf("asked: %q", asked)
			}
		})
	}
}

// TestWhatABalancerWasIsKept without what may be a secret: the values of headers and queries.
func TestWhatABalancerWasIsKept(t *testing.T) {
	const arn = "arn:aws:elasticloadbalancing:eu-west-1:111122223333:"
	w, reads := region(t, `
      elb.load-balancer: [{LoadBalancerArn: "`+arn+`loadbalancer/app/old/0a", Type: application, DNSName: old-1.example, State: {Code: active}, SecurityGroups: [sg-0b, sg-0a]}],
      elb.listener: [{ListenerArn: "`+arn+`listener/app/old/0a/1a", LoadBalancerArn: "`+arn+`loadbalancer/app/old/0a", Port: 443, Protocol: HTTPS, SslPolicy: ELBSecurityPolicy-2016-08,
        Certificates: [{CertificateArn: cert-1}], DefaultActions: [{Type: forward, TargetGroupArn: "`+arn+`targetgroup/web/0b"}]}],
      elb.rule: [{RuleArn: "`+arn+`listener-rule/app/old/0a/1a/2a", Priority: "10", Actions: [{Type: forward, ForwardConfig: {TargetGroups: [{TargetGroupArn: "`+arn+`targetgroup/blue/0c", Weight: 90}, {TargetGroupArn: "`+arn+`targetgroup/green/0d", Weight: 10}]}}],
        Conditions: [{Field: host-header, HostHeaderConfig: {Values: [api.example]}}, {Field: http-header, HttpHeaderConfig: {HttpHeaderName: X-Origin, Values: [hunter2]}}, {Field: query-string, QueryStringConfig: {Values: [{Key: token, Value: hunter3}]}}]}]`)
	book, err := waste.UnusedLoadBalancer().Default()
	if err != nil {
		t.Fatal(err)
	}
	var asked []string
	in := playbook.In{
		AWS: reads, Now: w.Now(), Streak: &playbook.Streak{Since: w.Now().AddDate(0, 0, -46), First: w.Now().AddDate(0, 0, -46), Seen: 46}, Past: history{}, Prices: unpriced{},
		Metrics: watched{map[string][]float64{"ConsumedLCUs": make([]float64, 45)}, nil, &asked},
	}
	found, err := book.Check(t.Context(), in, "c_1", playbook.StoredSuspect{Playbook: book.ID, Resource: here.In(event.LoadBalancer, "app/old/0a"), Facts: []byte("{}")})
	if err != nil || len(found) != 1 {
		t.Fatalf("%d, %v", len(found), err)
	}
	gone, ok := found[0].Plan.Steps[1].Ladder[0].Do.(action.DeleteBalancer)
	if !ok {
		t.Fatalf("%T", found[0].Plan.Steps[1].Ladder[0].Do)
	}
	want := action.BalancerSetup{DNSName: "old-1.example", SecurityGroups: []string{"sg-0a", "sg-0b"}, Listeners: []action.ListenerSetup{{
		Port: 443, Protocol: "HTTPS", Policy: "ELBSecurityPolicy-2016-08", Certificates: []string{"cert-1"},
		Rules: []string{"10 host-header=api.example http-header X-Origin query-string token -> blue/0c:90 green/0d:10", "default -> web/0b"},
	}}}
	if d := cmp.Diff(want, gone.Was); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
}
