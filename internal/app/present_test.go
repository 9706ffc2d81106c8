package app

import (
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/config"
	"github.com/ripostehq/riposte/internal/mototest"
	"github.com/ripostehq/riposte/playbooks"
)

// counting passes requests on, and counts those of EC2.
type counting struct {
	aws.HTTPClient
	n *atomic.Int64
}

func (c counting) Do(r *http.Request) (*http.Response, error) {
	if strings.Contains(r.Header.Get("Authorization"), "/ec2/aws4_request") {
		c.n.Add(1)
	}
	return c.HTTPClient.Do(r)
}

// A month of suspects of one image asks for it once.
func TestThePresentIsReadOnce(t *testing.T) {
	s := mototest.Start(t)
	at := event.Place{Account: mototest.Account, Region: "eu-west-1"}
	made, err := ec2.NewFromConfig(s.Config(at)).RegisterImage(t.Context(), &ec2.RegisterImageInput{Name: aws.String("ours")})
	if err != nil {
		t.Fatal(err)
	}
	c, err := config.Parse("", nil, playbooks.All())
	if err != nil {
		t.Fatal(err)
	}
	var n atomic.Int64
	p, err := NewPresent(t.Context(), c, func(p event.Place) aws.Config {
		cfg := s.Config(p)
		cfg.HTTPClient = counting{cfg.HTTPClient, &n}
		return cfg
	}, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if owner, err := p.ImageOwner(t.Context(), at, *made.ImageId); err != nil || owner != mototest.Account {
			t.Errorf("owner %q, %v", owner, err)
		}
	}
	if n.Load() != 1 {
		t.Errorf("%d requests", n.Load())
	}
	if owner, err := p.ImageOwner(t.Context(), at, "ami-0123456789abcdef0"); err != nil || owner != "" {
		t.Errorf("of an image that is gone: %q, %v", owner, err)
	}
}
