package owners_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/code/owners"
	"github.com/ripostehq/riposte/internal/config"
	"github.com/ripostehq/riposte/internal/mototest"
)

var ireland = event.Place{Partition: "aws", Account: "123456789012", Region: "eu-west-1"}

// holding is a state of one launch template.
func holding(name, id string) []byte {
	return []byte(`{"version":4,"resources":[{"mode":"managed","type":"aws_launch_template","name":"` + name + `","instances":[{"attributes":{"id":"` + id + `"}}]}]}`)
}

// States in a bucket say which code makes a thing, as they are now. One that can't be read says nothing, and may hold anything that it could hold.
func TestStatesInABucket(t *testing.T) {
	server := mototest.Start(t)
	client := s3.NewFromConfig(server.Config(ireland), func(o *s3.Options) { o.UsePathStyle = true })
	if _, err := client.CreateBucket(t.Context(), &s3.CreateBucketInput{
		Bucket: aws.String("acme-states"), CreateBucketConfiguration: &types.CreateBucketConfiguration{LocationConstraint: types.BucketLocationConstraintEuWest1},
	}); err != nil {
		t.Fatal(err)
	}
	put := func(key string, text []byte) {
		t.Helper()
		if _, err := client.PutObject(t.Context(), &s3.PutObjectInput{Bucket: aws.String("acme-states"), Key: &key, Body: bytes.NewReader(text)}); err != nil {
			t.Fatal(err)
		}
	}
	o := owners.New(config.Code{States: []config.TerraformState{
		{S3: "acme-states/teams/", Region: "eu-west-1", Account: "123456789012", Repository: "acme/infra", Path: "web"},
		{S3: "acme-states/one.tfstate", Region: "eu-west-1", Account: "123456789012"},
	}}, func(p event.Place) aws.Config { return server.Config(p) })
	web := ireland.In(event.LaunchTemplate, "lt-0web")
	says := func(story string, of event.Resource, want, unknown string) {
		t.Helper()
		a := o.Owners(t.Context(), of)
		var got []string
		for _, x := range a.Owners {
			got = append(got, x.Address+" in "+x.Where+" of "+x.Repository+"/"+x.Folder)
		}
		if strings.Join(got, ", ") != want || !strings.Contains(strings.Join(a.Unknown, "\n"), unknown) || (len(a.Unknown) > 0) != (unknown != "") {
			t.Errorf("%s: %q, unknown %q", story, got, a.Unknown)
		}
	}
	put("one.tfstate", holding("other", "lt-0other"))
	says("nothing below the prefix", web, "", "s3://acme-states/teams/ can't be read: there is no state")
	put("teams/web.tfstate", holding("web", "lt-0web"))
	put("teams/README", []byte("no state"))
	const found = "aws_launch_template.web in s3://acme-states/teams/web.tfstate of acme/infra/web"
	says("it is there", web, found, "")
	put("teams/broken.tfstate", []byte(`{"version":4,`))
	says("another one is broken", web, found, "s3://acme-states/teams/broken.tfstate can't be read: it ends too soon")
	says("of what no state knows, a broken one may", ireland.In(event.LaunchTemplate, "lt-0new"), "", "broken.tfstate")
	says("of what no state could hold, it says nothing", ireland.In(event.Session, "ops/sam"), "", "")
	put("teams/broken.tfstate", holding("mended", "lt-0new"))
	put("teams/web.tfstate", holding("web", "lt-0moved"))
	says("it is read again when it has changed", web, "", "")
	says("so is the broken one", ireland.In(event.LaunchTemplate, "lt-0new"), "aws_launch_template.mended in s3://acme-states/teams/broken.tfstate of acme/infra/web", "")
	if read, unread := o.Check(t.Context()); read != 2 || len(unread) != 0 {
		t.Errorf("checked: %d, %v", read, unread)
	}
}

// Workspaces and environments of one folder have states of their own and blocks in common: what a block makes in another state, too, is said.
func TestABlockThatMakesSomethingInEachOfTwoStates(t *testing.T) {
	dev, prod := filepath.Join(t.TempDir(), "dev.tfstate"), filepath.Join(t.TempDir(), "prod.tfstate")
	for at, id := range map[string]string{dev: "lt-0dev", prod: "lt-0prod"} {
		if err := os.WriteFile(at, holding("web", id), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	shared := func(of string) string {
		o := owners.New(config.Code{States: []config.TerraformState{{File: dev, Repository: "acme/infra", Path: "web"}, {File: prod, Repository: "acme/infra", Path: of}}}, nil)
		a := o.Owners(t.Context(), ireland.In(event.LaunchTemplate, "lt-0dev"))
		if !a.Known() || len(a.Owners) != 1 || a.Owners[0].Where != dev {
			t.Fatalf("%+v", a)
		}
		return a.Owners[0].Shared
	}
	if got := shared("web"); got != prod {
		t.Errorf("one folder: shared with %q", got)
	}
	if got := shared("other"); got != "" {
		t.Errorf("two folders: shared with %q", got)
	}
}

// A state may be a file of this machine.
func TestAStateInAFile(t *testing.T) {
	at := filepath.Join(t.TempDir(), "shop.tfstate")
	o := owners.New(config.Code{States: []config.TerraformState{{File: at}}}, nil)
	web := ireland.In(event.LaunchTemplate, "lt-0web")
	if a := o.Owners(t.Context(), web); a.Known() || len(a.Owners) != 0 {
		t.Errorf("no file: %+v", a)
	}
	if err := os.WriteFile(at, holding("web", "lt-0web"), 0o600); err != nil {
		t.Fatal(err)
	}
	if a := o.Owners(t.Context(), web); !a.Known() || len(a.Owners) != 1 || a.Owners[0].Address != "aws_launch_template.web" {
		t.Errorf("a file: %+v", a)
	}
	if all := o.Places(t.Context()); len(all) != 1 || all[0].Name != at || all[0].States != 1 || len(all[0].Unread) > 0 {
		t.Errorf("its place: %+v", all)
	}
	if err := os.WriteFile(at, []byte(`{"version": 3}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if all := o.Places(t.Context()); len(all) != 1 || all[0].States != 0 || len(all[0].Unread) != 1 || !strings.Contains(all[0].Unread[0], "version 3") {
		t.Errorf("a state of version 3: %+v", all)
	}
	if owners.New(config.Code{}, nil) != nil {
		t.Error("nowhere to ask is no Owners")
	}
}
