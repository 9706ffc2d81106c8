package app

import (
	"io"
	"log/slog"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/organizations"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/cloud"
	"github.com/ripostehq/riposte/internal/config"
	"github.com/ripostehq/riposte/internal/mototest"
	"github.com/ripostehq/riposte/playbooks"
)

// With discovery and nothing else in the file, riposte finds its organisation by itself, once there is one.
func TestRiposteFindsItsOrganisation(t *testing.T) {
	s := mototest.Start(t)
	c, err := config.Parse("riposte.yaml", []byte("organization: {discover: true}"), playbooks.All())
	if err != nil {
		t.Fatal(err)
	}
	clock := time.Now()
	a := New(Parts{Config: c, AWS: s.Config, Now: func() time.Time { return clock }, Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	if _, err := a.Organization.Ours(t.Context(), mototest.Account); err == nil {
		t.Error("an account belongs to an organisation that is not there")
	}
	if shut := a.Unreachable(); len(shut) != 1 || shut[0].Purpose != cloud.Own {
		t.Errorf("unreachable: %+v", shut)
	}
	api := organizations.NewFromConfig(s.Config(event.Place{Region: "us-east-1"}))
	if _, err := api.CreateOrganization(t.Context(), &organizations.CreateOrganizationInput{FeatureSet: "ALL"}); err != nil {
		t.Fatal(err)
	}
	clock = clock.Add(time.Minute)
	if ours, err := a.Organization.Ours(t.Context(), mototest.Account); err != nil || !ours {
		t.Errorf("%v, %v", ours, err)
	}
	if shut := a.Unreachable(); len(shut) != 0 {
		t.Errorf("unreachable: %+v", shut)
	}
}
